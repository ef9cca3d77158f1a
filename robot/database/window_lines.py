"""What `sync_windows` remembers of one window."""

from __future__ import annotations

from typing import NamedTuple

from robot.database.records import Coverage
from robot.database.repository import Repository
from robot.database.statuses import WindowStatus


class LeftOff(NamedTuple):
    """Where an execution left a list that is read by a cursor: how many of its records are stored
    or rejected, and its total then.
    """

    cursor: str
    records: int
    total: int | None


def left_off(repository: Repository, coverage: Coverage, execution_id: int) -> dict[str, LeftOff]:
    """Where an execution that broke off left its windows, by their keys. Raises SyncError."""
    sql = (
        "SELECT window_key, next_cursor, stored, rejected, api_total FROM sync_windows"
        " WHERE job = ? AND scope = ? AND execution_id = ? AND status IN (?, ?)"
        " AND next_cursor IS NOT NULL"
    )
    begun = (WindowStatus.READING.value, WindowStatus.FAILED.value)
    rows = repository.read(sql, (coverage.job, coverage.scope, execution_id, *begun))
    return {
        str(key): LeftOff(
            str(cursor),
            _number(stored) + _number(rejected),
            None if total is None else _number(total),
        )
        for key, cursor, stored, rejected, total in rows
    }


def _number(cell: object) -> int:
    return int(str(cell or 0))


def stored_before(repository: Repository, coverage: Coverage, key: str) -> int:
    """How many records of the window were stored when it was read last; 0 of one that was never
    read. Raises SyncError.
    """
    sql = "SELECT stored FROM sync_windows WHERE job = ? AND scope = ? AND window_key = ?"
    rows = repository.read(sql, (coverage.job, coverage.scope, key))
    return _number(rows[0][0]) if rows else 0
