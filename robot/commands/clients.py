"""`clients import`: the clients of a CSV or XLSX file into the table `clients`."""

from __future__ import annotations

from pathlib import Path

import typer
from rich.table import Table

from robot.clients.importing import Imported, import_clients
from robot.commands.context import Context, Session
from robot.database import open_repository
from robot.errors import ExitCode
from robot.masking import mask

_REASONS_SHOWN = 10

app = typer.Typer(help="The clients that may be sent to the dialer.", no_args_is_help=True, rich_markup_mode=None)


@app.command("import")
def _import(context: typer.Context, file: Path) -> None:
    """Import a .csv or .xlsx file, its headers in Portuguese or English. Safe to repeat."""
    raise typer.Exit(import_file(context.obj, file))


def import_file(context: Context, file: Path) -> ExitCode:
    """Import, show how far it is, and print what came of it."""
    session = Session.begin(context, token_needed=False)
    repository = open_repository(session.settings, session.stop)
    try:
        with context.err.status("Reading …") as shown:
            result = import_clients(
                file,
                repository,
                session.now,
                session.stop,
                lambda lines: shown.update(f"{lines:,} lines read"),
            )
    finally:
        repository.close()
    _print(context, result)
    return result.ending.exit_code


def _print(context: Context, result: Imported) -> None:
    ending = result.ending
    table = Table(title=f"Import {ending.execution_id}: {ending.status}", show_header=False, title_justify="left")
    table.add_column(style="bold")
    table.add_column(justify="right")
    counts = ending.counts
    for name, count in (
        ("Lines", ending.total),
        ("Inserted", counts.inserted),
        ("Updated", counts.updated),
        ("Unchanged", counts.unchanged),
        ("Rejected", ending.failed),
        ("Values kept in extra", result.overflows),
    ):
        table.add_row(name, f"{count:,}")
    context.out.print(table)
    if result.unknown_headers:
        context.out.print(mask(f"Columns kept in extra: {', '.join(result.unknown_headers)}"), markup=False)
    for reason, count in sorted(result.reasons.items(), key=lambda pair: -pair[1])[:_REASONS_SHOWN]:
        where = f" (first in line {result.first_lines[reason]})" if reason in result.first_lines else ""
        context.out.print(mask(f"  {count:,} x {reason}{where}"), markup=False)
    if ending.message:
        context.out.print(mask(ending.message), markup=False)
    if ending.hint:
        context.out.print(ending.hint, markup=False)
