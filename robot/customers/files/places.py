"""Where a cell stands: `Carteira!C7`, as Excel says it. Columns count from 0, rows from 1."""

from __future__ import annotations

import re
from collections.abc import Iterable

LAST_COLUMN = 16_383
_CELL = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
# of one merged range: a larger one is a mistake beside the data
_MOST_ROWS, _MOST_COLUMNS = (200_000, 200)


def column_letters(column: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cell_name(sheet: str, row: int, column: int) -> str:
    """`Carteira!C7`; a name with blanks or signs stands in quotes, as in a formula."""
    name = sheet if re.fullmatch(r"\w+", sheet) else "'" + sheet.replace("'", "''") + "'"
    return f"{name}!{column_letters(column)}{row}"


def place(name: str) -> tuple[int, int]:
    """The row and the column of `C7`. Raises ValueError."""
    match = _CELL.fullmatch(name)
    if match is None:
        raise ValueError(name)
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    if column - 1 > LAST_COLUMN:
        raise ValueError(name)
    return int(match[2]), column - 1


def covered_places(ranges: Iterable[str]) -> dict[int, frozenset[int]]:
    """Row → the columns whose cells a merged range covers: all of `A2:B4` but A2, which holds the
    value.

    Raises ValueError for what is no range.
    """
    covered: dict[int, frozenset[int]] = {}
    for text in ranges:
        first, _, last = text.partition(":")
        (top, left), (bottom, right) = place(first), place(last or first)
        columns = frozenset(range(left, min(right, left + _MOST_COLUMNS) + 1))
        for row in range(top, min(bottom, top + _MOST_ROWS) + 1):
            new = columns - {left} if row == top else columns
            covered[row] = covered[row] | new if row in covered else new
    return covered
