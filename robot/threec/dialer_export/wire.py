"""What an export asks for apart from who is sent, and a client as the dialer gets it by that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from robot.database.exports import Item
from robot.threec.contacts import wire_items
from robot.threec.dialer_export.choosing import Client
from robot.threec.mailing import CHUNK


@dataclass(frozen=True)
class Order:
    """What an export is to do, apart from who is sent."""

    list_name: str
    weight: int | None = None
    callback_url: str = "/atendimento/{client_id}"
    phones_per_client: int = 1
    cooldown: timedelta = timedelta(hours=24)
    blocked: tuple[str, ...] = ()


def is_of(identifier: str | None, phone: str | None, item: Item) -> bool:
    """Whether what the dialer filtered, by what it says of it, is this contact."""
    if identifier is not None:
        return identifier == item.external_id
    return phone is not None and any(
        str(wire["phone"]) == phone.removeprefix("55") for wire in item.wire
    )


def wire_of(client: Client, order: Order) -> list[dict[str, Any]]:
    """A client as the dialer gets it: one item for each phone."""
    data = {"nome": client.name}
    if client.cpf:
        data["cpf"] = client.cpf
    if client.open_amount is not None:
        data["valor"] = brazilian(f"{client.open_amount:.2f}")
    data["url"] = order.callback_url.format(client_id=quote(client.external_id, safe=""))
    phones = list(client.phones[: order.phones_per_client])
    return wire_items([{"identifier": client.external_id, "phones": phones, "data": data}])


def brazilian(amount: str) -> str:
    """`1150.00` → `1.150,00`."""
    return f"{float(amount):,.2f}".translate(str.maketrans(",.", ".,"))


def chunks(items: Sequence[Item]) -> list[list[Item]]:
    """Contacts together while their items are 100 at most; a contact's items are never parted."""
    made: list[list[Item]] = []
    size = CHUNK
    for item in items:
        if size + len(item.wire) > CHUNK:
            made.append([])
            size = 0
        made[-1].append(item)
        size += len(item.wire)
    return made
