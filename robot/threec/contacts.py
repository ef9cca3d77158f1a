"""A contact, and the items by which the dialer's API takes it: `{"phone", "identifier", "data":
{…}}`, one for each phone.

The phone is national, 10 or 11 digits, without 55; what is neither phone nor identifier belongs
inside `data` (vendor's API description).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from robot.brazil.phones import UndiallablePhone, read_phones


@dataclass(frozen=True)
class Contact:
    """Who is to be called. `data` holds further columns of the list, such as cpf or valor."""

    name: str
    phones: Sequence[str]
    external_id: str
    data: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Contact({self.external_id!r})"

    def to_dict(self) -> dict[str, Any]:
        """The contact for `enviar_mailing_json`.

        Raises UndiallablePhone when none of its phones can be called.
        """
        read = read_phones(";".join(self.phones))
        if not read.numbers:
            reason = "; ".join(read.problems) or "it has none"
            raise UndiallablePhone(
                f"contact {self.external_id!r} has no phone that can be dialled: {reason}"
            )
        return {
            "identifier": self.external_id,
            "phones": list(read.numbers),
            "data": {"nome": self.name, **self.data},
        }


def wire_items(contacts: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The API's items, one for each phone. Raises ValueError for a contact without an identifier or
    a diallable phone.

    Takes what `Contact.to_dict` gives, and items in the API's own form (`phone` instead of
    `phones`).
    """
    items = []
    for contact in contacts:
        identifier = str(contact.get("identifier") or contact.get("external_id") or "")
        if not identifier:
            raise ValueError("a contact has no identifier")
        given = contact.get("phones") or [contact.get("phone") or ""]
        read = read_phones(";".join(map(str, given)))
        if not read.numbers:
            reason = "; ".join(read.problems) or "it has none"
            raise UndiallablePhone(
                f"contact {identifier!r} has no phone that can be dialled: {reason}"
            )
        data = dict(contact.get("data") or {})
        items += [
            {"phone": phone, "identifier": identifier, "data": data} for phone in read.numbers
        ]
    return items
