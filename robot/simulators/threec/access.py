"""Whom 3C Plus lets in: personal tokens, and service tokens of three roles with their rules for
`X-Agent-Id`.

As the vendor's tutorial has it, and as one integrator measured it on 2026-09-25. What a
supervisor's token may ask is not known: here it may ask what a gestor's may, and sees the calls of
its teams' agents alone.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

PREFIX = "3cs_"
DEMO_TOKEN = "demo-token-for-the-simulator-only-it-opens-nothing-else-0001"  # noqa: S105 - 60 characters, as a real one
AGENT_HEADER = "X-Agent-Id"
OF_AN_AGENT = ("/me",)  # what an agente token may ask; the rest is for managers

Role = Literal["gestor", "supervisor", "agente"]


@dataclass(frozen=True)
class ServiceToken:
    """A token of the company.

    `agents` are those of a supervisor's teams; `ended`: it has expired, or was revoked.
    """

    text: str
    role: Role = "gestor"
    agents: frozenset[int] | None = None
    ended: bool = False


GESTOR = ServiceToken(f"{PREFIX}demo-gestor-of-the-simulator-only-0001")
SUPERVISOR = ServiceToken(
    f"{PREFIX}demo-supervisor-of-the-simulator-only-0001", "supervisor", frozenset(range(101, 109))
)
AGENTE = ServiceToken(f"{PREFIX}demo-agente-of-the-simulator-only-0001", "agente")
ENDED = ServiceToken(f"{PREFIX}demo-gestor-that-has-expired-0001", ended=True)
SERVICE_TOKENS = (GESTOR, SUPERVISOR, AGENTE, ENDED)


@dataclass(frozen=True)
class Entry:
    """What a request's token comes to: 200, or a status with its explanation (None = the usual one
    of that status).

    `agents`: only their calls are seen; None = all.
    """

    status: int = 200
    detail: str | None = None
    role: Role = "gestor"
    agents: frozenset[int] | None = None


@dataclass
class Access:
    """The tokens that are known now.

    `personal_ended`: personal ones are known, and refused all the same.
    """

    personal: str
    service: Collection[ServiceToken] = SERVICE_TOKENS
    personal_ended: bool = False
    active_agents: Collection[int] = range(101, 125)

    def enter(
        self, headers: Mapping[str, str], query: Mapping[str, Sequence[str]], path: str
    ) -> Entry:
        """Judge a request by its headers (names in small letters), its query, and the path below
        the API's root.
        """
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        tokens = [bearer if scheme == "Bearer" else "", *query.get("api_token", ())]
        agent = headers.get(AGENT_HEADER.lower())
        for each in self.service:
            if each.text in tokens:
                return _service_entry(each, agent, path, self.active_agents)
        if self.personal in tokens and not self.personal_ended:
            return Entry()
        return Entry(
            401, "Token de serviço inválido" if any(t.startswith(PREFIX) for t in tokens) else None
        )


def _service_entry(
    token: ServiceToken, agent: str | None, path: str, active: Collection[int]
) -> Entry:
    if token.ended:
        return Entry(401, "Token de serviço inválido")
    if token.role != "agente":
        if agent is not None:
            return Entry(400, f"O cabeçalho {AGENT_HEADER} só é aceito em tokens de papel agente")
        return Entry(role=token.role, agents=token.agents)
    if agent is None:
        return Entry(400, f"O cabeçalho {AGENT_HEADER} é obrigatório para tokens de papel agente")
    if not (agent.isdecimal() and int(agent) in active):
        return Entry(401, "Agente não encontrado ou inativo")
    return Entry(role=token.role) if path in OF_AN_AGENT else Entry(403)
