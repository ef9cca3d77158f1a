"""A row's cells for the normalizer: what is not known for sure refuses the line, by the cell's
place.
"""

from __future__ import annotations

from collections.abc import Sequence

from robot.customers.files import Doubtful, Unreadable
from robot.customers.row_cells import WHAT
from robot.customers.rows import Layout, Refused

_MAY_DOUBT = {None, "address", "notes"}  # columns in which a damaged text is better than none


def known_cells(of: Layout, cells: Sequence[object]) -> Sequence[object]:
    """The cells as plain values. Raises Refused."""
    for cell in cells:
        if type(cell) is Unreadable or type(cell) is Doubtful:
            return [_known(of, place, each) for place, each in enumerate(cells)]
    return cells


def _known(of: Layout, place: int, cell: object) -> object:
    column = of.columns[place] if place < len(of.columns) else None
    if isinstance(cell, Unreadable):
        if place in of.ignored:
            return None
        raise Refused(cell.reason.text, place, cell.reason.hint)
    if isinstance(cell, Doubtful):
        if column not in _MAY_DOUBT:
            raise Refused(f"{WHAT[str(column)]} is {cell.reason.text}", place, cell.reason.hint)
        return cell.value
    return cell


def shown_cells(cells: Sequence[object]) -> Sequence[object]:
    """The cells as the file shows them: what is kept of a line that is rejected."""
    return [_shown(cell) for cell in cells]


def _shown(cell: object) -> object:
    if isinstance(cell, Unreadable):
        return cell.shown
    return cell.value if isinstance(cell, Doubtful) else cell
