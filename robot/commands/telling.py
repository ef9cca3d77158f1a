"""The error that ended a command: on the console for the operator, in the log files for the
record.
"""

from __future__ import annotations

import logging
from zoneinfo import ZoneInfo

from rich.text import Text

from robot.commands import consoles
from robot.errors import ExitCode, RobotError
from robot.runtime import logs
from robot.runtime.masking import mask
from robot.runtime.resources import home

log = logging.getLogger(__name__)


def tell(error: RobotError) -> None:
    """The error for the operator on the console, and for the record in the log files where they are
    open.
    """
    lines = [error.message, *getattr(error, "problems", ()), error.hint]
    text = mask("\n".join(line for line in lines if line))
    consoles.messages().print(Text(text, style="red"), soft_wrap=True)
    log.debug("Ended by %s: %s", type(error).__name__, text, exc_info=error)


def tell_defect(error: Exception) -> int:
    """Of an error that nobody foresaw; the exit code."""
    if not logs.are_open():
        logs.configure(
            home() / "logs", console=consoles.messages(), level="CRITICAL", zone=ZoneInfo("UTC")
        )
    log.error("A defect of the robot", exc_info=error)
    where = (
        f"The details are in {logs.MAIN_LOG}."
        if logs.writes_files()
        else "No log file could be written."
    )
    tell(RobotError(f"Unexpected {type(error).__name__}: {error}", where))
    return ExitCode.FAILED
