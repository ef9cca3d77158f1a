"""One window's rows on their way into the database: gathered into batches, compared with what is
there, counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from robot.cells.rows import Family, Known, Row, RowTable, StoredHash
from robot.database import Batch, Counts, Coverage, Repository, Stored, WindowLine
from robot.database.records import RejectedRecord
from robot.database.statuses import WindowStatus
from robot.period import Window
from robot.runtime.masking import mask
from robot.sync.job import MOST_KEPT, Digest, Job, Unchanged, Why
from robot.sync.pagers.account import Account

# bytes of pages; beyond them rows are stored before a batch is full
_MOST_WAITING = 32 * 1024 * 1024


@dataclass
class Tally:
    """What was received and stored, of one window or of a whole execution."""

    stored: Stored = field(default_factory=Stored)
    distinct: int = 0
    rejected: int = 0
    pages: int = 0
    received: int = 0
    outside_period: int = 0
    outside_campaigns: int = 0
    neighbours: int = 0
    contradicting: int = 0
    overflows: int = 0
    nul_characters: int = 0

    def add(self, other: Tally) -> None:
        self.stored.add(other.stored)
        self.distinct += other.distinct
        self.rejected += other.rejected
        self.pages += other.pages
        self.received += other.received
        self.outside_period += other.outside_period
        self.outside_campaigns += other.outside_campaigns
        self.neighbours += other.neighbours
        self.contradicting += other.contradicting
        self.overflows += other.overflows
        self.nul_characters += other.nul_characters

    def counts(self, table: RowTable) -> Counts:
        """The counts of one table."""
        return self.stored.tables.setdefault(table.name, Counts())


class KnownWindows:
    """What the database holds of the windows that are read side by side: read by the thread that
    stores, before it opens them.

    The threads that read the API ask `of`, so that they need not normalize what is stored already.
    The answer may be out of date by the time that the page is stored: the WindowStore judges again.
    """

    def __init__(self, repository: Repository, family: Family) -> None:
        self._repository = repository
        self._family = family
        self._known: dict[Window, Known] = {}

    def take(self, window: Window) -> Known:
        """What is known of a window, read unless it was; to be kept up to date by who stores.

        Raises SyncError.
        """
        if window not in self._known:
            self._known[window] = self._repository.known_hashes(self._family, window.period)
        return self._known[window]

    def of(self, window: Window) -> Known:
        """What is known of a window so far."""
        return self._known.get(window, ())

    def moved(self, window: Window, keys: Sequence[Iterable[str]]) -> None:
        """The rows of each table with these keys are in this window now, and in no other."""
        for other, known in self._known.items():
            if other != window:
                for table, of_table in zip(known, keys, strict=True):
                    for key in of_table if table else ():
                        table.pop(key, None)

    def forget(self, window: Window) -> None:
        """The window is done, or failed before anything of it was known."""
        self._known.pop(window, None)


class WindowStore:
    """Takes a window's digests and stores them, a batch at a time.

    A row whose content the database already has costs nothing more: it is counted as unchanged and
    not sent; unless a rejection of it stands open, which the sending resolves.
    """

    def __init__(
        self,
        repository: Repository,
        coverage: Coverage,
        job: Job,
        known: KnownWindows,
        window: Window,
        line: WindowLine,
        open_rejections: set[str],
    ) -> None:
        self.window = window
        self.tally = Tally()
        self._repository = repository
        self._coverage = coverage
        self._job = job
        self._line = line
        self._open_rejections = open_rejections
        self._windows = known
        self._known = known.take(window)
        self._gathered = [_Gathered(table, self.tally.counts(table)) for table in job.family.tables]
        self._rejected: set[str] = set()
        self._rejections: list[RejectedRecord] = []
        self._odd = _Odd()
        self._outside: list[RejectedRecord] = []
        self._waiting = 0  # bytes of the pages whose rows wait
        self._before = line.stored  # records that a killed execution stored

    def add(self, digest: Digest) -> None:
        """Take a page's digest. Raises SyncError."""
        self._waiting += digest.size
        stale = self._pass_over(digest.unchanged)
        if stale:
            self._add(self._job.digest(self.window, stale))
        self._add(digest)
        self._line = replace(
            self._line, next_cursor=digest.next_cursor, api_total=digest.list_total
        )
        self.tally.pages += 1
        self.tally.received += len(digest.keys)
        self.tally.distinct = len(self._gathered[0].seen)
        self.tally.rejected = len(self._rejected)
        if self._waiting > _MOST_WAITING:
            self.flush()

    def _pass_over(self, records: Sequence[Unchanged]) -> list[object]:
        """Count unchanged records; return those of which a row was stored, moved or
        rejected meanwhile.
        """
        stale = []
        for key, rows, record in records:
            if key in self._open_rejections or any(
                self._known[place].get(row) is not found for place, row, found in rows
            ):
                stale.append(record)
                continue
            for place, row, _ in rows:
                self._gathered[place].unchanged(row)
        return stale

    def _add(self, digest: Digest) -> None:
        """Gather the digest's rows; store first what is waiting, if both were more than a batch."""
        most = self._repository.batch_rows
        if any(
            len(gathered.rows) + len(digest.rows.get(gathered.table, ())) > most
            for gathered in self._gathered
        ):
            self.flush()
        self._note(digest)
        for known, gathered in zip(self._known, self._gathered, strict=True):
            self._take(known, gathered, digest.rows.get(gathered.table, ()))
        for key, rejection in zip(digest.rejected_keys, digest.rejections, strict=True):
            if key not in self._rejected:
                self._rejected.add(key)
                self._rejections.append(rejection)
                if rejection.record_id is not None:
                    self._open_rejections.add(rejection.record_id)
        self.tally.overflows += digest.overflows
        self.tally.nul_characters += digest.nul_characters

    def _note(self, digest: Digest) -> None:
        """Count what is odd, each record once; keep a few of those that were not asked for, and
        that are stored nowhere.
        """
        for key, why, kept in digest.left_out:
            if self._odd.leave_out(key, why) and kept is not None and key not in self._known[0]:
                self._outside.append(kept)
        self._odd.neighbours.update(digest.neighbours)
        self._odd.contradicting.update(digest.contradicting)
        self._odd.count(self.tally)

    def _take(
        self, known: Mapping[str, StoredHash], gathered: _Gathered, rows: Sequence[Row]
    ) -> None:
        table = gathered.table
        for row in rows:
            key = table.key_of(row)
            found = known.get(key)
            same = found is not None and found.has(row)
            if same and table.owner_of(row) not in self._open_rejections:
                gathered.unchanged(key)
            else:
                gathered.wait(key, row)

    @property
    def line(self) -> WindowLine:
        """The window's line as it stands: with what is stored once the rows that wait are."""
        return replace(
            self._line,
            pages=self.tally.pages,
            stored=self._before + self.tally.distinct,
            rejected=self.tally.rejected,
        )

    def flush(self) -> None:
        """Store what is gathered, in one transaction with the window's line."""
        rows = {each.table: list(each.rows.values()) for each in self._gathered}
        batch = Batch(rows, self._rejections, self._outside)
        if not batch.empty:
            line = self.line
            self._windows.moved(self.window, [each.rows for each in self._gathered])
            stored = self._repository.store(batch, self._coverage, line, self._open_rejections)
            self.tally.stored.add(stored)
            self._remember()
            self._open_rejections.difference_update(self._gathered[0].rows)
            self._open_rejections |= stored.clashed
            self._rejected |= stored.clashed
            self.tally.rejected = len(self._rejected)
        for each in self._gathered:
            each.clear()
        self._rejections = []
        self._outside = []
        self._waiting = 0

    def _remember(self) -> None:
        """What was just stored is known from now on: a second pass over the window sends only what
        moved since.
        """
        for known, each in zip(self._known, self._gathered, strict=True):
            for key, row in each.rows.items():
                known[key] = StoredHash(row.hash, row.record_hash)

    def held(self) -> set[str]:
        """The keys of the rows of this window, and of the campaigns asked for, that the database
        holds.
        """
        self.flush()
        if not self._job.campaigns:
            return set(self._known[0])
        column = self._job.family.campaign or ""
        found = self._repository.cells(self._job.family, column, self.window.period)
        return {key for key, cell in found.items() if cell in self._job.campaigns}

    def remember_stored(self, records: int) -> None:
        """What an earlier reading stored of the window, which came empty now: its line goes on to
        say so.
        """
        self._line = replace(self._line, stored=records)

    def conclude(
        self, status: WindowStatus, account: Account, detail: str | None, finished_at: datetime
    ) -> None:
        """Store the rest, then write the window's last line. Raises SyncError."""
        self.flush()
        distinct = self.tally.distinct
        if not (account.entire and distinct):
            distinct += self._line.stored
        line = replace(
            self._line,
            status=status,
            finished_at=finished_at,
            api_total=account.total,
            distinct_ids=account.distinct,
            stored=distinct,
            rejected=self.tally.rejected,
            pages=account.pages,
            passes=account.passes,
            detail=mask(detail) if detail else None,
            next_cursor=None,
        )
        self._repository.conclude_window(self._coverage, line)


class _Odd:
    """The keys of what was not asked for, and of records whose dates contradict each other, each
    once for all readings.
    """

    def __init__(self) -> None:
        self.neighbours: set[str] = set()
        self.contradicting: set[str] = set()
        self._left_out: dict[Why, set[str]] = {why: set() for why in Why}
        self._kept = 0

    def leave_out(self, key: str, why: Why) -> bool:
        """Whether this record, met for the first time, is one of the few to be kept."""
        if key in self._left_out[why]:
            return False
        self._left_out[why].add(key)
        self._kept += 1
        return self._kept <= MOST_KEPT

    def count(self, tally: Tally) -> None:
        tally.outside_period = len(self._left_out[Why.PERIOD])
        tally.outside_campaigns = len(self._left_out[Why.CAMPAIGN])
        tally.neighbours, tally.contradicting = len(self.neighbours), len(self.contradicting)


class _Gathered:
    """The rows of one table that wait to be stored, and the keys that were seen."""

    def __init__(self, table: RowTable, counts: Counts) -> None:
        self.table = table
        self.rows: dict[str, Row] = {}
        self.seen: set[str] = set()
        # of the rows that wait: those of which nothing was counted before
        self._uncounted: set[str] = set()
        self._counts = counts

    def wait(self, key: str, row: Row) -> None:
        """Keep this row, which the database has not, until the next flush."""
        self.rows[key] = row
        if key not in self.seen:
            self.seen.add(key)
            self._uncounted.add(key)

    def unchanged(self, key: str) -> None:
        """The database has this row as it is; if another version of it waits, that one came
        before.
        """
        self.rows.pop(key, None)
        if key not in self.seen or key in self._uncounted:
            self.seen.add(key)
            self._uncounted.discard(key)
            self._counts.unchanged += 1

    def clear(self) -> None:
        """What waited is stored, and counted by the database."""
        self.rows.clear()
        self._uncounted.clear()
