"""The program started without a command: what the settings ask for, or, at the first start, their
file.
"""

from __future__ import annotations

from robot import jobs
from robot.commands.context import Context
from robot.commands.first_start import is_first_start, write_settings
from robot.commands.run import run
from robot.commands.schedule import schedule
from robot.errors import ExitCode
from robot.sync.options import Options


def start(context: Context, *, first: bool) -> ExitCode:
    """Do what `EXECUTION_MODE` says. `first`: where there are no settings, write them instead."""
    if first and is_first_start(context):
        return write_settings(context)
    if context.settings().execution_mode == "manual":
        return run(context, jobs.MAIN, Options(), again=False)
    return schedule(context)
