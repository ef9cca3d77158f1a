"""What a job is: a name, the tables that it fills, and a source of pages for each window."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeAlias

from robot.database.engine import Hashes, Row
from robot.database.records import RejectedRecord
from robot.pages import Held, Source
from robot.period import Window
from robot.tables import Family, RowTable

Known: TypeAlias = Mapping[str, Hashes]  # by the parent's key: what the database holds of one window


class Spared(NamedTuple):
    """A record whose rows, as far as the reading thread knew, were stored already: it was not normalized.

    `hashes` is what it went by, `places` say in which of the family's tables the record has a row.
    """

    key: str
    hashes: Hashes
    places: tuple[int, ...]
    record: object


@dataclass(frozen=True)
class Digest:
    """What a job makes of one page: rows and rejections, what it spared, and what it left out.

    `keys` tells every record received apart, also those left out; `rejected_keys` those of the rejections.
    """

    keys: Sequence[str]
    rows: Mapping[RowTable, Sequence[Row]]
    spared: Sequence[Spared] = ()
    rejections: Sequence[RejectedRecord] = ()
    rejected_keys: Sequence[str] = ()
    outside_period: int = 0
    outside_campaigns: int = 0
    overflows: int = 0
    nul_characters: int = 0
    held: Held | None = None

    @property
    def outside(self) -> int:
        """Records that were not asked for."""
        return self.outside_period + self.outside_campaigns

    @property
    def far(self) -> int:
        """Records of another time."""
        return self.outside_period

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
    def campaigns(self) -> tuple[int, ...]: ...
    @property
    def concurrency(self) -> int: ...
    @property
    def retries(self) -> int: ...

    def source(self, window: Window, known: Callable[[], Known] = ...) -> Source[Digest]:
        """Where the pages of a window come from. `known` is asked at each page which records may be spared."""

    def digest(self, window: Window, records: Sequence[object]) -> Digest:
        """What becomes of these records, none spared."""

    def close(self) -> None:
        """Close connections; whatever is still under way ends by itself."""
