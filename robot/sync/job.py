"""What a job is: a name, the tables that it fills, and a pager for each window."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from enum import Enum
from typing import NamedTuple, Protocol, runtime_checkable

from robot.cells.rows import Family, Known, Row, RowTable, StoredHash
from robot.database.records import RejectedRecord
from robot.period import Window
from robot.sync.pagers.pager import Pager
from robot.sync.pagers.pages import Held

MOST_KEPT = 20  # records of one window that were not asked for, and are kept to be looked at


class Unchanged(NamedTuple):
    """A record whose rows, as far as the reading thread knew, were stored already: it was not
    normalized.

    `rows` are those that it has: of each its table's place in the family, its key, and the hashes
    that it went by.
    """

    key: str
    rows: tuple[tuple[int, str, StoredHash], ...]
    record: object


class Why(Enum):
    """Why a record is left out."""

    PERIOD = "other dates"
    CAMPAIGN = "other campaigns"


class LeftOut(NamedTuple):
    """A record that was not asked for, and has no row; `kept` is the record itself, of a few of
    them.
    """

    key: str
    why: Why
    kept: RejectedRecord | None


@dataclass(frozen=True)
class Digest:
    """What a job makes of one page: rows and rejections, what is unchanged, and what it left
    out.

    `keys` tells every record received apart, also those left out; `rejected_keys` those of the
    rejections, `neighbours` those that have a row although they are dated up to a day outside the
    window, `contradicting` those whose dates contradict each other.
    """

    keys: Sequence[str]
    rows: Mapping[RowTable, Sequence[Row]]
    unchanged: Sequence[Unchanged] = ()
    rejections: Sequence[RejectedRecord] = ()
    rejected_keys: Sequence[str] = ()
    left_out: Sequence[LeftOut] = ()
    neighbours: Sequence[str] = ()
    contradicting: Sequence[str] = ()
    overflows: int = 0
    nul_characters: int = 0
    held: Held | None = None
    next_cursor: str | None = None  # behind the page, of a list that is read by a cursor
    list_total: int | None = None  # what such a page says of the whole list

    def going_on(self, cursor: str | None, total: int | None, /) -> Digest:
        """The same page, with the cursor behind it, and its list's total."""
        return replace(self, next_cursor=cursor, list_total=total)

    @property
    def outside(self) -> int:
        """Records that were not asked for, left out or not."""
        return len(self.left_out) + len(self.neighbours)

    @property
    def far(self) -> int:
        """Records of another time than the window's and the day before and after it."""
        return self.outside_period

    @property
    def outside_period(self) -> int:
        """Records left out for their date."""
        return sum(each.why is Why.PERIOD for each in self.left_out)

    @property
    def outside_campaigns(self) -> int:
        """Records left out for their campaign."""
        return len(self.left_out) - self.outside_period

    @property
    def rowless(self) -> list[str]:
        """The keys of the records that have no row: rejected, or left out."""
        return [*self.rejected_keys, *(each.key for each in self.left_out)]

    def without(self, keys: Collection[str], /) -> Digest:
        """The same page, but for what is to be stored of these records."""
        rows = {
            table: [row for row in rows if table.owner_of(row) not in keys]
            for table, rows in self.rows.items()
        }
        rejected = [
            pair
            for pair in zip(self.rejected_keys, self.rejections, strict=True)
            if pair[0] not in keys
        ]
        return replace(
            self,
            rows=rows,
            unchanged=[each for each in self.unchanged if each.key not in keys],
            rejected_keys=[key for key, _ in rejected],
            rejections=[rejection for _, rejection in rejected],
        )

    @property
    def size(self) -> int:
        """About how many bytes of memory it takes."""
        return 0 if self.held is None else self.held.size

    def release(self) -> None:
        """It is stored, or not wanted: its memory is free for the pages to come."""
        if self.held is not None:
            self.held.release()


class Job(Protocol):
    """One thing that is kept in step."""

    @property
    def name(self) -> str: ...
    @property
    def family(self) -> Family: ...
    @property
    def scope(self) -> str: ...
    @property
    def campaigns(self) -> tuple[int, ...]: ...
    @property
    def concurrency(self) -> int: ...
    @property
    def retries(self) -> int: ...

    def pager(self, window: Window, known: Callable[[], Known] = ...) -> Pager[Digest]:
        """How the records of a window come.

        `known` is asked at each page which records may be passed over, as unchanged.
        """

    def digest(self, window: Window, records: Sequence[object]) -> Digest:
        """What becomes of these records, none passed over."""

    def close(self) -> None:
        """Close connections; whatever is still under way ends by itself."""


@runtime_checkable
class Reconciling(Protocol):
    """A job that hears which records a full and proven reading did not bring."""

    def reconcile(self, window: Window, keys: Set[str]) -> Digest:
        """What becomes of these records, which the database holds of the window, and the API no
        longer.
        """
