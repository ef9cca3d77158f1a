"""One whole execution of any job: its line in the history, its days, and what it rejected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from robot.database.records import ExecutionLine, RejectionLine
from robot.database.repository import Repository
from robot.database.statuses import WindowStatus


@dataclass(frozen=True)
class DayLine:
    """A day of its period, as it stands now: `execution_id` tells who read it last."""

    day: date
    status: WindowStatus
    detail: str | None
    execution_id: int | None
    api_total: int | None
    distinct_ids: int | None
    stored: int | None
    rejected: int | None
    pages: int | None
    passes: int | None


@dataclass(frozen=True)
class WholeExecution:
    """All that the database knows of one execution."""

    job: str
    line: ExecutionLine
    inserted: int | None
    updated: int | None
    unchanged: int | None
    days: list[DayLine]
    rejections: list[RejectionLine]


def read_execution(repository: Repository, number: int) -> WholeExecution | None:
    """The execution of this number, None where there is none. Raises SyncError."""
    columns = tuple(ExecutionLine.__dataclass_fields__)
    found = repository.read(
        f"SELECT job, inserted_records, updated_records, unchanged_records, {', '.join(columns)}"
        " FROM execution_logs WHERE id = ?",
        (number,),
    )
    if not found:
        return None
    ((job, inserted, updated, unchanged, *cells),) = found
    line = _line(dict(zip(columns, cells, strict=True)))
    job = "" if job is None else str(job)
    names = ", ".join(RejectionLine.__dataclass_fields__)
    rejections = repository.read(
        f"SELECT {names} FROM rejected_records WHERE execution_id = ? ORDER BY id", (number,)
    )
    return WholeExecution(
        job,
        line,
        _count(inserted),
        _count(updated),
        _count(unchanged),
        _days(repository, job, line),
        [RejectionLine(*row) for row in rejections],  # type: ignore[arg-type]
    )


def _line(values: dict[str, object]) -> ExecutionLine:
    begun = values["execution_date"]
    moment = begun if isinstance(begun, datetime) else datetime.fromisoformat(str(begun))
    return ExecutionLine(**{**values, "execution_date": moment})  # type: ignore[arg-type]


def _days(repository: Repository, job: str, line: ExecutionLine) -> list[DayLine]:
    """The days that it read, and those of its period that a later execution read since."""
    names = ", ".join(DayLine.__dataclass_fields__)
    first, last = (line.start_date or "")[:10], (line.end_date or "")[:10]
    rows = repository.read(
        f"SELECT {names} FROM sync_windows WHERE job = ? AND (execution_id = ?"
        " OR (execution_id > ? AND scope = ? AND day BETWEEN ? AND ?)) ORDER BY day",
        (job, line.id, line.id, line.scope or "", first, last),
    )
    return [
        DayLine(
            date.fromisoformat(str(day)),
            WindowStatus(str(status)),
            None if detail is None else str(detail),
            *(_count(number) for number in numbers),
        )
        for day, status, detail, *numbers in rows
    ]


def _count(value: object) -> int | None:
    return None if value is None else int(str(value))
