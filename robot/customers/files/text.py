"""A CSV file: its rows, whatever its encoding, separator, line ends and quotes.

Read line by line, never whole.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from robot.customers.files.busy import access, refuse_if_changed, stamp
from robot.customers.files.cells import Cell, Mark
from robot.customers.files.encodings import Encoding, find_encoding, named_encoding
from robot.customers.files.errors import UnreadableFile
from robot.customers.files.table import Row
from robot.customers.files.words import is_count, is_rule, read_texts

SEPARATORS = ";,\t|"
_BREAK = re.compile(r"\r\n|\r|\n")
_END = "\0"  # a line after the last one; NULs are taken out of the file's own lines
_HEAD_LINES = 20


class TextFile:
    """A text file of which encoding, separator and quotes are known.

    Raises UnreadableFile where it cannot be read.
    """

    def __init__(self, path: Path, encoding: str | None = None) -> None:
        self._path = path
        with access(path):
            self._stamp = stamp(path)
            self._encoding = named_encoding(path, encoding) if encoding else find_encoding(path)
            with self._open() as file:
                self.separator, self._above = _separator(file)
        for _ in self._raw():  # to its end: a quote that is left open there refuses the whole file
            pass

    @property
    def encoding(self) -> Encoding:
        return self._encoding

    def rows(self) -> Iterator[Row]:
        """The rows, the headers first; blank ones and decoration left out."""
        with access(self._path):
            refuse_if_changed(self._path, self._stamp)
            for number, raw, swallowed in self._raw():
                cells = self._cells(number, raw)
                if cells:
                    yield Row(number, cells, swallowed)
            refuse_if_changed(self._path, self._stamp)

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

    def _raw(self) -> Iterator[tuple[int, list[str], int]]:
        """The csv module says neither where a cell opens nor that the last is still open: the line
        `_END` tells both.
        """
        csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
        try:
            with access(self._path), self._open() as file:
                for _ in range(self._above):
                    file.readline()
                yield from self._split(
                    csv.reader(_with_end(file), delimiter=self.separator, skipinitialspace=True)
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

    def _split(self, reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str], int]]:
        width, last = 0, self._above
        for cells in reader:
            first, last = last + 1, self._above + reader.line_num  # type: ignore[attr-defined]
            if cells and cells[-1].endswith(_END):
                if cells != [_END]:
                    opened = last - len(_BREAK.findall(cells[-1]))
                    raise UnreadableFile(
                        (
                            f"{self._path.name}: the quote that opens in line {opened} is never"
                            " closed. Nothing was imported."
                        ),
                        "Close it, or take it out, and import again.",
                    )
                return
            if any(cells):
                width = width or len(cells)
                swallowed = (
                    last - first
                    if last > first and _is_swallowing(cells, self.separator, width)
                    else 0
                )
                yield first, cells, swallowed


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
