"""`run`: one execution, for a period or for yesterday."""

from __future__ import annotations

import ctypes
import gc
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial

from robot.commands.context import Context, Session
from robot.commands.progress import listener
from robot.commands.reminding import reminding
from robot.commands.summary import print_summary
from robot.commands.watch import Announced, report_of, report_of_error, watcher_for
from robot.database import Repository, open_repository
from robot.database.days import Asked, DayStore, Span
from robot.database.records import campaigns_text
from robot.errors import (
    AnotherExecutionRunning,
    ConfigurationError,
    ExitCode,
    Interrupted,
    SyncError,
)
from robot.period import Window, parse_end, parse_start
from robot.settings.campaigns import parse_campaigns
from robot.settings.check import expected, period_problems
from robot.sync.execution import Execution, Summary
from robot.sync.planning import manual_windows
from robot.threec.calls_job import CallsJob
from robot.windows import console

log = logging.getLogger(__name__)

# Decoded pages are trees without cycles: the collector finds nothing in them, and took a sixth of
# the processor's time.
_COLLECT_SELDOM = (50_000, 20, 50)
_M_ARENA_MAX = -8  # malloc.h


def run(
    context: Context, start: str | None, end: str | None, campaigns: str | None, *, again: bool
) -> ExitCode:
    """Execute once. Options override `MANUAL_*`; with neither, yesterday."""
    session = Session.begin(context)
    first, last = asked_period(start, end, session)
    wanted = asked_campaigns(campaigns, session)
    windows = manual_windows(first, last, session.now())
    begun = partial(_ask, session, wanted, windows)
    summary = execute(session, wanted, lambda _: windows, again=again, begun=begun)
    print_summary(context.out, summary)
    return summary.exit_code


def _ask(
    session: Session, campaigns: tuple[int, ...], windows: Sequence[Window], repository: Repository
) -> None:
    """What is asked for by hand is remembered: a day that the execution does not come to is told
    until it is read.
    """
    try:
        (line,) = repository.last_executions(CallsJob.name, 1)  # it has just begun
        asked = Asked(line.id, campaigns_text(campaigns), Span(windows[0].day, windows[-1].day))
        DayStore(repository, CallsJob.name).ask(asked, session.now())
    except SyncError as error:
        log.warning("The days that are asked for cannot be remembered: %s", error)


def execute(
    session: Session,
    campaigns: tuple[int, ...],
    plan: Callable[[Repository], list[Window]],
    *,
    again: bool = False,
    begun: Callable[[Repository], None] = lambda _: None,
) -> Summary:
    """One execution of the job `calls`, with a database connection of its own. Those who watch are
    told how it went.

    `begun` is called when it begins, with the job's lock held; it must not raise.
    """
    _spend_less()
    watcher = watcher_for(session.settings)
    console.show_state("executing")
    try:
        with _opened(session) as repository:

            def begins(text: str) -> None:
                watcher.started(text)
                begun(repository)

            summary = _execute(session, repository, campaigns, plan, begins, again=again)
    except (AnotherExecutionRunning, Interrupted):
        raise
    except Exception as error:
        console.show_state("FAILED")
        watcher.ended(report_of_error(error, CallsJob.name))
        raise
    console.show_state(summary.status)
    with reminding(session, summary, watcher):
        watcher.ended(report_of(summary, CallsJob.name), hurry=session.stop.is_set())
    return summary


def _spend_less() -> None:
    gc.set_threshold(*_COLLECT_SELDOM)
    if (
        sys.platform == "linux"
    ):  # glibc gives each thread an arena of its own, and what one frees no other uses: 20 MB here
        with suppress(OSError, AttributeError):  # another C library has no such thing
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


@contextmanager
def _opened(session: Session) -> Iterator[Repository]:
    repository = open_repository(session.settings, session.stop)
    try:
        yield repository
    finally:
        repository.close()


def _execute(
    session: Session,
    repository: Repository,
    campaigns: tuple[int, ...],
    plan: Callable[[Repository], list[Window]],
    begins: Callable[[str], None],
    *,
    again: bool,
) -> Summary:
    repository.prepare(CallsJob.name)
    job = CallsJob.from_settings(session.settings, campaigns, session.stop)
    with listener(session.context.err) as told:
        announced = Announced(told, begins)
        return Execution(job, repository, session.now, announced, session.stop).run(
            plan(repository), again=again
        )


def asked_period(
    start: str | None, end: str | None, session: Session
) -> tuple[datetime | None, datetime | None]:
    """The period of the options, or of `MANUAL_*`. Raises ConfigurationError."""
    if start is None and end is None:
        return session.settings.manual_start_date, session.settings.manual_end_date
    problems = period_problems(start or "", end or "", "--start", "--end")
    ends: list[datetime] = []
    for name, value, read in (("--start", start, parse_start), ("--end", end, parse_end)):
        try:
            ends.append(read(value or ""))
        except ValueError as error:
            if value is not None:
                problems.append(f"{name}: {error}; expected {expected('manual_start_date')}")
    if problems:
        raise ConfigurationError(f"{len(problems)} wrong option(s).", problems=tuple(problems))
    return ends[0], ends[1]


def asked_campaigns(text: str | None, session: Session) -> tuple[int, ...]:
    """The campaigns of the option, or of `MANUAL_CAMPAIGN_IDS`; none = all.

    Raises ConfigurationError.
    """
    if text is None:
        return session.settings.manual_campaign_ids
    try:
        return parse_campaigns(text)
    except ValueError as error:
        problem = f"--campaigns: read {text!r} ({error}); expected {expected('campaign_ids')}"
        raise ConfigurationError("1 wrong option(s).", problems=(problem,)) from None
