"""The campaigns' lists and the contacts in them, as 3C Plus keeps them: with its traps.

Names are not unique; filters drop contacts without a word but their count; more than 300 items are
refused; a phone of nine digits or with 55 is taken (and would dial wrong).
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MOST_ITEMS = 300
FIRST_LIST = 9001


@dataclass
class MailingList:
    """One list. `items` holds the contacts as received, those that filters dropped left out."""

    id: int
    campaign: int
    name: str
    header: tuple[str, ...] = ()
    weight: int = 1
    items: list[dict[str, Any]] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        """The list as the API gives it."""
        return {
            "id": self.id,
            "name": self.name,
            "total": len(self.items),
            "dialed": 0,
            "completed": 0,
            "weight": self.weight,
            "campaign_id": self.campaign,
        }


@dataclass(frozen=True)
class Taken:
    """What became of the items of one request: how many were taken, and for each other one the
    reason.
    """

    quantity: int
    filtered: tuple[tuple[str, dict[str, Any]], ...] = ()


class MailingLists:
    """Every list, safe to use from many threads.

    `blocked` phones are dropped (the blacklist), in any campaign.
    """

    def __init__(self, blocked: Sequence[str] = ()) -> None:
        self.blocked = set(blocked)
        self._lists: dict[int, MailingList] = {}
        self._lock = threading.Lock()

    def all(self) -> list[MailingList]:
        """Every list, in the order in which they were made."""
        with self._lock:
            return list(self._lists.values())

    def of(self, campaign: int) -> list[MailingList]:
        """The lists of a campaign."""
        return [each for each in self.all() if each.campaign == campaign]

    def create(self, campaign: int, name: str, header: Sequence[str] = ()) -> MailingList:
        """Make a list, whatever its name."""
        with self._lock:
            made = MailingList(FIRST_LIST + len(self._lists), campaign, name, tuple(header))
            self._lists[made.id] = made
            return made

    def find(self, campaign: int, list_id: int) -> MailingList | None:
        """The list, None when the campaign has none of that id."""
        found = self._lists.get(list_id)
        return found if found and found.campaign == campaign else None

    def take(self, to: MailingList, items: Sequence[dict[str, Any]]) -> Taken:
        """Put contacts into a list, but those that a filter drops."""
        filtered = []
        with self._lock:
            for item in items:
                motive = self._motive(item)
                if motive:
                    filtered.append((motive, item))
                else:
                    to.items.append(item)
        return Taken(len(items) - len(filtered), tuple(filtered))

    def _motive(self, item: Mapping[str, Any]) -> str | None:
        phone = str(item.get("phone", ""))
        if phone in self.blocked:
            return "Telefone na blacklist"
        if not phone.isdecimal() or len(phone) < 9:
            return "Telefone inválido"
        return None


def invalid_items(content: Any) -> dict[str, list[str]]:
    """What the API refuses with 422 in a request that sends contacts; empty when all is well."""
    if (
        not isinstance(content, list)
        or not content
        or not all(isinstance(item, dict) for item in content)
    ):
        return {"mailing": ["O campo mailing deve ser uma lista de contatos."]}
    if len(content) > MOST_ITEMS:
        return {"mailing": [f"O campo mailing não pode ter mais de {MOST_ITEMS} itens."]}
    if any(not item.get("phone") for item in content):
        return {"phone": ["O campo phone é obrigatório."]}
    return {}
