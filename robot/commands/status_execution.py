"""`status --execution N`: one whole execution, with its days, its reasons, its counts and its
rejections.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from datetime import date

from rich.console import Console

from robot.commands import consoles
from robot.commands.context import Context
from robot.commands.layout import folded, say, width_of
from robot.database import RejectionLine, open_repository
from robot.database.exports import JOB as EXPORT
from robot.database.exports import ExportStore
from robot.database.one_execution import DayLine, WholeExecution, read_execution
from robot.errors import ConfigurationError, ExitCode
from robot.runtime.masking import mask
from robot.runtime.program import command
from robot.settings import Settings

_REJECTIONS_SHOWN = 50
# a line of execution_logs.error_message, as the execution wrote it of a day
_PROBLEM = re.compile(r"(\d{4}-\d\d-\d\d)(?: [\d:]+–[\d:]+)?: ((?:INCOMPLETE|FAILED), .*)")


def tell_execution(context: Context, settings: Settings, number: int, *, as_json: bool) -> ExitCode:
    """Print it. Raises ConfigurationError where there is no such execution, SyncError."""
    repository = open_repository(settings)
    try:
        repository.prepare()
        found = read_execution(repository, number)
        if found is None:
            newest = repository.read("SELECT MAX(id) FROM execution_logs")[0][0]
            last = "There is none yet" if newest is None else f"The last one is {newest}"
            raise ConfigurationError(
                f"There is no execution {number}.",
                f"{last}: {command('status')} shows the last ones.",
            )
        contacts = (
            ExportStore(repository).of_executions([number]).get(number, {})
            if found.job == EXPORT
            else {}
        )
    finally:
        repository.close()
    counted = {status.value: count for status, count in contacts.items()}
    if as_json:
        context.out.print_json(json.dumps(_plain(found, counted)), indent=2)
        consoles.require_written(context.out)
    else:
        _print(context.out, found, counted)
    return ExitCode.SUCCESS


def _print(out: Console, found: WholeExecution, contacts: dict[str, int]) -> None:
    line = found.line
    ended = "" if line.exit_code is None else f" (exit code {line.exit_code})"
    say(
        out,
        (
            f"Execution {line.id} of {found.job or 'a job of an earlier version'}:"
            f" {line.status}{ended}"
        ),
        style="bold",
    )
    took = (
        "" if line.execution_time_seconds is None else f", took {line.execution_time_seconds:,} s"
    )
    facts = {
        "Begun": f"{line.execution_date:%Y-%m-%d %H:%M:%S}{took}",
        "Period": f"{line.start_date} – {line.end_date}",
        "Campaigns": line.campaign_ids or "all",
        "Run by": line.holder,
        "Goes on with": None
        if line.resumed_from is None
        else f"execution {line.resumed_from}, which was cut off",
        "Records": _counts(("received", line.total_records), ("stored", line.successful_records))
        + _counts(("rejected", line.failed_records), before=", "),
        "Written": _counts(
            ("inserted", found.inserted), ("updated", found.updated), ("unchanged", found.unchanged)
        ),
        "Contacts": _counts(*contacts.items()),
    }
    for name, fact in facts.items():
        if fact:
            _say_folded(out, f"{name + ':':14}{fact}", indent=14)
    if line.error_message:
        say(out, "What it said:")
        for text in mask(line.error_message).splitlines():
            _say_folded(out, text, indent=2, style="red")
    if found.days:
        say(out, "Its days:")
    reasons = _reasons(line.error_message or "")
    for day in found.days:
        _say_folded(out, _day(day, line.id, reasons.get(day.day)), indent=2)
    if found.rejections:
        say(out, f"Rejected records, seen by it first: {len(found.rejections):,}")
    for rejection in found.rejections[:_REJECTIONS_SHOWN]:
        _say_folded(out, _rejection(rejection), indent=2)
    if (more := len(found.rejections) - _REJECTIONS_SHOWN) > 0:
        say(out, f"  … and {more:,} more: --json has them all.")


def _say_folded(out: Console, text: str, *, indent: int, style: str = "") -> None:
    first = "" if indent > 2 else " " * indent
    for line in folded(
        text, width_of(out), first=first, then=" " * (indent + 2 if indent <= 2 else indent)
    ):
        say(out, line, style=style)


def _counts(*counted: tuple[str, int | None], before: str = "") -> str:
    told = ", ".join(f"{count:,} {name}" for name, count in counted if count is not None)
    return f"{before}{told}" if told else ""


def _day(day: DayLine, execution: int, told: str | None) -> str:
    if day.execution_id != execution:
        since = f"read since by execution {day.execution_id}: {day.status}"
        return f"{day.day} {told}; {since}" if told else f"{day.day} {since}"
    counts = _counts(
        *(
            ("announced by the API", day.api_total),
            ("received", day.distinct_ids),
            ("stored", day.stored),
        ),
        *(("rejected", day.rejected), ("pages", day.pages), ("readings", day.passes)),
    )
    told = (
        f"{mask(day.detail)} ({counts})"
        if day.detail and day.pages
        else mask(day.detail or "") or counts
    )
    return f"{day.day} {day.status}: {told}"


def _reasons(message: str) -> dict[date, str]:
    """What the execution said of its days: a later one may have read them again."""
    return {
        date.fromisoformat(found[1]): found[2]
        for found in map(_PROBLEM.fullmatch, message.splitlines())
        if found
    }


def _rejection(line: RejectionLine) -> str:
    settled = (
        "" if line.resolved_at is None else f"; resolved by execution {line.resolved_execution_id}"
    )
    return f"{line.id}: {mask(line.record_id or 'without an id')}: {mask(line.reason)}{settled}"


def _plain(found: WholeExecution, contacts: dict[str, int]) -> dict[str, object]:
    line = found.line
    reasons = _reasons(line.error_message or "")
    return {
        **asdict(line),
        "execution_date": line.execution_date.isoformat(" "),
        "job": found.job,
        "inserted_records": found.inserted,
        "updated_records": found.updated,
        "unchanged_records": found.unchanged,
        "contacts": contacts,
        "windows": [
            {
                **asdict(day),
                "day": day.day.isoformat(),
                "detail": mask(day.detail) if day.detail else None,
                # by this execution, of a day that a later one may have read since
                "said": reasons.get(day.day),
            }
            for day in found.days
        ],
        "rejections": [
            {
                "id": each.id,
                "record_id": each.record_id,
                "reason": mask(each.reason),
                "created_at": str(each.created_at)[:19],
                "resolved_at": None if each.resolved_at is None else str(each.resolved_at)[:19],
                "resolved_execution_id": each.resolved_execution_id,
            }
            for each in found.rejections
        ],
    }
