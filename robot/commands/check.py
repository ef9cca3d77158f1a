"""`check`: one line for each thing that must hold, with the fix where it does not."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from functools import partial

import typer
from rich.text import Text

from robot import alerts, jobs
from robot.commands import unproven
from robot.commands.check_database import certificate, tables
from robot.commands.check_network import ways
from robot.commands.context import Context
from robot.commands.layout import WIDEST
from robot.database import open_repository
from robot.errors import ExitCode, MissingSoftware, RobotError
from robot.runtime import logs
from robot.runtime.masking import mask
from robot.runtime.program import command
from robot.settings import Settings
from robot.settings.check import overruled
from robot.sync.checks import Check, Failed, Warned
from robot.sync.kinds import ReadingJob, StartedJob

_FREE_MB = 500


def check(context: Context) -> ExitCode:
    """Run every check; success only when all hold. Wrong settings are told by themselves, and end
    it.

    Software that is missing on this machine ends it with the code of a bad configuration, after the
    other checks.
    """
    settings = context.settings(context.systems_of_schedule())
    failed: list[str] = []
    code = ExitCode.SUCCESS
    started = jobs.of_kind(StartedJob)
    checks = [
        Check("Settings", lambda _: _settings(context)),
        *(check for job in started for check in job.schedule_checks(settings)),
        Check("Network", lambda _: _network(settings)),
        *(check for job in started for check in job.checks(settings)),
        Check("Database", lambda _: _database(settings)),
        Check("Rights", lambda failed: _rights(settings, reached="Database" not in failed)),
        Check("Tables", lambda failed: _tables(settings, stand="Rights" not in failed)),
        Check("Days", lambda failed: _days(settings, answered="Rights" not in failed)),
        Check("Log folder", lambda _: _log_folder(settings)),
        Check("Free disk", lambda _: _disk(settings)),
        *(Check(name, partial(_channel, state)) for name, state in alerts.states(settings).items()),
    ]
    for each in checks:
        try:
            line = each.holds(failed)
            style, sign = ("yellow", "warn") if isinstance(line, Warned) else ("green", "ok")
        except (RobotError, Failed) as error:
            line, style, sign = str(error), "red", "FAILED"
            if isinstance(error, MissingSoftware):
                code = ExitCode.CONFIGURATION
        except OSError as error:  # a folder that this user may not even look into
            place = f"{error.filename} cannot be read: " if error.filename else ""
            line, style, sign = (
                f"{place}{error.strerror or error}. Check the rights of this user.",
                "red",
                "FAILED",
            )
        if sign == "FAILED":
            failed.append(each.name)
        context.out.print(
            Text.assemble((f"{sign:7}", style), f"{each.name}: {mask(line)}"), soft_wrap=True
        )
    context.out.print(
        f"{len(failed)} of {len(checks)} checks failed." if failed else "Everything holds."
    )
    return code or (ExitCode.FAILED if failed else ExitCode.SUCCESS)


def _settings(context: Context) -> str:
    if not context.env_file_exists():
        return "from the environment"
    names = ", ".join(overruled(context.env_file))
    return f"read from {context.env_file}" + (
        f"; the environment overrules {names}" if names else ""
    )


def _channel(state: Callable[[], str | None], _: object) -> str:
    try:
        told = state()
    except OSError as error:
        raise Failed(f"nobody would be told: {error}. See {command('test-alert')}.") from None
    return told or Warned(f"never tried: {command('test-alert')} sends a marked test")


def _network(settings: Settings) -> str:
    line, readable = ways(settings)
    if not readable:
        raise Failed(line)
    return line


def _database(settings: Settings) -> str:
    repository = open_repository(settings)
    try:
        return repository.describe() + certificate(settings)
    finally:
        repository.close()


def _rights(settings: Settings, *, reached: bool) -> str:
    if not reached:
        raise Failed("not tried, since the database failed.")
    repository = open_repository(settings)
    try:
        for job in jobs.scheduled(settings, ReadingJob):
            repository.prepare(job.name)
        repository.try_rights()
    finally:
        repository.close()
    return "the tables stand; a test row was written, read back and removed"


def _days(settings: Settings, *, answered: bool) -> str:
    if not answered:
        raise Failed("not asked, since the database failed.")
    gone = 0
    for job in jobs.of_kind(ReadingJob):
        if job.days is None:
            continue
        days = unproven.read_days(settings, job)
        if left := days.unproven():
            lines = unproven.lines(settings, job.days, left, WIDEST)
            raise Failed("\n".join([f"{len(left)} day(s) are not proven:", *lines]))
        gone += len(days.standing_given_up())
    return "every day that was read or missed is proven" + (
        f", but for {gone} that were given up" if gone else ""
    )


def _tables(settings: Settings, *, stand: bool) -> str:
    if not stand:
        raise Failed("not looked at, since the rights failed.")
    line, holds = tables(settings)
    if not holds:
        raise Failed(f"{line}.")
    return line


def _log_folder(settings: Settings) -> str:
    try:
        settings.log_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.log_dir):
            pass  # a new file: how the logs are rotated
        for name in (logs.MAIN_LOG, logs.ERRORS_LOG):
            with (settings.log_dir / name).open("a", encoding="utf-8"):
                pass
    except OSError as error:
        fix = "Give this user the right to write there, or name another LOG_DIR."
        raise Failed(
            f"{error.filename or settings.log_dir} cannot be written: {error.strerror}. {fix}"
        ) from None
    return f"{settings.log_dir} and the log files can be written"


def _disk(settings: Settings) -> str:
    folder = settings.db_file.parent if not settings.db_server else settings.log_dir
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free // 1024 // 1024
    if free < _FREE_MB:
        raise Failed(f"only {free:,} MB are free in {folder}. Free at least {_FREE_MB} MB.")
    return f"{free:,} MB are free in {folder}"


def cli(context: typer.Context) -> None:
    """Settings, API, database, rights, disk: what holds, and the fix for what does not."""
    raise typer.Exit(check(context.obj))
