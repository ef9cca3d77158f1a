"""Who is to be sent to the dialer: the clients that match a wish, less those who may not be sent,
each with its reason.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from robot.brazil.phones import read_phones
from robot.cells.tables import CLIENTS
from robot.cells.words import canonical
from robot.database import Repository
from robot.database.exports import ExportStore, ItemStatus
from robot.runtime.program import command
from robot.threec.dialer_export.filters import Blocked, asked_for

log = logging.getLogger(__name__)

_NAMES = CLIENTS.row_names
_WHY = {
    ItemStatus.IN_FLIGHT: "is being sent",
    ItemStatus.UNKNOWN: f'was sent with an unknown outcome ("{command("export resolve")}")',
    ItemStatus.SENT: "already sent within EXPORT_COOLDOWN_HOURS",
    ItemStatus.FILTERED: "filtered by the dialer within EXPORT_COOLDOWN_HOURS",
}


@dataclass(frozen=True)
class Client:
    """A client as the export needs it."""

    external_id: str
    name: str
    cpf: str
    phones: tuple[str, ...]
    creditor: str
    open_amount: Decimal | None
    uf: str
    status: str

    @property
    def key(self) -> str:
        """The external_id as ids are compared: what was stored by an older version may hold
        invisible characters.
        """
        return canonical(self.external_id)

    def __repr__(self) -> str:
        return f"Client({self.external_id!r})"


@dataclass(frozen=True)
class Wish:
    """What is asked for.

    Ids and words are compared in their one form (`robot.cells.words`); empty asks for nothing.
    """

    campaign_id: int
    ids: frozenset[str] = frozenset()
    creditor: str = ""
    uf: str = ""
    min_amount: Decimal | None = None
    status: str = ""
    not_called_since: datetime | None = None
    limit: int | None = None

    def matches(self, client: Client) -> bool:
        """Whether the client is one of those asked for."""
        return (
            (not self.ids or client.key in self.ids)
            and asked_for(self.creditor, client.creditor)
            and asked_for(self.uf, client.uf)
            and asked_for(self.status, client.status)
            and (
                self.min_amount is None
                or (client.open_amount is not None and client.open_amount >= self.min_amount)
            )
        )


@dataclass
class Choice:
    """Who matches, who of them is to be sent, and why the others are not.

    Of those who wait in an export that was not finished: `waiting` may still be sent and are asked
    for, `staying` counts who may be sent and is not asked for now, `withdrawn` tells by the
    external id why one may not be sent any more.
    """

    matched: int = 0
    waiting: list[Client] = field(default_factory=list)
    chosen: list[Client] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    staying: int = 0
    withdrawn: dict[str, str] = field(default_factory=dict)
    blocked: Blocked = field(default_factory=lambda: Blocked({}))


def choose(
    store: ExportStore,
    clients: Iterable[Client],
    wish: Wish,
    *,
    blocked: Sequence[str],
    cooldown_since: datetime,
) -> Choice:
    """Apply the wish, then the reasons not to send. Deterministic: the order of the clients is
    kept.

    Who waits from before is looked at like everybody else, by today's data: a client may have been
    blocked meanwhile. The limit is for all, and those who wait come first.
    """
    clients = list(clients)
    wish = replace(wish, ids=frozenset(map(canonical, wish.ids)))
    held = {
        canonical(raw): (raw, status)
        for raw, status in store.held_back(wish.campaign_id, cooldown_since).items()
    }
    called = (
        set(map(canonical, store.called_since(wish.not_called_since)))
        if wish.not_called_since
        else set()
    )
    never = Blocked.among(((client.external_id, client.status) for client in clients), blocked)
    gone = {raw for raw, status in held.values() if status is ItemStatus.PENDING}
    choice = Choice(blocked=never)
    strangers = set(wish.ids)
    met: set[str] = set()
    for client in clients:
        key = client.key
        strangers.discard(key)
        if key in met:
            choice.left_out["the same client twice: the external_ids look alike"] += 1
            continue
        met.add(key)
        why = _never(client, never)
        raw, status = held.get(key, (client.external_id, None))
        waits = status is ItemStatus.PENDING
        if waits:
            gone.discard(raw)
            if why:
                choice.withdrawn[raw] = why
        if not wish.matches(client) or key in called:
            choice.staying += waits and not why
            continue
        choice.matched += 1
        if why:
            choice.left_out[why] += not waits
        elif waits:
            choice.waiting.append(
                client if raw == client.external_id else replace(client, external_id=raw)
            )
        elif status:
            choice.left_out[_WHY[status]] += 1
        else:
            choice.chosen.append(client)
    choice.withdrawn.update(dict.fromkeys(sorted(gone), "is among the clients no more"))
    if wish.limit is not None:
        _limit(choice, wish.limit)
    if strangers:
        choice.left_out["asked for by their ids, and not among the clients"] = len(strangers)
    choice.left_out = +choice.left_out
    return choice


def _never(client: Client, never: Blocked) -> str:
    """Why this client may not be sent at all; empty when nothing stands against it."""
    if client.key in never.protected:
        return f"blocked (status {client.status})"
    return "" if client.phones else "no phone that can be dialled"


def _limit(choice: Choice, most: int) -> None:
    beyond = len(choice.waiting) + len(choice.chosen) - most
    if beyond > 0:
        choice.left_out["beyond the limit"] += beyond
        choice.chosen = choice.chosen[: max(0, most - len(choice.waiting))]
        choice.waiting = choice.waiting[:most]


def clients_of_table(repository: Repository) -> list[Client]:
    """Every client of the table `clients`, the oldest first; those that came together by their ids,
    9 before 10.

    Not by the rows' own numbers: a SQL Server gives them in an order of its own.
    """
    rows = repository.read(f"SELECT created_at, {', '.join(_NAMES)} FROM clients")
    rows.sort(key=lambda row: (str(row[0]), len(str(row[1])), str(row[1])))
    return [client_of(dict(zip(_NAMES, row[1:], strict=True))) for row in rows]


def client_of(row: dict[str, object]) -> Client:
    """A row of the table `clients`."""

    def text(name: str) -> str:
        return "" if row[name] is None else str(row[name])

    amount = text("open_amount")
    return Client(
        external_id=text("external_id"),
        name=text("name"),
        cpf=text("cpf"),
        phones=read_phones(
            text("phones")
        ).numbers,  # read again: the table may have been edited by hand
        creditor=text("creditor"),
        open_amount=Decimal(amount) if amount else None,
        uf=text("uf"),
        status=text("status"),
    )
