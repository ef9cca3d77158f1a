"""A CSV file: its rows, whatever its encoding, separator, line ends and quotes.

Read line by line, never whole.
"""

from __future__ import annotations

import csv
import re
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, islice, repeat, zip_longest
from pathlib import Path
from typing import NamedTuple, TextIO

from robot.customers.files.busy import access, refuse_if_changed, stamp
from robot.customers.files.cells import Cell, Mark
from robot.customers.files.encodings import CODE_PAGES, Encoding, find_encoding, named_encoding
from robot.customers.files.errors import UnreadableFile
from robot.customers.files.table import Row, without_end
from robot.customers.files.words import are_plain, is_count, is_rule, read_texts

SEPARATORS = ";,\t|"
_BREAK = re.compile(r"\r\n|\r|\n")
_END = "\0"  # a line after the last one; NULs are taken out of the file's own lines
_HEAD_LINES = 20
_SIZES = (500, 16, 1)  # lines that share one look, and where it fails
_CHUNK = 1 << 20
_WITH_ASCII = {"utf-8", "utf-8-sig", "ascii", *CODE_PAGES}  # a quote is a byte of its own


class Parcel(NamedTuple):
    """Filled lines of the file as the csv module gives them. `swallowed`: by number, see `Row`."""

    numbers: Sequence[int]
    lines: Sequence[list[str]]
    swallowed: Mapping[int, int]

    def cut(self, size: int) -> Iterator[Parcel]:
        """The same in pieces."""
        for start in range(0, len(self.lines), size):
            places = slice(start, start + size)
            yield Parcel(self.numbers[places], self.lines[places], self.swallowed)


class Look(NamedTuple):
    """What the bytes of a file tell ahead.

    `quoted`: there may be quotes. `whole`: its lines are as they should be: no NUL, the last ended.
    """

    quoted: bool = True
    whole: bool = False


class TextFile:
    """A text file of which encoding, separator and quotes are known.

    Raises UnreadableFile where it cannot be read.
    """

    def __init__(self, path: Path, encoding: str | None = None) -> None:
        self._path = path
        self._plain: set[tuple[int, int]] = set()  # parcels that are, by first line and length
        with access(path):
            self._stamp = stamp(path)
            self._encoding = named_encoding(path, encoding) if encoding else find_encoding(path)
            with self._open() as file:
                self.separator, self._above = _separator(file)
            self._look = self._looked()
        if self._look.quoted:
            # to its end: a quote that is left open there refuses the whole file
            deque(self._parcels(), maxlen=0)

    @property
    def encoding(self) -> Encoding:
        return self._encoding

    def rows(self) -> Iterator[Row]:
        """The rows, the headers first; blank ones and decoration left out."""
        with access(self._path):
            refuse_if_changed(self._path, self._stamp)
            for parcel in self._parcels():
                yield from self._rows(parcel)
            refuse_if_changed(self._path, self._stamp)

    def _rows(self, parcel: Parcel) -> Iterable[Row]:
        """Many at once where each cell is what it is; otherwise fewer, in the end each alone."""
        first = parcel.numbers[0]
        which = (first, len(parcel.lines))
        if which in self._plain or are_plain([*chain.from_iterable(parcel.lines)]):
            if len(parcel.lines) > 1:
                self._plain.add(which)
            return _plain_rows(parcel)
        for size in _SIZES:
            if size < len(parcel.lines):
                return chain.from_iterable(map(self._rows, parcel.cut(size)))
        cells = self._cells(first, parcel.lines[0])
        return [Row(first, cells, parcel.swallowed.get(first, 0))] if cells else []

    def _cells(self, number: int, raw: list[str]) -> tuple[Cell, ...]:
        read = read_texts(raw)
        while read and read[-1] is None:
            read.pop()
        if len(read) == 1 and is_count(read[0]):
            return ()
        if Mark in map(type, read):
            places = enumerate(read, 1)
            return tuple(
                c.at(f"line {number}, column {n}") if isinstance(c, Mark) else c for n, c in places
            )
        return tuple(read)  # type: ignore[arg-type]

    def _open(self) -> TextIO:
        return self._path.open(
            encoding=self._encoding.codec, errors=self._encoding.errors, newline=""
        )

    def _looked(self) -> Look:
        if self._encoding.codec not in _WITH_ASCII:
            return Look()
        quoted, whole, last = False, True, b""
        with self._path.open("rb") as file:
            for chunk in iter(partial(file.read, _CHUNK), b""):
                quoted = quoted or b'"' in chunk
                whole = whole and b"\0" not in chunk
                last = chunk[-1:]
        return Look(quoted, whole and last in (b"\r", b"\n"))

    def _parcels(self) -> Iterator[Parcel]:
        """The csv module says neither where a cell opens nor that the last is still open: the line
        `_END` tells both.
        """
        csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
        try:
            with access(self._path), self._open() as file:
                for _ in range(self._above):
                    file.readline()
                lines = chain(file, [_END]) if self._look.whole else _with_end(file)
                reader = csv.reader(lines, delimiter=self.separator, skipinitialspace=True)
                yield from (
                    self._with_quotes(reader) if self._look.quoted else self._without_quotes(reader)
                )
        except csv.Error as error:
            raise UnreadableFile(
                f"{self._path.name}: it cannot be read as CSV ({error}).", "Save it again as CSV."
            ) from None
        except UnicodeError:
            raise UnreadableFile(
                f"{self._path.name}: it cannot be read as {self._encoding.codec}.",
                "Save it again as CSV UTF-8.",
            ) from None

    def _without_quotes(self, reader: Iterator[list[str]]) -> Iterator[Parcel]:
        """Each line of the file is one."""
        number = self._above + 1
        while lines := [*islice(reader, _SIZES[0])]:
            numbers: Sequence[int] = range(number, number + len(lines))
            number += len(lines)
            if lines[-1] == [_END]:
                lines.pop()
            if not all(map(any, lines)):
                filled = [
                    (n, cells) for n, cells in zip(numbers, lines, strict=False) if any(cells)
                ]
                numbers, lines = [n for n, _ in filled], [cells for _, cells in filled]
            if lines:
                yield Parcel(numbers, lines, {})

    def _with_quotes(self, reader: Iterator[list[str]]) -> Iterator[Parcel]:
        width, last = 0, self._above
        while read := [(cells, reader.line_num) for cells in islice(reader, _SIZES[0])]:  # type: ignore[attr-defined]
            if self._is_end(read[-1][0], self._above + read[-1][1]):
                read.pop()
            numbers, lines, swallowed = [], [], {}
            for cells, line in read:
                first, last = last + 1, self._above + line
                if any(cells):
                    width = width or len(cells)
                    numbers.append(first)
                    lines.append(cells)
                    if last > first and _is_swallowing(cells, self.separator, width):
                        swallowed[first] = last - first
            if lines:
                yield Parcel(numbers, lines, swallowed)

    def _is_end(self, cells: Sequence[str], line: int) -> bool:
        """Whether this is the line behind the last one. Raises UnreadableFile inside a quote."""
        if not cells or not cells[-1].endswith(_END):
            return False
        if cells == [_END]:
            return True
        opened = line - len(_BREAK.findall(cells[-1]))
        raise UnreadableFile(
            f"{self._path.name}: the quote that opens in line {opened} is never closed."
            " Nothing was imported.",
            "Close it, or take it out, and import again.",
        )


def _plain_rows(parcel: Parcel) -> Iterable[Row]:
    """Of lines in which each cell is what it is, or is empty."""
    columns = [
        [text or None for text in column] for column in zip_longest(*parcel.lines, fillvalue="")
    ]
    cells: Iterable[tuple[Cell, ...]] = zip(*columns, strict=True)
    swallowed = (
        [parcel.swallowed.get(number, 0) for number in parcel.numbers]
        if parcel.swallowed
        else repeat(0)
    )
    if len(columns) > 1 and None not in columns[-1]:
        return map(Row, parcel.numbers, cells, swallowed)
    rows = map(Row, parcel.numbers, map(without_end, cells), swallowed)
    return (row for row in rows if len(row.cells) > 1 or not is_count(row.cells[0]))


def _separator(file: TextIO) -> tuple[str, int]:
    """The separator, and how many lines to leave out: `sep=;` is Excel's own."""
    head = file.readline()
    if head.lower().startswith("sep=") and len(head.strip()) == 5:
        return head.strip()[4], 1
    for _ in range(_HEAD_LINES):
        if not head or (head.strip() and not is_rule(head.strip())):
            break
        head = file.readline()
    return max(SEPARATORS, key=lambda sign: _outside_quotes(head).count(sign)), 0


def _with_end(file: TextIO) -> Iterator[str]:
    for line in file:
        text = line.replace(_END, "")
        yield text if text.endswith(("\r", "\n")) else f"{text}\n"
    yield _END


def _is_swallowing(cells: Sequence[str], separator: str, width: int) -> bool:
    """Of a line that stands in several of the file: whether a quote seems to have met that of
    another line.

    One cell then holds the end of a line and the separators of the next, or, where every cell is in
    quotes, the rest of the other line stands beyond the headers.
    """
    return any(separator in cell and _BREAK.search(cell) for cell in cells) or any(
        cell.strip() for cell in cells[width:]
    )


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])
