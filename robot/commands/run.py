"""`run`: one execution of a job."""

from __future__ import annotations

import ctypes
import gc
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Annotated

import typer

from robot import jobs
from robot.commands.context import Context, Session
from robot.commands.options import Campaigns, End, Start, Started
from robot.commands.progress import listener
from robot.commands.reminding import reminding
from robot.commands.sending import print_result, send_now
from robot.commands.summary import print_summary
from robot.commands.watch import Announced, report_of, report_of_error, watcher_for
from robot.database import Repository, open_repository
from robot.errors import AnotherExecutionRunning, ExitCode, Interrupted
from robot.sync.execution import Execution, Summary
from robot.sync.kinds import Asked, ReadingJob, SendingJob, StartedJob
from robot.sync.options import Options
from robot.windows import console

log = logging.getLogger(__name__)

# Decoded pages are trees without cycles: the collector finds nothing in them, and took a sixth of
# the processor's time.
_COLLECT_SELDOM = (50_000, 20, 50)
_M_ARENA_MAX = -8  # malloc.h


def run(context: Context, name: str, options: Options, *, again: bool) -> ExitCode:
    """Execute a job once. Options override the job's settings of an execution by hand."""
    job = jobs.named(name, StartedJob)
    session = Session.begin(context, job.systems)
    if isinstance(job, SendingJob):
        options.require_none(job.name)
        result = send_now(session, job)
        print_result(context, result)
        return result.ending.exit_code
    if not isinstance(job, ReadingJob):
        raise TypeError(job)
    asked = job.by_hand(session.settings, options, session.now())
    summary = execute(session, job, asked, again=again)
    print_summary(context.out, summary)
    return summary.exit_code


def execute(session: Session, job: ReadingJob, asked: Asked, *, again: bool = False) -> Summary:
    """One execution, with a database connection of its own. Those who watch are told how it
    went.
    """
    _spend_less()
    watcher = watcher_for(session.settings, job.health_setting)
    console.show_state("executing")
    try:
        with _opened(session) as repository:

            def begins(text: str) -> None:
                watcher.started(text)
                asked.begun(repository)

            summary = _execute(session, repository, job, asked, begins, again=again)
    except (AnotherExecutionRunning, Interrupted):
        raise
    except Exception as error:
        console.show_state("FAILED")
        watcher.ended(report_of_error(error, job.name))
        raise
    console.show_state(summary.status)
    with reminding(session, job, summary, watcher):
        watcher.ended(report_of(summary, job.name), hurry=session.stop.is_set())
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
    job: ReadingJob,
    asked: Asked,
    begins: Callable[[str], None],
    *,
    again: bool,
) -> Summary:
    repository.prepare(job.name)
    opened = asked.open(session.stop)
    with listener(session.context.err) as told:
        announced = Announced(told, begins)
        return Execution(opened, repository, session.now, announced, session.stop).run(
            asked.due(repository), again=again
        )


def cli(
    context: typer.Context,
    start: Start = None,
    end: End = None,
    campaigns: Campaigns = None,
    again: Annotated[
        bool, typer.Option(help="Read also what an interrupted execution left complete.")
    ] = False,
    job: Started = jobs.MAIN,
) -> None:
    """One execution of a job. Of the calls: the period given, the one of MANUAL_*, or yesterday."""
    raise typer.Exit(run(context.obj, job, Options(start, end, campaigns), again=again))
