"""Exports to the dialer and their contacts, in SQL that both databases speak.

A contact goes pending → in flight (committed before the request that carries it) → sent, filtered,
rejected or unknown. Whatever happens between two of these transactions leaves a state from which
nothing is sent twice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from robot.cells.tables import DIALER_EXPORT_ITEMS, DIALER_EXPORTS
from robot.cells.utf16 import cut
from robot.cells.values import Cell
from robot.database import export_requests as ledger
from robot.database import refusals
from robot.database.engine import Engine
from robot.database.export_requests import Answer, NewRequest, whole
from robot.database.repository import Repository

JOB = refusals.JOB
_MANY = 500  # parameters of one statement; SQL Server takes 2100
_ROWS = 50  # rows of one INSERT, of seven parameters each


class ItemStatus(StrEnum):
    """How a contact stands."""

    PENDING = "pending"  # chosen, not sent
    IN_FLIGHT = "in flight"  # its request is about to be sent, or under way
    SENT = "sent"  # the dialer has it
    FILTERED = "filtered"  # the dialer left it out, and says so
    REJECTED = "rejected"  # the dialer refused it
    UNKNOWN = "unknown"  # the answer was lost: the dialer may have it or not


@dataclass(frozen=True)
class NewExport:
    """An export about to be written. `token` tells a repeated transaction from a second export."""

    token: str
    execution_id: int
    campaign_id: int
    list_name: str
    weight: int | None
    selection: Mapping[str, Any]


@dataclass(frozen=True)
class Export:
    """A line of `dialer_exports`."""

    id: int
    campaign_id: int
    list_name: str
    list_id: int | None
    list_total_before: int | None
    weight: int | None


@dataclass(frozen=True)
class Item:
    """A contact of an export: `wire` holds the items that the dialer gets, one for each phone."""

    id: int
    external_id: str
    wire: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Settled:
    """What became of a contact."""

    item_id: int
    status: ItemStatus
    reason: str | None = None


class ExportStore:
    """What the exports need of a repository.

    Call it with the lock of the job `dialer_export` held.
    """

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    def create(
        self, export: NewExport, contacts: Sequence[tuple[str, Sequence[Mapping[str, Any]]]]
    ) -> int:
        """Write an export and its contacts as pending, in one transaction; return its id."""

        def work(engine: Engine, now: datetime) -> int:
            cursor = engine.cursor()
            cursor.execute("SELECT id FROM dialer_exports WHERE token = ?", (export.token,))
            found = cursor.fetchone()
            cursor.close()
            if found is not None:  # a COMMIT whose answer was lost, and which held
                return int(found[0])
            number = engine.insert(
                "INSERT INTO dialer_exports (token, execution_id, campaign_id, list_name, weight,"
                " selection, created_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    *(export.token, export.execution_id, export.campaign_id),
                    *(cut(export.list_name, DIALER_EXPORTS["list_name"].width), export.weight),
                    *(json.dumps(export.selection, ensure_ascii=False, default=str), now),
                ),
            )
            for start in range(
                0, len(contacts), _ROWS
            ):  # many rows a statement: one at a time takes a second a thousand
                part = contacts[start : start + _ROWS]
                values: list[Cell] = []
                for external_id, wire in part:
                    values += [
                        number,
                        export.campaign_id,
                        external_id,
                        ItemStatus.PENDING.value,
                        len(wire),
                        _payload(wire),
                        now,
                    ]
                marks = ", ".join(["(?, ?, ?, ?, ?, ?, ?)"] * len(part))
                engine.write(
                    "INSERT INTO dialer_export_items"
                    " (export_id, campaign_id, external_id, status, records, payload, created_at)"
                    f" VALUES {marks}",
                    tuple(values),
                )
            return number

        return self._repository.change(work)

    def found_in_flight(self) -> int:
        """Contacts that a killed process left in flight become unknown. Returns how many.

        Where a COMMIT broke but did hold, the repetition finds none: then the first attempt's count
        is the truth.
        """
        counts: list[int] = []

        def work(engine: Engine, now: datetime) -> None:
            reason = "the robot was stopped while the request was under way"
            found = engine.write(
                (
                    "UPDATE dialer_export_items SET status = ?, reason = ?, settled_at = ? WHERE"
                    " status = ?"
                ),
                (ItemStatus.UNKNOWN.value, reason, now, ItemStatus.IN_FLIGHT.value),
            )
            counts.append(found)
            ledger.lose(engine, now, reason)

        self._repository.change(work)
        return max(counts)

    def unfinished(self, campaign_id: int) -> list[tuple[Export, int]]:
        """The campaign's exports that have pending contacts, oldest first, with their number."""
        rows = self._repository.read(
            "SELECT e.id, e.campaign_id, e.list_name, e.list_id, e.list_total_before, e.weight,"
            " COUNT(*) FROM dialer_exports e JOIN dialer_export_items i ON i.export_id = e.id"
            " WHERE e.campaign_id = ? AND i.status = ?"
            " GROUP BY e.id, e.campaign_id, e.list_name, e.list_id, e.list_total_before, e.weight"
            " ORDER BY e.id",
            (campaign_id, ItemStatus.PENDING.value),
        )
        return [(_export(row), int(str(row[6]))) for row in rows]

    def uncertain(self, export_id: int | None = None) -> list[Export]:
        """The exports that have contacts of unknown outcome, oldest first."""
        which, values = ("", ()) if export_id is None else (" AND e.id = ?", (export_id,))
        rows = self._repository.read(
            "SELECT DISTINCT e.id, e.campaign_id, e.list_name, e.list_id, e.list_total_before,"
            " e.weight FROM dialer_exports e JOIN dialer_export_items i ON i.export_id = e.id"
            f" WHERE i.status = ?{which} ORDER BY e.id",
            (ItemStatus.UNKNOWN.value, *values),
        )
        return [_export(row) for row in rows]

    def knows(self, export_id: int) -> bool:
        """Whether there is such an export."""
        return bool(
            self._repository.read("SELECT id FROM dialer_exports WHERE id = ?", (export_id,))
        )

    def items(self, export_id: int, status: ItemStatus) -> list[Item]:
        """The export's contacts of a status, in the order in which they were chosen."""
        rows = self._repository.read(
            (
                "SELECT id, external_id, payload FROM dialer_export_items WHERE export_id = ? AND"
                " status = ? ORDER BY id"
            ),
            (export_id, status.value),
        )
        return [Item(int(str(row[0])), str(row[1]), tuple(json.loads(str(row[2])))) for row in rows]

    def rewrite(self, items: Sequence[Item]) -> None:
        """Commit what the dialer is to get of pending contacts: their client may have changed since
        they were chosen.
        """

        def work(engine: Engine, _: datetime) -> None:
            for item in items:
                engine.write(
                    (
                        "UPDATE dialer_export_items SET payload = ?, records = ? WHERE id = ? AND"
                        " status = ?"
                    ),
                    (_payload(item.wire), len(item.wire), item.id, ItemStatus.PENDING.value),
                )

        self._repository.change(work)

    def list_known(self, export_id: int, list_id: int, total_before: int) -> None:
        """Remember the export's list, and how many contacts it had before."""

        def work(engine: Engine, _: datetime) -> None:
            engine.write(
                "UPDATE dialer_exports SET list_id = ?, list_total_before = ? WHERE id = ?",
                (list_id, total_before, export_id),
            )

        self._repository.change(work)

    def in_flight(self, items: Sequence[Item], request: NewRequest) -> None:
        """Commit that these are about to be sent, by this request."""

        def work(engine: Engine, now: datetime) -> None:
            ledger.begin(engine, now, request, [item.id for item in items])
            marks = ", ".join("?" * len(items))
            engine.write(
                "UPDATE dialer_export_items SET status = ?, in_flight_at = ?, execution_id = ?,"
                " reason = NULL,"
                f" settled_at = NULL WHERE id IN ({marks})",
                (
                    ItemStatus.IN_FLIGHT.value,
                    now,
                    request.execution_id,
                    *(item.id for item in items),
                ),
            )

        self._repository.change(work)

    def settle(
        self,
        export_id: int,
        execution_id: int,
        settled: Sequence[Settled],
        answers: Sequence[Answer] = (),
    ) -> None:
        """Commit what became of contacts, and of the requests that carried them. Safe to repeat:
        nothing is counted up.

        A refused contact becomes a rejected record, too; one that the dialer took settles the
        client's earlier ones.
        """

        def work(engine: Engine, now: datetime) -> None:
            for status, reason in dict.fromkeys((each.status, each.reason) for each in settled):
                ids = [
                    each.item_id
                    for each in settled
                    if (each.status, each.reason) == (status, reason)
                ]
                when = None if status is ItemStatus.PENDING else now
                for start in range(0, len(ids), _MANY):
                    part = ids[start : start + _MANY]
                    marks = ", ".join("?" * len(part))
                    engine.write(
                        (
                            "UPDATE dialer_export_items SET status = ?, reason = ?, settled_at = ?"
                            f" WHERE id IN ({marks})"
                        ),
                        (
                            status.value,
                            reason and cut(reason, DIALER_EXPORT_ITEMS["reason"].width),
                            when,
                            *part,
                        ),
                    )
                    if status in {ItemStatus.SENT, ItemStatus.FILTERED}:
                        refusals.resolve(engine, part, execution_id, now)
            for each in settled:
                if each.status is ItemStatus.REJECTED:
                    refusals.keep(engine, each.item_id, each.reason, execution_id, now)
            for answer in answers:
                ledger.complete(engine, now, answer)
            ledger.sum_up(engine, export_id)
            engine.write(
                "UPDATE dialer_exports SET finished_at = CASE WHEN EXISTS"
                " (SELECT 1 FROM dialer_export_items WHERE export_id = ? AND status IN (?, ?))"
                " THEN NULL ELSE COALESCE(finished_at, ?) END WHERE id = ?",
                (export_id, ItemStatus.PENDING.value, ItemStatus.IN_FLIGHT.value, now, export_id),
            )

        self._repository.change(work)

    def of_executions(self, executions: Sequence[int]) -> dict[int, dict[ItemStatus, int]]:
        """How the contacts stand today that each execution tried to send last."""
        if not executions:
            return {}
        rows = self._repository.read(
            "SELECT execution_id, status, COUNT(*) FROM dialer_export_items"
            f" WHERE execution_id IN ({', '.join('?' * len(executions))}) GROUP BY execution_id,"
            " status",
            tuple(executions),
        )
        found: dict[int, dict[ItemStatus, int]] = {}
        for execution, status, count in rows:
            found.setdefault(int(str(execution)), {})[ItemStatus(str(status))] = int(str(count))
        return found

    def open_items(self) -> dict[ItemStatus, int]:
        """Contacts of all exports that are not settled: pending, in flight, unknown."""
        statuses = (ItemStatus.PENDING, ItemStatus.IN_FLIGHT, ItemStatus.UNKNOWN)
        rows = self._repository.read(
            (
                "SELECT status, COUNT(*) FROM dialer_export_items WHERE status IN (?, ?, ?) GROUP"
                " BY status"
            ),
            tuple(status.value for status in statuses),
        )
        counts = {ItemStatus(str(status)): int(str(count)) for status, count in rows}
        return {status: counts.get(status, 0) for status in statuses}

    def held_back(self, campaign_id: int, since: datetime) -> dict[str, ItemStatus]:
        """Whom the campaign may not get again: open ones, however old, and those settled since that
        moment.
        """
        rows = self._repository.read(
            "SELECT external_id, status FROM dialer_export_items WHERE campaign_id = ?"
            " AND (status IN (?, ?, ?) OR (status IN (?, ?) AND settled_at >= ?)) ORDER BY id",
            (
                *(
                    campaign_id,
                    ItemStatus.PENDING.value,
                    ItemStatus.IN_FLIGHT.value,
                    ItemStatus.UNKNOWN.value,
                ),
                *(ItemStatus.SENT.value, ItemStatus.FILTERED.value, since),
            ),
        )
        return {str(row[0]): ItemStatus(str(row[1])) for row in rows}

    def called_since(self, moment: datetime) -> set[str]:
        """Identifiers of the contacts that were called since."""
        rows = self._repository.read(
            "SELECT DISTINCT m.identifier FROM mailing_data m JOIN calls c ON c.id ="
            f" m.call_id{self._of_call()}"
            " WHERE c.call_date >= ? AND m.identifier IS NOT NULL",
            (moment,),
        )
        return {str(row[0]) for row in rows}

    def _of_call(self) -> str:
        return self._repository.compared(("calls", "id"), ("mailing_data", "call_id"))

    def called_of(self, export: Export) -> set[int]:
        """The ids of the export's unknown contacts that were called from its list since: the dialer
        has them.
        """
        contact = self._repository.compared(
            ("mailing_data", "identifier"), ("dialer_export_items", "external_id")
        )
        rows = self._repository.read(
            "SELECT DISTINCT i.id FROM dialer_export_items i"
            f" JOIN mailing_data m ON m.identifier = i.external_id{contact} AND m.list_id = ?"
            f" JOIN calls c ON c.id = m.call_id{self._of_call()} AND c.call_date >= i.in_flight_at"
            " WHERE i.export_id = ? AND i.status = ?",
            (export.list_id, export.id, ItemStatus.UNKNOWN.value),
        )
        return {int(str(row[0])) for row in rows}

    def requests_of_list(self, list_id: int, campaign_id: int) -> list[ledger.RequestLine]:
        """Every request into a list, of whatever export, in the order in which they were sent."""
        return ledger.of_list(self._repository, list_id, campaign_id)

    def made_its_list(self, export_id: int) -> bool:
        """Whether it is known that the robot made the export's list in this export."""
        return ledger.made_here(self._repository, export_id)

    def remember_total(self, token: str, total: int) -> None:
        """What the list held as soon as a request's answer was lost."""
        self._repository.change(lambda engine, _: ledger.remember_total(engine, token, total))


def _payload(wire: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps(list(wire), ensure_ascii=False)


def _export(row: Sequence[object]) -> Export:
    number, campaign, name, list_id, total, weight = row[:6]
    return Export(
        int(str(number)), int(str(campaign)), str(name), whole(list_id), whole(total), whole(weight)
    )
