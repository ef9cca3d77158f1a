"""`schedule`: executions whenever `CRON_SCHEDULE` says so, until somebody stops the robot."""

from __future__ import annotations

import logging
from datetime import datetime
from functools import partial

from robot.commands.context import Context, Session
from robot.commands.exporting import print_result
from robot.commands.run import execute
from robot.commands.scheduled_export import scheduled_export
from robot.commands.summary import print_summary
from robot.database import Repository, open_repository
from robot.errors import AnotherExecutionRunning, ExitCode, Interrupted, RobotError, SyncError
from robot.period import Window
from robot.planning import scheduled_windows
from robot.scheduler import Agenda, Memory, Timetable, loop
from robot.settings import Settings
from robot.windows import console

log = logging.getLogger(__name__)

STATE = "schedule.calls"
EXPORT_STATE = "schedule.dialer_export"


def schedule(context: Context) -> ExitCode:
    """Loop. An execution that fails never ends it."""
    session = Session.begin(context)
    settings = session.settings
    entries = [(_timetable(settings, settings.cron_schedule, STATE), partial(_execute, session))]
    if settings.export_cron:
        entries.append((_timetable(settings, settings.export_cron, EXPORT_STATE), partial(_export, session)))
    agenda = Agenda(entries, session.stop)
    loop(agenda, agenda.run, session.stop, waits=_show_wait)
    log.info("The schedule ends.")
    return ExitCode.INTERRUPTED


def schedule_once(context: Context) -> ExitCode:
    """One scheduled execution now, for those who bring their own clock: the Task Scheduler, cron."""
    session = Session.begin(context)
    summary = execute(session, session.settings.campaign_ids, partial(_plan, session))
    print_summary(session.context.out, summary)
    return summary.exit_code


def _timetable(settings: Settings, expression: str, state: str) -> Timetable:
    memory = Memory(partial(recall, settings, state), partial(_remember, settings, state))
    return Timetable(expression, lambda: datetime.now(settings.timezone), memory)


def _export(session: Session) -> None:
    try:
        result = scheduled_export(session)
    except (AnotherExecutionRunning, Interrupted) as error:
        log.warning("The scheduled export did not take place: %s", error)
    except RobotError as error:
        log.error("The scheduled export did not take place: %s", error)  # noqa: TRY400 - told without a traceback
    except Exception:
        log.exception("The scheduled export failed in a way that is a defect of the robot.")
    else:
        print_result(session.context, result)


def _show_wait(next_run: datetime) -> None:
    console.show_state(f"next execution {next_run:%Y-%m-%d %H:%M}")


def _execute(session: Session) -> None:
    try:
        summary = execute(session, session.settings.campaign_ids, partial(_plan, session))
    except RobotError as error:
        log.error("The scheduled execution did not take place: %s", error)  # noqa: TRY400 - told without a traceback
    except Exception:
        log.exception("The scheduled execution failed in a way that is a defect of the robot.")
    else:
        print_summary(session.context.out, summary)


def _plan(session: Session, repository: Repository) -> list[Window]:
    settings = session.settings
    return scheduled_windows(
        repository,
        "calls",
        settings.campaign_ids,
        session.now().date(),
        lookback=settings.lookback_days,
        catch_up=settings.catch_up_days,
    )


def recall(settings: Settings, state: str = STATE) -> str | None:
    """The occurrence that the schedule ran last, as `robot_state` has it; None where it cannot be read."""
    repository = open_repository(settings)
    try:
        repository.prepare()
        return repository.recall(state)
    except SyncError as error:
        log.warning("The last scheduled run cannot be read: %s", error)
        return None
    finally:
        repository.close()


def _remember(settings: Settings, state: str, value: str) -> None:
    repository = open_repository(settings)
    try:
        repository.remember(state, value)
    except SyncError as error:
        log.warning("The scheduled run cannot be remembered: %s", error)
    finally:
        repository.close()
