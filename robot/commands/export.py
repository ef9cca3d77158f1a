"""`export`: clients to a campaign, after a preview and a yes; `export resolve`: what became of lost
answers.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from robot.cells.words import canonical
from robot.commands.context import Context, Session
from robot.commands.export_options import Options, wish_of
from robot.commands.export_preview import print_preview
from robot.commands.questions import agreed, require_terminal
from robot.commands.schedule import due_of
from robot.commands.sending import print_result, send_now, watched
from robot.database import open_repository
from robot.errors import ExitCode
from robot.runtime.masking import mask
from robot.runtime.program import command
from robot.threec import ThreeCMailingClient
from robot.threec.connection import connection
from robot.threec.dialer_export.asking import exporter_for, order_of
from robot.threec.dialer_export.listed import DIALER_EXPORT
from robot.threec.dialer_export.resolving import MIN_AGE, Resolved, Verdict, resolve
from robot.threec.dialer_export.results import Preview, Result

_LARGEST = 2**31 - 1  # what the tables' INT columns hold
_YEAR_MINUTES = 366 * 24 * 60

cli = typer.Typer(add_completion=False, invoke_without_command=True, rich_markup_mode=None)


@cli.callback()
def _export(
    context: typer.Context,
    campaign: Annotated[int, typer.Option(min=0, max=_LARGEST, help="The campaign's id.")] = 0,
    list_name: Annotated[
        str, typer.Option("--list", help="The list's name; made if there is none.")
    ] = "",
    ids: Annotated[
        str | None, typer.Option(help="External ids separated by commas or semicolons.")
    ] = None,
    ids_file: Annotated[
        Path | None, typer.Option(help="A file with an external id a line.")
    ] = None,
    creditor: Annotated[str | None, typer.Option(help="Only this creditor's clients.")] = None,
    uf: Annotated[str | None, typer.Option(help="Only this state's, like SP.")] = None,
    min_amount: Annotated[
        str | None, typer.Option(help="Only who owes as much, like 1.150,00.")
    ] = None,
    status: Annotated[str | None, typer.Option(help="Only clients of this status.")] = None,
    not_called_since: Annotated[
        str | None, typer.Option(help="Only who was not called since, like 2026-09-01.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Most clients.")] = None,
    weight: Annotated[
        int | None, typer.Option(min=0, max=100, help="The list's weight; 0 = not dialled.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only the preview.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Send without asking.")] = False,
) -> None:
    """Send clients to a campaign of the dialer: preview, question, then each contact once."""
    if context.invoked_subcommand is not None:
        return
    options = Options(
        *(
            campaign,
            list_name,
            ids,
            ids_file,
            creditor,
            uf,
            min_amount,
            status,
            not_called_since,
            limit,
            weight,
        ),
        dry_run=dry_run,
        yes=yes,
    )
    raise typer.Exit(export(context.obj, options))


@cli.command("scheduled")
def _scheduled(context: typer.Context) -> None:
    """Send now what EXPORT_… asks for, without a question: for a task of its own."""
    raise typer.Exit(export_as_scheduled(context.obj))


@cli.command("resolve")
def _resolve(
    context: typer.Context,
    export_id: Annotated[
        int | None, typer.Option("--export", min=1, max=_LARGEST, help="Only this export.")
    ] = None,
    verdict: Annotated[
        Verdict | None, typer.Option("--as", help="Your own word for what cannot be proven.")
    ] = None,
    minutes: Annotated[
        int,
        typer.Option(
            "--min-age",
            min=0,
            max=_YEAR_MINUTES,
            help="Minutes since the last request before totals are believed.",
        ),
    ] = int(MIN_AGE.total_seconds() // 60),
) -> None:
    """Settle contacts whose sending has an unknown outcome."""
    raise typer.Exit(resolve_exports(context.obj, export_id, verdict, timedelta(minutes=minutes)))


def export(context: Context, options: Options) -> ExitCode:
    """Preview, ask, send."""
    session = Session.begin(context, DIALER_EXPORT.systems)
    wish = wish_of(options)
    today = f"{session.now():%Y-%m-%d}"
    name = canonical(options.list_name).replace("{date}", today) or f"API 3C Robot {today}"
    order = order_of(session.settings, name, options.weight)
    repository = open_repository(session.settings, session.stop)
    exporter = exporter_for(session.settings, repository, session.now, session.stop)

    def look() -> Preview:
        repository.prepare(DIALER_EXPORT.name)
        preview = exporter.preview(wish, order)
        print_preview(context, preview, order, wish)
        return preview

    def send(preview: Preview, begins: Callable[[str], None]) -> Result:
        exporter.begins = begins
        with context.err.status("Sending …") as shown:
            exporter.progress = lambda count: shown.update(
                f"{count:,} of {preview.contacts:,} contacts"
            )
            return exporter.run(wish, order, preview)

    try:
        if (
            options.yes and not options.dry_run
        ):  # nobody may be looking: those who watch are told, whatever happens
            result = watched(session, DIALER_EXPORT, lambda begins: send(look(), begins))
        else:
            preview = look()
            if options.dry_run or not preview.contacts:
                return ExitCode.SUCCESS
            require_terminal(
                f"{preview.contacts} contact(s) would be sent, and there is no terminal to ask at.",
                "Add --yes to send them.",
            )
            if not agreed(context.out, f"Send {preview.contacts:,} contact(s)?"):
                context.out.print("Nothing was sent.")
                return ExitCode.SUCCESS
            result = watched(session, DIALER_EXPORT, lambda begins: send(preview, begins))
    finally:
        exporter.close()
        repository.close()
    print_result(context, result)
    return result.ending.exit_code


def export_as_scheduled(context: Context) -> ExitCode:
    """The scheduled export, now. `schedule --once` then finds none due."""
    session = Session.begin(context, DIALER_EXPORT.systems)
    began = datetime.now(session.settings.timezone)
    due = due_of(session, DIALER_EXPORT)
    result = send_now(session, DIALER_EXPORT)
    if not session.stop.is_set():
        due.mark_done(began)
    print_result(context, result)
    return result.ending.exit_code


def resolve_exports(
    context: Context, export_id: int | None, verdict: Verdict | None, min_age: timedelta
) -> ExitCode:
    """Settle, and print what was settled."""
    session = Session.begin(context, DIALER_EXPORT.systems)
    settings = session.settings
    repository = open_repository(settings, session.stop)
    api = connection(settings, session.stop)
    try:
        mailing = ThreeCMailingClient(api)
        result = resolve(
            repository, mailing, session.now, export_id=export_id, verdict=verdict, min_age=min_age
        )
    finally:
        api.transport.close()
        repository.close()
    _print_resolved(context, result)
    return result.ending.exit_code


def _print_resolved(context: Context, result: Resolved) -> None:
    for word, count in result.counts.items():
        context.out.print(f"{count:,} contact(s) settled: {word}")
    if result.counts["not sent"]:
        context.out.print(
            f'Those not sent go with the next "{command("export")}" to their campaign.'
        )
    if not result.counts and not result.open:
        context.out.print("Nothing is unknown.")
    for text in (result.ending.message, result.ending.hint):
        if text:
            context.out.print(mask(text), markup=False, soft_wrap=True)
