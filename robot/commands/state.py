"""All that `status` tells, as the database has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from robot import jobs
from robot.commands.schedule import recall
from robot.database import ExecutionLine, Repository, open_repository
from robot.database.days import DayOf, DayStore, GivenUp, Unproven
from robot.database.exports import ExportStore, ItemStatus
from robot.database.records import Remembered
from robot.operations.scheduler import Memory, Timetable
from robot.period import days_between, now
from robot.settings import Settings
from robot.sync.kinds import Habit, ListedJob, ReadingJob, SendingJob, StartedJob
from robot.threec.expiry import Expiry, expiry_of

DAYS = 30  # of which it is told which are complete, and which were never read


@dataclass(frozen=True)
class History:
    """The last executions of a job that only a command of its own starts."""

    job: ListedJob
    executions: list[ExecutionLine]


@dataclass(frozen=True)
class DaysKnown:
    """What is known of the days of a job.

    `complete` and `never_read` are of the last 30 days and of the job's own habit; `unproven` and
    `given_up` are of any age and of whatever scope.
    """

    habit: Habit
    complete: list[date]
    never_read: list[date]
    unproven: list[Unproven]
    given_up: dict[DayOf, GivenUp]


@dataclass(frozen=True)
class Reading:
    """What `status` tells of a reading job: its `windows` by their keys where they are no days."""

    job: ReadingJob
    executions: list[ExecutionLine]
    days: DaysKnown | None
    windows: dict[str, Remembered]
    next_run: datetime | None


@dataclass(frozen=True)
class Sendings:
    """What `status` tells of a sending job.

    `contacts` says of each execution how the contacts stand today that it tried to send; `open`
    counts those of all executions that are not settled. `obstacle`: why nothing can be sent on
    this database.
    """

    job: SendingJob
    executions: list[ExecutionLine]
    contacts: dict[int, dict[ItemStatus, int]]
    open: dict[ItemStatus, int]
    scheduled: bool
    next_run: datetime | None
    obstacle: str = ""


@dataclass(frozen=True)
class State:
    """All that `status` tells, of all jobs or of one."""

    database: str
    readings: list[Reading] = field(default_factory=list)
    sendings: list[Sendings] = field(default_factory=list)
    histories: list[History] = field(default_factory=list)
    token: Expiry | None = None


def read_state(settings: Settings, chosen: Sequence[ListedJob]) -> State:
    """Ask the database about these jobs. Raises SyncError."""
    moment = now(settings.timezone)
    repository = open_repository(settings)
    try:
        repository.prepare()
        state = State(repository.name, token=_token(settings, chosen, moment.date()))
        for job in chosen:
            if isinstance(job, ReadingJob):
                state.readings.append(_reading(repository, settings, job, moment))
            elif isinstance(job, SendingJob):
                state.sendings.append(_sendings(repository, settings, job))
            else:
                state.histories.append(History(job, repository.last_executions(job.name)))
        return state
    finally:
        repository.close()


def _token(settings: Settings, chosen: Sequence[ListedJob], today: date) -> Expiry | None:
    needed = jobs.systems([job for job in chosen if isinstance(job, StartedJob)])
    return expiry_of(settings, today) if "threec" in needed else None


def _reading(
    repository: Repository, settings: Settings, job: ReadingJob, moment: datetime
) -> Reading:
    habit = job.habit(settings)
    by_days = job.days is not None
    return Reading(
        job,
        repository.last_executions(job.name),
        _days(repository, job.name, habit, moment) if by_days else None,
        {} if by_days else repository.remembered(job.name, habit.scope),
        _next_run(settings, job),
    )


def _days(repository: Repository, job: str, habit: Habit, moment: datetime) -> DaysKnown:
    days = DayStore(repository, job).read(moment)
    recent = [
        DayOf(day, habit.scope)
        for day in days_between(moment.date() - timedelta(DAYS), days.yesterday)
    ]
    return DaysKnown(
        habit,
        complete=[of.day for of in recent if days.proven(of)],
        never_read=[of.day for of in recent if of not in days.readings and not days.settled(of)],
        unproven=days.unproven(),
        given_up=days.standing_given_up(),
    )


def _sendings(repository: Repository, settings: Settings, job: SendingJob) -> Sendings:
    store = ExportStore(repository)
    executions = repository.last_executions(job.name)
    next_run = _next_run(settings, job)
    scheduled = bool(job.cron(settings))
    if obstacle := repository.obstacle(job.name):
        return Sendings(job, executions, {}, {}, scheduled, next_run, obstacle)
    contacts = store.of_executions([line.id for line in executions])
    return Sendings(job, executions, contacts, store.open_items(), scheduled, next_run)


def _next_run(settings: Settings, job: StartedJob) -> datetime | None:
    expression = job.cron(settings)
    if settings.execution_mode != "scheduled" or not expression:
        return None
    memory = Memory(lambda: recall(settings, job), lambda _: None)
    return Timetable(expression, lambda: datetime.now(settings.timezone), memory).next_run
