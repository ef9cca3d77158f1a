"""What goes into the database and comes out of it, apart from the rows themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from robot.cells.rows import Row, RowTable
from robot.database.engine import Counts
from robot.database.statuses import ExecutionStatus, WindowStatus
from robot.period import Period, text

_CAMPAIGNS_WIDTH = 100


@dataclass(frozen=True)
class RejectedRow:
    """A row that its table cannot take, as a RejectedRecord; `payload` holds its cells by column,
    as JSON text.
    """

    record_id: str | None
    reason: str
    payload: str


class RejectedRecord(Protocol):
    """A record that cannot become a row: its id if it has one, the reason, the record as JSON
    text.
    """

    @property
    def record_id(self) -> str | None: ...
    @property
    def reason(self) -> str: ...
    @property
    def payload(self) -> str: ...


def campaigns_text(campaigns: Sequence[int]) -> str:
    """Campaign ids as the spec's columns hold them: `5,6`; empty = all.

    A list too long for the column keeps its count.
    """
    whole = ",".join(map(str, sorted(set(campaigns))))
    if len(whole) <= _CAMPAIGNS_WIDTH:
        return whole
    import hashlib

    digest = hashlib.blake2b(whole.encode(), digest_size=8).hexdigest()
    return f"{whole[:60]}… ({len(set(campaigns))} campaigns, {digest})"


@dataclass(frozen=True)
class Coverage:
    """What an execution covers: one job, its scope (a text of the job's own; empty = all), one
    period.

    `campaign_ids` fills the spec's column of that name; None where the job knows no campaigns.
    """

    job: str
    scope: str
    period: Period
    campaign_ids: str | None = None

    @property
    def start_text(self) -> str:
        return text(self.period.start)

    @property
    def end_text(self) -> str:
        return text(self.period.end)


# begins the reason of a record that was not asked for, and with which nothing else is wrong
OUTSIDE = "outside: "


@dataclass(frozen=True)
class Batch:
    """What one transaction stores: rows by table (parents first), and what is kept in
    `rejected_records`.

    `outside` are records that were not asked for: they are kept as the rejections are, and not
    counted with them.
    """

    rows: Mapping[RowTable, Sequence[Row]]
    rejections: Sequence[RejectedRecord] = ()
    outside: Sequence[RejectedRecord] = ()

    @property
    def empty(self) -> bool:
        return not self.rejections and not self.outside and not any(self.rows.values())


@dataclass
class Stored:
    """What `Repository.store` did, by table; `rejected` counts the rejections that were not known
    before.

    `clashed` holds the keys of rows that became rejections here: the database takes them for
    another row's, or refuses them for the `reasons` by key.
    """

    tables: dict[str, Counts] = field(default_factory=dict)
    rejected: int = 0
    clashed: set[str] = field(default_factory=set)
    reasons: dict[str, str] = field(default_factory=dict)

    @property
    def changed(self) -> bool:
        """Whether anything was written."""
        return self.rejected > 0 or any(
            counts.inserted or counts.updated for counts in self.tables.values()
        )

    def add(self, other: Stored) -> None:
        for name, counts in other.tables.items():
            self.tables.setdefault(name, Counts()).add(counts)
        self.rejected += other.rejected
        self.clashed |= other.clashed
        # the parent's stays, of which the child's follows
        self.reasons = other.reasons | self.reasons


@dataclass(frozen=True)
class WindowLine:
    """A line of `sync_windows`.

    `key` tells the window from the others of its job and scope; `day` is None where it is no day.
    `next_cursor`: where to go on, of a list that is read by a cursor.
    """

    key: str
    day: date | None
    status: WindowStatus
    execution_id: int
    started_at: datetime
    finished_at: datetime | None = None
    api_total: int | None = None
    distinct_ids: int = 0
    stored: int = 0
    rejected: int = 0
    pages: int = 0
    passes: int = 0
    detail: str | None = None
    next_cursor: str | None = None

    @classmethod
    def of_day(
        cls,
        day: date,
        status: WindowStatus,
        execution_id: int,
        started_at: datetime,
        finished_at: datetime | None = None,
        **more: Any,
    ) -> WindowLine:
        """The line of a window that is a day, which is its key."""
        return cls(day.isoformat(), day, status, execution_id, started_at, finished_at, **more)


@dataclass(frozen=True)
class Remembered:
    """What `sync_windows` remembers of a window."""

    status: WindowStatus
    detail: str | None
    next_cursor: str | None
    finished_at: datetime | None


@dataclass(frozen=True)
class ExecutionLine:
    """A line of `execution_logs`, as `status` shows it."""

    id: int
    execution_date: datetime
    start_date: str | None
    end_date: str | None
    campaign_ids: str | None
    total_records: int | None
    successful_records: int | None
    failed_records: int | None
    execution_time_seconds: int | None
    status: str
    error_message: str | None
    holder: str | None
    exit_code: int | None
    resumed_from: int | None
    scope: str | None


@dataclass(frozen=True)
class RejectionLine:
    """A line of `rejected_records`.

    `payload` is the record as JSON text: it may hold personal data.
    """

    id: int
    execution_id: int | None
    job: str
    record_id: str | None
    reason: str
    payload: str
    created_at: object
    last_seen_at: object
    resolved_at: object
    resolved_execution_id: int | None

    @property
    def outside(self) -> bool:
        """Whether it could become a row, and was only not asked for."""
        return self.reason.startswith(OUTSIDE)


@dataclass(frozen=True)
class Outcome:
    """How an execution ended, for its line in `execution_logs`."""

    status: ExecutionStatus
    exit_code: int
    total: int = 0
    successful: int = 0
    failed: int = 0
    seconds: int = 0
    message: str | None = None
    counts: Counts = field(default_factory=Counts)
