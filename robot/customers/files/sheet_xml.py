"""expat over the XML of a sheet: its rows as they stand there, whatever their order and form."""

from __future__ import annotations

from typing import NamedTuple
from xml.parsers import expat

from robot.customers.files.blocks import excel_text
from robot.customers.files.places import LAST_COLUMN, place
from robot.customers.files.strings import new_parser


class RawCell(NamedTuple):
    """A cell as written: its type and style, its formula and its value, None where there is no such
    element.
    """

    type: str
    style: str
    formula: str | None
    value: str | None

    @property
    def is_filled(self) -> bool:
        return bool(self.value) or self.formula is not None


class RawRow(NamedTuple):
    """A row: its number, and its cells by their column, from 0."""

    number: int
    cells: dict[int, RawCell]


class SheetParser:
    """Fed with the parts of the document that nothing else has read. Raises ExpatError."""

    def __init__(self) -> None:
        self._parser = new_parser(self._start, self._end, self._text)
        self.merged: list[str] = []
        self.hidden_columns: list[int] = []
        self.last_row = 0
        self._rows: list[RawRow] = []
        self._row: RawRow | None = None
        self._column = -1
        self._attributes: dict[str, str] = {}
        self._parts: dict[str, list[str]] = {}
        self._into: list[str] | None = None
        self._aside = 0

    def parse(self, text: str) -> list[RawRow]:
        """The rows that end in this part of the document."""
        self._rows = []
        self._parser.Parse(text)
        return self._rows

    def close(self) -> None:
        self._parser.Parse("", True)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rsplit(":", 1)[-1]
        if local == "c" and self._row is not None:
            self._begin_cell(attributes)
        elif local == "row":
            self.last_row = _integer(attributes.get("r"), self.last_row + 1)
            self._row, self._column = RawRow(self.last_row, {}), -1
        elif local in {"v", "f"} or (local == "t" and not self._aside):
            self._into = self._parts.setdefault("f" if local == "f" else "v", [])
        elif local == "rPh":
            self._aside += 1
        elif local == "mergeCell":
            self.merged.append(attributes.get("ref", ""))
        elif local == "col" and attributes.get("hidden") in {"1", "true"}:
            first, last = _integer(attributes.get("min"), 1), _integer(attributes.get("max"), 1)
            self.hidden_columns += range(first - 1, min(last, LAST_COLUMN + 1))

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        assert self._row is not None  # noqa: S101
        try:
            row, column = (
                place(attributes["r"])
                if "r" in attributes
                else (self._row.number, self._column + 1)
            )
        except ValueError:
            raise expat.ExpatError(f"no cell has the name {attributes['r']}") from None
        if row != self._row.number:
            raise expat.ExpatError(f"the cell {attributes['r']} stands in row {self._row.number}")
        if column in self._row.cells:
            raise expat.ExpatError(f"two cells in row {row} have the same name")
        self._column, self._attributes, self._parts = column, attributes, {}

    def _text(self, text: str) -> None:
        if self._into is not None:
            self._into.append(text)

    def _end(self, name: str) -> None:
        local = name.rsplit(":", 1)[-1]
        self._into = None
        if local == "c" and self._row is not None:
            formula, value = (
                None if part is None else "".join(part) for part in map(self._parts.get, "fv")
            )
            kind = self._attributes.get("t", "n")
            if value is not None and kind in {"str", "inlineStr"}:
                value = excel_text(value)
            cell = RawCell(kind, self._attributes.get("s", ""), formula, value)
            self._row.cells[self._column] = cell
        elif local == "row" and self._row is not None:
            self._rows.append(self._row)
            self._row = None
        elif local == "rPh":
            self._aside -= 1


def _integer(text: str | None, otherwise: int) -> int:
    if text is None:
        return otherwise
    if not text.isdigit() or len(text) > 9:
        raise expat.ExpatError(f"{text[:20]} is no number of a row or column")
    return int(text)
