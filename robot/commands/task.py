"""`task`: the daily task of the Windows Task Scheduler, installed, shown, removed, or printed as
XML.
"""

from __future__ import annotations

import os
import sys
import tempfile
from datetime import datetime, time, timedelta
from pathlib import Path, PureWindowsPath
from typing import Annotated

import typer

from robot.commands import consoles
from robot.commands.context import Context
from robot.commands.task_programs import icacls, schtasks
from robot.commands.task_warnings import compare_with_settings, warn
from robot.database import odbc
from robot.errors import ConfigurationError, RobotError
from robot.runtime.program import command
from robot.settings import home
from robot.settings.check import load
from robot.windows import event_log, rights
from robot.windows.task import LOCAL_SERVICE, NAME, SYSTEM, Task

cli = typer.Typer(
    add_completion=False,
    help="The daily task of the Windows Task Scheduler.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

At = Annotated[str, typer.Option(help="Time of day, HH:MM, of this computer's clock.")]
User = Annotated[
    bool, typer.Option("--user", help="As the user who installs it, not as the system's account.")
]
PasswordPrompt = Annotated[
    bool,
    typer.Option(
        "--password-prompt",
        help=(
            "Windows asks for that user's password, and keeps it (network, DB_TRUSTED_CONNECTION)."
        ),
    ),
]
LocalService = Annotated[
    bool,
    typer.Option(
        "--local-service",
        help="As Windows' LOCAL SERVICE, which has hardly any rights on this computer.",
    ),
]
Hours = Annotated[
    int, typer.Option(min=1, max=72, help="An execution that takes longer is stopped.")
]
KeepRights = Annotated[
    bool, typer.Option("--keep-rights", help="Leave the rights of the robot's folder as they are.")
]
File = Annotated[
    Path | None, typer.Argument(help="A new file, written as the Task Scheduler reads it.")
]


@cli.command("install")
def _install(
    context: typer.Context,
    at: At = "02:00",
    user: User = False,
    password_prompt: PasswordPrompt = False,
    local_service: LocalService = False,
    hours: Hours = 12,
    keep_rights: KeepRights = False,
) -> None:
    """Register the task, or replace the one that stands. Needs an administrator's console.

    The robot's folder, where it is the robot's alone, is closed to everybody but the administrators
    and the task's account.
    """
    task = task_for(
        context.obj,
        at,
        user=user,
        password=password_prompt,
        hours=hours,
        local_service=local_service,
    )
    _on_windows(context.obj, task)
    event_log.register_source()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "task.xml"
        file.write_text(task.xml, encoding="utf-16")
        said = schtasks(install_arguments(task, str(file)), asks=task.password)
    out: Context = context.obj
    out.out.print(said, markup=False, soft_wrap=True)
    who = (
        task.user
        or {SYSTEM: "the system's account (SYSTEM)", LOCAL_SERVICE: "LOCAL SERVICE"}[task.account]
    )
    out.out.print(
        f'The task "{NAME}" runs every day at {at}, as {who}: {task.program} {task.arguments}',
        soft_wrap=True,
    )
    _close_folder(out, task, keep=keep_rights)
    compare_with_settings(out, task)


@cli.command("show")
def _show(context: typer.Context) -> None:
    """What Windows knows of the task: next run, last run, last result."""
    _on_windows(context.obj)
    context.obj.out.print(
        schtasks(["/Query", "/TN", NAME, "/V", "/FO", "LIST"]), markup=False, soft_wrap=True
    )


@cli.command("remove")
def _remove(context: typer.Context) -> None:
    """Remove the task. The robot, its data and its history stay."""
    _on_windows(context.obj)
    context.obj.out.print(schtasks(["/Delete", "/TN", NAME, "/F"]), markup=False, soft_wrap=True)


@cli.command("xml")
def _xml(
    context: typer.Context,
    file: File = None,
    at: At = "02:00",
    user: User = False,
    password_prompt: PasswordPrompt = False,
    local_service: LocalService = False,
    hours: Hours = 12,
) -> None:
    """Write the task to FILE, for the Task Scheduler's "Import Task…"; without FILE, print it."""
    task = task_for(
        context.obj,
        at,
        user=user,
        password=password_prompt,
        hours=hours,
        local_service=local_service,
    )
    out: Context = context.obj
    _require_odbc(out)
    if file is None:
        out.out.print(task.ascii_xml, markup=False, emoji=False, soft_wrap=True, end="")
        consoles.require_written(out.out)
        return
    try:
        with file.open("x", encoding="utf-16") as stream:
            stream.write(task.xml)
    except FileExistsError:
        raise ConfigurationError(
            f"{file} exists.", "Name a new file: nothing is written over."
        ) from None
    except OSError as error:
        raise ConfigurationError(
            f"{file} cannot be written: {error.strerror}.", "Name a file that can be."
        ) from None
    out.out.print(
        f'{file} is written, for the Task Scheduler\'s "Import Task…".',
        markup=False,
        soft_wrap=True,
    )


def _close_folder(out: Context, task: Task, *, keep: bool) -> None:
    """Give the folder to the administrators, the system and the task's account alone; or tell how
    it is done.
    """
    account = task.user or f"*{task.account}"
    try:
        why = 'of "--keep-rights"' if keep else rights.close(home(), account, os.environ, icacls)
    except (RobotError, OSError) as error:
        why = str(error)
    if why is None:
        told = f"Only administrators and the task's account may open {task.folder} from now on."
        out.out.print(
            told,
            'Start what you use there with "Run as administrator".',
            markup=False,
            soft_wrap=True,
        )
        return
    typed = "\n".join(
        f"  {rights.as_typed(arguments)}" for arguments in rights.icacls(task.folder, account)
    )
    warn(
        out,
        f"The rights of {task.folder} are not (or not all) set, because {why}. Who may change this"
        " folder may change what"
        " the task runs, and who may read it reads the passwords in .env. In a folder of the"
        f" robot alone:\n{typed}",
    )


def task_for(
    context: Context,
    at: str,
    *,
    user: bool,
    password: bool,
    hours: int,
    local_service: bool = False,
) -> Task:
    """The task of this program, with this start's --env-file.

    Raises ConfigurationError for options that make no sense.
    """
    problems = []
    try:
        time_of_day = datetime.strptime(at, "%H:%M").time()
    except ValueError:
        time_of_day = time()
        problems.append(f"--at: read {at!r}; expected a time of day, HH:MM, like 02:00")
    if password and not user:
        problems.append(
            "--password-prompt: the system's account has no password; expected --user beside it"
        )
    if local_service and user:
        problems.append("--local-service: read beside --user; expected one of them")
    if problems:
        raise ConfigurationError(f"{len(problems)} wrong option(s).", problems=tuple(problems))
    now = datetime.now()
    program, arguments = _command(context)
    return Task(
        program=PureWindowsPath(program),
        arguments=arguments,
        folder=PureWindowsPath(str(home())),
        at=time_of_day,
        # a first time that is already over would count as missed, and be made up for at once
        first_day=now.date() + timedelta(days=time_of_day <= now.time()),
        user=_current_user() if user else None,
        account=LOCAL_SERVICE if local_service else SYSTEM,
        password=password,
        hours=hours,
    )


def _current_user() -> str:
    domain, name = (
        os.environ.get("USERDOMAIN", ""),
        os.environ.get("USERNAME") or os.environ.get("USER") or "user",
    )
    return f"{domain}\\{name}" if domain else name


def install_arguments(task: Task, file: str) -> list[str]:
    """What schtasks is told.

    `/RP *` makes schtasks itself ask for the password: it never passes through the robot.
    """
    arguments = ["/Create", "/TN", NAME, "/XML", file, "/F"]
    if task.user and task.password:
        arguments += ["/RU", task.user, "/RP", "*"]
    return arguments


def _command(context: Context) -> tuple[str, str]:
    """The program that a task starts, and its arguments."""
    script = "" if getattr(sys, "frozen", False) else f'"{home() / "app.py"}" '
    env_file = f'--env-file "{context.env_file.resolve()}" ' if context.given else ""
    return sys.executable, f"{script}{env_file}schedule --once"


def _on_windows(context: Context, task: Task | None = None) -> None:
    if sys.platform != "win32":
        hint = f'"{command("task xml FILE")}" works everywhere.'
        if task is not None:
            _require_odbc(context)
            line = f'{task.at.minute} {task.at.hour} * * * "{sys.executable}" {task.arguments}'
            hint = f"Here cron does the same: {line}   ({hint})"
        raise ConfigurationError("The Task Scheduler is a part of Windows.", hint)


def _require_odbc(context: Context) -> None:
    """Raises ConfigurationError where the settings name a SQL Server and this machine has no ODBC
    to reach it.
    """
    try:
        settings, _ = load(context.env_file)
    except ConfigurationError:
        return  # that is for `check` to tell
    if settings.db_server:
        odbc.require()
