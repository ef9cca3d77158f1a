"""The audit: what the API has and what the database has, day by day and campaign by campaign,
compared by content.

The content is what the rows hold now, not what the robot remembers of them: a row that somebody
altered by hand shows.

It reads only. What it finds is healed by an execution over the days that differ, which writes
exactly what differs. Rows that are only here are calls that vanished from the API: they are kept,
and reported.

A call that has vanished makes a day unequal. Mailing data that the API no longer sends with its
call do not: they are kept and reported, but nothing is missing, nothing can be healed, and an
execution calls that call unchanged.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from robot.cells.rows import Row, RowTable
from robot.database import Content, Repository, digest_of, read_contents, read_contents_of
from robot.database.contents import together
from robot.errors import FatalError, WindowFailed
from robot.http import RequestRefused
from robot.period import Window
from robot.runtime.workers import Pool
from robot.sync.job import Digest, Job
from robot.sync.side_by_side import FAILED_IN_A_ROW


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
    """One window. `total` is the API's own word; `reason` says why the reading is not proven, where
    it is not.

    `outdated` holds, by table, the keys of the rows that an execution must write, whatever their
    `row_hash` says.
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
        return not self.reason and all(
            difference.kind in HARMLESS for difference in self.differences
        )

    @property
    def healable(self) -> bool:
        """Whether an execution can do something about it."""
        return bool(self.reason) or any(
            difference.kind not in KEPT for difference in self.differences
        )

    def numbers(self, campaign: int | None) -> Numbers:
        return self.campaigns.setdefault(campaign, Numbers())


@dataclass
class _There:
    """What the API lists for one window, by key.

    `neighbours` are those that are dated outside of it.
    """

    window: Window
    calls: dict[str, Content] = field(default_factory=dict)
    rejected: set[str] = field(default_factory=set)
    neighbours: set[str] = field(default_factory=set)
    total: int | None = None
    reason: str = ""
    failed: bool = False

    def add(self, digest: Digest, job: Job) -> None:
        parent, *children = job.family.tables
        of_children = [_by_owner(child, digest.rows.get(child, ())) for child in children]
        for row in digest.rows.get(parent, ()):
            key, whose = parent.key_of(row), job.family.campaign
            digests = (
                digest_of(parent, row.cells),
                *(together(each.get(key, ())) for each in of_children),
            )
            campaign = None if whose is None else _integer(parent.cell(row, whose))
            self.calls[key] = Content(digests, campaign)
        self.rejected.update(digest.rejected_keys)
        self.neighbours.update(digest.neighbours)


def audit(
    job: Job,
    repository: Repository,
    windows: Sequence[Window],
    clock: Callable[[], datetime],
    stop: threading.Event,
) -> Iterator[DayAudit]:
    """Compare each window. Raises FatalError (also when the API is down), Interrupted, and the
    database's errors.

    A call counts in the window in which the API lists it. One that is dated in a window, and listed
    in the one before or after it, is not "only here": so a window is done when the next one is
    read.
    """
    pool = Pool(job.concurrency)

    def read(window: Window) -> _There:
        return _read(job, window, pool, stop, settled=window.settled(clock().date()))

    failed = 0
    before: _There | None = None
    waiting: _Compared | None = None
    try:
        for window in windows:
            there = read(window)
            if waiting is not None:
                yield waiting.done(there, read, clock())
            failed = failed + 1 if there.failed else 0
            if failed >= FAILED_IN_A_ROW:
                raise FatalError(
                    f"{failed} days in a row could not be read: the API is down. {there.reason}"
                )
            waiting = _Compared(there, before, job, repository)
            before = there
        if waiting is not None:
            yield waiting.done(None, read, clock())
    finally:
        pool.close()


def _read(job: Job, window: Window, pool: Pool, stop: threading.Event, *, settled: bool) -> _There:
    there = _There(window)
    with pool.line(lambda digest: digest.size) as line:
        reading = job.pager(window).reading(line, settled=settled)
        line.run(iter(reading))
        try:
            for digest in line.events(stop):
                there.add(digest, job)
                digest.release()
        except WindowFailed as failure:
            there.reason, there.failed = failure.message, True
            return there
    there.total = reading.account.total
    there.reason = "" if reading.account.complete else reading.account.reason
    return there


class _Compared:
    """A window compared with the database, but for the rows that only a neighbouring window may
    explain.
    """

    def __init__(
        self, there: _There, before: _There | None, job: Job, repository: Repository
    ) -> None:
        self._there = there
        self._before = before
        self._job = job
        self._day = DayAudit(there.window, there.total, there.reason, there.failed)
        self._alone: dict[
            str, int | None
        ] = {}  # rows here that the window's list has not, and their campaigns
        if not there.failed:
            self._compare(repository)

    def done(
        self, after: _There | None, read: Callable[[Window], _There], now: datetime
    ) -> DayAudit:
        """The whole of it, given what the next window lists.

        What it takes of other windows is read. Raises SyncError.
        """
        period = self._there.window.period
        sides = [(period.before(), self._before), (period.after(), after)]
        if self._there.window.name:  # a whole list has no neighbours
            sides = []
        for side, there in sides:
            if not self._alone or side.start > now:
                continue
            if there is None or not (
                there.window.period.end in side and there.window.period.start in side
            ):
                try:
                    there = read(Window(side.start.date(), side))
                except RequestRefused:  # of a day that was not asked for
                    continue
            for key in there.neighbours & self._alone.keys():
                del self._alone[key]
        for key, campaign in self._alone.items():
            self._day.numbers(campaign).here += 1
            self._found(key, campaign, Kind.ONLY_HERE)
        return self._day

    def _found(self, key: str, campaign: int | None, kind: Kind) -> None:
        self._day.differences.append(Difference(self._day.window.day, campaign, key, kind))
        differences = self._day.numbers(campaign).differences
        differences[kind] = differences.get(kind, 0) + 1

    def _compare(self, repository: Repository) -> None:
        there, family = self._there, self._job.family
        here = read_contents(repository, family, there.window.period)
        elsewhere = read_contents_of(repository, family, there.neighbours - here.keys())
        for key, (_, campaign) in here.items():
            if self._job.campaigns and campaign not in self._job.campaigns:
                continue
            if key in there.calls or key in there.rejected:
                self._day.numbers(campaign).here += 1
            else:
                self._alone[key] = campaign
        for _, campaign in elsewhere.values():
            self._day.numbers(campaign).here += 1
        here |= elsewhere
        for key, content in there.calls.items():
            self._compare_one(key, content, here.get(key))
        for key in sorted(there.rejected - there.calls.keys()):
            self._found(key, here[key].campaign if key in here else None, Kind.REJECTED)

    def _compare_one(self, key: str, there: Content, here: Content | None) -> None:
        digests, campaign = there
        self._day.numbers(campaign).there += 1
        stored = (None,) * len(digests) if here is None else here.digests
        for table, there_is, here_is in zip(self._job.family.tables, digests, stored, strict=True):
            if there_is is not None and there_is != here_is:
                self._day.outdated.setdefault(table, set()).add(key)
        if here is None:
            self._found(key, campaign, Kind.ONLY_THERE)
        elif stored[0] != digests[0]:
            self._found(key, campaign, Kind.CALL)
        elif stored[1:] != digests[1:]:
            self._found(
                key, campaign, Kind.MAILING_KEPT if digests[1:] == (None,) else Kind.MAILING
            )


def _by_owner(table: RowTable, rows: Sequence[Row]) -> dict[str, list[bytes]]:
    """The digests of rows, by the key of the record's own row."""
    found: dict[str, list[bytes]] = {}
    for row in {table.key_of(row): row for row in rows}.values():  # of one key the last counts
        found.setdefault(table.owner_of(row), []).append(digest_of(table, row.cells))
    return found


def _integer(cell: object) -> int | None:
    return None if cell is None else int(str(cell))
