"""A file as a table: its headers, its rows, and what is to be known of how it was read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from robot.clients.files.cells import Cell
from robot.clients.sheets import read_lines
from robot.errors import ConfigurationError


class UnreadableFile(ConfigurationError):
    """The file as a whole cannot be read: the message names it for what it is, the hint is the way out."""


class Visibility(Enum):
    """Whether Excel shows a sheet. Very hidden ones are not even listed under "Unhide"."""

    VISIBLE = "visible"
    HIDDEN = "hidden"
    VERY_HIDDEN = "very hidden"


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook. `lines`: how many of its lines hold something, the headers included."""

    name: str
    visibility: Visibility
    lines: int
    chosen: bool


class Row(NamedTuple):
    """A line of the file. Blank lines and decoration are left out, empty cells at the end too.

    `number`: of the line of the file, or of the row of the sheet, in which it begins. `swallowed`: how many more lines of
    a CSV stand inside it, behind a quote that is probably not closed.
    """

    number: int
    cells: tuple[Cell, ...]
    swallowed: int = 0


@dataclass(frozen=True)
class Table:
    """A file that is ready to be read. `sheet` and `sheets` are those of a workbook, `encoding` that of a CSV."""

    path: Path
    header_line: int
    headers: tuple[str, ...]
    header_swallowed: int = 0
    sheet: str | None = None
    sheets: tuple[Sheet, ...] = ()
    encoding: str | None = None
    separator: str | None = None
    notes: tuple[str, ...] = ()

    def rows(self) -> Iterator[Row]:
        """The lines below the headers; each call reads the file from its beginning."""
        lines = read_lines(self.path)
        next(lines, None)
        for line in lines:
            yield Row(line.number, tuple(line.cells), line.swallowed)  # type: ignore[arg-type]

    def address(self, number: int, column: int) -> str:
        """How the operator finds a cell: `Carteira!C7`, or `line 7, column 3` in a CSV. `column` counts from 0."""
        if self.sheet is None:
            return f"line {number}, column {column + 1}"
        return f"{self.sheet}!{column_letters(column)}{number}"


def column_letters(column: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def open_table(path: Path, *, sheet: str | None = None, encoding: str | None = None) -> Table:
    """Find out what the file is and read its headers. Raises UnreadableFile, and nothing else."""
    first = next(read_lines(path), None)
    if first is None:
        raise UnreadableFile(f"{path.name} is empty.", "The first line must hold the headers.")
    headers = tuple("" if cell is None else str(cell).strip() for cell in first.cells)
    return Table(path, first.number, headers, first.swallowed)
