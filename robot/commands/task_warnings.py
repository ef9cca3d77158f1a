"""What the settings say against a task that is installed."""

from __future__ import annotations

from datetime import datetime

from rich.text import Text

from robot.commands.context import Context
from robot.database import odbc
from robot.database.connection_string import choose_driver
from robot.errors import ConfigurationError
from robot.runtime.program import command
from robot.settings.check import load
from robot.windows.task import Task
from robot.windows.zones import clock_warning


def compare_with_settings(out: Context, task: Task) -> None:
    """Warn of what the settings say against the task."""
    try:
        settings, _ = load(out.env_file)
    except ConfigurationError:
        warn(out, f'The .env is not in order yet: "{command("check")}" tells what is wrong.')
        return
    if warning := clock_warning(task.at, settings.timezone, datetime.now().astimezone()):
        warn(out, warning)
    if settings.export_cron:
        warn(
            out,
            "EXPORT_CRON is set: this task sends what has come due whenever it runs. To send at"
            " the time itself, make a"
            " second task with the arguments: export scheduled",
        )
    if settings.db_server:
        try:
            choose_driver(settings.db_driver, odbc.installed_drivers())
        except ConfigurationError as error:
            warn(out, f"The task will fail: {error}")
    if settings.db_server and settings.db_trusted_connection and not task.password:
        warn(
            out,
            "DB_TRUSTED_CONNECTION is yes: the SQL Server sees the task's account. For a user of"
            " Windows install the task"
            " with --user --password-prompt.",
        )


def warn(out: Context, text: str) -> None:
    """In yellow, beside what the command prints."""
    out.err.print(Text(text, style="yellow"), soft_wrap=True)
