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

from robot.commands.context import Context, Session
from robot.commands.due_export import with_due_export
from robot.commands.exporting import print_result
from robot.commands.run import execute
from robot.commands.scheduled_export import scheduled_export
from robot.commands.summary import print_summary
from robot.commands.watch import report_of_error, watcher_for
from robot.database import Repository, open_repository
from robot.errors import AnotherExecutionRunning, ExitCode, Interrupted, RobotError, SyncError
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
from robot.period import Window
from robot.settings import Settings
from robot.sync.planning import remember_schedule, scheduled_windows
from robot.threec.calls_job import CallsJob
from robot.windows import console

log = logging.getLogger(__name__)

STATE = "schedule.calls"
EXPORT_STATE = "schedule.dialer_export"


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
    session = Session.begin(context)
    settings = session.settings
    calls = _timetable(session, settings.cron_schedule, STATE, retry_of(settings))
    entries: list[tuple[Timetable, Callable[[], object]]] = [(calls, partial(_execute, session))]
    if settings.export_cron:
        entries.append(
            (_timetable(session, settings.export_cron, EXPORT_STATE), partial(_export, session))
        )
    agenda = Agenda(entries, session.stop)
    loop(agenda, agenda.run, session.stop, waits=_show_wait)
    log.info("The schedule ends.")
    return ExitCode.INTERRUPTED


def schedule_once(context: Context) -> ExitCode:
    """One scheduled execution now, for those who bring their own clock: the Task Scheduler, cron;
    then a due export.
    """
    session = Session.begin(context)
    settings = session.settings
    calls = partial(persist, session, session.stop.wait)
    clock = partial(datetime.now, settings.timezone)
    return with_due_export(
        settings, export_memory(session), clock, session.stop, calls, partial(_export, session)
    )


def export_memory(session: Session) -> Memory:
    """Where the last scheduled export is remembered."""
    return Memory(
        partial(recall, session.settings, EXPORT_STATE, session.stop),
        partial(_remember, session, EXPORT_STATE),
    )


def persist(session: Session, wait: Callable[[float], bool]) -> ExitCode:
    """Execute, and try again what failed. `wait` waits so many seconds, and returns whether to stop
    instead.

    Raises what the last try raised.
    """
    retry = retry_of(session.settings)
    ended = _try(session)
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
        ended = _try(session)
    _tell_given_up(session, ended)
    if ended.error is not None:
        raise ended.error
    return ended.exit_code


def retry_of(settings: Settings) -> Retry:
    """The settings' own policy."""
    return Retry(settings.schedule_retries, timedelta(minutes=settings.schedule_retry_minutes))


def _timetable(session: Session, expression: str, state: str, retry: Retry = NEVER) -> Timetable:
    settings = session.settings
    memory = Memory(
        partial(_recall_or_raise, settings, state, session.stop), partial(_remember, session, state)
    )
    return Timetable(expression, lambda: datetime.now(settings.timezone), memory, retry)


def _export(session: Session) -> ExitCode:
    try:
        result = scheduled_export(session)
    except (AnotherExecutionRunning, Interrupted) as error:
        log.warning("The scheduled export did not take place: %s", error)
        return error.exit_code
    except RobotError as error:
        log.error(("The scheduled export did not take place: %s"), error)  # noqa: TRY400 - told without a traceback
        return error.exit_code
    except Exception:
        log.exception("The scheduled export failed in a way that is a defect of the robot.")
        return ExitCode.FAILED
    print_result(session.context, result)
    return result.ending.exit_code


def _show_wait(next_run: datetime) -> None:
    console.show_state(f"next execution {next_run:%Y-%m-%d %H:%M}")


def _execute(session: Session) -> Unfinished | None:
    ended = _try(session)
    _log_error(ended)
    return Unfinished(ended.why, partial(_tell_given_up, session, ended)) if ended.again else None


def _try(session: Session) -> Try:
    """One try, its summary printed.

    Never raises: whoever watches has been told what `execute` raised.
    """
    try:
        campaigns = session.settings.campaign_ids
        summary = execute(session, campaigns, partial(_plan, session), begun=partial(_owe, session))
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


def _tell_given_up(session: Session, ended: Try) -> None:
    """A second instance disturbs nobody who watches, but a scheduled execution that never took
    place does.
    """
    if isinstance(ended.error, AnotherExecutionRunning):
        watcher_for(session.settings).ended(report_of_error(ended.error, CallsJob.name))


def _plan(session: Session, repository: Repository) -> list[Window]:
    settings = session.settings
    return scheduled_windows(
        repository,
        "calls",
        settings.campaign_ids,
        session.now().date(),
        lookback=settings.lookback_days,
        catch_up=settings.catch_up_days,
        manual_campaigns=settings.manual_campaign_ids,
    )


def _owe(session: Session, repository: Repository) -> None:
    """The schedule came to yesterday: what it owes is remembered.

    Where that fails, the next execution does it.
    """
    settings = session.settings
    try:
        remember_schedule(
            repository,
            CallsJob.name,
            settings.campaign_ids,
            session.now().date(),
            lookback=settings.lookback_days,
            catch_up=settings.catch_up_days,
        )
    except SyncError as error:
        log.warning("The days that the schedule owes cannot be remembered: %s", error)


def recall(
    settings: Settings, state: str = STATE, stop: threading.Event | None = None
) -> str | None:
    """The occurrence that the schedule ran last, as `robot_state` has it; None where it cannot be
    read.
    """
    try:
        return _recall_or_raise(settings, state, stop)
    except UnreadableError:
        return None


def _recall_or_raise(settings: Settings, state: str, stop: threading.Event | None) -> str | None:
    repository = open_repository(settings, stop)
    try:
        repository.prepare()
        return repository.recall(state)
    except (SyncError, AnotherExecutionRunning) as error:
        log.warning("The last scheduled run cannot be read: %s", error)
        raise UnreadableError from error
    finally:
        repository.close()


def _remember(session: Session, state: str, value: str) -> None:
    repository = open_repository(session.settings, session.stop)
    try:
        repository.remember(state, value)
    except (SyncError, Interrupted) as error:
        log.warning("The scheduled run cannot be remembered: %s", error)
    finally:
        repository.close()
