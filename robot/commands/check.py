"""`check`: one line for each thing that must hold, with the fix where it does not."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path

from rich.text import Text

from robot import alerts
from robot.commands import unproven
from robot.commands.check_database import certificate, tables
from robot.commands.check_network import ways
from robot.commands.check_token import Warned, token_line
from robot.commands.context import Context
from robot.commands.layout import WIDEST
from robot.database import open_repository
from robot.errors import ExitCode, MissingSoftware, RobotError
from robot.http import RequestRefused
from robot.period import now, whole
from robot.runtime import logs
from robot.runtime.masking import mask
from robot.runtime.program import command
from robot.settings import Settings, cron
from robot.settings.check import overruled
from robot.threec.calls import CallsApi
from robot.threec.calls_job import CallsJob
from robot.threec.connection import transport
from robot.threec.dialer_export.query import select_of

_FREE_MB = 500
_RUNS_SHOWN = 5


class _Failed(Exception):
    """A check that does not hold: what is wrong and the fix."""


def check(context: Context) -> ExitCode:
    """Run every check; success only when all hold. Wrong settings are told by themselves, and end
    it.

    Software that is missing on this machine ends it with the code of a bad configuration, after the
    other checks.
    """
    settings = context.settings(context.systems_of_schedule())
    failed: list[str] = []
    code = ExitCode.SUCCESS
    checks: list[tuple[str, Callable[[], str]]] = [
        ("Settings", partial(_settings, context)),
        ("Schedule", partial(_schedule, settings)),
        ("Network", partial(_network, settings)),
        ("API", partial(_api, settings)),
        ("Token", lambda: token_line(settings, answered="API" not in failed)),
        ("Page size", lambda: _page_size(settings, answered="API" not in failed)),
        ("Database", partial(_database, settings)),
        ("Rights", lambda: _rights(settings, reached="Database" not in failed)),
        ("Tables", lambda: _tables(settings, stand="Rights" not in failed)),
        ("Days", lambda: _days(settings, answered="Rights" not in failed)),
        ("Log folder", partial(_log_folder, settings)),
        ("Free disk", partial(_disk, settings)),
    ]
    if settings.export_cron:
        checks.insert(2, ("Exports", partial(_exports, settings)))
    if settings.clients_query_file:
        checks.insert(-2, ("Clients", partial(_clients, settings.clients_query_file)))
    checks += [(name, partial(_channel, state)) for name, state in alerts.states(settings).items()]
    for name, holds in checks:
        try:
            line = holds()
            style, sign = ("yellow", "warn") if isinstance(line, Warned) else ("green", "ok")
        except (RobotError, _Failed) as error:
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
            failed.append(name)
        context.out.print(
            Text.assemble((f"{sign:7}", style), f"{name}: {mask(line)}"), soft_wrap=True
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


def _channel(state: Callable[[], str | None]) -> str:
    try:
        told = state()
    except OSError as error:
        raise _Failed(f"nobody would be told: {error}. See {command('test-alert')}.") from None
    return told or Warned(f"never tried: {command('test-alert')} sends a marked test")


def _schedule(settings: Settings) -> str:
    clock = f"{settings.timezone}, now {now(settings.timezone)}"
    if settings.execution_mode == "manual":
        runs = command("schedule")
        return (
            f'{clock}; EXECUTION_MODE is manual: CRON_SCHEDULE starts nothing, unless "{runs}"'
            " is given"
        )
    return f"{clock}; next runs {_next(settings.cron_schedule, settings)}"


def _next(expression: str, settings: Settings) -> str:
    runs = islice(cron.runs_after(expression, datetime.now(settings.timezone)), _RUNS_SHOWN)
    return ", ".join(f"{run:%Y-%m-%d %H:%M}" for run in runs)


def _exports(settings: Settings) -> str:
    return (
        f"campaign {settings.export_campaign_id}; due {_next(settings.export_cron, settings)}."
        f' The loop of "{command("schedule")}" sends at these times;'
        f' a task that runs "{command("schedule --once")}" at its first run after them;'
        f' for the time itself, give "{command("export scheduled")}" its own task'
    )


def _clients(file: Path) -> str:
    select_of(file)
    return f"{file} holds one SELECT; it is not run here"


def _network(settings: Settings) -> str:
    line, readable = ways(settings)
    if not readable:
        raise _Failed(line)
    return line


def _api(settings: Settings) -> str:
    try:
        page = _first_page(settings, 1)
    except RequestRefused:  # it may know some page sizes only
        page = _first_page(settings, settings.per_page)
    total = "no totals" if page.total is None else f"{page.total:,} calls yesterday"
    return f"{settings.calls_url} answers, the token is accepted ({total})"


def _page_size(settings: Settings, *, answered: bool) -> str:
    if not answered:
        raise _Failed("not asked, since the API failed.")
    page = _first_page(settings, settings.per_page)
    if page.per_page is not None and page.per_page < settings.per_page:
        return (
            f"PER_PAGE={settings.per_page} is capped at {page.per_page} by the API; the robot copes"
        )
    if page.total is None:
        return (
            f"PER_PAGE={settings.per_page} was answered with {len(page.records)} calls, and no"
            " totals to compare with"
        )
    if len(page.records) < min(settings.per_page, page.total):
        held = f"its first page has {len(page.records)} of {page.total:,} calls"
        return (
            f"PER_PAGE={settings.per_page} is capped by the API without a word: {held}; the"
            " robot copes"
        )
    if page.total < settings.per_page:
        return (
            f"PER_PAGE={settings.per_page} is not refused; yesterday's {page.total:,} calls are"
            " too few to fill a page"
        )
    return f"PER_PAGE={settings.per_page} is accepted"


def _first_page(settings: Settings, per_page: int):  # type: ignore[no-untyped-def]
    yesterday = now(settings.timezone).date() - timedelta(days=1)
    quick = settings.model_copy(update={"api_max_attempts": min(settings.api_max_attempts, 2)})
    http = transport(quick)
    try:
        api = CallsApi(http, settings.calls_url, settings.campaign_parameter)
        return http.repeat(lambda: api.page(whole(yesterday), settings.campaign_ids, 1, per_page))
    finally:
        http.close()


def _database(settings: Settings) -> str:
    repository = open_repository(settings)
    try:
        return repository.describe() + certificate(settings)
    finally:
        repository.close()


def _rights(settings: Settings, *, reached: bool) -> str:
    if not reached:
        raise _Failed("not tried, since the database failed.")
    repository = open_repository(settings)
    try:
        repository.prepare(CallsJob.name)
        repository.try_rights()
    finally:
        repository.close()
    return "the tables stand; a test row was written, read back and removed"


def _days(settings: Settings, *, answered: bool) -> str:
    if not answered:
        raise _Failed("not asked, since the database failed.")
    days = unproven.read_days(settings)
    if left := days.unproven():
        lines = unproven.lines(settings, left, WIDEST)
        raise _Failed("\n".join([f"{len(left)} day(s) are not proven:", *lines]))
    gone = len(days.standing_given_up())
    return "every day that was read or missed is proven" + (
        f", but for {gone} that were given up" if gone else ""
    )


def _tables(settings: Settings, *, stand: bool) -> str:
    if not stand:
        raise _Failed("not looked at, since the rights failed.")
    line, holds = tables(settings)
    if not holds:
        raise _Failed(f"{line}.")
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
        raise _Failed(
            f"{error.filename or settings.log_dir} cannot be written: {error.strerror}. {fix}"
        ) from None
    return f"{settings.log_dir} and the log files can be written"


def _disk(settings: Settings) -> str:
    folder = settings.db_file.parent if not settings.db_server else settings.log_dir
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free // 1024 // 1024
    if free < _FREE_MB:
        raise _Failed(f"only {free:,} MB are free in {folder}. Free at least {_FREE_MB} MB.")
    return f"{free:,} MB are free in {folder}"
