"""Many lines of a file at once, column by column: what they say where all cells are plain.

A line with any other cell (two phones, a document without its zeros, a number that lost digits) is
None here, and is left to `read_client`, which knows every writing. Both give the same row, to the
last digit of its hash (tests/customers/test_quick_lines.py). Justified by benchmarks/files.py.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest
from typing import NamedTuple

from robot.cells.json_text import digest, dump
from robot.cells.rows import Row
from robot.cells.tables import CLIENTS
from robot.customers import quick_cells as quick
from robot.customers.headers import Layout
from robot.customers.merging import identity
from robot.customers.quick_cells import ODD, Found, Texts
from robot.customers.row_cells import is_scientific

_NAMES = CLIENTS.row_names
SURE = {  # so many characters fit in any case: an emoji takes two units
    column.name: (column.width or 2**31) // 2 for column in CLIENTS.row_columns
}
# no date or boolean may stand there
_TYPED = {"external_id", "name", "cpf", "phones", "ddd", "status"}
_MOST_KEPT = 10_000  # texts of `extra` that are remembered

Lines = Sequence[Sequence[object]]


class Line(NamedTuple):
    """What a line says of a client.

    `row`: his row if he is new. `phones`: by column of the file, several joined by `;`. `identity`
    tells two lines apart, as that of `Read` does.
    """

    key: str
    row: Row
    phones: tuple[str | None, ...]
    identity: int


class QuickLines:
    """Reads the lines of files with this layout."""

    def __init__(self, of: Layout) -> None:
        self._of = of
        self._width = len(of.columns)
        self._places: dict[str, list[int]] = {}
        for place, column in enumerate(of.columns):
            if column is not None:
                self._places.setdefault(column, []).append(place)
        self._kept = [(of.labels[place], place) for place in of.unknown_places]
        self._extras: dict[tuple[str, ...], str | None] = {}

    def read(self, lines: Lines) -> list[Line | None]:
        """A line each; None where it is not plain."""
        if not lines:
            return []
        cells = self._columns(lines)
        texts = [
            quick.texts_of(column, typed=name in _TYPED) if place not in self._of.ignored else ()
            for place, (name, column) in enumerate(zip(self._of.columns, cells, strict=True))
        ]
        by_column = [self._phones(place, texts) for place in self._places.get("phones", ())]
        numbers = [*zip(*by_column, strict=True)] if by_column else [()] * len(lines)
        found = {name: self._values(name, cells, texts) for name in self._places}
        if self._of.key_is_document:
            keys = quick.documents(texts[self._places["external_id"][0]])
            found["external_id"] = found["cpf"] = [key or ODD for key in keys]
        found["phones"] = [*map(_joined, numbers)]
        found["extra"] = self._extra(texts, len(lines))
        nothing: Found = [None] * len(lines)
        columns = [found.get(name, nothing) for name in _NAMES]
        odd = self._odd(lines, texts).union(*(_odd_places(column) for column in columns))
        rows = [Row(cells, digest(cells)) for cells in zip(*columns, strict=True)]
        identities = map(identity, zip(*columns, strict=True), numbers)
        plain: list[Line | None] = [*map(Line, columns[0], rows, numbers, identities)]  # type: ignore[arg-type]
        for n in odd:
            plain[n] = None
        return plain

    def _odd(self, lines: Lines, texts: Sequence[Texts]) -> set[int]:
        """The lines that are too long, or hold an area code that is none."""
        odd = {n for n, line in enumerate(lines) if len(line) > self._width}
        for place in self._places.get("ddd", ()):
            odd.update(
                n for n, text in enumerate(texts[place]) if text == ODD or is_scientific(text)
            )
        return odd

    def _columns(self, lines: Lines) -> Lines:
        """The cells of each column; those beyond the headers are left out."""
        columns = [*zip_longest(*lines)][: self._width]
        return columns + [(None,) * len(lines)] * (self._width - len(columns))

    def _values(
        self, name: str, cells: Sequence[Sequence[object]], texts: Sequence[Texts]
    ) -> Found:
        places = self._places[name]
        first = texts[places[0]]
        if name == "external_id":
            return quick.keys(first, SURE[name])
        if name == "cpf":
            return quick.documents(
                first if len(places) == 1 else [*map(_only, *(texts[n] for n in places))]
            )
        if name == "open_amount":
            return quick.amounts(cells[places[0]], first)
        if name == "uf":
            return quick.states(first)
        if name in {"address", "notes"} and len(places) > 1:
            between = ", " if name == "address" else "\n"
            several = zip(*(texts[place] for place in places), strict=True)
            first = [
                ODD if ODD in parts else between.join(filter(None, parts)) for parts in several
            ]
        return [] if name in {"phones", "ddd"} else quick.short(first, SURE[name])

    def _phones(self, place: int, texts: Sequence[Texts]) -> Found:
        """The numbers of one column, with area codes of another where there is one."""
        area = self._of.areas[place] if self._of.areas else None
        if area is None:
            return quick.phones(texts[place])
        return quick.phones([*map(_with_area, texts[area], texts[place])])

    def _extra(self, texts: Sequence[Texts], count: int) -> Found:
        """What has no column of its own, as JSON."""
        if not self._kept:
            return [None] * count
        known = self._extras
        found: Found = []
        for parts in zip(*(texts[place] for _, place in self._kept), strict=True):
            if parts not in known:
                if len(known) >= _MOST_KEPT:
                    known.clear()
                known[parts] = self._dumped(parts)
            found.append(known[parts])
        return found

    def _dumped(self, parts: tuple[str, ...]) -> str | None:
        if ODD in parts:
            return ODD
        kept = {label: text for (label, _), text in zip(self._kept, parts, strict=True) if text}
        return dump(kept) if kept else None


def _odd_places(column: Found) -> list[int]:
    return [n for n, value in enumerate(column) if value == ODD] if ODD in column else []


def _joined(numbers: tuple[str | None, ...]) -> str | None:
    if ODD in numbers:
        return ODD
    found = [*filter(None, numbers)]
    text = ";".join(found)
    if len(found) > 1:
        text = ";".join(dict.fromkeys(text.split(";")))
    return (text or None) if len(text) <= SURE["phones"] else ODD


def _only(*texts: str) -> str:
    """The one text of several columns of which a line fills one."""
    found = [*filter(None, texts)]
    return "".join(found) if len(found) < 2 else ODD


def _with_area(area: str, text: str) -> str:
    return f"({area}) {text}" if area and len(re.sub(r"\D", "", text)) in {8, 9} else text
