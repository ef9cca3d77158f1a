"""The audit: what the API has and what the database has, day by day and campaign by campaign, compared by content.

The content is what the rows hold now, not what the robot remembers of them: a row that somebody altered by hand shows.

It reads only. What it finds is healed by an execution over the days that differ, which writes exactly what differs. Rows
that are only here are calls that vanished from the API: they are kept, and reported.

A call that has vanished makes a day unequal. Mailing data that the API no longer sends with its call do not: they are kept
and reported, but nothing is missing, nothing can be healed, and an execution calls that call unchanged.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from robot.database import Content, Repository, digest_of, read_contents
from robot.errors import FatalError, WindowFailed
from robot.execution import FAILED_IN_A_ROW
from robot.jobs import Digest, Job
from robot.pages import Page, Span
from robot.period import Window
from robot.reading import WindowReading
from robot.tables import RowTable
from robot.workers import Workers, ahead


class Kind(StrEnum):
    """How a record differs."""

    ONLY_THERE = "only in the API"
    ONLY_HERE = "only here"
    CALL = "the call differs"
    MAILING = "the mailing data differ"
    MAILING_KEPT = "the mailing data are kept"
    REJECTED = "rejected"


KEPT = frozenset({Kind.ONLY_HERE, Kind.MAILING_KEPT})
HARMLESS = frozenset({Kind.MAILING_KEPT})


@dataclass(frozen=True)
class Difference:
    """One record that is not the same in both."""

    day: date
    campaign: int | None
    id: str
    kind: Kind


@dataclass
class Numbers:
    """Distinct records of one campaign on one day."""

    there: int = 0
    here: int = 0
    differences: dict[Kind, int] = field(default_factory=dict)


@dataclass
class DayAudit:
    """One window. `total` is the API's own word; `reason` says why the reading is not proven, where it is not.

    `outdated` holds, by table, the keys of the rows that an execution must write, whatever their `row_hash` says.
    """

    window: Window
    total: int | None = None
    reason: str = ""
    failed: bool = False
    campaigns: dict[int | None, Numbers] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    outdated: dict[RowTable, set[str]] = field(default_factory=dict)

    @property
    def equal(self) -> bool:
        """Proven, and nothing differs but what is kept by design."""
        return not self.reason and all(difference.kind in HARMLESS for difference in self.differences)

    @property
    def healable(self) -> bool:
        """Whether an execution can do something about it."""
        return bool(self.reason) or any(difference.kind not in KEPT for difference in self.differences)

    def numbers(self, campaign: int | None) -> Numbers:
        return self.campaigns.setdefault(campaign, Numbers())


@dataclass
class _There:
    """What the API has of one window, by key."""

    calls: dict[str, Content] = field(default_factory=dict)
    rejected: set[str] = field(default_factory=set)

    def add(self, digest: Digest, job: Job) -> None:
        parent, *children = job.family.tables
        campaign = parent.row_names.index(job.family.campaign)
        of_children = [
            {str(row[child.key_place]): digest_of(child, row) for row in digest.rows.get(child, ())} for child in children
        ]
        for row in digest.rows.get(parent, ()):
            key = str(row[parent.key_place])
            digests = (digest_of(parent, row), *(each.get(key) for each in of_children))
            self.calls[key] = Content(digests, _integer(row[campaign]))
        self.rejected.update(digest.rejected_keys)


def audit(
    job: Job, repository: Repository, windows: Sequence[Window], clock: Callable[[], datetime], stop: threading.Event
) -> Iterator[DayAudit]:
    """Compare each window. Raises FatalError (also when the API is down), Interrupted, and the database's errors."""
    workers: Workers[Span, Page] = Workers(job.concurrency)
    failed = 0
    try:
        for window in windows:
            day = _audit(job, repository, window, workers, stop, settled=window.day < clock().date())
            failed = failed + 1 if day.failed else 0
            if failed >= FAILED_IN_A_ROW:
                raise FatalError(f"{failed} days in a row could not be read: the API is down. {day.reason}")
            yield day
    finally:
        workers.close()


def _audit(
    job: Job, repository: Repository, window: Window, workers: Workers[Span, Page], stop: threading.Event, *, settled: bool
) -> DayAudit:
    day = DayAudit(window)
    there = _There()
    reading: WindowReading[Digest] = WindowReading(job.source(window), workers, settled=settled)
    try:
        # in a thread of its own: an answer may hang, and a request to stop is heard all the same
        with closing(ahead(iter(reading), job.concurrency, stop)) as digests:
            for digest in digests:
                there.add(digest, job)
                digest.release()
    except WindowFailed as failure:
        day.reason, day.failed = failure.message, True
        return day
    day.total = reading.account.total
    day.reason = "" if reading.account.complete else reading.account.reason
    _compare(day, there, job, repository)
    return day


def _compare(day: DayAudit, there: _There, job: Job, repository: Repository) -> None:
    here = read_contents(repository, job.family, day.window.period)

    def found(key: str, campaign: int | None, kind: Kind) -> None:
        day.differences.append(Difference(day.window.day, campaign, key, kind))
        differences = day.numbers(campaign).differences
        differences[kind] = differences.get(kind, 0) + 1

    for key, (digests, campaign) in there.calls.items():
        day.numbers(campaign).there += 1
        stored = here[key].digests if key in here else (None,) * len(digests)
        for table, there_is, here_is in zip(job.family.tables, digests, stored, strict=True):
            if there_is is not None and there_is != here_is:
                day.outdated.setdefault(table, set()).add(key)
        if key not in here:
            found(key, campaign, Kind.ONLY_THERE)
        elif here[key].digests[0] != digests[0]:
            found(key, campaign, Kind.CALL)
        elif here[key].digests[1:] != digests[1:]:
            found(key, campaign, Kind.MAILING_KEPT if digests[1:] == (None,) else Kind.MAILING)
    for key, (_, campaign) in here.items():
        if job.campaigns and campaign not in job.campaigns:
            continue
        day.numbers(campaign).here += 1
        if key not in there.calls and key not in there.rejected:
            found(key, campaign, Kind.ONLY_HERE)
    for key in sorted(there.rejected - there.calls.keys()):
        found(key, here[key].campaign if key in here else None, Kind.REJECTED)


def _integer(cell: object) -> int | None:
    return None if cell is None else int(str(cell))
