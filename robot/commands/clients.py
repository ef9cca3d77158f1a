"""`clients import`: the clients of a CSV or XLSX file into the table `clients`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from robot.commands.clients_summary import print_preview, print_summary
from robot.commands.context import Context, Session
from robot.commands.questions import agreed, require_terminal
from robot.customers.columns import parse_maps
from robot.customers.importing import Options, import_clients, preview_import
from robot.database import open_repository
from robot.errors import ExitCode
from robot.runtime.masking import mask

cli = typer.Typer(
    add_completion=False,
    help="The clients that may be sent to the dialer.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@cli.command("import")
def _import(
    context: typer.Context,
    file: Path,
    preview: Annotated[
        bool, typer.Option("--preview", help="Show what would be stored; write nothing.")
    ] = False,
    sheet: Annotated[str | None, typer.Option(help="The sheet of a workbook that is read.")] = None,
    maps: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            help=(
                'What a column is: "HEADER=status" or "=ignore". Kept for files with these headers.'
            ),
        ),
    ] = None,
    empty_erases: Annotated[
        bool,
        typer.Option(
            "--empty-erases", help="An empty cell erases what is stored (never a blocked status)."
        ),
    ] = False,
    encoding: Annotated[
        str | None, typer.Option(help="Of a CSV, like cp1252, where it is not found out.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Store what would be asked about.")] = False,
) -> None:
    """Import a .csv or .xlsx file, its headers in Portuguese or English. Safe to repeat.

    A column that the file does not have, and an empty cell, leave what is stored as it is.
    """
    session = Session.begin(context.obj)
    options = Options(
        sheet=sheet,
        encoding=encoding,
        maps=parse_maps(maps or ()),
        empty_erases=empty_erases,
        blocked=session.settings.export_blocked_status,
    )
    if preview:
        raise typer.Exit(preview_file(context.obj, session, file, options))
    raise typer.Exit(import_file(context.obj, session, file, options, yes=yes))


def import_file(
    context: Context, session: Session, file: Path, options: Options, *, yes: bool
) -> ExitCode:
    """Import, show how far it is, and print what came of it."""
    repository = open_repository(session.settings, session.stop)
    try:
        with context.err.status("Reading …") as shown:

            def confirm(doubts: Sequence[str]) -> bool:
                if yes:
                    return True
                shown.stop()
                return _asked(context, doubts)

            result = import_clients(
                file,
                repository,
                session.now,
                session.stop,
                lambda lines: shown.update(f"{lines:,} lines read"),
                options=options,
                confirm=confirm,
            )
    finally:
        repository.close()
    if result is None:
        context.out.print("Nothing was stored.")
        return ExitCode.SUCCESS
    print_summary(context, result)
    return result.ending.exit_code


def preview_file(context: Context, session: Session, file: Path, options: Options) -> ExitCode:
    """Print what an import would store, and what it would ask."""
    repository = open_repository(session.settings, session.stop)
    try:
        with context.err.status("Reading …") as shown:
            result = preview_import(
                file,
                repository,
                session.stop,
                lambda lines: shown.update(f"{lines:,} lines read"),
                options=options,
            )
    finally:
        repository.close()
    print_preview(context, result)
    return ExitCode.SUCCESS


def _asked(context: Context, doubts: Sequence[str]) -> bool:
    require_terminal(
        "There is something to be told before this file is stored, and no terminal to ask at;"
        " nothing was stored.",
        "Look at these lines (--preview shows more). To store them as they are, add --yes.",
        tuple(doubts),
    )
    for doubt in doubts:
        context.out.print(mask(doubt), markup=False, soft_wrap=True)
    return agreed(context.out, "Store them as they are?")
