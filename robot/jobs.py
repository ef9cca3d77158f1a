"""THE list of jobs, one line each: whatever goes over all jobs reads it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import TypeVar

from robot.customers.listed import CLIENTS_IMPORT
from robot.errors import ConfigurationError
from robot.settings import Settings
from robot.sync.kinds import Demo, ListedJob, ReadingJob, StartedJob
from robot.sync.options import wrong
from robot.threec.dialer_export.listed import CLIENTS_QUERY, DIALER_EXPORT
from robot.threec.listed import CALLS_JOB

# no job: the rows that sql/sqlserver/0002_take_over.sql set aside are rejections of this name
TAKE_OVER = ListedJob(
    name="take_over",
    noun="the rows of before",
    advice=lambda _: "Nothing is missing: an older row that was kept when the table was taken over",
)

JOBS: tuple[ListedJob, ...] = (
    CALLS_JOB,
    DIALER_EXPORT,
    CLIENTS_IMPORT,
    CLIENTS_QUERY,
    TAKE_OVER,
)
MAIN = CALLS_JOB.name  # what `run` without --job starts

Kind = TypeVar("Kind", bound=ListedJob)


def names(kind: type[ListedJob] = ListedJob) -> list[str]:
    """The names of all jobs, or of those of a kind."""
    return [job.name for job in of_kind(kind)]


def of_kind(kind: type[Kind]) -> list[Kind]:
    """The jobs of a kind, in the order in which the schedule runs them."""
    return [job for job in JOBS if isinstance(job, kind)]


def named(name: str, kind: type[Kind]) -> Kind:
    """The job of this name and kind. Raises ConfigurationError, which names those there are."""
    found = next((job for job in of_kind(kind) if job.name == name), None)
    if found is None:
        raise _unknown(name, names(kind))
    return found


def with_demo(name: str) -> tuple[ReadingJob, Callable[[], AbstractContextManager[Demo]]]:
    """The job of this name, and its demo. Raises ConfigurationError where it has none."""
    shown = {job.name: (job, job.demo) for job in of_kind(ReadingJob) if job.demo is not None}
    if name not in shown:
        raise _unknown(name, list(shown))
    return shown[name]


def _unknown(name: str, wanted: Sequence[str]) -> ConfigurationError:
    return wrong(f"--job: read {name!r}; expected one of {', '.join(wanted)}")


def of_row(job: str) -> ListedJob:
    """The job of a stored row, also of one that this program does not know any more."""
    return next((each for each in JOBS if each.name == job), ListedJob(name=job, noun=job))


def scheduled(settings: Settings, kind: type[Kind]) -> list[Kind]:
    """The jobs of a kind that these settings start by themselves."""
    return [job for job in of_kind(kind) if isinstance(job, StartedJob) and job.cron(settings)]


def systems(started: Sequence[StartedJob]) -> frozenset[str]:
    """The systems without whose settings these jobs cannot run."""
    return frozenset().union(*(job.systems for job in started))
