"""What a sending by hand and one on the schedule share: how it is watched and told."""

from __future__ import annotations

import io
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.table import Table

from robot.alerts import Outcome, Report
from robot.commands.context import Context, Session
from robot.commands.watch import report_of_error, watcher_for
from robot.database import open_repository
from robot.errors import AnotherExecutionRunning, ExitCode, Interrupted
from robot.runtime.masking import mask
from robot.sync.kinds import Sending, SendingJob, Sent, StartedJob

S = TypeVar("S", bound=Sent)


def send_now(session: Session, job: SendingJob) -> Sent:
    """Send once, as the settings want it, without a question.

    Those who watch are told. Raises what the job's `send` does, after telling of it.
    """

    def work(begins: Callable[[str], None]) -> Sent:
        repository = open_repository(session.settings, session.stop)
        try:
            given = Sending(session.settings, repository, session.now, session.stop, begins)
            return job.send(given)
        finally:
            repository.close()

    return watched(session, job, work)


def watched(session: Session, job: StartedJob, work: Callable[[Callable[[str], None]], S]) -> S:
    """Do the work, which is given whom to tell that it begins; tell those who watch how it
    ended.
    """
    watcher = watcher_for(session.settings, job.health_setting)
    try:
        result = work(watcher.started)
    except (AnotherExecutionRunning, Interrupted):
        raise
    except Exception as error:
        watcher.ended(report_of_error(error, job.name))
        raise
    watcher.ended(_report(result, job.name), hurry=session.stop.is_set())
    return result


def print_result(context: Context, result: Sent) -> None:
    """One table: what became of what was sent."""
    ending = result.ending
    table = Table(
        title=f"Execution {ending.execution_id}: {ending.status}",
        show_header=False,
        title_justify="left",
    )
    table.add_column(style="bold")
    table.add_column(justify="right")
    for label, value in result.counted:
        table.add_row(label, value)
    table.add_row("Time", f"{ending.seconds:,.1f} s")
    context.out.print(table)
    for note in result.notes:
        context.out.print(mask(f"  {note}"), markup=False)
    for text in (ending.message, ending.hint):
        if text:
            context.out.print(mask(text), markup=False, soft_wrap=True)


def _report(result: Sent, job: str) -> Report:
    """The end of a sending, for those who watch."""
    told = io.StringIO()
    print_result(Context(Path(), out=Console(file=told, width=100)), result)
    code = result.ending.exit_code
    outcome: Outcome = (
        "good"
        if code is ExitCode.SUCCESS
        else "with errors"
        if code is ExitCode.WITH_ERRORS
        else "failed"
    )
    subject = f"API 3C Robot on {socket.gethostname()}: {job} {result.ending.status}"
    return Report(job, outcome, subject, told.getvalue())
