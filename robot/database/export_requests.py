"""The ledger of the requests that carried contacts to the dialer: one line for each POST, found
again by its token.

A line is written in the transaction that puts its contacts in flight, and completed in the one that
settles them. Nothing is counted up: a transaction that is repeated writes the same line again, and
every sum is taken from the lines.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from robot.cells.tables import DIALER_EXPORT_REQUESTS as TABLE
from robot.cells.utf16 import cut
from robot.database.engine import Engine
from robot.database.repository import Repository


class RequestStatus(StrEnum):
    """How a request stands."""

    IN_FLIGHT = "in flight"  # about to be sent, or under way
    ANSWERED = "answered"  # the dialer took it: with counts, or without (`mailing.json`)
    NOT_TAKEN = "not taken"  # refused, or never arrived: nothing of it is in the list
    UNKNOWN = "unknown"  # the answer was lost
    # it was lost: `imported` is what the list's total told, or NULL where the operator said it
    SETTLED = "settled"


@dataclass(frozen=True)
class NewRequest:
    """A request about to be sent. `token` tells a repeated transaction from a second request."""

    token: str
    export_id: int
    execution_id: int
    list_id: int
    list_made: bool
    records: int


@dataclass(frozen=True)
class Answer:
    """What became of a request.

    `imported`: records that the dialer took, as it counts; None = nobody knows.
    """

    token: str
    status: RequestStatus
    imported: int | None = None
    filtered: int | None = None
    motives: Mapping[str, int] = field(default_factory=dict)
    reason: str | None = None


@dataclass(frozen=True)
class RequestLine:
    """A line of the ledger, as far as the list's total is compared with it.

    `items`: ids of its contacts.
    """

    id: int
    token: str
    export_id: int
    list_made: bool
    status: RequestStatus
    items: tuple[int, ...]
    records: int
    imported: int | None
    total_after: int | None
    sent_at: datetime
    list_total_before: int | None


def begin(engine: Engine, now: datetime, request: NewRequest, items: Sequence[int]) -> None:
    """Write a request down, once, in the running transaction."""
    cursor = engine.cursor()
    cursor.execute(f"SELECT id FROM {TABLE.name} WHERE token = ?", (request.token,))
    known = cursor.fetchone() is not None  # then: a COMMIT whose answer was lost, and which held
    cursor.close()
    if not known:
        engine.write(
            f"INSERT INTO {TABLE.name} (token, export_id, execution_id, list_id, list_made,"
            " status, items, records, sent_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(
                    request.token,
                    request.export_id,
                    request.execution_id,
                    request.list_id,
                    request.list_made,
                ),
                *(RequestStatus.IN_FLIGHT.value, json.dumps(list(items)), request.records, now),
            ),
        )


def complete(engine: Engine, now: datetime, answer: Answer) -> None:
    """Write what became of a request, in the running transaction."""
    motives = json.dumps(dict(answer.motives), ensure_ascii=False) if answer.motives else None
    engine.write(
        f"UPDATE {TABLE.name} SET status = ?, imported = ?, filtered = ?, motives = ?, reason = ?,"
        " settled_at = ? WHERE token = ?",
        (
            *(answer.status.value, answer.imported, answer.filtered, motives),
            *(answer.reason and cut(answer.reason, TABLE["reason"].width), now, answer.token),
        ),
    )


def lose(engine: Engine, now: datetime, reason: str) -> None:
    """What a killed process left in flight is unknown now."""
    engine.write(
        f"UPDATE {TABLE.name} SET status = ?, reason = ?, settled_at = ? WHERE status = ?",
        (RequestStatus.UNKNOWN.value, reason, now, RequestStatus.IN_FLIGHT.value),
    )


def sum_up(engine: Engine, export_id: int) -> None:
    """Take the export's filter counts from its requests."""
    cursor = engine.cursor()
    cursor.execute(
        (
            f"SELECT filtered, motives FROM {TABLE.name} WHERE export_id = ? AND filtered > 0"
            " ORDER BY id"
        ),
        (export_id,),
    )
    total, motives = 0, Counter[str]()
    for filtered, text in cursor.fetchall():
        total += filtered
        motives.update(json.loads(text) if text else {})
    cursor.close()
    if total:
        engine.write(
            "UPDATE dialer_exports SET motives = ?, filtered_records = ? WHERE id = ?",
            (json.dumps(motives, ensure_ascii=False), total, export_id),
        )


def remember_total(engine: Engine, token: str, total: int) -> None:
    """Write what the list held as soon as the request's answer was lost."""
    engine.write(f"UPDATE {TABLE.name} SET total_after = ? WHERE token = ?", (total, token))


def of_list(repository: Repository, list_id: int, campaign_id: int) -> list[RequestLine]:
    """Every request into a list, of whatever export, in the order in which they were sent."""
    rows = repository.read(
        "SELECT r.id, r.token, r.export_id, r.list_made, r.status, r.items, r.records, r.imported,"
        " r.total_after,"
        f" r.sent_at, e.list_total_before FROM {TABLE.name} r JOIN dialer_exports e ON e.id ="
        " r.export_id"
        " WHERE r.list_id = ? AND e.campaign_id = ? ORDER BY r.id",
        (list_id, campaign_id),
    )
    return [_line(row) for row in rows]


def made_here(repository: Repository, export_id: int) -> bool:
    """Whether a request of the export says that the robot made its list in it."""
    rows = repository.read(
        f"SELECT MAX(CAST(list_made AS INT)) FROM {TABLE.name} WHERE export_id = ?", (export_id,)
    )
    return bool(rows[0][0])


def _line(row: Sequence[object]) -> RequestLine:
    number, token, export, made, status, items, records, imported, after, sent_at, before = row
    return RequestLine(
        id=int(str(number)),
        token=str(token),
        export_id=int(str(export)),
        list_made=bool(made),
        status=RequestStatus(str(status)),
        items=tuple(json.loads(str(items))) if items else (),
        records=int(str(records)),
        imported=whole(imported),
        total_after=whole(after),
        sent_at=datetime.fromisoformat(str(sent_at)),
        list_total_before=whole(before),
    )


def whole(value: object) -> int | None:
    """A cell of an INT column."""
    return None if value is None else int(str(value))
