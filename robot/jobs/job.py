"""What a job is: a name, the tables that it fills, and a source of pages for each window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from robot.database.engine import Row
from robot.database.records import RejectedRecord
from robot.period import Window
from robot.reading import Source
from robot.tables import Family, RowTable


@dataclass(frozen=True)
class Digest:
    """What a job makes of one page: rows and rejections, and what it left out.

    `keys` tells every record received apart, also those left out; `rejected_keys` those of the rejections.
    """

    keys: Sequence[str]
    rows: Mapping[RowTable, Sequence[Row]]
    rejections: Sequence[RejectedRecord] = ()
    rejected_keys: Sequence[str] = ()
    outside_period: int = 0
    outside_campaigns: int = 0
    overflows: int = 0
    nul_characters: int = 0

    @property
    def outside(self) -> int:
        """Records that were not asked for."""
        return self.outside_period + self.outside_campaigns


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

    def source(self, window: Window) -> Source[Digest]:
        """Where the pages of a window come from."""

    def close(self) -> None:
        """Close connections; whatever is still under way ends by itself."""
