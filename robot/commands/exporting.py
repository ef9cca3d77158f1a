"""What the export by hand and the one on the schedule share: how it is put together, watched and
told.
"""

from __future__ import annotations

import io
import socket
from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from rich.console import Console
from rich.table import Table

from robot.alerts import Outcome, Report
from robot.cells.rejection import Rejection
from robot.commands.context import Context, Session
from robot.commands.watch import report_of_error, watcher_for
from robot.database import Repository
from robot.database.exports import ItemStatus
from robot.errors import AnotherExecutionRunning, ConfigurationError, ExitCode, Interrupted
from robot.runtime.masking import mask
from robot.settings import Settings
from robot.threec import ThreeCMailingClient
from robot.threec.connection import connection
from robot.threec.dialer_export.choosing import Client, clients_of_query, clients_of_table
from robot.threec.dialer_export.sending import JOB, Exporter, Result
from robot.threec.dialer_export.wire import Order


def exporter_for(session: Session, repository: Repository) -> Exporter:
    """Connected to the API of the settings. The caller closes it."""
    settings = session.settings
    api = connection(settings, session.stop)
    http = api.transport
    path = f"/campaigns/{{campaign_id}}/lists/{{list_id}}/{settings.export_endpoint}"
    mailing = ThreeCMailingClient(api, {"contacts": path})
    file = settings.clients_query_file
    if file is None:
        return Exporter(
            repository,
            mailing,
            http,
            lambda: clients_of_table(repository),
            session.now,
            session.stop,
        )
    rejected: list[Rejection] = []

    def ask() -> Sequence[Client]:
        clients, rejected[:] = clients_of_query(
            repository, file, session.stop, settings.clients_query_seconds
        )
        return clients

    return Exporter(repository, mailing, http, ask, session.now, session.stop, rejected)


def order_of(settings: Settings, list_name: str, weight: int | None) -> Order:
    """What the settings say of every export."""
    return Order(
        list_name=list_name,
        weight=weight,
        callback_url=settings.callback_url_template,
        phones_per_client=settings.export_phones,
        cooldown=timedelta(hours=settings.export_cooldown_hours),
        blocked=settings.export_blocked_status,
    )


def amount_of(text: str, name: str) -> Decimal | None:
    """An amount of an option or a setting, None when it is empty.

    Raises ConfigurationError, naming it.
    """
    if not text.strip():
        return None
    from robot.brazil.money import money

    try:
        amount = Decimal(money(text))
    except ValueError as error:
        why = str(error)
    else:
        if amount >= 0:
            return amount
        why = "the amount is below zero"
    raise ConfigurationError("1 wrong option(s).", problems=(f"{name}: read {text!r}, {why}",))


def watched_export(session: Session, work: Callable[[Callable[[str], None]], Result]) -> Result:
    """Do the work, which is given whom to tell that it begins; tell those who watch how it
    ended.
    """
    watcher = watcher_for(session.settings, "export_healthcheck_url")
    try:
        result = work(watcher.started)
    except (AnotherExecutionRunning, Interrupted):
        raise
    except Exception as error:
        watcher.ended(report_of_error(error, JOB))
        raise
    watcher.ended(report_of_export(result), hurry=session.stop.is_set())
    return result


def print_result(context: Context, result: Result) -> None:
    """One table: what became of the contacts."""
    ending = result.ending
    table = Table(
        title=f"Execution {ending.execution_id}: {ending.status}",
        show_header=False,
        title_justify="left",
    )
    table.add_column(style="bold")
    table.add_column(justify="right")
    for name in result.lists:
        table.add_row("List", name)
    for label, status in (
        ("Sent", ItemStatus.SENT),
        ("Filtered by the dialer", ItemStatus.FILTERED),
        ("Refused", ItemStatus.REJECTED),
        ("Unknown", ItemStatus.UNKNOWN),
    ):
        table.add_row(label, f"{result.counts[status]:,}")
    if result.withdrawn:
        table.add_row("Waited, not to be sent any more", f"{result.withdrawn.total():,}")
    if result.filtered_records:
        table.add_row("Filtered, as the dialer counts", f"{result.filtered_records:,}")
    table.add_row("Time", f"{ending.seconds:,.1f} s")
    context.out.print(table)
    for motive, count in result.motives.most_common():
        context.out.print(mask(f"  filtered: {count:,} {motive}"), markup=False)
    for reason, count in result.withdrawn.most_common():
        context.out.print(mask(f"  not to be sent any more: {count:,} {reason}"), markup=False)
    for text in (ending.message, ending.hint):
        if text:
            context.out.print(mask(text), markup=False, soft_wrap=True)


def report_of_export(result: Result) -> Report:
    """The end of an export, for those who watch."""
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
    return Report(
        JOB,
        outcome,
        f"API 3C Robot on {socket.gethostname()}: {JOB} {result.ending.status}",
        told.getvalue(),
    )
