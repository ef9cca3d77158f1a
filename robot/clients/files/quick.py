"""Rows of a sheet by one pattern for all the cells of a row, column by column. What it does not know it leaves to expat.

Justified by benchmarks/files.py: expat calls Python five times for each cell, this a few times for each column of a block.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from robot.clients.files.blocks import unescape
from robot.clients.files.cells import Mark, Value
from robot.clients.files.places import column_letters
from robot.clients.files.values import Values

_WIDEST = 200  # columns of a pattern
_ATTRIBUTE = re.compile(r' ([\w:]+)="([^"]*)"')
_ATTRIBUTES = re.compile(rf"(?:{_ATTRIBUTE.pattern})* ?")
_TEXTS = frozenset({"str", "inlineStr"})


def sound_rows(p: str) -> str:
    """A pattern for rows that are well-formed, and whose numbers stand where `QuickRows` looks for them."""
    formula = rf"(?:<{p}f[^<>/]*+(?:/>|>[^<]*+</{p}f>))?+"
    value = rf"(?:<{p}v>[^<]*+</{p}v>|<{p}v ?/>|<{p}is><{p}t[^<>/]*+>[^<]*+</{p}t></{p}is>)?+"
    cell = rf"<{p}c [^<>/]*+(?:/>|>{formula}{value}</{p}c>)"
    return rf'(?:<{p}row r="[0-9]{{1,7}}"[^<>/]*+(?:/>|>(?:{cell})*+</{p}row>))*+'


class QuickRows:
    """Reads blocks that fit `sound_rows`. `p`: the prefix of the elements' names. `columns`: how many a row usually has."""

    def __init__(self, p: str, columns: int, values: Values) -> None:
        self._p = p
        self._values = values
        self._patterns = [_row_pattern(p, max(1, min(columns, _WIDEST)), formulas=formulas) for formulas in (False, True)]

    def read(self, block: str) -> QuickBlock:
        """The rows of a block."""
        has_formulas = f"<{self._p}f" in block
        v = self._values
        found: list[tuple[str, ...]] = self._patterns[has_formulas].findall(block)
        parts = list(zip(*(row for row in found if not row[-1]), strict=True))
        columns = [
            _column(parts[n], parts[n + 2] if has_formulas else parts[n + 1], parts[n + 1] if has_formulas else None, v)
            for n in range(1, len(parts) - 1, 3 if has_formulas else 2)
        ]
        is_whole = len(parts) > 0 and len(parts[0]) == len(found)
        return QuickBlock(map(int, parts[0]) if parts else iter(()), columns, [] if is_whole else [row[-1] for row in found])


class QuickBlock(NamedTuple):
    """Numbers and columns of the rows that the pattern reads whole.

    `others`: where there are rows that it does not, the XML of each in its place among the rest, "" for one that it does.
    """

    numbers: Iterator[int]
    columns: list[list[Value | Mark]]
    others: list[str]


def _column(
    attributes: Sequence[str], texts: Sequence[str], formulas: Sequence[str] | None, values: Values
) -> list[Value | Mark]:
    kinds = set(attributes)
    if "" in kinds and not any(text for a, text in zip(attributes, texts, strict=True) if not a):
        kinds.discard("")  # of cells that are not there
    if len(kinds) == 1 and not (formulas and any(formulas)):
        kind, style = _kind(kinds.pop())
        return values.column(kind, style, [*map(unescape, texts)] if kind in _TEXTS else texts)
    read = {a: _kind(a) for a in kinds | {""}}
    return [
        values.read(*read[a], _formula(f), unescape(text)) if f or text else None
        for a, text, f in zip(attributes, texts, formulas or [""] * len(texts), strict=True)
    ]


def _kind(attributes: str) -> tuple[str, str]:
    """The type and the style of a cell. One that stands between broken attributes has a type that nothing reads."""
    if not _ATTRIBUTES.fullmatch(attributes):
        return "?", ""
    found = dict(_ATTRIBUTE.findall(attributes))
    return found.get("t", "n"), found.get("s", "")


def _formula(element: str) -> str | None:
    return unescape(re.sub(r"<[^<>]*>", "", element)) if element else None


def _row_pattern(p: str, columns: int, *, formulas: bool) -> re.Pattern[str]:
    formula = rf"(<{p}f[^<>/]*+(?:/>|>[^<]*+</{p}f>))?+" if formulas else ""
    value = rf"(?:(?:<{p}v>|<{p}is><{p}t[^<>/]*+>)([^<]*+)(?:</{p}v>|</{p}t></{p}is>)|<{p}v ?/>)?+"
    cells = "".join(
        rf'(?:<{p}c r="{column_letters(n)}\1"([^<>/]*+)(?:/>|>{formula}{value}</{p}c>))?+' for n in range(columns)
    )
    row = rf'<{p}row r="([0-9]+)"[^<>/]*+(?:/>|>{cells}</{p}row>)'
    return re.compile(rf"{row}|(<{p}row (?:[^<>/]|/(?!>))*+(?:/>|>.*?</{p}row>))", re.DOTALL)
