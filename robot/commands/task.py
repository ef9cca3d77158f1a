"""`task`: the daily task of the Windows Task Scheduler, installed, shown, removed, or printed as XML."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from pathlib import Path, PureWindowsPath
from typing import Annotated

import typer

from robot.commands.context import Context
from robot.errors import ConfigurationError, RobotError
from robot.settings import home
from robot.windows import event_log
from robot.windows.task import NAME, Task

commands = typer.Typer(help="The daily task of the Windows Task Scheduler.", no_args_is_help=True, rich_markup_mode=None)

At = Annotated[str, typer.Option(help="Time of day, HH:MM, of this computer's clock.")]
User = Annotated[bool, typer.Option("--user", help="As the user who installs it, not as the system's account.")]
PasswordPrompt = Annotated[
    bool,
    typer.Option(
        "--password-prompt", help="Windows asks for that user's password, and keeps it (network, DB_TRUSTED_CONNECTION)."
    ),
]
Hours = Annotated[int, typer.Option(min=1, max=72, help="An execution that takes longer is stopped.")]


@commands.command("install")
def _install(
    context: typer.Context, at: At = "02:00", user: User = False, password_prompt: PasswordPrompt = False, hours: Hours = 12
) -> None:
    """Register the task, or replace the one that stands. Needs an administrator's console."""
    task = task_for(at, user=user, password=password_prompt, hours=hours)
    _on_windows()
    event_log.register_source()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "task.xml"
        file.write_text(task.xml, encoding="utf-16")
        said = schtasks(install_arguments(task, str(file)), asks=task.password)
    out: Context = context.obj
    out.out.print(said, markup=False, soft_wrap=True)
    who = task.user or "the system's account (SYSTEM)"
    out.out.print(f'The task "{NAME}" runs every day at {at}, as {who}: {task.program} {task.arguments}', soft_wrap=True)


@commands.command("show")
def _show(context: typer.Context) -> None:
    """What Windows knows of the task: next run, last run, last result."""
    _on_windows()
    context.obj.out.print(schtasks(["/Query", "/TN", NAME, "/V", "/FO", "LIST"]), markup=False, soft_wrap=True)


@commands.command("remove")
def _remove(context: typer.Context) -> None:
    """Remove the task. The robot, its data and its history stay."""
    _on_windows()
    context.obj.out.print(schtasks(["/Delete", "/TN", NAME, "/F"]), markup=False, soft_wrap=True)


@commands.command("xml")
def _xml(
    context: typer.Context, at: At = "02:00", user: User = False, password_prompt: PasswordPrompt = False, hours: Hours = 12
) -> None:
    """Print the task; for the Task Scheduler's "Import Task…", saved as UTF-16."""
    task = task_for(at, user=user, password=password_prompt, hours=hours)
    context.obj.out.print(task.xml, markup=False, soft_wrap=True, end="")


def task_for(at: str, *, user: bool, password: bool, hours: int) -> Task:
    """The task of this program. Raises ConfigurationError for options that make no sense."""
    problems = []
    try:
        time_of_day = datetime.strptime(at, "%H:%M").time()
    except ValueError:
        time_of_day = time()
        problems.append(f"--at: read {at!r}; expected a time of day, HH:MM, like 02:00")
    if password and not user:
        problems.append("--password-prompt: the system's account has no password; expected --user beside it")
    if problems:
        raise ConfigurationError(f"{len(problems)} wrong option(s).", problems=tuple(problems))
    now = datetime.now()
    program, arguments = _command()
    return Task(
        program=PureWindowsPath(program),
        arguments=arguments,
        folder=PureWindowsPath(str(home())),
        at=time_of_day,
        # a first time that is already over would count as missed, and be made up for at once
        first_day=now.date() + timedelta(days=time_of_day <= now.time()),
        user=_current_user() if user else None,
        password=password,
        hours=hours,
    )


def _current_user() -> str:
    domain, name = os.environ.get("USERDOMAIN", ""), os.environ.get("USERNAME") or os.environ.get("USER") or "user"
    return f"{domain}\\{name}" if domain else name


def install_arguments(task: Task, file: str) -> list[str]:
    """What schtasks is told. `/RP *` makes schtasks itself ask for the password: it never passes through the robot."""
    arguments = ["/Create", "/TN", NAME, "/XML", file, "/F"]
    if task.user and task.password:
        arguments += ["/RU", task.user, "/RP", "*"]
    return arguments


def _command() -> tuple[str, str]:
    """The program that a task starts, and its arguments."""
    frozen = getattr(sys, "frozen", False)
    return sys.executable, "schedule --once" if frozen else f'"{home() / "app.py"}" schedule --once'


def _on_windows() -> None:
    if sys.platform != "win32":
        program, arguments = _command()
        raise ConfigurationError(
            "The Task Scheduler is a part of Windows.",
            f'Here cron does the same: 0 2 * * * "{program}" {arguments}   ("task xml" works everywhere)',
        )


def schtasks(arguments: Sequence[str], *, asks: bool = False, program: str = "schtasks.exe") -> str:
    """Run schtasks and return what it said. `asks`: it talks to the operator itself. Raises RobotError when it refuses."""
    try:
        ended = subprocess.run(  # noqa: S603 - our own arguments, and no shell
            [program, *arguments],
            stdin=None if asks else subprocess.DEVNULL,
            stdout=None if asks else subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=None if asks else 60,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RobotError(f"schtasks cannot be run: {error}.", "Use the XML of `task xml` in the Task Scheduler.") from None
    said = (ended.stdout or b"").decode("oem" if sys.platform == "win32" else "utf-8", errors="replace").strip()
    if ended.returncode:
        raise RobotError(
            f"schtasks refused (code {ended.returncode}): {said or 'see its message above'}",
            'To install or remove a task, open the console with "Run as administrator" (Executar como administrador).',
        )
    return said
