"""The rows of one sheet, from its XML.

Two ways that give the same: a pattern for rows whose cells stand in order and are written as most
programs do, and expat for all else (benchmarks/files.py).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from operator import lt
from pathlib import Path
from xml.parsers import expat

from robot.customers.files.blocks import blocks, prefix_of
from robot.customers.files.cells import Cell, Mark, Reason, Value
from robot.customers.files.package import Package, SheetPart, damaged
from robot.customers.files.places import cell_name, covered_places
from robot.customers.files.quick import QuickRows
from robot.customers.files.sheet_xml import RawRow, SheetParser
from robot.customers.files.table import Row, without_end
from robot.customers.files.values import Values
from robot.customers.files.words import is_count

_LAST_ROW = 1_048_576


@dataclass
class Facts:
    """What a first look at the whole sheet tells, before any of it is used."""

    filled: int = 0
    hidden_rows: int = 0
    hidden_columns: tuple[int, ...] = ()
    in_order: bool = True
    merged: Mapping[int, frozenset[int]] = field(default_factory=dict)
    quick: QuickRows | None = None
    slow: frozenset[int] = frozenset()  # blocks that only expat reads


class SheetReader:
    """One sheet of an open workbook. Raises UnreadableFile where its XML is damaged."""

    def __init__(self, path: Path, package: Package, sheet: SheetPart) -> None:
        self._path = path
        self._package = package
        self._sheet = sheet

    def look(self) -> Facts:
        """Read the XML to its end, without the values: whether it is whole, and what is special in
        it.
        """
        facts = Facts()
        parser = SheetParser()
        slow: set[int] = set()
        numbers = array("L")
        with self._damage():
            found = self._blocks()
            head = next(found)
            parser.parse(head)
            quick = QuickRows(prefix_of(head, "worksheet"))
            for n, block in enumerate(found):
                if quick.fits(block):
                    numbers.extend(quick.numbers(block))
                    facts.filled += quick.filled_rows(block)
                    parser.last_row = numbers[-1] if numbers else 0
                else:
                    slow.add(n)
                    rows = parser.parse(block)
                    numbers.extend([row.number for row in rows])
                    facts.filled += sum(
                        any(cell.is_filled for cell in row.cells.values()) for row in rows
                    )
                facts.hidden_rows += quick.hidden_rows(block)
            parser.close()
        facts.quick, facts.slow = quick, frozenset(slow)
        facts.hidden_columns = tuple(
            column for column in parser.hidden_columns if column < quick.width
        )
        try:
            facts.merged = covered_places(parser.merged)
        except ValueError as error:
            raise damaged(
                self._path, f"{self._sheet.name} merges cells that have no such name ({error})"
            ) from None
        facts.in_order = all(map(lt, numbers, numbers[1:]))
        if not facts.in_order and len(set(numbers)) != len(numbers):
            raise damaged(self._path, f"{self._sheet.name} has two rows of the same number")
        if numbers and not (min(numbers) >= 1 and max(numbers) <= _LAST_ROW):
            raise damaged(self._path, f"{self._sheet.name} has a row number that no sheet has")
        return facts

    def rows(self, facts: Facts, values: Values) -> Iterator[Row]:
        """Its filled rows by their numbers.

        In memory only where the file holds them in another order.
        """
        found = self._rows(facts, values)
        return found if facts.in_order else iter(sorted(found, key=lambda row: row.number))

    def _rows(self, facts: Facts, values: Values) -> Iterator[Row]:
        parser = SheetParser()
        with self._damage():
            found = self._blocks()
            parser.parse(next(found))
            for n, block in enumerate(found):
                if n in facts.slow or facts.quick is None:
                    rows = [self._cells(row, values) for row in parser.parse(block)]
                    yield from _kept(self._finished(rows, facts))
                    continue
                numbers, columns = facts.quick.columns(block, values)
                cells = zip(*columns, strict=True)
                if facts.merged or any(Mark in map(type, column) for column in columns):
                    yield from _kept(self._finished(zip(numbers, cells, strict=True), facts))
                elif len(columns) > 1 and None not in columns[-1]:
                    yield from map(Row, numbers, cells)
                else:
                    yield from _kept(map(_trimmed, numbers, cells))
                parser.last_row = (
                    max(facts.quick.numbers(block), default=parser.last_row) if facts.slow else 0
                )

    def _cells(self, row: RawRow, values: Values) -> tuple[int, Sequence[Value | Mark]]:
        cells: list[Value | Mark] = [None] * (max(row.cells, default=-1) + 1)
        for column, raw in row.cells.items():
            cells[column] = values.read(raw.type, raw.style, raw.formula, raw.value)
        return row.number, cells

    def _finished(
        self, rows: Iterable[tuple[int, Sequence[Value | Mark]]], facts: Facts
    ) -> Iterator[Row]:
        """Rows with addresses where there are marks, and with a mark where a merged range covers a
        cell.
        """
        for number, cells in rows:
            covered = facts.merged.get(number)
            if covered and any(cell is not None for cell in cells):
                wide = [*cells, *[None] * (max(covered) + 1 - len(cells))]
                merged = Mark(Reason.MERGED, None, "")
                cells = [
                    merged if cell is None and column in covered else cell
                    for column, cell in enumerate(wide)
                ]
            places = enumerate(cells)
            known = [
                cell.at(self._address(number, n)) if isinstance(cell, Mark) else cell
                for n, cell in places
            ]
            yield _trimmed(number, known)

    def _address(self, number: int, column: int) -> str:
        return cell_name(self._sheet.name, number, column)

    def _blocks(self) -> Iterator[str]:
        chunks = self._package.chunks(self._sheet.part)
        return blocks(self._path, self._sheet.part, chunks, start="sheetData", end="row")

    @contextmanager
    def _damage(self) -> Iterator[None]:
        try:
            yield
        except expat.ExpatError as error:
            raise damaged(
                self._path, f"the XML of {self._sheet.part} is not whole ({error})"
            ) from None


def _kept(rows: Iterable[Row]) -> Iterator[Row]:
    """Without blank rows, and without what a database's client writes below them."""
    return (row for row in rows if row.cells and (len(row.cells) > 1 or not is_count(row.cells[0])))


def _trimmed(number: int, cells: Sequence[Cell]) -> Row:
    return Row(number, without_end(cells))
