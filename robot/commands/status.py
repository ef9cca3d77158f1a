"""`status`: the last executions, the days that are complete or not, the next run."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from rich.table import Table

from robot.commands.context import Context
from robot.commands.schedule import recall
from robot.database import ExecutionLine, open_repository
from robot.database.records import campaigns_text
from robot.errors import ExitCode
from robot.period import days_between, now
from robot.scheduler import Memory, Timetable
from robot.settings import Settings
from robot.statuses import WindowStatus

_DAYS = 30


@dataclass(frozen=True)
class State:
    """All that `status` tells."""

    database: str
    executions: list[ExecutionLine]
    complete: list[date]
    incomplete: dict[date, str]
    never_read: list[date]
    next_run: datetime | None


def status(context: Context, *, as_json: bool) -> ExitCode:
    """Print it, for a person or as JSON."""
    settings = context.settings(token_needed=False)
    state = read_state(settings)
    if as_json:
        context.out.print_json(json.dumps(_plain(state)), indent=2)
    else:
        _print(context, state)
    return ExitCode.SUCCESS


def read_state(settings: Settings) -> State:
    """Ask the database. Raises SyncError."""
    today = now(settings.timezone).date()
    first, last = today - timedelta(days=_DAYS), today - timedelta(days=1)
    repository = open_repository(settings)
    try:
        repository.prepare()
        executions = repository.last_executions("calls")
        known = repository.windows("calls", campaigns_text(settings.campaign_ids), first, last)
    finally:
        repository.close()
    complete = sorted(day for day, (state, _) in known.items() if state is WindowStatus.COMPLETE)
    incomplete = {
        day: f"{state}, {detail}" if detail else str(state)
        for day, (state, detail) in sorted(known.items())
        if state is not WindowStatus.COMPLETE
    }
    never = [day for day in days_between(first, last) if day not in known]
    return State(repository.name, executions, complete, incomplete, never, _next_run(settings))


def _next_run(settings: Settings) -> datetime | None:
    if settings.execution_mode != "scheduled":
        return None
    memory = Memory(lambda: recall(settings), lambda _: None)
    return Timetable(settings.cron_schedule, lambda: datetime.now(settings.timezone), memory).next_run


def _print(context: Context, state: State) -> None:
    table = Table(title="The last executions", title_justify="left")
    for name in ("id", "begun", "period", "status", "received", "stored", "rejected", "seconds"):
        table.add_column(name)
    for line in state.executions:
        numbers = (line.total_records, line.successful_records, line.failed_records, line.execution_time_seconds)
        table.add_row(
            str(line.id),
            f"{line.execution_date:%Y-%m-%d %H:%M:%S}",
            f"{line.start_date} – {line.end_date}",
            line.status,
            *("" if number is None else f"{number:,}" for number in numbers),
        )
    out = context.out
    out.print(table)
    out.print(f"Days complete of the last {_DAYS}: {len(state.complete)}. {_ranges(state.complete)}")
    out.print(f"Days incomplete: {len(state.incomplete)}.")
    for day, detail in state.incomplete.items():
        out.print(f"  {day}: {detail}", markup=False)
    out.print(f"Days never read: {len(state.never_read)}. {_ranges(state.never_read)}")
    when = f"{state.next_run:%Y-%m-%d %H:%M %Z}" if state.next_run else "none (EXECUTION_MODE is manual)"
    out.print(f"Next run: {when}")
    out.print(f"Database: {state.database}", markup=False, soft_wrap=True)


def _ranges(days: list[date]) -> str:
    """`2026-01-01 – 2026-01-05, 2026-01-09`."""
    ranges: list[list[date]] = []
    for day in days:
        if ranges and day - ranges[-1][-1] == timedelta(days=1):
            ranges[-1] = [ranges[-1][0], day]
        else:
            ranges.append([day, day])
    return ", ".join(str(a) if a == b else f"{a} – {b}" for a, b in ranges)


def _plain(state: State) -> dict[str, object]:
    return {
        "database": state.database,
        "executions": [{**asdict(line), "execution_date": line.execution_date.isoformat(" ")} for line in state.executions],
        "days_complete": [day.isoformat() for day in state.complete],
        "days_incomplete": {day.isoformat(): detail for day, detail in state.incomplete.items()},
        "days_never_read": [day.isoformat() for day in state.never_read],
        "next_run": state.next_run.isoformat() if state.next_run else None,
    }
