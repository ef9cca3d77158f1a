"""`status`: the last executions of each job, what is proven of which days, the next runs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Annotated

import typer

from robot import jobs
from robot.commands import consoles, unproven
from robot.commands.context import Context
from robot.commands.layout import Column, Row, folded, print_table, say, width_of
from robot.commands.state import DAYS, DaysKnown, Reading, Sendings, State, read_state
from robot.commands.status_execution import tell_execution
from robot.commands.status_plain import CONTACTS, plain, plain_of
from robot.database import ExecutionLine
from robot.database.days import ranges
from robot.database.exports import ItemStatus
from robot.database.statuses import WindowStatus
from robot.errors import ExitCode
from robot.runtime.masking import mask
from robot.runtime.program import command
from robot.settings import Settings
from robot.sync.kinds import DayWords, ListedJob, StartedJob
from robot.threec.expiry import Expiry

_MIDNIGHT, _LAST_SECOND = "00:00:00", "23:59:59"
_PERIOD_WIDTH = 23


def status(
    context: Context, name: str | None, *, as_json: bool, execution: int | None = None
) -> ExitCode:
    """Print it, of one job or of all that start by themselves, for a person or as JSON; of one
    execution, where a number is given.
    """
    job = None if name is None else jobs.named(name, ListedJob)
    settings = context.settings()
    if execution is not None:
        return tell_execution(context, settings, execution, as_json=as_json)
    state = read_state(settings, jobs.of_kind(StartedJob) if job is None else [job])
    if as_json:
        told = plain(settings, state) if job is None else plain_of(settings, state, job)
        context.out.print_json(json.dumps(told), indent=2)
        consoles.require_written(context.out)
    else:
        _print(context, settings, state)
    return ExitCode.SUCCESS


def _print(context: Context, settings: Settings, state: State) -> None:
    for reading in state.readings:
        _print_reading(context, settings, reading)
    for sendings in state.sendings:
        _print_sendings(context, sendings)
    for history in state.histories:
        _print_executions(context, history.job, history.executions)
    if state.token:
        _print_token(context, state.token)
    say(context.out, f"Database: {state.database}")


def _print_reading(context: Context, settings: Settings, reading: Reading) -> None:
    out = context.out
    _print_executions(context, reading.job, reading.executions)
    if reading.job.days is not None and reading.days is not None:
        _print_days_known(context, settings, reading.job.days, reading.days)
    else:
        _print_windows(context, reading)
    say(out, f"Next run: {_when(reading.next_run)}")


def _print_executions(
    context: Context, job: ListedJob, executions: Sequence[ExecutionLine]
) -> None:
    columns = (
        *(Column("id", number=True), Column("begun"), Column("period"), Column("status")),
        *(Column("received", number=True, spare=True), Column("stored", number=True)),
        *(Column("rejected", number=True, spare=True), Column("seconds", number=True, spare=True)),
    )
    rows = [_execution_row(line) for line in executions]
    print_table(context.out, f"The last executions of {job.noun}", columns, rows)
    if any(line.error_message for line in executions):
        say(context.out, f"All that is known of one of them: {command('status --execution ID')}")


def _print_windows(context: Context, reading: Reading) -> None:
    """Where the windows are no days: how many are proven, and each that is not."""
    windows = reading.windows
    left = {key: each for key, each in windows.items() if each.status is not WindowStatus.COMPLETE}
    say(context.out, f"Windows proven: {len(windows) - len(left)} of {len(windows)}.")
    for key, each in left.items():
        told = f"  {key}  {each.status}  {mask(each.detail or '')}".rstrip()
        for line in folded(told, width_of(context.out), then=" " * 4):
            say(context.out, line, style="red")


def _print_days_known(
    context: Context, settings: Settings, words: DayWords, known: DaysKnown
) -> None:
    out = context.out
    width = width_of(out)
    for line in folded(known.habit.words, width):
        say(out, line)
    _print_days(context, f"Days complete of the last {DAYS}", known.complete)
    say(out, f"Days not proven, of any age: {len(known.unproven)}.")
    for line in unproven.lines(settings, words, known.unproven, width):
        say(out, line, style="red")
    if known.given_up:
        _print_days(context, "Days given up", [of.day for of in known.given_up])
    _print_days(context, f"Days never read of the last {DAYS}", known.never_read)


def _print_token(context: Context, token: Expiry) -> None:
    told = f"{token} {token.advice}" if token.is_near else str(token)
    for line in folded(told, width_of(context.out)):
        say(context.out, line, style="yellow" if token.is_near else "")


def _print_days(context: Context, title: str, days: list[date]) -> None:
    for line in folded(f"{title}: {len(days)}. {_ranges(days)}".rstrip(), width_of(context.out)):
        say(context.out, line)


def _execution_row(line: ExecutionLine) -> Row:
    numbers = (
        line.total_records,
        line.successful_records,
        line.failed_records,
        line.execution_time_seconds,
    )
    cells = (
        *(str(line.id), f"{line.execution_date:%Y-%m-%d %H:%M}", _period(line), line.status),
        *("" if number is None else f"{number:,}" for number in numbers),
    )
    return Row(cells, mask(line.error_message or ""))


def _period(line: ExecutionLine) -> str:
    """Whole days as dates; of a part of one day the hours, too."""
    first, _, start = (line.start_date or "").partition(" ")
    last, _, end = (line.end_date or "").partition(" ")
    if first != last:
        text = f"{first} – {last}"
    elif (start, end) == (_MIDNIGHT, _LAST_SECOND):
        text = first
    else:
        text = f"{first} {start[:5]}–{end[:5]}"
    return text[:_PERIOD_WIDTH]


def _print_sendings(context: Context, exports: Sendings) -> None:
    """Nothing, where contacts are never sent."""
    out = context.out
    if exports.executions:
        columns = (
            *(Column("id", number=True), Column("begun"), Column("campaign"), Column("status")),
            *(
                Column(name, number=True, spare=name in {"filtered", "refused"})
                for name in CONTACTS
            ),
            Column("seconds", number=True, spare=True),
        )
        print_table(
            out,
            "The last exports to the dialer",
            columns,
            [_export_row(exports, line) for line in exports.executions],
        )
    if exports.obstacle:
        say(out, f"Exports cannot run here: {exports.obstacle}.")
    if pending := exports.open.get(ItemStatus.PENDING):
        say(
            out,
            (
                f'Contacts pending: {pending:,}. The next "{command("export")}" to their campaign'
                " sends them first."
            ),
        )
    if flying := exports.open.get(ItemStatus.IN_FLIGHT):
        say(
            out,
            (
                f"Contacts in flight: {flying:,}. An export is running, or was killed: the next"
                " start makes them unknown."
            ),
        )
    if unknown := exports.open.get(ItemStatus.UNKNOWN):
        say(
            out,
            (
                f'Contacts of unknown outcome: {unknown:,}. "{command("export resolve")}" settles'
                " them."
            ),
        )
    if exports.scheduled:
        say(out, f"Next export: {_when(exports.next_run)}")


def _export_row(exports: Sendings, line: ExecutionLine) -> Row:
    counts = exports.contacts.get(line.id, {})
    seconds = line.execution_time_seconds
    cells = (
        *(
            str(line.id),
            f"{line.execution_date:%Y-%m-%d %H:%M}",
            line.campaign_ids or "resolve",
            line.status,
        ),
        *(
            f"{counts.get(status, 0):,}" if line.campaign_ids else ""
            for status in CONTACTS.values()
        ),
        "" if seconds is None else f"{seconds:,}",
    )
    return Row(cells, mask(line.error_message or ""))


def _when(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M %Z}" if moment else "none (EXECUTION_MODE is manual)"


def _ranges(days: Iterable[date]) -> str:
    """`2026-01-01 – 2026-01-05, 2026-01-09`; days that are there twice, of two lists of campaigns,
    once.
    """
    return ", ".join(
        str(first) if first == last else f"{first} – {last}" for first, last in ranges(days)
    )


def cli(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    execution: Annotated[
        int | None, typer.Option(min=1, max=2**31 - 1, help="One whole execution, by its number.")
    ] = None,
    job: Annotated[
        str | None, typer.Option("--job", help="Only of one job, like clients_import.")
    ] = None,
) -> None:
    """The last executions and exports, the days that are proven or not, the next runs; or one whole
    execution.
    """
    raise typer.Exit(status(context.obj, job, as_json=as_json, execution=execution))
