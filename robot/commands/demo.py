"""`demo`: the whole robot against a system of its own, into `data/demo.db`.

Needs no token, no server, no `.env`.
"""

from __future__ import annotations

import typer

from robot import jobs
from robot.commands.context import Context, Session
from robot.commands.options import Read
from robot.commands.run import execute
from robot.commands.summary import print_summary
from robot.errors import ExitCode
from robot.runtime.signals import stop_on_signals
from robot.sync.options import Options


def demo(context: Context, name: str) -> ExitCode:
    """One execution of the job, over HTTP, into SQLite. A second time nothing is written."""
    job, start = jobs.with_demo(name)
    with start() as shown:
        context.open_logs(shown.settings)
        session = Session(context, shown.settings, stop_on_signals())
        asked = job.by_hand(session.settings, Options(), session.now())
        summary = execute(session, job, asked)
    print_summary(context.out, summary)
    for line in shown.told:
        context.out.print(line, markup=False, soft_wrap=True)
    return summary.exit_code


def cli(context: typer.Context, job: Read = jobs.MAIN) -> None:
    """The whole robot against a built-in 3C Plus, into data/demo.db. Needs nothing."""
    raise typer.Exit(demo(context.obj, job))
