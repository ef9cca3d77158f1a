"""What an export would do, for the eyes of the operator."""

from __future__ import annotations

from collections import Counter

from rich.table import Table

from robot.commands.context import Context
from robot.runtime.masking import mask, mask_digits, mask_name
from robot.threec.dialer_export.choosing import Client, Wish
from robot.threec.dialer_export.results import Preview
from robot.threec.dialer_export.wire import Order, brazilian

_SHOWN = 5


def print_preview(context: Context, preview: Preview, order: Order, wish: Wish) -> None:
    """Campaign, list, counts, reasons, and a sample in which nobody can be recognised."""
    out, choice = context.out, preview.choice
    out.print(f"Campaign {wish.campaign_id}, list {order.list_name!r}.", markup=False)
    if choice.waiting:
        out.print(
            f"Waiting from exports that were not finished, sent first: {len(choice.waiting):,}"
        )
    if choice.staying:
        out.print(
            f"Waiting from exports that were not finished, not asked for now: {choice.staying:,}"
        )
    for reason, count in Counter(choice.withdrawn.values()).most_common():
        out.print(f"  waited, and is not to be sent any more: {count:,} {reason}", markup=False)
    out.print(f"Clients that match: {choice.matched:,}. To be sent: {len(choice.chosen):,}.")
    for reason, count in preview.rejected.most_common():
        out.print(mask(f"  rejected, no client: {count:,} {reason}"), markup=False)
    for reason, count in choice.left_out.most_common():
        out.print(f"  left out: {count:,} {reason}", markup=False)
    for warning in preview.warnings:
        out.print(warning, style="yellow", markup=False)
    if sample := [*choice.waiting, *choice.chosen][:_SHOWN]:
        table = Table(title="A sample", title_justify="left")
        for name in ("external_id", "name", "cpf", "phone", "open amount"):
            table.add_column(name)
        for client in sample:
            table.add_row(*masked(client))
        out.print(table)


def masked(client: Client) -> tuple[str, ...]:
    """A client's line for the console: nobody can be recognised or called by it."""
    amount = "" if client.open_amount is None else brazilian(f"{client.open_amount:.2f}")
    return (
        mask(client.external_id),
        mask_name(client.name),
        mask_digits(client.cpf) if client.cpf else "",
        mask_digits(client.phones[0]),
        amount,
    )
