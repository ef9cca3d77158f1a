"""`prove`: the robot's promises, tried on this machine: the table of faults, and processes killed
in the middle.
"""

from __future__ import annotations

import logging
import tempfile
import time
from itertools import count
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from robot.commands.context import Context
from robot.database import Repository
from robot.database.sqlite import SqliteEngine
from robot.errors import ExitCode
from robot.trials import KillRound, Outcome, all_cases, kill_rounds, run_case
from robot.trials.cases import NOW, TIMES
from robot.trials.killing import PAGES

SECONDS_FOR_FAULTS = 75.0
SECONDS_FOR_KILLS = 25.0
LEAST_KILLS = 3


def prove(context: Context, *, seed: int) -> ExitCode:
    """Success only if every promise held.

    Works in a temporary folder, on the built-in simulator alone.
    """
    # faults are what is wanted here: nobody needs ten thousand lines about them
    logging.disable(logging.CRITICAL)
    try:
        with tempfile.TemporaryDirectory(
            prefix="robot-prove-", ignore_cleanup_errors=True
        ) as folder:
            outcomes, left_out = _faults(context, Path(folder))
            kills = _kills(context, Path(folder), seed)
    finally:
        logging.disable(logging.NOTSET)
    broken = sum(bool(outcome.broken) for outcome in outcomes) + sum(
        bool(done.broken) for done in kills
    )
    out = context.out
    if left_out:
        out.print(
            f"{left_out} cases were left out: this machine is slow, and two minutes are the limit.",
            style="yellow",
        )
    if broken:
        out.print(f"{broken} promise(s) did not hold: see above.", style="red")
        return ExitCode.FAILED
    out.print(
        f"Every promise held: {len(outcomes)} cases of faults, {len(kills)} killed processes.",
        style="green",
    )
    return ExitCode.SUCCESS


def _faults(context: Context, folder: Path) -> tuple[list[Outcome], int]:
    """Run the table; on a slow machine the cases that happen several times are the first to be left
    out.
    """
    cases = sorted(all_cases(), key=lambda case: case.often == list(TIMES)[1])
    outcomes: list[Outcome] = []
    end = time.monotonic() + SECONDS_FOR_FAULTS
    with context.err.status("The table of faults …") as told:
        for number, case in enumerate(cases, 1):
            if time.monotonic() > end:
                break
            told.update(f"The table of faults: {number} of {len(cases)}")
            file = folder / "case.db"
            repository = Repository(SqliteEngine(file), lambda: NOW, first_wait=0.001)
            try:
                repository.prepare()
                outcomes.append(run_case(case, repository))
            finally:
                repository.close()
            for path in folder.glob("case.db*"):
                path.unlink(missing_ok=True)
    _print_faults(context, outcomes)
    return outcomes, len(cases) - len(outcomes)


def _print_faults(context: Context, outcomes: list[Outcome]) -> None:
    """One line for each kind and frequency; one for each case that broke a promise."""
    table = Table(title="Faults", title_justify="left")
    for name in ("fault", "when", "outcome", "rows stored of due", "verdict"):
        table.add_column(name, overflow="fold")
    groups: dict[tuple[str, str, str], list[Outcome]] = {}
    for outcome in outcomes:
        case = outcome.case
        ended = f"{outcome.status}, exit {outcome.exit_code}, day {outcome.window}"
        groups.setdefault((case.name, case.often, ended), []).append(outcome)
    for (name, often, ended), group in sorted(groups.items()):
        places = ", ".join(dict.fromkeys(each.case.place for each in group if each.case.place))
        broken = [f"{each.case.place}: {promise}" for each in group for promise in each.broken]
        rows = ", ".join(dict.fromkeys(f"{each.stored} of {each.due}" for each in group))
        when = " ".join(filter(None, (often, f"({places} page)" if places else "")))
        verdict = "BROKEN " + "; ".join(broken) if broken else "kept"
        table.add_row(name, when, ended, rows, verdict, style="red" if broken else None)
    context.out.print(table)


def _kills(context: Context, folder: Path, seed: int) -> list[KillRound]:
    table = Table(
        title=f"Killed in the middle of a back-fill of {PAGES} pages, and resumed",
        title_justify="left",
    )
    for name in (
        "seed",
        "killed at",
        "rows stored before",
        "days complete",
        "pages saved",
        "verdict",
    ):
        table.add_column(name, overflow="fold")
    rounds: list[KillRound] = []
    end = time.monotonic() + SECONDS_FOR_KILLS
    with context.err.status("Killing and resuming …"):
        seeds = count(seed)
        for done in kill_rounds(folder, seeds):
            rounds.append(done)
            moment = (
                f"page {done.page} + {done.delay * 1000:.0f} ms"
                if done.killed
                else "too late: it had ended"
            )
            table.add_row(
                *(
                    str(done.seed),
                    moment,
                    str(done.rows_before),
                    str(done.days_complete),
                    str(done.pages_saved),
                ),
                "BROKEN " + "; ".join(done.broken) if done.broken else "kept",
                style="red" if done.broken else None,
            )
            if len(rounds) >= LEAST_KILLS and time.monotonic() > end:
                break
    context.out.print(table)
    return rounds


def cli(
    context: typer.Context,
    seed: Annotated[int, typer.Option(help="Of the first kill; every further one counts up.")] = 1,
) -> None:
    """Try every promise on this machine: the table of faults, and processes killed in the middle.

    Two minutes at most.
    """
    raise typer.Exit(prove(context.obj, seed=seed))
