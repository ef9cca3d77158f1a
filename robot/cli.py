"""The command line: which commands there are, and how every error becomes a message and a code.

A command's module is loaded when it is asked for, so that `--version` and the others pay for no
more than they use. No argument: `EXECUTION_MODE` says what starts.
"""

from __future__ import annotations

import logging
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group

from robot import __version__
from robot.commands import consoles
from robot.commands.context import Context
from robot.commands.telling import tell, tell_defect
from robot.errors import ConfigurationError, ExitCode, Interrupted, RobotError
from robot.runtime import logs
from robot.runtime.program import program
from robot.runtime.signals import Leave, leave_on_signals

log = logging.getLogger(__name__)

# the commands in the order of `--help`: the module of each, and where another than `cli`, its name
COMMANDS = {
    "clients": "clients",
    "export": "export",
    "run": "run",
    "schedule": "schedule",
    "demo": "demo",
    "check": "check",
    "status": "status",
    "backup": "backup",
    "restore": "backup:restore_cli",
    "support": "support",
    "test-alert": "alert_test",
    "ddl": "ddl",
    "simulator": "simulator",
    "prove": "prove",
    "audit": "audit",
    "rejected": "rejected",
    "days": "days",
    "task": "task",
}


class _Commands(TyperGroup):
    """Loads a command when it is asked for."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        return list(COMMANDS)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> object:  # type: ignore[override]
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        found = getattr(import_module(f"robot.commands.{module}"), name or "cli")
        if isinstance(found, typer.Typer):
            group = get_group(found)
            group.name = cmd_name
            return group
        alone = typer.Typer(add_completion=False, rich_markup_mode=None)
        alone.command(cmd_name)(found)
        return get_command(alone)


app = typer.Typer(
    cls=_Commands,
    help=(
        "Fetches the calls of 3C Plus, and keeps them true in SQL Server or in an embedded"
        " database."
    ),
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback(invoke_without_command=True)
def _start(
    context: typer.Context,
    env_file: Annotated[
        Path | None, typer.Option(help="Another .env than the one beside the program.")
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and leave.")
    ] = False,
) -> None:
    leave_on_signals()  # until here, and while the command's module loads, app.py's own end us
    context.obj = Context.for_file(env_file)
    if version:
        context.obj.out.print(f"API 3C Robot {__version__}")
        consoles.require_written(context.obj.out)
        raise typer.Exit
    if env_file is not None and not context.obj.env_file_exists():
        raise ConfigurationError(f"{env_file} does not exist.", "Check the path after --env-file.")
    if context.invoked_subcommand is None:
        from robot.commands.start import start

        raise typer.Exit(start(context.obj, first=env_file is None))


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit code.

    Nothing but a message reaches the console, whatever fails.
    """
    try:
        # what the robot makes may hold secrets and personal data: on POSIX it is its user's alone
        os.umask(0o077)
        consoles.make_streams_forgiving()
        code = _run_commands(arguments)
        consoles.wait_for_a_reader(code)
    except (KeyboardInterrupt, Leave):  # before or after the command itself
        return ExitCode.INTERRUPTED
    return code


def _run_commands(arguments: list[str] | None) -> int:
    # before the logs are open, no line goes to the console by itself
    logging.getLogger().addHandler(logging.NullHandler())
    try:
        app(arguments, prog_name=program())
    except Leave as asked:
        log.debug("Left: %s", asked.reason)
        consoles.messages().print(f"{asked.reason}: stopped.")
        return ExitCode.INTERRUPTED
    except SystemExit as leaving:  # how typer ends, wrong options (2) included
        return leaving.code if isinstance(leaving.code, int) else ExitCode.SUCCESS
    except (KeyboardInterrupt, Interrupted):
        return ExitCode.INTERRUPTED
    except RobotError as error:
        tell(error)
        return error.exit_code
    except BrokenPipeError:  # `app status | head`: nobody reads any more, and nothing can be told
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.FAILED
    except Exception as error:
        return tell_defect(error)
    finally:
        logs.close()
    return ExitCode.SUCCESS
