"""The summary at the end of an execution."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from robot.database.statuses import WindowStatus
from robot.errors import ExitCode
from robot.runtime.masking import mask
from robot.runtime.program import command
from robot.sync.execution import Summary

_PROBLEMS_SHOWN = 10


def print_summary(console: Console, summary: Summary) -> None:
    """One table: what was read, what was written, what is missing."""
    tally = summary.tally
    table = Table(
        title=f"Execution {summary.execution_id}: {summary.status}",
        show_header=False,
        title_justify="left",
    )
    table.add_column(style="bold")
    table.add_column(justify="right")
    table.add_row("Period", str(summary.period))
    table.add_row("Campaigns", summary.campaigns or "all")
    for status in WindowStatus:
        if count := summary.windows.get(status, 0):
            table.add_row(f"Days {status}", f"{count:,}")
    if summary.skipped:
        table.add_row("Days complete before (resumed)", f"{summary.skipped:,}")
    table.add_row("Pages", f"{tally.pages:,}")
    table.add_row("Records received", f"{tally.received:,}")
    for name, counts in tally.stored.tables.items():
        written = (
            f"{counts.inserted:,} inserted, {counts.updated:,} updated, {counts.unchanged:,}"
            " unchanged"
        )
        table.add_row(name, written)
    table.add_row("Rejected", f"{tally.rejected:,}")
    for label, count in (
        ("Left out: other dates", tally.outside_period),
        ("Left out: other campaigns", tally.outside_campaigns),
        ("Dated up to a day outside the window", tally.neighbours),
        ("Dates that contradict each other", tally.contradicting),
        ("Values kept in extra, of records normalized", tally.overflows),
        ("NUL characters removed, of records normalized", tally.nul_characters),
    ):
        if count:
            table.add_row(label, f"{count:,}")
    table.add_row("Retries", f"{summary.retries:,}")
    table.add_row("Time", f"{summary.seconds:,.1f} s, {summary.calls_per_second:,.0f} calls/s")
    console.print(table)
    if summary.message:
        lines = mask(summary.message).splitlines()
        style = "yellow" if summary.exit_code is ExitCode.WITH_ERRORS else "red"
        console.print(Text("\n".join(lines[:_PROBLEMS_SHOWN]), style=style))
        if len(lines) > _PROBLEMS_SHOWN:
            whole = command(f"status --execution {summary.execution_id}")
            console.print(f"… and {len(lines) - _PROBLEMS_SHOWN} more: {whole}", markup=False)
    if summary.hint:
        console.print(summary.hint, markup=False)
