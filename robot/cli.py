"""The command line: assembles the commands and turns every error into a message and an exit code.

No argument: `EXECUTION_MODE` says what starts.
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from robot import __version__, jobs
from robot.commands import consoles, task
from robot.commands.alert_test import test_alert
from robot.commands.audit import audit_command
from robot.commands.backup import backup_command, restore_command
from robot.commands.check import check
from robot.commands.clients import app as clients
from robot.commands.context import Context
from robot.commands.days import commands as days
from robot.commands.ddl import ddl
from robot.commands.demo import demo
from robot.commands.export import app as export
from robot.commands.first_start import is_first_start, write_settings
from robot.commands.prove import prove
from robot.commands.rejected import commands as rejected
from robot.commands.run import run
from robot.commands.schedule import schedule, schedule_once
from robot.commands.simulator import simulator
from robot.commands.status import status
from robot.commands.support import support
from robot.commands.telling import tell, tell_defect
from robot.errors import ConfigurationError, ExitCode, Interrupted, RobotError
from robot.runtime import logs
from robot.runtime.program import program
from robot.runtime.signals import Leave, leave_on_signals
from robot.sync.kinds import ReadingJob, StartedJob
from robot.sync.options import Options as RunOptions

log = logging.getLogger(__name__)

app = typer.Typer(
    help=(
        "Fetches the calls of 3C Plus, and keeps them true in SQL Server or in an embedded"
        " database."
    ),
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


app.add_typer(clients, name="clients")
app.add_typer(export, name="export", help="Send clients to a campaign of the dialer.")


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
    context.obj = Context.for_file(env_file)
    if version:
        context.obj.out.print(f"API 3C Robot {__version__}")
        consoles.require_written(context.obj.out)
        raise typer.Exit
    if env_file is not None and not context.obj.env_file_exists():
        raise ConfigurationError(f"{env_file} does not exist.", "Check the path after --env-file.")
    if context.invoked_subcommand is None:
        if env_file is None and is_first_start(context.obj):
            raise typer.Exit(write_settings(context.obj))
        settings = context.obj.settings()
        if settings.execution_mode == "manual":
            raise typer.Exit(run(context.obj, jobs.MAIN, RunOptions(), again=False))
        raise typer.Exit(schedule(context.obj))


_Started = Annotated[
    str, typer.Option("--job", help=f"One of {', '.join(jobs.names(StartedJob))}.")
]
_Read = Annotated[str, typer.Option("--job", help=f"One of {', '.join(jobs.names(ReadingJob))}.")]


@app.command("run")
def _run(
    context: typer.Context,
    start: Annotated[
        str | None,
        typer.Option(help="First moment: YYYY-MM-DD HH:MM:SS, YYYY-MM-DD or DD/MM/YYYY."),
    ] = None,
    end: Annotated[
        str | None, typer.Option(help="Last moment; a date alone is its whole day.")
    ] = None,
    campaigns: Annotated[
        str | None, typer.Option(help="Campaign ids separated by commas; empty = all.")
    ] = None,
    again: Annotated[
        bool, typer.Option(help="Read also what an interrupted execution left complete.")
    ] = False,
    job: _Started = jobs.MAIN,
) -> None:
    """One execution of a job. Of the calls: the period given, the one of MANUAL_*, or yesterday."""
    raise typer.Exit(run(context.obj, job, RunOptions(start, end, campaigns), again=again))


@app.command("schedule")
def _schedule(
    context: typer.Context,
    once: Annotated[
        bool, typer.Option("--once", help="One scheduled execution now, then leave.")
    ] = False,
) -> None:
    """Executions whenever CRON_SCHEDULE says so, until stopped."""
    raise typer.Exit(schedule_once(context.obj) if once else schedule(context.obj))


@app.command("demo")
def _demo(context: typer.Context, job: _Read = jobs.MAIN) -> None:
    """The whole robot against a built-in 3C Plus, into data/demo.db. Needs nothing."""
    raise typer.Exit(demo(context.obj, job))


@app.command("check")
def _check(context: typer.Context) -> None:
    """Settings, API, database, rights, disk: what holds, and the fix for what does not."""
    raise typer.Exit(check(context.obj))


@app.command("status")
def _status(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    execution: Annotated[
        int | None, typer.Option(min=1, max=2**31 - 1, help="One whole execution, by its number.")
    ] = None,
    job: Annotated[
        str | None, typer.Option("--job", help="Only of one job, like clients_import.")
    ] = None,
) -> None:
    """The last executions and exports, the days that are proven or not, the next runs; or one whole
    execution.
    """
    raise typer.Exit(status(context.obj, job, as_json=as_json, execution=execution))


@app.command("backup")
def _backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A new file. It will hold personal data.")],
) -> None:
    """Copy the embedded database into a file, also while it is in use, and check the copy."""
    raise typer.Exit(backup_command(context.obj, file))


@app.command("restore")
def _restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A file that backup made.")],
    yes: Annotated[
        bool, typer.Option("--yes", help="Replace the database without asking.")
    ] = False,
) -> None:
    """Put a backup in the place of the embedded database, which is kept under another name."""
    raise typer.Exit(restore_command(context.obj, file, yes=yes))


@app.command("support")
def _support(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(help="A new .zip; by default one beside the program.")
    ] = None,
) -> None:
    """Write a zip for whoever helps: version, settings without secrets, the last executions and
    logs, masked.
    """
    raise typer.Exit(support(context.obj, file))


@app.command("test-alert")
def _test_alert(context: typer.Context) -> None:
    """Send a marked test to the health checks, the chat and the mail that the settings name."""
    raise typer.Exit(test_alert(context.obj))


@app.command("ddl")
def _ddl(
    context: typer.Context,
    database: Annotated[str, typer.Option(help="sqlserver or sqlite.")] = "sqlserver",
    schema: Annotated[
        str | None, typer.Option(help="For another schema than DB_SCHEMA says.")
    ] = None,
) -> None:
    """Print the scripts that make the tables, for a DBA. Needs no token, no database."""
    raise typer.Exit(ddl(context.obj, database, schema))


app.command("simulator")(simulator)


@app.command("prove")
def _prove(
    context: typer.Context,
    seed: Annotated[int, typer.Option(help="Of the first kill; every further one counts up.")] = 1,
) -> None:
    """Try every promise on this machine: the table of faults, and processes killed in the middle.

    Two minutes at most.
    """
    raise typer.Exit(prove(context.obj, seed=seed))


@app.command("audit")
def _audit(
    context: typer.Context,
    start: Annotated[
        str | None,
        typer.Option(help="First moment: YYYY-MM-DD HH:MM:SS, YYYY-MM-DD or DD/MM/YYYY."),
    ] = None,
    end: Annotated[
        str | None, typer.Option(help="Last moment; a date alone is its whole day.")
    ] = None,
    campaigns: Annotated[
        str | None, typer.Option(help="Campaign ids separated by commas; empty = all.")
    ] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Store what differs.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="For programs; holds every difference.")
    ] = False,
    job: _Read = jobs.MAIN,
) -> None:
    """Compare the API with the database, by day and campaign.

    Exit code 0 when equal, 3 when not.
    """
    options = RunOptions(start, end, campaigns)
    raise typer.Exit(audit_command(context.obj, job, options, fix=fix, as_json=as_json))


app.add_typer(rejected, name="rejected")
app.add_typer(days, name="days")
app.add_typer(task.commands, name="task")


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit code.

    Nothing but a message reaches the console, whatever fails.
    """
    try:
        os.umask(
            0o077
            # whatever the robot makes may hold secrets and personal data: it is its user's alone
            # (POSIX)
        )
        consoles.make_streams_forgiving()
        leave_on_signals()
        code = _run_commands(arguments)
        consoles.wait_for_a_reader(code)
    except (KeyboardInterrupt, Leave):  # before or after the command itself
        return ExitCode.INTERRUPTED
    return code


def _run_commands(arguments: list[str] | None) -> int:
    logging.getLogger().addHandler(
        logging.NullHandler()
    )  # before the logs are open, no line goes to the console by itself
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
