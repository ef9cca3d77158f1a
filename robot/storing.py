"""One window's rows on their way into the database: gathered into batches, compared with what is there, counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from robot.database import Batch, Counts, Repository, Scope, Stored, WindowLine
from robot.database.engine import Row
from robot.database.records import RejectedRecord
from robot.jobs.job import Digest
from robot.period import Window
from robot.reading import Account
from robot.statuses import WindowStatus
from robot.tables import Family, RowTable


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
        self.overflows += other.overflows
        self.nul_characters += other.nul_characters

    def counts(self, table: RowTable) -> Counts:
        """The counts of one table."""
        return self.stored.tables.setdefault(table.name, Counts())


class WindowStore:
    """Takes a window's digests and stores them, a batch at a time.

    A row whose hash the database already has costs nothing more: it is counted as unchanged and not sent; unless a
    rejection of it stands open, which the sending resolves.
    """

    def __init__(
        self,
        repository: Repository,
        scope: Scope,
        family: Family,
        window: Window,
        line: WindowLine,
        open_rejections: set[str],
    ) -> None:
        self.window = window
        self.tally = Tally()
        self._repository = repository
        self._scope = scope
        self._family = family
        self._line = line
        self._open_rejections = open_rejections
        self._known = repository.known_hashes(family, window.period)
        self._seen: list[set[str]] = [set() for _ in family.tables]
        self._rejected: set[str] = set()
        self._rows: list[dict[str, Row]] = [{} for _ in family.tables]
        self._rejections: list[RejectedRecord] = []
        self._key_at = [[column.name for column in table.row_columns].index(table.key) for table in family.tables]

    def add(self, digest: Digest) -> None:
        """Take a page's digest; store first what is waiting, if both were more than a batch. Raises SyncError."""
        most = self._repository.batch_rows
        if any(len(waiting) + len(digest.rows.get(table, ())) > most for table, waiting in self._waiting()):
            self.flush()
        self.tally.pages += 1
        self.tally.received += len(digest.keys)
        self.tally.outside_period += digest.outside_period
        self.tally.outside_campaigns += digest.outside_campaigns
        for place, table in enumerate(self._family.tables):
            self._take(place, table, digest.rows.get(table, ()))
        for key, rejection in zip(digest.rejected_keys, digest.rejections, strict=True):
            if key not in self._rejected:
                self._rejected.add(key)
                self._rejections.append(rejection)
                if rejection.record_id is not None:
                    self._open_rejections.add(rejection.record_id)
        self.tally.overflows += digest.overflows
        self.tally.nul_characters += digest.nul_characters
        self.tally.distinct = len(self._seen[0])
        self.tally.rejected = len(self._rejected)

    def _waiting(self) -> Iterator[tuple[RowTable, dict[str, Row]]]:
        return zip(self._family.tables, self._rows, strict=True)

    def _take(self, place: int, table: RowTable, rows: Sequence[Row]) -> None:
        at, seen, waiting = self._key_at[place], self._seen[place], self._rows[place]
        known = self._known
        counts = self.tally.counts(table)
        for row in rows:
            key = str(row[at])
            hashes = known.get(key)
            if hashes is not None and hashes[place] == row[-1] and key not in self._open_rejections:
                waiting.pop(key, None)
                if key not in seen:
                    counts.unchanged += 1
            else:
                waiting[key] = row
            seen.add(key)

    def flush(self) -> None:
        """Store what is gathered, in one transaction with the window's line."""
        batch = Batch({table: list(rows.values()) for table, rows in self._waiting()}, self._rejections)
        if not batch.empty:
            line = replace(self._line, pages=self.tally.pages, stored=self.tally.distinct, rejected=self.tally.rejected)
            stored = self._repository.store(batch, self._scope, line, self._open_rejections)
            self.tally.stored.add(stored)
            self._remember()
            self._open_rejections.difference_update(self._rows[0])
            self._open_rejections |= stored.clashed
            self._rejected |= stored.clashed
            self.tally.rejected = len(self._rejected)
        for rows in self._rows:
            rows.clear()
        self._rejections = []

    def _remember(self) -> None:
        """What was just stored is known from now on: a second pass over the window sends only what moved since."""
        nothing: tuple[str | None, ...] = (None,) * len(self._rows)
        for place, rows in enumerate(self._rows):
            for key, row in rows.items():
                hashes = list(self._known.get(key, nothing))
                hashes[place] = str(row[-1])
                self._known[key] = tuple(hashes)

    def held(self) -> int:
        """How many rows of this window, and of the campaigns asked for, the database holds."""
        if not self._scope.campaigns:
            return len(self._known)
        found = self._repository.cells(self._family, self._family.campaign, self.window.period)
        return sum(cell in self._scope.campaigns for cell in found.values())

    def conclude(self, status: WindowStatus, account: Account, detail: str | None, finished_at: datetime) -> None:
        """Store the rest, then write the window's last line. Raises SyncError."""
        self.flush()
        line = replace(
            self._line,
            status=status,
            finished_at=finished_at,
            api_total=account.total,
            distinct_ids=account.distinct,
            stored=self.tally.distinct,
            rejected=self.tally.rejected,
            pages=account.pages,
            passes=account.passes,
            detail=detail,
        )
        self._repository.conclude_window(self._scope, line)
