"""What `robot/jobs.py` lists of the calls: what an execution is to read, and what is remembered
of what was asked for.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from robot.cells.tables import CALLS, CALLS_FAMILY
from robot.database import Repository
from robot.database.days import Asked as AskedDays
from robot.database.days import DayStore, Span
from robot.database.records import campaigns_text
from robot.errors import SyncError
from robot.period import Window
from robot.settings import Settings
from robot.settings.campaigns import parse_campaigns
from robot.settings.check import expected
from robot.sync.kinds import Asked, DayWords, Habit, ReadingJob
from robot.sync.options import Options, wrong
from robot.sync.planning import manual_windows, remember_schedule, scheduled_windows
from robot.sync.retrying import Normalizer
from robot.threec.calls_job import CallsJob, rows_of_call
from robot.threec.checking import checks, schedule_checks
from robot.threec.day_words import reading_command, scope_words
from robot.threec.demo import demo

log = logging.getLogger(__name__)


def by_hand(settings: Settings, options: Options, now: datetime) -> Asked:
    """The options; without them `MANUAL_*`; with neither, yesterday. Raises ConfigurationError."""
    start, end = options.period() or (settings.manual_start_date, settings.manual_end_date)
    campaigns = asked_campaigns(options)
    if campaigns is None:
        campaigns = settings.manual_campaign_ids
    windows = manual_windows(start, end, now)
    return Asked(
        partial(CallsJob.from_settings, settings, campaigns),
        lambda _: windows,
        partial(_remember_asked, campaigns, windows, now),
    )


def by_schedule(settings: Settings, now: datetime) -> Asked:
    """Of CAMPAIGN_IDS what is due: late edits, yesterday, and every day that was missed."""
    campaigns, today = settings.campaign_ids, now.date()
    scope = campaigns_text(campaigns)
    return Asked(
        partial(CallsJob.from_settings, settings, campaigns),
        partial(
            scheduled_windows,
            job=CallsJob.name,
            scope=scope,
            today=today,
            lookback=settings.lookback_days,
            catch_up=settings.catch_up_days,
            to_fill=partial(reading_command, settings, scope),
        ),
        partial(_remember_owed, settings, now),
    )


def asked_campaigns(options: Options) -> tuple[int, ...] | None:
    """The campaigns of the option, none = all; None where it is not given.

    Raises ConfigurationError.
    """
    text = options.campaigns
    if text is None:
        return None
    try:
        return parse_campaigns(text)
    except ValueError as error:
        raise wrong(
            f"--campaigns: read {text!r} ({error}); expected {expected('campaign_ids')}"
        ) from None


def _remember_asked(
    campaigns: tuple[int, ...], windows: Sequence[Window], now: datetime, repository: Repository
) -> None:
    """A day that was asked for by hand, and that the execution does not come to, is told until it
    is read.
    """
    try:
        (line,) = repository.last_executions(CallsJob.name, 1)  # it has just begun
        span = Span(windows[0].day, windows[-1].day)
        asked = AskedDays(line.id, campaigns_text(campaigns), span)
        DayStore(repository, CallsJob.name).ask(asked, now)
    except SyncError as error:
        log.warning("The days that are asked for cannot be remembered: %s", error)


def _remember_owed(settings: Settings, now: datetime, repository: Repository) -> None:
    """The schedule came to yesterday: what it owes is remembered.

    Where that fails, the next execution does it.
    """
    try:
        remember_schedule(
            repository,
            CallsJob.name,
            campaigns_text(settings.campaign_ids),
            now.date(),
            lookback=settings.lookback_days,
            catch_up=settings.catch_up_days,
        )
    except SyncError as error:
        log.warning("The days that the schedule owes cannot be remembered: %s", error)


def _habit(settings: Settings) -> Habit:
    """The campaigns that are read when no command is given, and the setting that says so."""
    manual = settings.execution_mode == "manual"
    setting = "MANUAL_CAMPAIGN_IDS" if manual else "CAMPAIGN_IDS"
    campaigns = settings.manual_campaign_ids if manual else settings.campaign_ids
    which = ", ".join(map(str, campaigns)) or "all"
    return Habit(
        campaigns_text(campaigns),
        f"Campaigns: {which} ({setting}).",
        {"campaigns": list(campaigns)},
    )


def _normalizer(settings: Settings) -> Normalizer:
    return partial(rows_of_call, zone=settings.timezone)


CALLS_JOB = ReadingJob(
    name=CallsJob.name,
    noun="the calls",
    tables=CALLS_FAMILY.tables,
    systems=frozenset({"threec"}),
    cron=lambda settings: settings.cron_schedule,
    health_setting="healthcheck_url",
    schedule_checks=schedule_checks,
    checks=checks,
    by_hand=by_hand,
    by_schedule=by_schedule,
    normalizer=_normalizer,
    parent=CALLS,
    habit=_habit,
    days=DayWords(reading_command, scope_words),
    demo=demo,
)
