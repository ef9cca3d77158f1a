"""The two kinds of tokens of 3C Plus, and what an operator does about one that is refused.

A *service token* begins with `3cs_`, belongs to the company and has a role and an expiry; a
*personal token* belongs to a user. An integrator relays the vendor's word that personal tokens get
401 since 2026-10-01; nobody has been seen who tells of the day itself, so both kinds are sent. The
texts of the errors are the vendor's tutorial's and that integrator's measurements of 2026-09-25.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from robot.errors import FatalError
from robot.http import AuthenticationRefused
from robot.http.api import refusal
from robot.http.bodies import NO_JSON
from robot.threec.errors import InvalidCredentials

PREFIX = "3cs_"
AGENT_HEADER = "X-Agent-Id"

Kind = Literal["service", "personal", "login"]

ENDED = "personal tokens may have ended on 2026-10-01"
HOW_TO_MAKE = (
    "Make a service token at 3C Plus (Configurações → Tokens de serviço, role gestor; it is shown"
    " once, and begins with"
    f" {PREFIX}), and put it into MANAGER_TOKEN."
)
_UNKNOWN: dict[Kind, str] = {
    "service": (
        f"MANAGER_TOKEN is not copied whole, or the token has expired or was revoked. {HOW_TO_MAKE}"
    ),
    "personal": (
        f"MANAGER_TOKEN does not begin with {PREFIX}: it is wrong, or a user's, and"
        f" {ENDED}. {HOW_TO_MAKE}"
    ),
    "login": (
        f"The login was taken, its token is not: the user's rights were changed, or {ENDED}, those"
        " of a login too."
        f" {HOW_TO_MAKE}"
    ),
}
_FORBIDDEN: dict[Kind, str] = {
    "service": f"The token's role is not gestor, and a role cannot be changed. {HOW_TO_MAKE}",
    "personal": f"The token's user is no gestor. {HOW_TO_MAKE}",
    "login": f"THREEC_USER is no gestor. {HOW_TO_MAKE}",
}
_CHECK_LOGIN = "Check THREEC_USER, THREEC_PASSWORD and THREEC_COMPANY_ID or THREEC_COMPANY_DOMAIN"
_PAGE = "The answer is a page for people: a proxy or a firewall may stand before 3C Plus."


def kind_of(token: str) -> Kind:
    """Which kind of token it is, by how it begins."""
    return "service" if token.startswith(PREFIX) else "personal"


@dataclass(frozen=True)
class Refusals:
    """Explains the refusals of 3C Plus to whoever sent a token of this kind: see
    `robot.http.Api.refusal`.

    `expired` is told before the hint for a token that the API does not know.
    """

    kind: Kind
    expired: str = ""

    def __call__(self, where: str, status: int, said: str) -> FatalError:
        error = refusal(where, status, said)
        if AGENT_HEADER.lower() in said.lower():
            return self._of_the_agent_header(where, status, said)
        if status == 401:
            error.hint = f"{self.expired} {_UNKNOWN[self.kind]}".strip()
        elif status == 403:
            error.hint = _FORBIDDEN[self.kind]
        elif where.startswith("GET "):
            error.hint = "Check BASE_URL, PER_PAGE and the dates."
        if status in {401, 403} and NO_JSON in said:
            error.hint = f"{_PAGE} If none does: {error.hint}"
        return error

    def _of_the_agent_header(self, where: str, status: int, said: str) -> FatalError:
        """The robot never sends that header: only tokens of the role agente need it, and the others
        may not have it.
        """
        if "só é aceito" in said:
            hint = (
                f"The robot sends no {AGENT_HEADER}: look for a proxy that adds it, and take it"
                " away."
            )
        else:
            hint = (
                f"The token has the role agente, which works for one agent at a time. {HOW_TO_MAKE}"
            )
        return AuthenticationRefused(f"{where}: the API asks for an agent. {said}", hint)


def login_refusal(where: str, status: int, said: str) -> FatalError:
    """Explain why 3C Plus refuses a login: see `robot.http.Api.refusal`."""
    if status not in {401, 403}:
        error = refusal(where, status, said)
        error.hint = f"{_CHECK_LOGIN}, and THREEC_BASE_URL."
        return error
    hint = f"{_CHECK_LOGIN}. If they are right: {ENDED}, and the login with them. {HOW_TO_MAKE}"
    if NO_JSON in said:
        hint = f"{_PAGE} If none does: {hint}"
    return InvalidCredentials(f"{where}: 3C Plus refuses the login. {said}", hint)
