"""All that `status` tells, as the database has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from robot.commands.schedule import EXPORT_STATE, STATE, recall
from robot.database import ExecutionLine, Repository, open_repository
from robot.database.days import DayOf, DayStore, GivenUp, Unproven
from robot.database.exports import JOB, ExportStore, ItemStatus
from robot.database.records import campaigns_text
from robot.operations.scheduler import Memory, Timetable
from robot.period import days_between, now
from robot.settings import Settings
from robot.threec.calls_job import CallsJob
from robot.threec.expiry import Expiry, expiry_of

DAYS = 30  # of which it is told which are complete, and which were never read


@dataclass(frozen=True)
class Exports:
    """What `status` tells of the job `dialer_export`.

    `contacts` says of each execution how the contacts stand today that it tried to send; `open`
    counts those of all exports that are not settled. `scheduled`: EXPORT_CRON is set.
    `obstacle`: why nothing can be exported on this database.
    """

    executions: list[ExecutionLine]
    contacts: dict[int, dict[ItemStatus, int]]
    open: dict[ItemStatus, int]
    scheduled: bool
    next_run: datetime | None
    obstacle: str = ""


@dataclass(frozen=True)
class State:
    """All that `status` tells.

    `complete` and `never_read` are of the last 30 days and of `campaigns` (none = all); `unproven`
    and `given_up` are of any age and of whatever campaigns.
    """

    database: str
    campaigns: tuple[int, ...]
    campaigns_setting: str
    executions: list[ExecutionLine]
    complete: list[date]
    never_read: list[date]
    unproven: list[Unproven]
    given_up: dict[DayOf, GivenUp]
    next_run: datetime | None
    exports: Exports
    token: Expiry | None


def read_state(settings: Settings) -> State:
    """Ask the database. Raises SyncError."""
    moment = now(settings.timezone)
    repository = open_repository(settings)
    try:
        repository.prepare()
        executions = repository.last_executions(CallsJob.name)
        days = DayStore(repository, CallsJob.name).read(moment)
        exports = _exports(repository, settings)
    finally:
        repository.close()
    setting, campaigns = _campaigns(settings)
    recent = [
        DayOf(day, campaigns_text(campaigns))
        for day in days_between(moment.date() - timedelta(DAYS), days.yesterday)
    ]
    return State(
        database=repository.name,
        campaigns=campaigns,
        campaigns_setting=setting,
        executions=executions,
        complete=[of.day for of in recent if days.proven(of)],
        never_read=[of.day for of in recent if of not in days.readings and not days.settled(of)],
        unproven=days.unproven(),
        given_up=days.standing_given_up(),
        next_run=_next_run(settings, settings.cron_schedule, STATE),
        exports=exports,
        token=expiry_of(settings, moment.date()),
    )


def _campaigns(settings: Settings) -> tuple[str, tuple[int, ...]]:
    """The campaigns that are read when no command is given, and the setting that says so."""
    if settings.execution_mode == "manual":
        return "MANUAL_CAMPAIGN_IDS", settings.manual_campaign_ids
    return "CAMPAIGN_IDS", settings.campaign_ids


def _exports(repository: Repository, settings: Settings) -> Exports:
    store = ExportStore(repository)
    executions = repository.last_executions(JOB)
    next_run = _next_run(settings, settings.export_cron, EXPORT_STATE)
    scheduled = bool(settings.export_cron)
    if obstacle := repository.obstacle(JOB):
        return Exports(executions, {}, {}, scheduled, next_run, obstacle)
    contacts = store.of_executions([line.id for line in executions])
    return Exports(executions, contacts, store.open_items(), scheduled, next_run)


def _next_run(settings: Settings, expression: str, state: str) -> datetime | None:
    if settings.execution_mode != "scheduled" or not expression:
        return None
    memory = Memory(lambda: recall(settings, state), lambda _: None)
    return Timetable(expression, lambda: datetime.now(settings.timezone), memory).next_run
