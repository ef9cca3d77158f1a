"""Which windows an execution covers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from robot.database import Repository
from robot.database.days import DayOf, Days, DayStore, Span, ranges
from robot.errors import ConfigurationError
from robot.period import (
    Period,
    Window,
    days_between,
    days_due,
    text,
    whole,
    windows,
    windows_of_days,
)
from robot.runtime.program import command

log = logging.getLogger(__name__)

_FRESH = 31  # days; whoever reads an older day fills a period by hand, and keeps no schedule
_RANGES_TOLD = 5


def manual_windows(start: datetime | None, end: datetime | None, now: datetime) -> list[Window]:
    """The windows of a manual execution: the period asked for, cut at now; without one, yesterday.

    Raises ConfigurationError when the period lies in the future.
    """
    if start is None or end is None:
        return list(windows(whole((now - timedelta(days=1)).date())))
    if start > now:
        raise ConfigurationError(
            f"The start {text(start)} is in the future (it is {text(now)}).", "Give an earlier one."
        )
    return list(windows(Period(start, min(end, now))))


def scheduled_windows(
    repository: Repository,
    job: str,
    scope: str,
    today: date,
    *,
    lookback: int,
    catch_up: int,
    to_fill: Callable[[date, date], str],
) -> list[Window]:
    """The windows of a scheduled execution: late edits, and every missed day up to `catch_up` days
    back. `to_fill` gives the command that reads the days from one to another.

    A day is missed when the schedule owes it, or when somebody asked for it and it was not proven.
    One that was given up is neither. Days that are missing further back are told, with the command
    that fills them.
    """
    days = DayStore(repository, job).read(whole(today).end)
    oldest, yesterday = today - timedelta(days=catch_up), today - timedelta(days=1)
    first_owed = _first_owed(days, scope, catch_up)
    settled: set[date] = set()
    if first_owed is not None:
        settled = {
            day for day in days_between(first_owed, yesterday) if days.settled(DayOf(day, scope))
        }
        _tell_what_is_too_old(
            [
                day
                for day in days_between(first_owed, oldest - timedelta(days=1))
                if day not in settled
            ],
            to_fill,
        )
    due = set(days_due(today, settled, first_owed, lookback, catch_up))
    begun = {of.day for of in days.readings if of.scope == scope}
    begun |= {
        day for asked in days.asked if asked.scope == scope for day in days.not_reached(asked)
    }
    due |= {
        day for day in begun if oldest <= day <= yesterday and not days.settled(DayOf(day, scope))
    }
    return windows_of_days(due)


def remember_schedule(
    repository: Repository,
    job: str,
    scope: str,
    today: date,
    *,
    lookback: int,
    catch_up: int,
) -> None:
    """From now on the schedule owes the days up to yesterday: whatever it does not read of them is
    missed.

    Call it with the job's lock held. Raises SyncError.
    """
    store = DayStore(repository, job)
    yesterday = today - timedelta(days=1)
    first = _first_owed(store.read(whole(today).end), scope, catch_up) or yesterday - timedelta(
        days=lookback
    )
    store.owe(scope, Span(min(first, yesterday), yesterday))


def _first_owed(days: Days, scope: str, catch_up: int) -> date | None:
    """The first day that the schedule owes, None before its first execution.

    A database of an earlier version remembers no schedule. There it is told by its habit: days in a
    row, each read soon after it was over. A single day, or a period long past, was read by hand.
    """
    if (span := days.owed.get(scope)) is not None:
        return span.first
    fresh = [
        of.day
        for of, reading in days.readings.items()
        if of.scope == scope
        and reading.started_at is not None
        and reading.started_at.date() - of.day <= timedelta(days=max(_FRESH, catch_up))
    ]
    return next((first for first, last in ranges(fresh) if first < last), None)


def _tell_what_is_too_old(missing: Sequence[date], to_fill: Callable[[date, date], str]) -> None:
    found = ranges(missing)
    for first, last in found[:_RANGES_TOLD]:
        log.warning(
            (
                "%d day(s) from %s to %s are not complete, and too old for CATCH_UP_DAYS. To fill"
                " them: %s"
            ),
            *((last - first).days + 1, first, last, to_fill(first, last)),
        )
    if len(found) > _RANGES_TOLD:
        log.warning(
            "… and %d more ranges of days: %s tells all.",
            len(found) - _RANGES_TOLD,
            command("status"),
        )
