"""`audit`: compares the API with the database, and heals what differs where it is asked to."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.progress import track
from rich.table import Table

from robot import jobs
from robot.commands import consoles
from robot.commands.context import Context, Session
from robot.commands.options import Campaigns, End, Read, Start
from robot.commands.progress import listener
from robot.commands.summary import print_summary
from robot.database import Repository, forget_hashes, open_repository
from robot.errors import ExitCode
from robot.period import Window
from robot.runtime.escaping import escape
from robot.runtime.masking import mask
from robot.sync.audit import KEPT, DayAudit, Difference, Kind
from robot.sync.audit import audit as audited
from robot.sync.execution import Execution
from robot.sync.history import job_lock
from robot.sync.kinds import Asked, ReadingJob
from robot.sync.options import Options

log = logging.getLogger(__name__)

_DIFFERENCES_SHOWN = 40
_LINES_SHOWN = 60


def audit(context: Context, name: str, options: Options, *, fix: bool, as_json: bool) -> ExitCode:
    """Compare; heal with `fix`, and compare the healed days again.

    Success only when both are equal.
    """
    job = jobs.named(name, ReadingJob)
    session = Session.begin(context, job.systems)
    asked = job.by_hand(session.settings, options, session.now())
    repository = open_repository(session.settings, session.stop)
    unequal = ExitCode.WITH_ERRORS
    try:
        repository.prepare(job.name)
        days = _look(session, repository, asked, asked.due(repository))
        ill = [day for day in days if day.healable]
        if fix and ill:
            if _heal(session, repository, asked, ill, quiet=as_json) is ExitCode.FAILED:
                unequal = ExitCode.FAILED
            healed = {
                day.window: day
                for day in _look(session, repository, asked, [day.window for day in ill])
            }
            days = [healed.get(day.window, day) for day in days]
    finally:
        repository.close()
    if as_json:
        context.out.print_json(json.dumps(_plain(days)), indent=2)
        consoles.require_written(context.out)
    else:
        _print(context, days)
    return ExitCode.SUCCESS if all(day.equal for day in days) else unequal


def _look(
    session: Session, repository: Repository, asked: Asked, windows: Sequence[Window]
) -> list[DayAudit]:
    job = asked.open(session.stop)
    try:
        found = audited(job, repository, windows, session.now, session.stop)
        err = session.context.err
        shown = track(
            found,
            "days compared",
            len(windows),
            console=err,
            transient=True,
            disable=not err.is_terminal,
        )
        days = []
        for day in shown:
            days.append(day)
            log.info(
                "%s compared: %s.",
                day.window,
                "equal" if day.equal else f"{len(day.differences)} differ",
            )
        return days
    finally:
        job.close()


def _heal(
    session: Session,
    repository: Repository,
    asked: Asked,
    days: Sequence[DayAudit],
    *,
    quiet: bool,
) -> ExitCode:
    """An execution over the days that differ: under the job's lock, with its own line in the
    history. How it ended.

    A row that somebody altered still has the `row_hash` of what the robot wrote, by which the
    execution would spare it: so its hash is forgotten first.
    """
    job = asked.open(session.stop)
    with job_lock(repository, job.name):
        for day in days:
            forget_hashes(repository, day.outdated)
    windows = [day.window for day in days]
    with listener(session.context.err) as told:
        summary = Execution(job, repository, session.now, told, session.stop).run(
            windows, again=True
        )
    print_summary(session.context.err if quiet else session.context.out, summary)
    return summary.exit_code


def _print(context: Context, days: Sequence[DayAudit]) -> None:
    out = context.out
    table = Table(title="What differs, by day and campaign, the worst first", title_justify="left")
    for name in ("day", "campaign", "API", "here", *(str(kind) for kind in Kind)):
        table.add_column(name, justify="left" if name in {"day", "campaign"} else "right")
    lines = [(day, *pair) for day in days for pair in day.campaigns.items() if pair[1].differences]
    lines.sort(key=lambda line: sum(line[2].differences.values()), reverse=True)
    for day, campaign, numbers in lines[:_LINES_SHOWN]:
        table.add_row(
            str(day.window),
            "-" if campaign is None else str(campaign),
            *(f"{number:,}" for number in (numbers.there, numbers.here)),
            *(
                "" if kind not in numbers.differences else f"{numbers.differences[kind]:,}"
                for kind in Kind
            ),
        )
    if lines:
        out.print(table)
    if len(lines) > _LINES_SHOWN:
        out.print(f"… and {len(lines) - _LINES_SHOWN} more lines: --json has them all.")
    for day in days:
        if day.reason:
            out.print(
                f"{day.window}: not proven, {mask(day.reason)}",
                style="red",
                markup=False,
                soft_wrap=True,
            )
    worst = sorted(days, key=lambda day: len(day.differences), reverse=True)
    differences = [difference for day in worst for difference in day.differences]
    for difference in differences[:_DIFFERENCES_SHOWN]:
        out.print(
            f"{difference.day}  {difference.kind}: {escape(mask(difference.id))}",
            markup=False,
            soft_wrap=True,
        )
    if len(differences) > _DIFFERENCES_SHOWN:
        out.print(f"… and {len(differences) - _DIFFERENCES_SHOWN:,} more: --json has them all.")
    out.print(_verdict(days, differences), markup=False, soft_wrap=True)


def _verdict(days: Sequence[DayAudit], differences: Sequence[Difference]) -> str:
    here = sum(numbers.here for day in days for numbers in day.campaigns.values())
    if all(day.equal for day in days):
        kept = (
            f" {len(differences):,} with mailing data that the API no longer sends: they are kept."
            if differences
            else ""
        )
        return f"Equal: {here:,} rows in {len(days)} day(s).{kept}"
    kinds = Counter(difference.kind for difference in differences)
    counted = (
        ", ".join(f"{count:,} {kind}" for kind, count in kinds.items())
        or "nothing differs in what could be read"
    )
    unproven = sum(bool(day.reason) for day in days)
    words = f"Not equal: {counted}" + (f"; {unproven} day(s) not proven" if unproven else "") + "."
    if kinds.keys() - KEPT:
        words += " --fix heals what differs."
    if unproven:
        words += " Audit again, when the API answers, what is not proven."
    if kinds.keys() & KEPT:
        words += " What is only here or kept has vanished from the API: it is kept."
    return words


def _plain(days: Sequence[DayAudit]) -> dict[str, Any]:
    return {
        "equal": all(day.equal for day in days),
        "days": [
            {
                "day": day.window.day.isoformat(),
                "start": str(day.window.period.start),
                "end": str(day.window.period.end),
                "api_total": day.total,
                "proven": not day.reason,
                "reason": mask(day.reason) or None,
                "campaigns": [
                    {
                        "campaign": campaign,
                        "api": numbers.there,
                        "here": numbers.here,
                        "differences": numbers.differences,
                    }
                    for campaign, numbers in day.campaigns.items()
                ],
                "differences": [
                    {"id": difference.id, "campaign": difference.campaign, "kind": difference.kind}
                    for difference in day.differences
                ],
            }
            for day in days
        ],
    }


def cli(
    context: typer.Context,
    start: Start = None,
    end: End = None,
    campaigns: Campaigns = None,
    fix: Annotated[bool, typer.Option("--fix", help="Store what differs.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="For programs; holds every difference.")
    ] = False,
    job: Read = jobs.MAIN,
) -> None:
    """Compare the API with the database, by day and campaign.

    Exit code 0 when equal, 3 when not.
    """
    options = Options(start, end, campaigns)
    raise typer.Exit(audit(context.obj, job, options, fix=fix, as_json=as_json))
