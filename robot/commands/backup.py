"""`backup` and `restore`: the embedded database copied while it is in use, and put back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from robot import jobs
from robot.commands.context import Context, Session
from robot.commands.questions import agreed, require_terminal
from robot.database.backups import Contents, back_up, look_into, restore, sent_since
from robot.database.sqlite import SqliteEngine
from robot.errors import AnotherExecutionRunning, ConfigurationError, ExitCode
from robot.period import now
from robot.runtime.signals import stop_on_signals
from robot.settings import Settings


def backup(context: Context, file: Path) -> ExitCode:
    """Copy the database into a new file, and check the copy."""
    session = Session.begin(context)
    source = _embedded(session.settings)
    with _bar(context.err, "copied") as progress:
        found = back_up(source, Path.cwd() / file, session.stop, progress)
    context.out.print(f"{file}: whole and checked, {_words(found)}.", markup=False, soft_wrap=True)
    context.out.print("It holds personal data: keep it accordingly.", style="yellow")
    return ExitCode.SUCCESS


def restore_database(context: Context, file: Path, *, yes: bool) -> ExitCode:
    """Put a backup in the database's place, after a question.

    The database of before is kept beside it.
    """
    settings = context.settings()
    backup, target, out = Path.cwd() / file, _embedded(settings), context.out
    found = look_into(backup)
    with _every_lock(target):
        out.print(f"{file}: {_words(found)}.", markup=False, soft_wrap=True)
        there = target.exists()
        if there:
            _warn(out, target, backup)
        if there and not yes:
            require_terminal(
                f"{target} would be replaced, and there is no terminal to ask at.",
                "Add --yes to replace it.",
            )
            if not agreed(out, "Replace it?"):
                out.print("Nothing was changed.")
                return ExitCode.SUCCESS
        stop = stop_on_signals()
        kept = _keep(context, target, now(settings.timezone), stop) if there else None
        with _bar(context.err, "restored") as progress:
            restore(backup, target, stop, progress)
    out.print(f"{target} holds what {file} held.", markup=False, soft_wrap=True)
    if kept is not None:
        out.print(f"What it held before is in {kept}.", markup=False, soft_wrap=True)
    return ExitCode.SUCCESS


def _embedded(settings: Settings) -> Path:
    if settings.db_server:
        raise ConfigurationError(
            (
                f"The database is on the server {settings.db_server}: this command is for the"
                " embedded one."
            ),
            "Have the DBA back it up (BACKUP DATABASE) and restore it there.",
        )
    return settings.db_file


def _words(found: Contents) -> str:
    last = f", the last one of {found.last_execution}" if found.last_execution else ""
    return f"{found.calls:,} calls, {found.executions:,} executions{last}"


def _warn(out: Console, target: Path, backup: Path) -> None:
    try:
        out.print(f"{target} holds {_words(look_into(target))}.", markup=False, soft_wrap=True)
    except ConfigurationError as error:
        out.print(error.message, style="yellow", markup=False, soft_wrap=True)
    if sent := sent_since(backup, target):
        out.print(
            f"{sent:,} contact(s) were sent to the dialer since the backup. Afterwards the robot"
            " does not know of them,"
            " and an export would send them again.",
            style="yellow",
            soft_wrap=True,
        )


def _keep(context: Context, target: Path, moment: datetime, stop: threading.Event) -> Path:
    """The database of before, under another name: a copy, or where it is damaged the files
    themselves.
    """
    kept = target.with_name(f"{target.name}.before-{moment:%Y%m%d-%H%M%S}")
    try:
        look_into(target)
    except ConfigurationError:
        for ending in ("-wal", "-shm", ""):
            part = target.with_name(target.name + ending)
            if part.exists():
                part.rename(kept.with_name(kept.name + ending))
        return kept
    with _bar(context.err, "kept") as progress:
        back_up(target, kept, stop, progress)
    return kept


@contextmanager
def _every_lock(database: Path) -> Iterator[None]:
    """Hold the lock of every job. Raises AnotherExecutionRunning."""
    with ExitStack() as held:
        for job in jobs.names():
            engine = SqliteEngine(database)
            database.parent.mkdir(parents=True, exist_ok=True)
            if not engine.acquire(job):
                raise AnotherExecutionRunning(
                    f"An execution of {job} is running on {database}.",
                    "Stop it, or wait for its end; then again.",
                )
            held.callback(engine.release)
        yield


@contextmanager
def _bar(console: Console, words: str) -> Iterator[Callable[[int, int], None]]:
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(words)

        def show(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        yield show


def cli(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A new file. It will hold personal data.")],
) -> None:
    """Copy the embedded database into a file, also while it is in use, and check the copy."""
    raise typer.Exit(backup(context.obj, file))


def restore_cli(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A file that backup made.")],
    yes: Annotated[
        bool, typer.Option("--yes", help="Replace the database without asking.")
    ] = False,
) -> None:
    """Put a backup in the place of the embedded database, which is kept under another name."""
    raise typer.Exit(restore_database(context.obj, file, yes=yes))
