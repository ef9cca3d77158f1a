"""The clients of AtendeAqui and their teams."""

import uuid
from typing import Any

from robot.simulators.answer import Answer
from robot.simulators.atendeaqui.answers import Asked, Refused, nothing, ok
from robot.simulators.atendeaqui.world import World, make_client, make_member

_WRITABLE = frozenset(
    {"full_name", "email", "phone", "identification_number", "type_identification", "birthday"}
    | {"observations", "is_active", "preferred_language", "profession"}
)
_RIGHTS = ("is_primary", "can_create_tickets", "can_view_all_tickets", "can_edit_client")


def find(world: World, client_id: str) -> dict[str, Any]:
    """A client. Raises Refused."""
    for client in world.clients:
        if client["client_id"] == client_id:
            return client
    raise Refused("NOT_FOUND", "Cliente não encontrado.")


def get(world: World, _: Asked, client_id: str) -> Answer:
    """One client."""
    return ok(find(world, client_id))


def create(world: World, asked: Asked) -> Answer:
    """A new client; an id that is taken is refused."""
    sent = asked.fields
    if not sent.get("full_name"):
        message = "Este campo é obrigatório."
        raise Refused("VALIDATION_ERROR", message, errors={"full_name": [message]})
    client_id = str(sent.get("client_id") or uuid.uuid4())
    if any(client["client_id"] == client_id for client in world.clients):
        message = "Já existe um cliente com este client_id."
        raise Refused("VALIDATION_ERROR", message, errors={"client_id": [message]})
    blank = dict.fromkeys(("email", "phone"), "")
    client = {**make_client(0), **blank, "client_id": client_id}
    client |= {name: value for name, value in sent.items() if name in _WRITABLE}
    client["created_at"] = client["updated_at"] = world.written_now()
    world.clients.append(client)
    return ok(client, 201)


def update(world: World, asked: Asked, client_id: str) -> Answer:
    """Change the fields that were sent."""
    client = find(world, client_id)
    client |= {name: value for name, value in asked.fields.items() if name in _WRITABLE}
    client["updated_at"] = world.written_now()
    return ok(client)


def team(world: World, _: Asked, client_id: str) -> Answer:
    """A bare list."""
    return ok(find(world, client_id)["team_members"])


def add_member(world: World, asked: Asked, client_id: str) -> Answer:
    """Add a user, made where there is none of this address."""
    client, sent = find(world, client_id), asked.fields
    if not sent.get("user_email") and sent.get("user_id") is None:
        raise Refused("VALIDATION_ERROR", "Informe user_email ou user_id.")
    number = sent.get("user_id") or world.next_id()
    member = make_member(int(number), str(sent.get("user_email") or ""))
    member |= {name: sent[name] for name in _RIGHTS if name in sent}
    client["team_members"].append(member)
    client["team_count"] = len(client["team_members"])
    return ok(member, 201)


def update_member(world: World, asked: Asked, client_id: str, member_id: str) -> Answer:
    """Change the fields that were sent."""
    member = _member(world, client_id, member_id)
    member |= {name: value for name, value in asked.fields.items() if name in member}
    return ok(member)


def remove_member(world: World, _: Asked, client_id: str, member_id: str) -> Answer:
    """The member stays, inactive."""
    _member(world, client_id, member_id)["is_active"] = False
    return nothing()


def _member(world: World, client_id: str, member_id: str) -> dict[str, Any]:
    for member in find(world, client_id)["team_members"]:
        if str(member["id"]) == member_id:
            found: dict[str, Any] = member
            return found
    raise Refused("NOT_FOUND", "Membro não encontrado.")
