"""What an import did, or would do, for the eyes of the operator: nobody can be recognised by it."""

from __future__ import annotations

from rich.table import Table

from robot.cells.tables import CLIENTS
from robot.commands.context import Context
from robot.customers.importing import Imported
from robot.customers.merging import Change
from robot.runtime.masking import mask, mask_digits, mask_name
from robot.threec.dialer_export.wire import brazilian

_REASONS_SHOWN = 10
_KEPT = "kept in extra"


def print_summary(context: Context, result: Imported) -> None:
    """The counts, the columns, the reasons."""
    ending = result.ending
    counts = ending.counts
    rows = [
        ("Lines", ending.total),
        ("Inserted", counts.inserted),
        ("Updated", counts.updated),
        ("Unchanged", counts.unchanged),
        ("Rejected", ending.failed),
        ("Values kept in extra", result.tally.overflows),
    ]
    _print_counts(context, f"Import {ending.execution_id}: {ending.status}", rows)
    _print_source(context, result)
    _print_changes(context, result)
    if result.layout.unknown:
        context.out.print(
            mask(f"Columns kept in extra: {', '.join(result.layout.unknown)}"), markup=False
        )
    _print_words(context, result)
    _print_reasons(context, result)
    if ending.message:
        context.out.print(mask(ending.message), markup=False)
    if ending.hint:
        context.out.print(ending.hint, markup=False)


def print_preview(context: Context, result: Imported) -> None:
    """The mapping, five lines as they would be stored, the counts, and what would be asked."""
    counts = result.ending.counts
    context.out.print(
        f"Preview of {result.table.path.name}: nothing is written.", markup=False, style="bold"
    )
    _print_source(context, result)
    _print_mapping(context, result)
    _print_words(context, result)
    if result.sample:
        _print_sample(context, result)
    rows = [
        ("Lines", result.ending.total),
        ("New customers", counts.inserted),
        ("Known customers", counts.updated),
        ("To be rejected", result.ending.failed),
    ]
    _print_counts(context, "What an import would do", rows)
    _print_changes(context, result)
    _print_reasons(context, result)
    for doubt in result.review.doubts:
        context.out.print(mask(doubt), markup=False, style="yellow", soft_wrap=True)
    if result.review.doubts:
        context.out.print("An import asks about these first; without a terminal it needs --yes.")


def _print_counts(context: Context, title: str, rows: list[tuple[str, int]]) -> None:
    table = Table(title=title, show_header=False, title_justify="left")
    table.add_column(style="bold")
    table.add_column(justify="right")
    for name, count in rows:
        table.add_row(name, f"{count:,}")
    context.out.print(table)


def _print_source(context: Context, result: Imported) -> None:
    """Which sheet was read; the notes say what the others hold."""
    out = context.out
    for sheet in result.table.sheets:
        if sheet.chosen:
            hidden = "" if sheet.visibility.value == "visible" else f" ({sheet.visibility.value})"
            out.print(
                mask(f"Sheet {sheet.name!r}{hidden} was read: {sheet.lines:,} line(s)."),
                markup=False,
            )
    for note in result.table.notes:
        told = f"{note[:1].upper()}{note[1:]}{'' if note.endswith('.') else '.'}"
        out.print(mask(told), markup=False, soft_wrap=True)


def _print_mapping(context: Context, result: Imported) -> None:
    layout = result.layout
    table = Table(title="Columns", title_justify="left")
    table.add_column("column of the file")
    table.add_column("is")
    for place, label in enumerate(layout.labels):
        what = "ignored" if place in layout.ignored else layout.columns[place] or _KEPT
        table.add_row(mask(label), what)
    context.out.print(table)


def _print_words(context: Context, result: Imported) -> None:
    """What was said of columns, and what gave way."""
    out = context.out
    for told in result.layout.passed_over:
        out.print(
            mask(f"Kept in extra, another column is meant: {told}"), markup=False, soft_wrap=True
        )
    for label, target in result.columns.remembered.items():
        out.print(
            mask(f"As named with an earlier file: {label} = {target}"), markup=False, soft_wrap=True
        )
    if result.columns.given and result.ending.execution_id:
        named = ", ".join(f"{label} = {target}" for label, target in result.columns.given.items())
        out.print(
            mask(f"Kept in the database for the next file with these headers: {named}"),
            markup=False,
            soft_wrap=True,
        )
    if zeros := result.tally.zeros:
        out.print(f"CPF/CNPJ whose zeros at the beginning were restored: {zeros:,}")
    if totals := result.tally.totals:
        out.print(f"Lines with a total, which are no customer's and were left out: {totals:,}")
    if protected := result.tally.protected:
        out.print(f"Customers that are blocked although their line was rejected: {protected:,}")


def _print_changes(context: Context, result: Imported) -> None:
    if not result.tally.columns:
        return
    table = Table(title="Values by column", title_justify="left")
    table.add_column("column", style="bold")
    for change in Change:
        table.add_column(change.value, justify="right")
    for name in CLIENTS.row_names:
        if name in CLIENTS.key:
            continue
        if counts := result.tally.columns.get(name):
            table.add_row(name, *(f"{counts[change]:,}" for change in Change))
    context.out.print(table)


def _print_reasons(context: Context, result: Imported) -> None:
    tally = result.tally
    for reason, count in tally.reasons.most_common(_REASONS_SHOWN):
        where = f" (first in {tally.first[reason]})" if reason in tally.first else ""
        context.out.print(mask(f"  {count:,} x {reason}{where}"), markup=False, soft_wrap=True)
        if hint := tally.hints.get(reason):
            context.out.print(f"      {hint}", markup=False, soft_wrap=True)


def _print_sample(context: Context, result: Imported) -> None:
    table = Table(title="As it would be stored", title_justify="left")
    names = ("external_id", "name", "cpf", "phones", "open_amount", "uf", "creditor", "status")
    for name in names:
        table.add_column(name)
    for row in result.sample:
        cells = CLIENTS.named(row)
        table.add_row(*(_masked(name, cells[name]) for name in names))
    context.out.print(table)


def _masked(name: str, cell: object) -> str:
    text = "" if cell is None else str(cell)
    if name == "name":
        return mask_name(text)
    if name == "cpf":
        return mask_digits(text) if text else ""
    if name == "phones":
        return "; ".join(mask_digits(number) for number in text.split(";") if number)
    if name == "open_amount":
        return brazilian(text) if text else ""
    return mask(text)
