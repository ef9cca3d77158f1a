"""What is known of days: which are proven, which are not, which were given up, which the schedule
owes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from robot.database.coverage import covered
from robot.database.engine import Engine
from robot.database.given_up import give_up, take_back
from robot.database.repository import Repository
from robot.database.statuses import ExecutionStatus, WindowStatus
from robot.period import days_between, whole

_LONGEST_READING = timedelta(days=1)  # of one day; an execution that reads it for longer is gone


@dataclass(frozen=True, order=True)
class DayOf:
    """A day, and the scope of which it speaks (as `sync_windows` has it: empty = all)."""

    day: date
    scope: str = ""


@dataclass(frozen=True)
class Reading:
    """How a day was read last: a line of `sync_windows`."""

    status: WindowStatus
    detail: str | None = None
    execution_id: int | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True)
class Unproven:
    """A day that is over and not proven.

    `status` None: it was never read, though the schedule owes it.
    """

    of: DayOf
    status: WindowStatus | None
    reason: str
    execution_id: int | None = None

    @property
    def word(self) -> str:
        """Its status, as an operator is told of it."""
        return "never read" if self.status is None else str(self.status)


@dataclass(frozen=True)
class GivenUp:
    """When and by whom a day was given up."""

    at: datetime
    by: str


@dataclass(frozen=True)
class Span:
    """Days in a row, both ends included: those that the schedule owes, up to the last that it came
    to.
    """

    first: date
    last: date


@dataclass(frozen=True)
class Asked:
    """The days that an execution was asked for by hand."""

    execution_id: int
    scope: str
    span: Span


_WHY = {
    WindowStatus.COMPLETE: "proven before it was over, by a clock that was ahead",
    WindowStatus.PARTIAL: "read before it was over, or only a part of it",
    WindowStatus.READING: "its reading was cut off",
}


@dataclass(frozen=True)
class Days:
    """All that is known of a job's days at `now`.

    `running`: the executions that stand as RUNNING in the history.
    """

    now: datetime
    readings: Mapping[DayOf, Reading]
    given_up: Mapping[DayOf, GivenUp]
    owed: Mapping[str, Span]
    running: frozenset[int] = frozenset()
    asked: tuple[Asked, ...] = ()

    def proven(self, of: DayOf) -> bool:
        """Whether every record of this scope on this day is proven to be stored."""
        return covered(of.scope, self._proven.get(of.day, ()))

    def settled(self, of: DayOf) -> bool:
        """Whether nothing is left to do: it is proven or given up."""
        return of in self.given_up or self.proven(of)

    def unproven(self) -> list[Unproven]:
        """Every day that is over and neither proven nor given up, of any age: by scope, the
        oldest first.

        Without the day that an execution is just reading.
        """
        found = {of: self._unproven(of, reading) for of, reading in self.readings.items()}
        for scope, span in self.owed.items():
            for day in days_between(span.first, min(span.last, self.yesterday)):
                of = DayOf(day, scope)
                found.setdefault(of, Unproven(of, None, ""))
        for asked in self.asked:
            for day in self.not_reached(asked) if asked.execution_id not in self.running else ():
                of = DayOf(day, asked.scope)
                reason = f"execution {asked.execution_id} was asked for it, and did not read it"
                found.setdefault(of, Unproven(of, None, reason, asked.execution_id))
        left = [each for of, each in found.items() if self._is_over(of) and not self.settled(of)]
        return sorted(left, key=lambda each: (each.of.scope, each.of.day))

    def not_reached(self, asked: Asked) -> list[date]:
        """The days that were asked for, and that neither this execution nor another one has
        read.
        """
        all_of_them = (
            DayOf(day, asked.scope) for day in days_between(asked.span.first, asked.span.last)
        )
        return [of.day for of in all_of_them if of not in self.readings and not self.proven(of)]

    def standing_given_up(self) -> dict[DayOf, GivenUp]:
        """The days that are given up, and not proven by another reading; the oldest first."""
        return {of: self.given_up[of] for of in sorted(self.given_up) if not self.proven(of)}

    @property
    def yesterday(self) -> date:
        return self.now.date() - timedelta(days=1)

    @cached_property
    def _proven(self) -> Mapping[date, set[str]]:
        """The scopes for which each day is proven.

        What a clock that was ahead proved of days to come is no proof.
        """
        proven: dict[date, set[str]] = {}
        for of, reading in self.readings.items():
            ahead = (
                reading.finished_at is not None and reading.finished_at > whole(self.now.date()).end
            )
            if reading.status is WindowStatus.COMPLETE and not ahead:
                proven.setdefault(of.day, set()).add(of.scope)
        return proven

    def _unproven(self, of: DayOf, reading: Reading) -> Unproven:
        reason = "; ".join(filter(None, (_WHY.get(reading.status), reading.detail)))
        return Unproven(of, reading.status, reason, reading.execution_id)

    def _is_over(self, of: DayOf) -> bool:
        """Whether the day lies behind us, and no execution is in the middle of it."""
        reading = self.readings.get(of)
        being_read = (
            reading is not None
            and reading.status is WindowStatus.READING
            and reading.execution_id in self.running
            and reading.started_at is not None
            and abs(self.now - reading.started_at) < _LONGEST_READING
        )
        return of.day <= self.yesterday and not being_read


def ranges(days: Iterable[date]) -> list[tuple[date, date]]:
    """Days as closed ranges without gaps, oldest first."""
    found: list[tuple[date, date]] = []
    for day in sorted(days):
        if found and day - found[-1][1] <= timedelta(days=1):
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


class DayStore:
    """The days of one job, in the database."""

    def __init__(self, repository: Repository, job: str) -> None:
        self._repository = repository
        self._job = job
        self._asked = f"asked.{job}"

    def read(self, now: datetime) -> Days:
        """All that is known of them. Raises SyncError."""
        ask = self._repository.read
        job = (self._job,)
        windows = ask(
            (
                "SELECT day, scope, status, detail, execution_id, started_at, finished_at FROM"
                " sync_windows WHERE job = ?"
            ),
            job,
        )
        given_up = ask(
            "SELECT day, scope, given_up_at, given_up_by FROM days_given_up WHERE job = ?", job
        )
        owed = ask("SELECT scope, first_day, last_day FROM scheduled_days WHERE job = ?", job)
        running = ask(
            "SELECT id FROM execution_logs WHERE job = ? AND status = ?",
            (*job, ExecutionStatus.RUNNING.value),
        )
        kept = self._repository.recall(self._asked)
        return Days(
            now,
            {
                _day_of(day, scope): Reading(
                    WindowStatus(str(status)),
                    None if detail is None else str(detail),
                    None if execution_id is None else int(str(execution_id)),
                    _moment(started_at),
                    _moment(finished_at),
                )
                for day, scope, status, detail, execution_id, started_at, finished_at in windows
            },
            {
                _day_of(day, scope): GivenUp(_moment(at) or now, "" if by is None else str(by))
                for day, scope, at, by in given_up
            },
            {str(scope): Span(_day(first), _day(last)) for scope, first, last in owed},
            frozenset(int(str(row[0])) for row in running),
            _asked(kept),
        )

    def ask(self, asked: Asked, now: datetime) -> None:
        """Remember what an execution is asked for.

        Call it with the job's lock held. Raises SyncError.

        What earlier ones were asked for is forgotten where every day of it was read since.
        """
        days = self.read(now)
        kept = [
            each
            for each in days.asked
            if each.execution_id != asked.execution_id and days.not_reached(each)
        ]
        told = [
            [
                each.execution_id,
                each.scope,
                each.span.first.isoformat(),
                each.span.last.isoformat(),
            ]
            for each in (*kept, asked)
        ]
        self._repository.remember(self._asked, json.dumps(told))

    def give_up(self, days: Iterable[DayOf], by: str) -> None:
        """Remember that these days are given up.

        Call it with the job's lock held. Raises SyncError.
        """
        wanted = list(days)

        def work(engine: Engine, now: datetime) -> None:
            for of in wanted:
                give_up(engine, self._job, of.scope, of.day, by, now)

        self._repository.change(work)

    def take_back(self, days: Iterable[DayOf]) -> None:
        """These days are not given up any more.

        Call it with the job's lock held. Raises SyncError.
        """
        wanted = list(days)

        def work(engine: Engine, _: datetime) -> None:
            for of in wanted:
                take_back(engine, self._job, of.scope, of.day)

        self._repository.change(work)

    def owe(self, scope: str, span: Span) -> None:
        """Remember which days the schedule owes.

        Call it with the job's lock held. Raises SyncError.
        """
        where = "WHERE job = ? AND scope = ?"
        key = (self._job, scope)
        days = (span.first.isoformat(), span.last.isoformat())

        def work(engine: Engine, _: datetime) -> None:
            cursor = engine.cursor()
            cursor.execute(f"SELECT first_day FROM scheduled_days {where}", key)
            known = cursor.fetchone() is not None
            cursor.close()
            if known:
                sql = f"UPDATE scheduled_days SET first_day = ?, last_day = ? {where}"
            else:
                sql = (
                    "INSERT INTO scheduled_days (first_day, last_day, job, scope) VALUES (?,"
                    " ?, ?, ?)"
                )
            engine.write(sql, (*days, *key))

        self._repository.change(work)


def _asked(kept: str | None) -> tuple[Asked, ...]:
    """What `DayStore.ask` kept; nothing, where somebody changed it."""
    try:
        return tuple(
            Asked(int(execution), str(scope), Span(_day(first), _day(last)))
            for execution, scope, first, last in json.loads(kept or "[]")
        )
    except (ValueError, TypeError):
        return ()


def _day(value: object) -> date:
    return date.fromisoformat(str(value))


def _day_of(day: object, scope: object) -> DayOf:
    return DayOf(_day(day), str(scope))


def _moment(value: object) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    return datetime.fromisoformat(str(value))
