"""The repository: everything the robot asks of its database, in SQL that both databases speak.

Every write is a transaction that is safe to repeat; `transactions.py` repeats it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import TypeVar

from robot.cells.rows import Family, Known, Row, RowTable, StoredHash, key_text
from robot.cells.tables import EXECUTION_LOGS
from robot.database import given_up, rejections
from robot.database.batches import Batches, Storing
from robot.database.engine import Answer, Cells, Engine, Place
from robot.database.families import source
from robot.database.hindrances import Hindrance, denied_to, found_in
from robot.database.migrations import look, migrate, refuse, verify
from robot.database.ownership import Survey
from robot.database.records import (
    Batch,
    Coverage,
    ExecutionLine,
    Outcome,
    RejectionLine,
    Remembered,
    Stored,
    WindowLine,
)
from robot.database.statuses import ExecutionStatus, WindowStatus
from robot.database.transactions import Transactions
from robot.errors import AnotherExecutionRunning, ExitCode, FatalError
from robot.period import Period, whole

T = TypeVar("T")

MAIN_JOB = "calls"  # the one that may run for hours


class Repository:
    """One database. Used by one thread. `clock` gives the local time for every stamp."""

    def __init__(
        self,
        engine: Engine,
        clock: Callable[[], datetime],
        *,
        stop: threading.Event | None = None,
        first_wait: float = 1.0,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._transactions = Transactions(engine, stop or threading.Event(), first_wait)
        self._batches = Batches(engine, self._transactions, clock)

    @property
    def retries(self) -> int:
        """Transactions that had to be repeated so far."""
        return self._transactions.retries

    @property
    def name(self) -> str:
        return self._engine.name

    @property
    def batch_rows(self) -> int:
        """How many parent rows one transaction best stores."""
        return self._engine.batch_rows

    def prepare(self, job: str | None = None) -> None:
        """Connect, and create or complete the tables: not under the hands of an execution that
        runs. Those of the job must stand; of no job in particular: those that every job needs. What
        another program has is left as it is; so is a database with nothing of ours where the main
        job could not run, until a job is named that can.

        Raises ConfigurationError, FatalError, AnotherExecutionRunning.
        """
        found = self.survey()
        refuse(found, self._engine, job or (None if found.ours else MAIN_JOB))
        if found.due:
            with self.lock(MAIN_JOB):
                self._transactions.again(lambda: migrate(self._engine, self._clock()))
            found = self.survey()
        verify(found, job, self._engine.name)

    def survey(self) -> Survey:
        """What stands under names of ours, and whose it is.

        Raises SyncError, ConfigurationError.
        """
        return self._transactions.again(lambda: look(self._engine))

    def obstacle(self, job: str) -> str:
        """Why this job cannot run on this database; empty when it can.

        Raises SyncError, ConfigurationError.
        """
        return self.survey().obstacle(job)

    def hindrances(self) -> list[Hindrance]:
        """What a DBA added to our tables that may keep rows out, and the rights that are missing.

        Raises SyncError.
        """
        foreign = self.survey().foreign
        catalog = self._transactions.again(self._engine.catalog).without(foreign)
        denied = self._transactions.again(lambda: denied_to(self._engine, catalog))
        return [*denied, *found_in(catalog, self._engine)]

    def ask(self, sql: str, seconds: float, stop: threading.Event) -> Answer:
        """A SELECT of the company's own, as it stands, rolled back.

        Raises SyncError, Interrupted.
        """
        return self._transactions.again(lambda: self._engine.query(sql, seconds, stop))

    def describe(self) -> str:
        """Driver and server version."""
        return self._transactions.again(self._engine.describe)

    def close(self) -> None:
        self._engine.release()
        self._engine.close()

    # -- one execution at a time

    @contextmanager
    def lock(self, job: str) -> Iterator[None]:
        """Hold the job's lock. Raises AnotherExecutionRunning, naming the holder."""
        if not self._transactions.acquire(job):
            raise AnotherExecutionRunning(
                f"Another execution of {job} is running{self._holder(job)}.",
                "Let it end, or stop it; this one has not touched anything.",
            )
        try:
            yield
        finally:
            self._transactions.release()

    def _holder(self, job: str) -> str:
        sql = self._engine.first(
            (
                "id, holder, execution_date FROM execution_logs WHERE job = ? AND status = ? ORDER"
                " BY id DESC"
            ),
            1,
        )
        found = (
            self._transactions.rows(sql, (job, ExecutionStatus.RUNNING))
            if self._knows_executions()
            else []
        )
        return "".join(
            f" (execution {number}, {holder}, since {_text(since)})"
            for number, holder, since in found
        )

    def _knows_executions(self) -> bool:
        return EXECUTION_LOGS.name in self._transactions.again(self._engine.tables_standing)

    # -- history

    def fail_interrupted(self, job: str) -> int:
        """Mark as FAILED the executions found RUNNING.

        Call it with the lock held: then their holders are gone.
        """
        message = "interrupted: the process that ran it is gone"

        def work() -> int:
            return self._engine.write(
                (
                    "UPDATE execution_logs SET status = ?, exit_code = ?, error_message = ? WHERE"
                    " job = ? AND status = ?"
                ),
                (
                    ExecutionStatus.FAILED,
                    int(ExitCode.INTERRUPTED),
                    message,
                    job,
                    ExecutionStatus.RUNNING,
                ),
            )

        return self._transactions.run(work)

    def start_execution(self, coverage: Coverage, holder: str, resumed_from: int | None) -> int:
        """Write the RUNNING line and return its id."""
        now = self._clock()
        columns = (
            "execution_date, start_date, end_date, campaign_ids, status, created_at, job,"
            " holder, resumed_from, scope"
        )
        values: Cells = (
            *(
                now,
                coverage.start_text,
                coverage.end_text,
                coverage.campaign_ids,
                ExecutionStatus.RUNNING.value,
                now,
            ),
            *(coverage.job, holder, resumed_from, coverage.scope),
        )
        sql = f"INSERT INTO execution_logs ({columns}) VALUES ({', '.join('?' * len(values))})"

        def work() -> int:
            # a COMMIT that broke, but did hold, left the line there already
            cursor = self._engine.cursor()
            cursor.execute(
                (
                    "SELECT MAX(id) FROM execution_logs WHERE job = ? AND holder = ? AND status = ?"
                    " AND execution_date = ?"
                ),
                (coverage.job, holder, ExecutionStatus.RUNNING.value, now),
            )
            found = cursor.fetchone()[0]
            cursor.close()
            return self._engine.insert(sql, values) if found is None else _integer(found)

        return self._transactions.run(work)

    def finish_execution(self, execution_id: int, outcome: Outcome) -> None:
        values = {
            "status": outcome.status.value,
            "exit_code": outcome.exit_code,
            "total_records": outcome.total,
            "successful_records": outcome.successful,
            "failed_records": outcome.failed,
            "execution_time_seconds": outcome.seconds,
            "error_message": outcome.message,
            "inserted_records": outcome.counts.inserted,
            "updated_records": outcome.counts.updated,
            "unchanged_records": outcome.counts.unchanged,
        }
        sql = (
            f"UPDATE execution_logs SET {', '.join(f'{name} = ?' for name in values)} WHERE id = ?"
        )
        self._transactions.run(lambda: self._engine.write(sql, (*values.values(), execution_id)))

    def last_executions(self, job: str, rows: int = 10) -> list[ExecutionLine]:
        """The newest executions of a job, newest first."""
        names = ", ".join(ExecutionLine.__dataclass_fields__)
        sql = self._engine.first(
            f"{names} FROM execution_logs WHERE job = ? ORDER BY id DESC", rows
        )
        return [_execution(row) for row in self._transactions.rows(sql, (job,))]

    def interrupted_before(self, coverage: Coverage, since: datetime) -> int | None:
        """The last execution of the same scope, if it was cut short or failed: the one that a new
        execution resumes.

        An end within the same day is the same scope: a period that ends today ends at the minute of
        its start.
        """
        sql = self._engine.first(
            "id, status FROM execution_logs WHERE job = ? AND scope = ? AND start_date = ?"
            " AND end_date LIKE ?"
            " AND execution_date >= ? ORDER BY id DESC",
            1,
        )
        end = f"{coverage.period.end.date()}%"
        found = self._transactions.rows(
            sql, (coverage.job, coverage.scope, coverage.start_text, end, since)
        )
        return next((_integer(row[0]) for row in found if row[1] == ExecutionStatus.FAILED), None)

    def windows_done_by(self, execution_id: int, job: str, scope: str) -> set[str]:
        """The keys of the windows that this execution, and those that it resumed, left
        complete.
        """
        chain: list[int] = []
        current: int | None = execution_id
        while current is not None and current not in chain:
            chain.append(current)
            found = self._transactions.rows(
                "SELECT resumed_from FROM execution_logs WHERE id = ?", (current,)
            )
            current = None if not found or found[0][0] is None else _integer(found[0][0])
        marks = ", ".join("?" * len(chain))
        sql = (
            "SELECT window_key FROM sync_windows WHERE job = ? AND scope = ? AND status = ? AND"
            f" execution_id IN ({marks})"
        )
        rows = self._transactions.rows(sql, (job, scope, WindowStatus.COMPLETE, *chain))
        return {str(row[0]) for row in rows}

    # -- windows

    def remembered(self, job: str, scope: str) -> dict[str, Remembered]:
        """What is remembered of each window of a job and scope, by its key."""
        sql = (
            "SELECT window_key, status, detail, next_cursor, finished_at FROM sync_windows"
            " WHERE job = ? AND scope = ?"
        )
        return {
            str(key): Remembered(
                WindowStatus(str(status)),
                _text_or_none(detail),
                _text_or_none(cursor),
                None if finished is None else _moment(finished),
            )
            for key, status, detail, cursor, finished in self._transactions.rows(sql, (job, scope))
        }

    def windows(
        self, job: str, scope: str, first: date, last: date
    ) -> dict[date, tuple[WindowStatus, str | None]]:
        """Status and detail of each remembered day from `first` to `last`."""
        sql = (
            "SELECT day, status, detail FROM sync_windows WHERE job = ? AND scope = ? AND"
            " day BETWEEN ? AND ?"
        )
        rows = self._transactions.rows(sql, (job, scope, first.isoformat(), last.isoformat()))
        return {
            date.fromisoformat(str(row[0])): (WindowStatus(str(row[1])), _text_or_none(row[2]))
            for row in rows
        }

    def complete_days(self, job: str, scope: str, first: date, today: date) -> set[date]:
        """The days from `first` on that are proven.

        Not what a clock that was ahead proved in days to come.
        """
        sql = (
            "SELECT day FROM sync_windows WHERE job = ? AND scope = ? AND status = ? AND day >= ?"
            " AND (finished_at IS NULL OR finished_at <= ?)"
        )
        parameters = (
            job,
            scope,
            WindowStatus.COMPLETE.value,
            first.isoformat(),
            whole(today).end,
        )
        return {date.fromisoformat(str(row[0])) for row in self._transactions.rows(sql, parameters)}

    def conclude_window(self, coverage: Coverage, line: WindowLine) -> None:
        """Write what a window's reading came to.

        A part of a day never takes COMPLETE away from the whole.
        """
        keep_complete = line.status is WindowStatus.PARTIAL
        self._transactions.run(
            lambda: self._write_window(coverage, line, keep_complete=keep_complete)
        )

    def _write_window(self, coverage: Coverage, line: WindowLine, *, keep_complete: bool) -> None:
        values: dict[str, str | int | datetime | None] = {
            "day": None if line.day is None else line.day.isoformat(),
            "status": line.status.value,
            "api_total": line.api_total,
            "distinct_ids": line.distinct_ids,
            "stored": line.stored,
            "rejected": line.rejected,
            "pages": line.pages,
            "passes": line.passes,
            "detail": line.detail,
            "execution_id": line.execution_id,
            "started_at": line.started_at,
            "finished_at": line.finished_at,
            "next_cursor": line.next_cursor,
        }
        key: Cells = (coverage.job, coverage.scope, line.key)
        where = "job = ? AND scope = ? AND window_key = ?"
        cursor = self._engine.cursor()
        cursor.execute(f"SELECT status FROM sync_windows WHERE {where}", key)
        found = cursor.fetchone()
        cursor.close()
        if found is None:
            names = ", ".join(["job", "scope", "window_key", *values])
            marks = ", ".join("?" * (len(values) + len(key)))
            self._engine.write(
                f"INSERT INTO sync_windows ({names}) VALUES ({marks})", (*key, *values.values())
            )
        elif not (keep_complete and found[0] == WindowStatus.COMPLETE):
            sets = ", ".join(f"{name} = ?" for name in values)
            self._engine.write(
                f"UPDATE sync_windows SET {sets} WHERE {where}", (*values.values(), *key)
            )
        if line.status is WindowStatus.COMPLETE and line.day is not None:
            given_up.forget_proven(self._engine, coverage.job, coverage.scope, line.day)

    # -- rows

    def known_hashes(self, family: Family, period: Period) -> Known:
        """One read of each table of a period's rows: of each table of the family, key → hashes."""
        if family.moment is None:
            return tuple({} for _ in family.tables)
        range_of = f"p.{family.moment} >= ? AND p.{family.moment} < ?"
        parameters = (period.start, period.end + timedelta(seconds=1))
        known = []
        for table in family.tables:
            tables, alias = source(family, table, self.compared)
            names = ", ".join(f"{alias}.{name}" for name in (*table.key, *table.hash_names))
            sql = f"SELECT {names} FROM {tables} WHERE {range_of}"
            width = len(table.key)
            known.append(
                {
                    key_text(row[:width]): StoredHash(*row[width:])  # type: ignore[arg-type]
                    for row in self._transactions.rows(sql, parameters)
                }
            )
        return tuple(known)

    def cells(self, family: Family, column: str, period: Period) -> dict[str, object]:
        """One column of a period's rows, by the parent's key."""
        parent = family.parent
        names = ", ".join((*parent.key, parent[column].name))
        sql = (
            f"SELECT {names} FROM {parent.name} WHERE {family.moment} >= ? AND {family.moment} < ?"
        )
        return {
            key_text(key): cell
            for *key, cell in self._transactions.rows(
                sql, (period.start, period.end + timedelta(seconds=1))
            )
        }

    def store(
        self, batch: Batch, coverage: Coverage, line: WindowLine, open_rejections: set[str]
    ) -> Stored:
        """One transaction: the rows, the rejections, and the window's line. Safe to repeat."""

        def write_line() -> None:
            self._write_window(coverage, line, keep_complete=True)

        storing = Storing(coverage.job, line.execution_id, frozenset(open_rejections), write_line)
        return self._batches.store(batch, storing)

    def store_rows(
        self,
        batch: Batch,
        job: str,
        execution_id: int,
        open_rejections: set[str],
        resolved_lines: Sequence[int] = (),
    ) -> Stored:
        """One transaction: rows and rejections of a job that has no windows. Safe to repeat.

        `resolved_lines` are rejections that the rows settle, and that no id tells.
        """

        def resolve() -> None:
            rejections.resolve_lines(self._engine, resolved_lines, execution_id, self._clock())

        return self._batches.store(
            batch, Storing(job, execution_id, frozenset(open_rejections), resolve)
        )

    # -- what other tables need

    def read(self, sql: str, parameters: Cells = ()) -> list[tuple[object, ...]]:
        """Every row of a SELECT, again on a fresh connection where that helps. Raises SyncError."""
        return self._transactions.rows(sql, parameters)

    def look(self, work: Callable[[Engine], T]) -> T:
        """Run `work`, which only reads, given the engine; again from its beginning where that
        helps. Raises SyncError.
        """
        return self._transactions.again(lambda: work(self._engine))

    def change(self, work: Callable[[Engine, datetime], T]) -> T:
        """Run `work` in one transaction, given the engine and the time.

        It must be safe to repeat. Raises SyncError.
        """
        return self._transactions.run(lambda: work(self._engine, self._clock()))

    def compared(self, left: Place, right: Place) -> str:
        """What stands behind the right one of two columns that are compared: see
        `Engine.compared`.
        """
        return self._transactions.again(lambda: self._engine.compared(left, right))

    # -- rejections

    def open_rejections(self, job: str) -> set[str]:
        """The ids of rejected records that were never stored since."""
        sql = (
            "SELECT record_id FROM rejected_records WHERE job = ? AND resolved_at IS NULL AND"
            " record_id IS NOT NULL"
        )
        return {str(row[0]) for row in self._transactions.rows(sql, (job,))}

    def rejections(self, job: str | None, *, resolved_too: bool = False) -> list[RejectionLine]:
        """The rejections of a job (None = of every job) that are open (or all of them), oldest
        first.
        """
        names = ", ".join(RejectionLine.__dataclass_fields__)
        conditions = [
            *(["job = ?"] if job else []),
            *([] if resolved_too else ["resolved_at IS NULL"]),
        ]
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        rows = self._transactions.rows(
            f"SELECT {names} FROM rejected_records{where} ORDER BY id", (job,) if job else ()
        )
        return [RejectionLine(*row) for row in rows]  # type: ignore[arg-type]

    def store_retried(
        self,
        rows: Mapping[RowTable, Sequence[Row]],
        rejection_ids: Sequence[int],
        execution_id: int,
    ) -> Stored:
        """One transaction: rows that were rejected once, and their rejections resolved.

        Safe to repeat.
        """

        def work() -> Stored:
            now = self._clock()
            stored = Stored()
            for table, wanted in rows.items():
                if wanted:
                    stored.tables[table.name] = self._engine.upsert(table, wanted, now)
            rejections.resolve_lines(self._engine, rejection_ids, execution_id, now)
            return stored

        return self._transactions.run(work, before=lambda: self._batches.stage(rows))

    # -- small things to remember

    def remember(self, name: str, value: str) -> None:
        """Keep a small value under a name, in `robot_state`."""

        def work() -> None:
            now = self._clock()
            if not self._engine.write(
                "UPDATE robot_state SET value = ?, updated_at = ? WHERE name = ?",
                (value, now, name),
            ):
                insert = "INSERT INTO robot_state (name, value, updated_at) VALUES (?, ?, ?)"
                self._engine.write(insert, (name, value, now))

        self._transactions.run(work)

    def recall(self, name: str) -> str | None:
        """The value kept under a name, None when there is none."""
        rows = self._transactions.rows("SELECT value FROM robot_state WHERE name = ?", (name,))
        return None if not rows else _text_or_none(rows[0][0])

    def try_rights(self) -> None:
        """Create nothing for good: write, read back and remove a test row.

        Raises SyncError where a right is missing.
        """
        name = "check"
        self.remember(name, "test row")
        if self.recall(name) != "test row":
            raise FatalError(f"{self.name}: a row that was written could not be read back.")
        self._transactions.run(
            lambda: self._engine.write("DELETE FROM robot_state WHERE name = ?", (name,))
        )


def _integer(value: object) -> int:
    return int(str(value))


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _text_or_none(value: object) -> str | None:
    return None if value is None else str(value)


def _moment(value: object) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))


def _execution(row: tuple[object, ...]) -> ExecutionLine:
    values = dict(zip(ExecutionLine.__dataclass_fields__, row, strict=True))
    return ExecutionLine(**{**values, "execution_date": _moment(values["execution_date"])})  # type: ignore[arg-type]
