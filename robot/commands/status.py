"""`status`: the last executions of the calls and of the exports, what is proven of which days, the
next runs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime

from robot.commands import consoles, unproven
from robot.commands.context import Context
from robot.commands.layout import Column, Row, folded, print_table, say, width_of
from robot.commands.state import DAYS, Exports, State, read_state
from robot.commands.status_execution import tell_execution
from robot.database import ExecutionLine
from robot.database.days import ranges
from robot.database.exports import ItemStatus
from robot.errors import ExitCode
from robot.runtime.masking import mask
from robot.runtime.program import command
from robot.settings import Settings
from robot.threec.expiry import Expiry

_CONTACTS = {
    "sent": ItemStatus.SENT,
    "filtered": ItemStatus.FILTERED,
    "refused": ItemStatus.REJECTED,
    "unknown": ItemStatus.UNKNOWN,
    "pending": ItemStatus.PENDING,
}
_MIDNIGHT, _LAST_SECOND = "00:00:00", "23:59:59"
_PERIOD_WIDTH = 23


def status(context: Context, *, as_json: bool, execution: int | None = None) -> ExitCode:
    """Print it, for a person or as JSON; of one execution, where a number is given."""
    settings = context.settings(token_needed=False)
    if execution is not None:
        return tell_execution(context, settings, execution, as_json=as_json)
    state = read_state(settings)
    if as_json:
        context.out.print_json(json.dumps(_plain(settings, state)), indent=2)
        consoles.require_written(context.out)
    else:
        _print(context, settings, state)
    return ExitCode.SUCCESS


def _print(context: Context, settings: Settings, state: State) -> None:
    out = context.out
    width = width_of(out)
    columns = (
        *(Column("id", number=True), Column("begun"), Column("period"), Column("status")),
        *(Column("received", number=True, spare=True), Column("stored", number=True)),
        *(Column("rejected", number=True, spare=True), Column("seconds", number=True, spare=True)),
    )
    print_table(
        out,
        "The last executions of the calls",
        columns,
        [_execution_row(line) for line in state.executions],
    )
    if any(line.error_message for line in state.executions):
        say(out, f"All that is known of one of them: {command('status --execution ID')}")
    which = ", ".join(map(str, state.campaigns)) or "all"
    for line in folded(f"Campaigns: {which} ({state.campaigns_setting}).", width):
        say(out, line)
    _print_days(context, f"Days complete of the last {DAYS}", state.complete)
    say(out, f"Days not proven, of any age: {len(state.unproven)}.")
    for line in unproven.lines(settings, state.unproven, width):
        say(out, line, style="red")
    if state.given_up:
        _print_days(context, "Days given up", [of.day for of in state.given_up])
    _print_days(context, f"Days never read of the last {DAYS}", state.never_read)
    say(out, f"Next run: {_when(state.next_run)}")
    _print_exports(context, state.exports)
    if state.token:
        _print_token(context, state.token)
    say(out, f"Database: {state.database}")


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


def _print_exports(context: Context, exports: Exports) -> None:
    """Nothing, where contacts are never sent."""
    out = context.out
    if exports.executions:
        columns = (
            *(Column("id", number=True), Column("begun"), Column("campaign"), Column("status")),
            *(
                Column(name, number=True, spare=name in {"filtered", "refused"})
                for name in _CONTACTS
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
                " start"
                " makes them unknown."
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


def _export_row(exports: Exports, line: ExecutionLine) -> Row:
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
            for status in _CONTACTS.values()
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


def _plain(settings: Settings, state: State) -> dict[str, object]:
    exports = state.exports
    incomplete: dict[str, str] = {}
    for each in sorted(state.unproven, key=lambda each: each.of.day):
        if each.status is not None:
            told = f"{each.word}, {mask(each.reason)}" if each.reason else each.word
            incomplete.setdefault(each.of.day.isoformat(), told)
    return {
        "database": state.database,
        "campaigns": list(state.campaigns),
        "executions": [_plain_execution(line) for line in state.executions],
        "days_complete": [day.isoformat() for day in state.complete],
        "days_incomplete": incomplete,
        "days_unproven": unproven.plain(settings, state.unproven),
        "days_given_up": unproven.plain_given_up(state.given_up),
        "days_never_read": sorted(
            {day.isoformat() for day in state.never_read}
            | {each.of.day.isoformat() for each in state.unproven if each.status is None}
        ),
        "next_run": _plain_moment(state.next_run),
        "token": _plain_token(state.token),
        "exports": {
            "executions": [
                {
                    **_plain_execution(line),
                    "contacts": {
                        status.value: exports.contacts.get(line.id, {}).get(status, 0)
                        for status in _CONTACTS.values()
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
