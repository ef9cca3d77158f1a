"""The scheduled export for those who bring their own clock: `schedule --once`, and `export
scheduled`.

The loop of `schedule` exports at the times of `EXPORT_CRON`. A task that runs `schedule --once` has
a time of its own: it exports what has come due since its last run, after the calls. Whoever wants
the time to the minute gives `export scheduled` a task of its own; then `--once` finds that nothing
is due.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from datetime import datetime

from robot.errors import ExitCode, RobotError
from robot.operations.scheduler import Memory, Timetable
from robot.settings import Settings

log = logging.getLogger(__name__)


def with_due_export(
    settings: Settings,
    memory: Memory,
    clock: Callable[[], datetime],
    stop: threading.Event,
    calls: Callable[[], ExitCode],
    export: Callable[[], ExitCode],
) -> ExitCode:
    """Run the calls, then the export if it is due; the exit code of the first that did not succeed.

    Raises what `calls` raises, after the export: the one does not wait for the other's repair.
    `export` may not raise.
    """
    try:
        code = calls()
    except RobotError:
        _export_if_due(settings, memory, clock, stop, export)
        raise
    exported = _export_if_due(settings, memory, clock, stop, export)
    return exported if code is ExitCode.SUCCESS else code


def _export_if_due(
    settings: Settings,
    memory: Memory,
    clock: Callable[[], datetime],
    stop: threading.Event,
    export: Callable[[], ExitCode],
) -> ExitCode:
    if not settings.export_cron or stop.is_set():
        return ExitCode.SUCCESS
    if not _counts(settings, memory):  # the first run under this schedule: from now on
        mark_exported(settings, memory, clock())
    timetable = Timetable(settings.export_cron, clock, memory)
    if not timetable.due():
        log.info("The next scheduled export is due at %s.", f"{timetable.next_run:%Y-%m-%d %H:%M}")
        return ExitCode.SUCCESS
    log.info("The scheduled export of %s is due.", f"{timetable.next_run:%Y-%m-%d %H:%M}")
    code = export()
    if not stop.is_set():  # an interrupted one is made up for by the next start
        timetable.done()
    return code


def mark_exported(settings: Settings, memory: Memory, moment: datetime) -> None:
    """What came due until then is done: the next export is the one after it."""
    if settings.export_cron:
        zone = str(moment.tzinfo)
        memory.remember(
            json.dumps({"cron": settings.export_cron, "zone": zone, "last": moment.isoformat()})
        )


def _counts(settings: Settings, memory: Memory) -> bool:
    """Whether what is remembered was remembered under this schedule."""
    try:
        kept = json.loads(memory.recall() or "null")
        return bool(kept) and (kept["cron"], kept["zone"]) == (
            settings.export_cron,
            str(settings.timezone),
        )
    except (ValueError, KeyError, TypeError):
        return False
