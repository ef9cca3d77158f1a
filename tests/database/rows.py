"""Rows to store: real ones of the simulator's calls, and small ones whose hash says what is in
them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from robot.cells.rejection import Rejection
from robot.cells.rows import Row, RowTable
from robot.cells.tables import CALLS, CALLS_FAMILY, MAILING_DATA
from robot.database import Batch, Coverage, Repository, WindowLine
from robot.database.statuses import WindowStatus
from robot.period import Period, Window, whole
from robot.simulators.threec import make_calls
from robot.sync.storing import KnownWindows, WindowStore
from robot.threec.call_rows import CallRows, normalize_call
from robot.threec.calls_job import CallsJob

DAY = date(2026, 9, 15)
COVERAGE = Coverage(
    "calls",
    "",
    Period(datetime.combine(DAY, time.min), datetime.combine(DAY, time(23, 59, 59))),
    campaign_ids="",
)


def line(
    execution_id: int = 1,
    *,
    day: date = DAY,
    status: WindowStatus = WindowStatus.READING,
    **more: Any,
) -> WindowLine:
    return WindowLine.of_day(day, status, execution_id, datetime(2026, 9, 16, 2, 0, 0), **more)


def row(table: RowTable, key: str, *, version: str = "1", **cells: Any) -> Row:
    """A row of `table` with this key; `version` stands for its content, in its hash."""
    values = {table.key[0]: key, "row_hash": f"{key[:15]}-{version}", **cells}
    if table is CALLS:
        values.setdefault("call_date", datetime(2026, 9, 15, 10, 0, 0))
    hashes = [values.pop(name, None) for name in ("row_hash", "record_hash")]
    return Row(tuple(values.get(name) for name in table.row_names), *hashes)


def call(key: str, **cells: Any) -> Row:
    return row(CALLS, key, **cells)


def mailing(key: str, **cells: Any) -> Row:
    return row(MAILING_DATA, key, **cells)


def window_store(
    repository: Repository, known: KnownWindows | None = None, window: Window | None = None
) -> WindowStore:
    """The store of one window of `calls`, which knows what the repository has now."""
    job = CallsJob(None, (), per_page=100, concurrency=1)  # type: ignore[arg-type]
    window = window or Window(DAY, COVERAGE.period)
    known = known or KnownWindows(repository, CALLS_FAMILY)
    return WindowStore(repository, COVERAGE, job, known, window, line(day=window.day), set())


def batch(
    calls: Sequence[Row] = (),
    mailings: Sequence[Row] = (),
    rejections: Sequence[Rejection] = (),
) -> Batch:
    return Batch({CALLS: list(calls), MAILING_DATA: list(mailings)}, rejections)


@dataclass(frozen=True)
class Day:
    """The normalized calls of one day of the simulator."""

    calls: list[Row]
    mailings: list[Row]

    @property
    def batch(self) -> Batch:
        return batch(self.calls, self.mailings)


def day_of(count: int, *, day: date = DAY) -> Day:
    found = [normalize_call(record) for record in make_calls([day], count)]
    rows = [one for one in found if isinstance(one, CallRows)]
    calls = {CALLS.key_of(one.call): one.call for one in rows}
    mailings = {CALLS.key_of(one.call): one.mailing for one in rows if one.mailing is not None}
    return Day(list(calls.values()), list(mailings.values()))


WHOLE_DAY = whole(DAY)
