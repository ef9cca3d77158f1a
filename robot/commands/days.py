"""`days list | give-up`: the days that are not proven, and what an operator decides about those
that nobody can prove.
"""

from __future__ import annotations

import getpass
import json
import logging
import socket
import sys
from collections.abc import Sequence
from datetime import date
from typing import Annotated

import typer

from robot.commands import consoles, unproven
from robot.commands.context import Context, Session
from robot.commands.layout import say, width_of
from robot.commands.questions import agreed
from robot.database import open_repository
from robot.database.days import DayOf, Days, DayStore, ranges
from robot.database.records import campaigns_text
from robot.errors import ExitCode
from robot.runtime.program import command
from robot.settings import Settings
from robot.sync.kinds import DayWords
from robot.sync.options import Options
from robot.threec.day_words import reading_command, scope_words
from robot.threec.listed import CALLS_JOB, asked_campaigns

log = logging.getLogger(__name__)

_WORDS = DayWords(reading_command, scope_words)

cli = typer.Typer(
    add_completion=False,
    help="The days that are not proven: list them, give up those that nobody can prove.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@cli.command("list")
def _list(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Print every day that is not proven, with the command that reads it again, and every day that
    was given up.
    """
    raise typer.Exit(list_days(context.obj, as_json=as_json))


@cli.command("give-up")
def _give_up(
    context: typer.Context,
    start: Annotated[str, typer.Option(help="First day: YYYY-MM-DD or DD/MM/YYYY.")],
    end: Annotated[str, typer.Option(help="Last day.")],
    campaigns: Annotated[
        str | None,
        typer.Option(
            help="Only days that were read for exactly these campaigns; empty = for all of them."
        ),
    ] = None,
    undo: Annotated[
        bool, typer.Option("--undo", help="These days are not given up any more.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Days of this period that are not proven are no longer told, nor read by the schedule.

    Reading one undoes it.
    """
    raise typer.Exit(give_up(context.obj, start, end, campaigns, undo=undo, yes=yes))


def list_days(context: Context, *, as_json: bool) -> ExitCode:
    """Print them."""
    settings = context.settings()
    days = unproven.read_days(settings, CALLS_JOB)
    out, left, given_up = context.out, days.unproven(), days.standing_given_up()
    if as_json:
        told = {
            "unproven": unproven.plain(settings, _WORDS, left),
            "given_up": unproven.plain_given_up(given_up),
        }
        out.print_json(json.dumps(told), indent=2)
        consoles.require_written(out)
        return ExitCode.SUCCESS
    say(out, f"Days not proven: {len(left)}.")
    for line in unproven.lines(settings, _WORDS, left, width_of(out)):
        say(out, line)
    say(out, f"Days given up: {len(given_up)}.")
    for of, gone in given_up.items():
        say(
            out, f"  {of.day}  {gone.at:%Y-%m-%d %H:%M} by {gone.by or '?'}{_WORDS.scope(of.scope)}"
        )
    return ExitCode.SUCCESS


def give_up(
    context: Context, start: str, end: str, campaigns: str | None, *, undo: bool, yes: bool
) -> ExitCode:
    """Show which days, ask where there is a terminal, then decide with the job's lock held.

    Raises ConfigurationError, AnotherExecutionRunning, SyncError.
    """
    session = Session.begin(context)
    options = Options(start, end, campaigns)
    first, last = _period(options)
    chosen_campaigns = asked_campaigns(options)
    wanted = None if chosen_campaigns is None else campaigns_text(chosen_campaigns)

    def chosen(days: Days) -> list[DayOf]:
        of_all = list(days.standing_given_up()) if undo else [each.of for each in days.unproven()]
        return [of for of in of_all if first <= of.day <= last and wanted in {None, of.scope}]

    repository = open_repository(session.settings, session.stop)
    store = DayStore(repository, CALLS_JOB.name)
    try:
        repository.prepare()
        days = store.read(session.now())
        if not (due := chosen(days)):
            say(context.out, _nothing(days, first, last, undo=undo))
            return ExitCode.SUCCESS
        _print(context, session.settings, days, due, undo=undo)
        question = f"{'Take back' if undo else 'Give up'} {len(due)} day(s)?"
        if not yes and sys.stdin.isatty() and not agreed(context.out, question):
            say(context.out, "Nothing was changed.")
            return ExitCode.SUCCESS
        with repository.lock(CALLS_JOB.name):
            due = [of for of in chosen(store.read(session.now())) if of in due]  # as they stand now
            if undo:
                store.take_back(due)
            else:
                store.give_up(due, _who())
    finally:
        repository.close()
    _tell(context, due, first, last, undo=undo)
    return ExitCode.SUCCESS


def _period(options: Options) -> tuple[date, date]:
    period = options.period()
    if period is None:  # never: both were given
        raise ValueError("no period")
    return period[0].date(), period[1].date()


def _print(
    context: Context, settings: Settings, days: Days, due: Sequence[DayOf], *, undo: bool
) -> None:
    if undo:
        for first, last in ranges(of.day for of in due):
            say(context.out, f"  {_range(first, last)}")
        return
    chosen = [each for each in days.unproven() if each.of in set(due)]
    for line in unproven.lines(settings, _WORDS, chosen, width_of(context.out), advice=False):
        say(context.out, line)


def _tell(context: Context, due: Sequence[DayOf], first: date, last: date, *, undo: bool) -> None:
    if undo:
        told = (
            f"{len(due)} day(s) are not given up any more: status, check and alerts tell of"
            " them again."
        )
    else:
        told = (
            f"{len(due)} day(s) given up: no longer told, nor read by the schedule. A reading"
            " that proves one undoes it."
        )
    log.info("%s %s", told, ", ".join(_range(*each) for each in ranges(of.day for of in due)))
    say(context.out, told)
    if not undo:
        say(
            context.out,
            f"To undo it: {command(f'days give-up --undo --start {first} --end {last}')}",
        )


def _nothing(days: Days, first: date, last: date, *, undo: bool) -> str:
    if undo:
        return f"No day from {first} to {last} is given up: nothing was changed."
    before = sum(first <= of.day <= last for of in days.standing_given_up())
    more = f" ({before} of them were given up before)" if before else ""
    return f"No day from {first} to {last} waits to be proven: nothing was changed{more}."


def _range(first: date, last: date) -> str:
    return str(first) if first == last else f"{first} – {last}"


def _who() -> str:
    try:
        return f"{getpass.getuser()}@{socket.gethostname()}"
    except (OSError, KeyError, ImportError):  # a service account without a name
        return f"?@{socket.gethostname()}"
