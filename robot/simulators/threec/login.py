"""`POST /authenticate` and `GET /me`: who logs in, and who somebody is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from robot.simulators.answer import Answer
from robot.simulators.threec.answers import ok, refusal

_ROLES = {
    "gestor": (2, "manager", "Gestor"),
    "supervisor": (3, "supervisor", "Supervisor"),
    "agente": (4, "agent", "Agente"),
}


@dataclass(frozen=True)
class User:
    """The one user that can log in. `second_factor`: not without a code besides."""

    name: str
    password: str
    second_factor: bool = False


def login_answer(content: Any, user: User, personal_token: str, transaction: str) -> Answer:
    """Judge the fields of a login."""
    form = {key: str(value) for key, value in content.items()} if isinstance(content, dict) else {}
    if missing := _missing(form):
        return refusal(
            422, transaction, {name: [f"O campo {name} é obrigatório."] for name in missing}
        )
    if (form["user"], form["password"]) != (user.name, user.password):
        return refusal(401, transaction, detail="Usuário ou senha inválidos.")
    if user.second_factor:
        return ok({"two_factor": True}, transaction, status=203)
    return ok(profile("gestor", personal_token), transaction)


def profile(role: str, token: str) -> dict[str, Any]:
    """Who the bearer of a token is, the token included, as the API gives it."""
    number, name, readable = _ROLES[role]
    return {
        "id": 1,
        "name": "Gestora Demonstração",
        "email": "gestora@example.com",
        "api_token": token,
        "role": {"id": number, "name": name, "readable_name": readable},
        "settings": {"timezone": "America/Sao_Paulo"},
        "company": {"id": 10, "name": "Empresa Demonstração", "domain": "demo"},
    }


def _missing(form: Mapping[str, str]) -> list[str]:
    company = form.get("company_domain") or form.get("company_id")
    given = {"user": form.get("user"), "password": form.get("password"), "company_domain": company}
    return [name for name, value in given.items() if not value]
