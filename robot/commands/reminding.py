"""The weekly reminder of days that are not proven: when it is due, and what it says.

The failure of a day is told by the execution that met it. What is told here is that such a day, or
one that was missed, is still not proven: once a week, whatever restarts or moves the clock. When it
was told last is kept in `robot_state`.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from robot.alerts import Report, Watcher
from robot.commands import unproven
from robot.commands.context import Session
from robot.database import Repository, open_repository
from robot.database.days import DayStore, Unproven
from robot.errors import ExitCode, Interrupted, SyncError
from robot.sync.execution import Summary
from robot.sync.kinds import DayWords, ReadingJob

log = logging.getLogger(__name__)

EVERY = timedelta(days=7)
_AHEAD = timedelta(days=1)  # further ahead than this only a wrong clock can have told it
_WIDTH = 100


@contextmanager
def reminding(
    session: Session, job: ReadingJob, summary: Summary, watcher: Watcher
) -> Iterator[None]:
    """While `watcher` tells of this execution's end, remind of the days that are not proven, where
    a week has gone by.

    What nobody heard is told after the next execution.
    """
    if job.days is None or not watcher.has_alerts or session.stop.is_set():
        yield
        return
    repository = open_repository(session.settings, session.stop)
    try:
        if report := _due(session, repository, job, job.days, summary):
            watcher.remind(report)
        yield
        if report and watcher.heard:
            _remember(repository, job, session.now().date().isoformat())
    finally:
        repository.close()


def _due(
    session: Session,
    repository: Repository,
    job: ReadingJob,
    words: DayWords,
    summary: Summary,
) -> Report | None:
    today = session.now().date()
    try:
        left = DayStore(repository, job.name).read(session.now()).unproven()
        kept = repository.recall(state_of(job)) or ""
    except (SyncError, Interrupted) as error:
        log.warning("Whether days are not proven cannot be read: %s", error)
        return None
    if not left:
        if kept:
            _remember(repository, job, "")
        return None
    if not is_due(kept, today):
        return None
    if summary.exit_code is not ExitCode.SUCCESS and all(_is_of(each, summary) for each in left):
        # the alert of this very execution tells of them: the week begins now
        _remember(repository, job, today.isoformat())
        return None
    return _report(session, job, words, left)


def _is_of(each: Unproven, summary: Summary) -> bool:
    """Whether this execution failed at the day, or did not come to it."""
    asked = summary.period.start.date() <= each.of.day <= summary.period.end.date()
    return each.execution_id == summary.execution_id or (each.status is None and asked)


def is_due(kept: str, today: date) -> bool:
    """Whether a week has gone by since the day that is kept; also where that is none, or one far
    ahead.
    """
    try:
        last = date.fromisoformat(kept)
    except ValueError:
        return True
    return today - last >= EVERY or last - today > _AHEAD


def _remember(repository: Repository, job: ReadingJob, value: str) -> None:
    try:
        repository.remember(state_of(job), value)
    except (SyncError, Interrupted) as error:
        log.warning("The reminder of days that are not proven cannot be remembered: %s", error)


def _report(session: Session, job: ReadingJob, words: DayWords, left: list[Unproven]) -> Report:
    subject = f"API 3C Robot on {socket.gethostname()}: {len(left)} day(s) are not proven"
    lines = [
        (
            "They were missed, or read before, and are not known to be whole. This is repeated"
            " once a week."
        ),
        *unproven.lines(session.settings, words, left, _WIDTH),
    ]
    return Report(job.name, "with errors", subject, "\n".join(lines))


def state_of(job: ReadingJob) -> str:
    """The name in `robot_state` of the day of the last reminder."""
    return f"reminder.{job.name}"
