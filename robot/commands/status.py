"""`status`: the last executions of the calls and of the exports, the days that are complete or not, the next runs."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from rich.table import Table

from robot.commands import consoles
from robot.commands.context import Context
from robot.commands.schedule import EXPORT_STATE, STATE, recall
from robot.database import ExecutionLine, Repository, open_repository
from robot.database.exports import JOB, ExportStore, ItemStatus
from robot.database.records import campaigns_text
from robot.errors import ExitCode
from robot.period import days_between, now
from robot.program import command
from robot.scheduler import Memory, Timetable
from robot.settings import Settings
from robot.statuses import WindowStatus
from robot.threec.expiry import Expiry, expiry_of

_DAYS = 30
_CONTACTS = {
    "sent": ItemStatus.SENT,
    "filtered": ItemStatus.FILTERED,
    "refused": ItemStatus.REJECTED,
    "unknown": ItemStatus.UNKNOWN,
    "pending": ItemStatus.PENDING,
}


@dataclass(frozen=True)
class Exports:
    """What `status` tells of the job `dialer_export`.

    `contacts` says of each execution how the contacts stand today that it tried to send; `open` counts those of all
    exports that are not settled. `scheduled`: EXPORT_CRON is set.
    """

    executions: list[ExecutionLine]
    contacts: dict[int, dict[ItemStatus, int]]
    open: dict[ItemStatus, int]
    scheduled: bool
    next_run: datetime | None


@dataclass(frozen=True)
class State:
    """All that `status` tells."""

    database: str
    executions: list[ExecutionLine]
    complete: list[date]
    incomplete: dict[date, str]
    never_read: list[date]
    next_run: datetime | None
    exports: Exports
    token: Expiry | None


def status(context: Context, *, as_json: bool) -> ExitCode:
    """Print it, for a person or as JSON."""
    settings = context.settings(token_needed=False)
    state = read_state(settings)
    if as_json:
        context.out.print_json(json.dumps(_plain(state)), indent=2)
        consoles.require_written(context.out)
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
        known = repository.windows("calls", campaigns_text(_campaigns(settings)), first, last)
        exports = _exports(repository, settings)
    finally:
        repository.close()
    complete = sorted(day for day, (state, _) in known.items() if state is WindowStatus.COMPLETE)
    incomplete = {
        day: f"{state}, {detail}" if detail else str(state)
        for day, (state, detail) in sorted(known.items())
        if state is not WindowStatus.COMPLETE
    }
    never = [day for day in days_between(first, last) if day not in known]
    next_run = _next_run(settings, settings.cron_schedule, STATE)
    token = expiry_of(settings, today)
    return State(repository.name, executions, complete, incomplete, never, next_run, exports, token)


def _campaigns(settings: Settings) -> tuple[int, ...]:
    """The campaigns that are read when no command is given: their days are remembered apart from those of others."""
    return settings.manual_campaign_ids if settings.execution_mode == "manual" else settings.campaign_ids


def _exports(repository: Repository, settings: Settings) -> Exports:
    store = ExportStore(repository)
    executions = repository.last_executions(JOB)
    contacts = store.of_executions([line.id for line in executions])
    next_run = _next_run(settings, settings.export_cron, EXPORT_STATE)
    return Exports(executions, contacts, store.open_items(), bool(settings.export_cron), next_run)


def _next_run(settings: Settings, expression: str, state: str) -> datetime | None:
    if settings.execution_mode != "scheduled" or not expression:
        return None
    memory = Memory(lambda: recall(settings, state), lambda _: None)
    return Timetable(expression, lambda: datetime.now(settings.timezone), memory).next_run


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
    out.print(f"Next run: {_when(state.next_run)}")
    _print_exports(context, state.exports)
    if state.token:
        _print_token(context, state.token)
    out.print(f"Database: {state.database}", markup=False, soft_wrap=True)


def _print_token(context: Context, token: Expiry) -> None:
    line = f"{token} {token.advice}" if token.is_near else str(token)
    context.out.print(line, style="yellow" if token.is_near else None, markup=False, soft_wrap=True)


def _print_exports(context: Context, exports: Exports) -> None:
    """Nothing, where contacts are never sent."""
    out = context.out
    if exports.executions:
        table = Table(title="The last exports to the dialer", title_justify="left")
        for name in ("id", "begun", "campaign", "status", *_CONTACTS, "seconds"):
            table.add_column(name)
        for line in exports.executions:
            counts = exports.contacts.get(line.id, {})
            seconds = line.execution_time_seconds
            table.add_row(
                str(line.id),
                f"{line.execution_date:%Y-%m-%d %H:%M:%S}",
                line.campaign_ids or "resolve",
                line.status,
                *(f"{counts.get(status, 0):,}" if line.campaign_ids else "" for status in _CONTACTS.values()),
                "" if seconds is None else f"{seconds:,}",
            )
        out.print(table)
    if pending := exports.open[ItemStatus.PENDING]:
        out.print(f'Contacts pending: {pending:,}. The next "{command("export")}" to their campaign sends them first.')
    if flying := exports.open[ItemStatus.IN_FLIGHT]:
        out.print(f"Contacts in flight: {flying:,}. An export is running, or was killed: the next start makes them unknown.")
    if unknown := exports.open[ItemStatus.UNKNOWN]:
        out.print(f'Contacts of unknown outcome: {unknown:,}. "{command("export resolve")}" settles them.')
    if exports.scheduled:
        out.print(f"Next export: {_when(exports.next_run)}")


def _when(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M %Z}" if moment else "none (EXECUTION_MODE is manual)"


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
    exports = state.exports
    return {
        "database": state.database,
        "executions": [_plain_execution(line) for line in state.executions],
        "days_complete": [day.isoformat() for day in state.complete],
        "days_incomplete": {day.isoformat(): detail for day, detail in state.incomplete.items()},
        "days_never_read": [day.isoformat() for day in state.never_read],
        "next_run": _plain_moment(state.next_run),
        "token": _plain_token(state.token),
        "exports": {
            "executions": [
                {
                    **_plain_execution(line),
                    "contacts": {
                        status.value: exports.contacts.get(line.id, {}).get(status, 0) for status in _CONTACTS.values()
                    },
                }
                for line in exports.executions
            ],
            "open_contacts": {status.value: count for status, count in exports.open.items()},
            "next_run": _plain_moment(exports.next_run),
        },
    }


def _plain_token(token: Expiry | None) -> dict[str, object] | None:
    if token is None:
        return None
    reminder = f"{token} {token.advice}" if token.is_near else None
    return {"expires": token.day.isoformat(), "days_left": token.days_left, "reminder": reminder}


def _plain_execution(line: ExecutionLine) -> dict[str, object]:
    return {**asdict(line), "execution_date": line.execution_date.isoformat(" ")}


def _plain_moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
