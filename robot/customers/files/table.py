"""A file as a table: its headers, its rows, and what is to be known of how it was read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from robot.customers.files.cells import Cell
from robot.customers.files.places import cell_name


class Visibility(Enum):
    """Whether Excel shows a sheet. Very hidden ones are not even listed under "Unhide"."""

    VISIBLE = "visible"
    HIDDEN = "hidden"
    VERY_HIDDEN = "very hidden"


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook.

    `lines`: how many of its lines hold something, the headers included.
    """

    name: str
    visibility: Visibility
    lines: int
    chosen: bool


class Row(NamedTuple):
    """A line of the file. Blank lines and decoration are left out, empty cells at the end too.

    `number`: of the line of the file, or of the row of the sheet, in which it begins. `swallowed`:
    how many more lines of a CSV stand inside it, behind a quote that is probably not closed.
    """

    number: int
    cells: tuple[Cell, ...]
    swallowed: int = 0


def without_end(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """Cells without the empty ones behind the last that is filled."""
    end = len(cells)
    while end and cells[end - 1] is None:
        end -= 1
    return tuple(cells[:end])


@dataclass(frozen=True)
class Table:
    """A file that is ready to be read. `sheet` and `sheets` are those of a workbook, `encoding`
    that of a CSV.

    `notes`: what the operator should know of how it was read.
    """

    path: Path
    header_line: int
    headers: tuple[str, ...]
    read: Callable[[], Iterator[Row]] = field(repr=False)
    header_swallowed: int = 0
    sheet: str | None = None
    sheets: tuple[Sheet, ...] = ()
    encoding: str | None = None
    separator: str | None = None
    notes: tuple[str, ...] = ()

    def rows(self) -> Iterator[Row]:
        """The lines below the headers; each call reads the file from its beginning."""
        rows = self.read()
        next(rows, None)
        return rows

    def address(self, number: int, column: int) -> str:
        """How the operator finds a cell: `Carteira!C7`, or `line 7, column 3` in a CSV.

        `column` counts from 0.
        """
        if self.sheet is None:
            return f"line {number}, column {column + 1}"
        return cell_name(self.sheet, number, column)
