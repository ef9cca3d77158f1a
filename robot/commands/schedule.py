"""`schedule`: executions whenever `CRON_SCHEDULE` says so, until somebody stops the robot.

A scheduled execution that failed, or met another one, is tried again `SCHEDULE_RETRIES` times: the
Task Scheduler would not do it, which restarts what it could not start, whatever the exit code of
what it started ([MS-TSCH] 2.5.4.2). Whoever watches is told of every execution that failed; of
another one in its way once it is given up.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated

import typer

from robot import jobs
from robot.commands.context import Context, Session
from robot.commands.run import execute
from robot.commands.sending import print_result, send_now
from robot.commands.summary import print_summary
from robot.commands.watch import report_of_error, watcher_for
from robot.database import open_repository
from robot.errors import AnotherExecutionRunning, ExitCode, Interrupted, RobotError, SyncError
from robot.operations.due import Due, one_after_the_other
from robot.operations.scheduler import (
    NEVER,
    Agenda,
    Memory,
    Retry,
    Timetable,
    Unfinished,
    UnreadableError,
    loop,
)
from robot.settings import Settings
from robot.sync.kinds import ReadingJob, SendingJob, StartedJob
from robot.windows import console

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Try:
    """How one try of a scheduled execution ended. `error` stands where it raised one."""

    exit_code: ExitCode
    error: Exception | None = None

    @property
    def again(self) -> bool:
        """Whether a later try may do better.

        What was interrupted was meant to end, and a wrong setting stays wrong.
        """
        return self.exit_code in {ExitCode.FAILED, ExitCode.ALREADY_RUNNING}

    @property
    def why(self) -> str:
        if self.exit_code is ExitCode.ALREADY_RUNNING:
            return "Another execution is in the way of the scheduled one"
        return "The scheduled execution failed"


def schedule(context: Context) -> ExitCode:
    """Loop. An execution that fails never ends it."""
    session = Session.begin(context, context.systems_of_schedule())
    settings = session.settings
    entries: list[tuple[Timetable, Callable[[], object]]] = [
        *(
            (_timetable(session, job, retry_of(settings)), partial(_execute, session, job))
            for job in jobs.scheduled(settings, ReadingJob)
        ),
        *(
            (_timetable(session, job), partial(_send, session, job))
            for job in jobs.scheduled(settings, SendingJob)
        ),
    ]
    agenda = Agenda(entries, session.stop)
    loop(agenda, agenda.run, session.stop, waits=_show_wait)
    log.info("The schedule ends.")
    return ExitCode.INTERRUPTED


def schedule_once(context: Context) -> ExitCode:
    """One scheduled execution now of each job that reads, for external schedulers (the Task
    Scheduler, cron); then the sendings that are due.
    """
    session = Session.begin(context, context.systems_of_schedule())
    works: list[Callable[[], ExitCode]] = [
        partial(persist, session, job, session.stop.wait)
        for job in jobs.scheduled(session.settings, ReadingJob)
    ]
    for job in jobs.scheduled(session.settings, SendingJob):
        works.append(partial(due_of(session, job).run, partial(_send, session, job)))
    return one_after_the_other(works)


def due_of(session: Session, job: SendingJob) -> Due:
    """When the job sends by itself, and whether it has."""
    settings = session.settings
    memory = Memory(partial(recall, settings, job, session.stop), partial(_remember, session, job))
    clock = partial(datetime.now, settings.timezone)
    return Due(job.cron(settings), memory, clock, session.stop)


def persist(session: Session, job: ReadingJob, wait: Callable[[float], bool]) -> ExitCode:
    """Execute, and try again what failed. `wait` waits so many seconds, and returns whether to stop
    instead.

    Raises what the last try raised.
    """
    retry = retry_of(session.settings)
    ended = _try(session, job)
    for number in range(retry.times):
        if not ended.again or session.stop.is_set():
            break
        _log_error(ended)
        at = session.now() + retry.pause
        log.warning(
            "%s: tried again at %s (%d of %d).", ended.why, f"{at:%H:%M}", number + 1, retry.times
        )
        _show_wait(at)
        if wait(retry.pause.total_seconds()):
            return ExitCode.INTERRUPTED
        ended = _try(session, job)
    _tell_given_up(session, job, ended)
    if ended.error is not None:
        raise ended.error
    return ended.exit_code


def retry_of(settings: Settings) -> Retry:
    """The settings' own policy."""
    return Retry(settings.schedule_retries, timedelta(minutes=settings.schedule_retry_minutes))


def _timetable(session: Session, job: StartedJob, retry: Retry = NEVER) -> Timetable:
    settings = session.settings
    memory = Memory(
        partial(_recall_or_raise, settings, job, session.stop), partial(_remember, session, job)
    )
    clock = partial(datetime.now, settings.timezone)
    return Timetable(job.cron(settings), clock, memory, retry)


def _send(session: Session, job: SendingJob) -> ExitCode:
    failed = f"The scheduled execution of {job.name}"
    try:
        result = send_now(session, job)
    except (AnotherExecutionRunning, Interrupted) as error:
        log.warning("%s did not take place: %s", failed, error)
        return error.exit_code
    except RobotError as error:
        log.error("%s did not take place: %s", failed, error)  # noqa: TRY400 - told without a traceback
        return error.exit_code
    except Exception:
        log.exception("%s failed in a way that is a defect of the robot.", failed)
        return ExitCode.FAILED
    print_result(session.context, result)
    return result.ending.exit_code


def _show_wait(next_run: datetime) -> None:
    console.show_state(f"next execution {next_run:%Y-%m-%d %H:%M}")


def _execute(session: Session, job: ReadingJob) -> Unfinished | None:
    ended = _try(session, job)
    _log_error(ended)
    if not ended.again:
        return None
    return Unfinished(ended.why, partial(_tell_given_up, session, job, ended))


def _try(session: Session, job: ReadingJob) -> Try:
    """One try, its summary printed.

    Never raises: whoever watches has been told what `execute` raised.
    """
    try:
        summary = execute(session, job, job.by_schedule(session.settings, session.now()))
    except RobotError as error:
        return Try(error.exit_code, error)
    except Exception as error:
        return Try(ExitCode.FAILED, error)
    print_summary(session.context.out, summary)
    return Try(summary.exit_code)


def _log_error(ended: Try) -> None:
    if isinstance(ended.error, RobotError):
        log.error("The scheduled execution did not take place: %s", ended.error)
    elif ended.error is not None:
        log.error(
            "The scheduled execution failed in a way that is a defect of the robot.",
            exc_info=ended.error,
        )


def _tell_given_up(session: Session, job: ReadingJob, ended: Try) -> None:
    """A second instance disturbs nobody who watches, but a scheduled execution that never took
    place does.
    """
    if isinstance(ended.error, AnotherExecutionRunning):
        watcher = watcher_for(session.settings, job.health_setting)
        watcher.ended(report_of_error(ended.error, job.name))


def recall(settings: Settings, job: StartedJob, stop: threading.Event | None = None) -> str | None:
    """The occurrence that the schedule ran last, as `robot_state` has it; None where it cannot be
    read.
    """
    try:
        return _recall_or_raise(settings, job, stop)
    except UnreadableError:
        return None


def _recall_or_raise(
    settings: Settings, job: StartedJob, stop: threading.Event | None
) -> str | None:
    repository = open_repository(settings, stop)
    try:
        repository.prepare()
        return repository.recall(state_of(job))
    except (SyncError, AnotherExecutionRunning) as error:
        log.warning("The last scheduled run cannot be read: %s", error)
        raise UnreadableError from error
    finally:
        repository.close()


def _remember(session: Session, job: StartedJob, value: str) -> None:
    repository = open_repository(session.settings, session.stop)
    try:
        repository.remember(state_of(job), value)
    except (SyncError, Interrupted) as error:
        log.warning("The scheduled run cannot be remembered: %s", error)
    finally:
        repository.close()


def state_of(job: StartedJob) -> str:
    """The name in `robot_state` of what the schedule ran last."""
    return f"schedule.{job.name}"


def cli(
    context: typer.Context,
    once: Annotated[
        bool, typer.Option("--once", help="One scheduled execution now, then leave.")
    ] = False,
) -> None:
    """Executions whenever CRON_SCHEDULE says so, until stopped."""
    raise typer.Exit(schedule_once(context.obj) if once else schedule(context.obj))
