"""What the simulator serves: clients with teams, flows with steps, and the people in them. All of
it is invented.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

FLOW_KEY = "f47ac10b-58cc-4372-a567-0e02b2c3d479"
SLUG = "onboarding-clientes"

# step_key, title, required
_STEPS = (
    ("welcome", "Boas-vindas", True),
    ("perfil", "Perfil e caso de uso", True),
    ("configuracao-api", "Configuração técnica", True),
    ("convidar-equipe", "Convidar a equipe", True),
    ("personalizar-agenda", "Personalizar a agenda", False),
    ("tour", "Tour", False),
)
_COMPANIES = ("AgendaPro", "Acme", "Clínica Sol", "Boreal", "Ponto Certo", "Vila Nova", "Aurora")
_PEOPLE = ("Ana Lima", "Bia Souza", "Caio Reis", "Davi Melo", "Eva Prado", "João Silva")


@dataclass
class Flow:
    """One flow: its two names, its steps and the people in it, by their ids."""

    key: str
    slug: str
    name: str
    steps: list[dict[str, Any]]
    fields: dict[str, Any] = field(default_factory=dict)
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    rules: list[dict[str, Any]] = field(default_factory=list)
    logs: list[dict[str, Any]] = field(default_factory=list)
    pieces: list[dict[str, Any]] = field(default_factory=list)
    refuses_origin: bool = False

    def step(self, key: str) -> dict[str, Any] | None:
        """The step of this key."""
        return next((step for step in self.steps if step["step_key"] == key), None)


@dataclass
class World:
    """Everything there is. `now` gives the server's time."""

    clients: list[dict[str, Any]] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ids: int = 1000

    def next_id(self) -> int:
        """A number that was not given before."""
        self.ids += 1
        return self.ids

    def written_now(self) -> str:
        """The server's time as the API writes it."""
        return self.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def make_client(number: int, members: int = 0) -> dict[str, Any]:
    """An invented client with so many in its team."""
    company = _COMPANIES[number % len(_COMPANIES)]
    team = [make_member(number * 100 + each, primary=each == 0) for each in range(members)]
    return {
        "client_id": f"cliente-{number:04d}",
        "full_name": f"{company} {number}",
        "email": f"contato{number}@exemplo.com.br",
        "phone": f"11{930000000 + number}",
        "identification_number": "",
        "type_identification": "",
        "birthday": None,
        "observations": "",
        "is_active": True,
        "preferred_language": "pt-BR",
        "profession": "",
        "created_at": "2026-09-01T12:00:00Z",
        "updated_at": "2026-09-01T12:00:00Z",
        "team_members": team,
        "team_count": len(team),
    }


def make_member(number: int, email: str = "", *, primary: bool = False) -> dict[str, Any]:
    """An invented member of a team."""
    name = _PEOPLE[number % len(_PEOPLE)]
    return {
        "id": number,
        "username": email or f"pessoa{number}",
        "email": email or f"pessoa{number}@exemplo.com.br",
        "full_name": name,
        "is_primary": primary,
        "can_create_tickets": True,
        "can_view_all_tickets": True,
        "can_edit_client": False,
        "is_active": True,
    }


def make_flow(key: str = FLOW_KEY, slug: str = SLUG, name: str = "Onboarding") -> Flow:
    """A flow of six steps, two of which may be skipped."""
    steps = [
        {
            "step_key": step,
            "title": title,
            "description": f"Etapa: {title}",
            "order": number,
            "is_required": required,
            "can_skip": not required,
            "step_type": "INFO" if step == "welcome" else "FORM",
            "step_config": {"action_url": f"https://exemplo.com.br/{step}"},
            "content": f"# {title}",
            "content_html": f"<h1>{title}</h1>",
        }
        for number, (step, title, required) in enumerate(_STEPS, 1)
    ]
    return Flow(key, slug, name, steps)


def make_world(clients: int = 3, flows: int = 1) -> World:
    """So many clients (every third has a team of two) and flows; nobody is in a flow yet."""
    world = World(clients=[make_client(n, 2 if n % 3 == 1 else 0) for n in range(1, clients + 1)])
    for number in range(flows):
        more = f"-{number + 1}" if number else ""
        key = FLOW_KEY if not number else f"00000000-0000-4000-8000-{number:012d}"
        world.flows.append(make_flow(key, f"{SLUG}{more}", f"Onboarding{more}"))
    return world
