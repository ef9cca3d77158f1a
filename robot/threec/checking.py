"""What `check` asks of 3C Plus, for the calls."""

from __future__ import annotations

from datetime import timedelta

from robot.http import RequestRefused
from robot.period import now, whole
from robot.runtime.program import command
from robot.settings import Settings
from robot.settings.cron import next_runs
from robot.sync.checks import Check, Failed
from robot.sync.pagers.pages import Page
from robot.threec.calls import CallsApi
from robot.threec.connection import transport
from robot.threec.token_line import token_line


def schedule_checks(settings: Settings) -> list[Check]:
    """When the calls are read by themselves."""
    return [Check("Schedule", lambda _: _schedule(settings))]


def checks(settings: Settings) -> list[Check]:
    """Whether the API answers, whether the token is good, and what it makes of PER_PAGE."""
    return [
        Check("API", lambda _: _api(settings)),
        Check("Token", lambda failed: token_line(settings, answered="API" not in failed)),
        Check("Page size", lambda failed: _page_size(settings, answered="API" not in failed)),
    ]


def _schedule(settings: Settings) -> str:
    clock = f"{settings.timezone}, now {now(settings.timezone)}"
    if settings.execution_mode == "manual":
        runs = command("schedule")
        return (
            f'{clock}; EXECUTION_MODE is manual: CRON_SCHEDULE starts nothing, unless "{runs}"'
            " is given"
        )
    return f"{clock}; next runs {next_runs(settings.cron_schedule, settings.timezone)}"


def _api(settings: Settings) -> str:
    try:
        page = _first_page(settings, 1)
    except RequestRefused:  # it may know some page sizes only
        page = _first_page(settings, settings.per_page)
    total = "no totals" if page.total is None else f"{page.total:,} calls yesterday"
    return f"{settings.calls_url} answers, the token is accepted ({total})"


def _page_size(settings: Settings, *, answered: bool) -> str:
    if not answered:
        raise Failed("not asked, since the API failed.")
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


def _first_page(settings: Settings, per_page: int) -> Page:
    yesterday = now(settings.timezone).date() - timedelta(days=1)
    quick = settings.model_copy(update={"api_max_attempts": min(settings.api_max_attempts, 2)})
    http = transport(quick)
    try:
        api = CallsApi(http, settings.calls_url, settings.campaign_parameter)
        return http.repeat(lambda: api.page(whole(yesterday), settings.campaign_ids, 1, per_page))
    finally:
        http.close()
