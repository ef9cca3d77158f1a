"""Which windows an execution covers."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from robot.database import Repository
from robot.database.records import campaigns_text
from robot.errors import ConfigurationError
from robot.period import Period, Window, days_between, days_due, text, whole, windows, windows_of_days

log = logging.getLogger(__name__)


def manual_windows(start: datetime | None, end: datetime | None, now: datetime) -> list[Window]:
    """The windows of a manual execution: the period asked for, cut at now; without one, yesterday.

    Raises ConfigurationError when the period lies in the future.
    """
    if start is None or end is None:
        return list(windows(whole((now - timedelta(days=1)).date())))
    if start > now:
        raise ConfigurationError(f"The start {text(start)} is in the future (it is {text(now)}).", "Give an earlier one.")
    return list(windows(Period(start, min(end, now))))


def scheduled_windows(
    repository: Repository, job: str, campaigns: Sequence[int], today: date, *, lookback: int, catch_up: int
) -> list[Window]:
    """The windows of a scheduled execution: late edits, and every missed day up to `catch_up` days back.

    Days that are missing further back are told, with the command that fills them.
    """
    key = campaigns_text(campaigns)
    first_known = repository.first_known_day(job, key)
    complete: set[date] = set()
    if first_known is not None:
        complete = repository.complete_days(job, key, first_known, today)
        _tell_what_is_too_old(first_known, today - timedelta(days=catch_up), complete)
    return windows_of_days(days_due(today, complete, first_known, lookback, catch_up))


def _tell_what_is_too_old(first_known: date, oldest_covered: date, complete: set[date]) -> None:
    missing = [day for day in days_between(first_known, oldest_covered - timedelta(days=1)) if day not in complete]
    if missing:
        log.warning(
            "%d day(s) from %s to %s are not complete, and too old for CATCH_UP_DAYS. To fill them: %s",
            *(len(missing), missing[0], missing[-1], f"app run --start {missing[0]} --end {missing[-1]}"),
        )
