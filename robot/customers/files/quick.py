"""Rows of a sheet by one pattern for all the cells of a row, column by column. What does not fit is
left to expat.

Justified by benchmarks/files.py: expat calls Python five times for each cell, this a few times for
each column of a block.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress

from robot.customers.files.blocks import is_sound, unescape
from robot.customers.files.cells import Mark, Value
from robot.customers.files.places import column_letters, place
from robot.customers.files.values import Values

_WIDEST = 200  # columns of a pattern
_ATTRIBUTE = re.compile(r' ([\w:]+)="([^"]*)"')
_ATTRIBUTES = re.compile(rf"(?:{_ATTRIBUTE.pattern})* ?")
_TEXTS = frozenset({"str", "inlineStr"})


class QuickRows:
    """A pattern for rows with names, in which the cells stand in order. `p`: the prefix of the
    elements' names.

    `width`: how many columns the rows have that were seen.
    """

    def __init__(self, p: str) -> None:
        self._p = p
        self._column_of = re.compile(rf'<{p}c r="([A-Z]{{1,3}}[0-9]{{1,7}})"')
        self._number_of = re.compile(rf'<{p}row r="([0-9]+)"')
        self._hidden = re.compile(rf'<{p}row [^<>]*\bhidden="(?:1|true)"')
        self._widen(1)

    def fits(self, block: str) -> bool:
        """Whether the pattern reads the block from its first letter to its last: then it is
        well-formed, too.

        Learns how many columns there are: first every block is asked, then those that fit are read.
        """
        if not self._sound.fullmatch(block):
            names = self._column_of.findall(block)
            with suppress(ValueError):
                widest = max((place(name)[1] + 1 for name in names), default=0)
                if self.width < widest <= _WIDEST:
                    self._widen(widest)
                    return self._sound.fullmatch(block) is not None and is_sound(block)
            return False
        return is_sound(block)

    def numbers(self, block: str) -> Iterator[int]:
        """The numbers of its rows."""
        return map(int, self._number_of.findall(block))

    def hidden_rows(self, block: str) -> int:
        """How many of its rows Excel does not show, in any block."""
        return len(self._hidden.findall(block)) if 'hidden="' in block else 0

    def filled_rows(self, block: str) -> int:
        """How many of its rows hold a value. All of them, where no element is empty."""
        end = f"</{self._p}row>"
        if "/>" not in block and f"></{self._p}" not in block:
            return block.count(end)
        return sum(f"<{self._p}v>" in row or f"<{self._p}t" in row for row in block.split(end))

    def columns(self, block: str, values: Values) -> tuple[Iterator[int], list[list[Value | Mark]]]:
        """The numbers of its rows, and the cells of each column."""
        has_formulas = f"<{self._p}f" in block
        pattern = self._with_formulas if has_formulas else self._plain
        parts = list(zip(*pattern.findall(block), strict=True))
        if has_formulas:
            columns = [
                _column(parts[n], parts[n + 1], parts[n + 2], values)
                for n in range(1, len(parts), 3)
            ]
        else:
            columns = [
                _column(parts[n], None, parts[n + 1], values) for n in range(1, len(parts), 2)
            ]
        return map(int, parts[0]) if parts else iter(()), columns

    def _widen(self, columns: int) -> None:
        p, f = self._p, rf"<{self._p}f[^<>/]*+(?:/>|>[^<]*+</{self._p}f>)"
        value = rf"(?:<{p}v>[^<]*+</{p}v>|<{p}v ?/>|<{p}is><{p}t[^<>/]*+>[^<]*+</{p}t></{p}is>)?+"
        found = (
            rf"(?:(?:<{p}v>|<{p}is><{p}t[^<>/]*+>)([^<]*+)(?:</{p}v>|</{p}t></{p}is>)|<{p}v ?/>)?+"
        )
        attributes = "[^<>/]*+"
        self.width = columns
        self._sound = re.compile(f"(?:{_row(p, columns, attributes, f'(?:{f})?+{value}')})*+")
        self._plain = re.compile(_row(p, columns, f"({attributes})", found))
        self._with_formulas = re.compile(_row(p, columns, f"({attributes})", f"({f})?+{found}"))


def _column(
    attributes: Sequence[str], formulas: Sequence[str] | None, texts: Sequence[str], values: Values
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
    """The type and the style of a cell.

    One that stands between broken attributes has a type that nothing reads.
    """
    if not _ATTRIBUTES.fullmatch(attributes):
        return "?", ""
    found = dict(_ATTRIBUTE.findall(attributes))
    return found.get("t", "n"), found.get("s", "")


def _formula(element: str) -> str | None:
    return unescape(re.sub(r"<[^<>]*>", "", element)) if element else None


def _row(p: str, columns: int, attributes: str, content: str) -> str:
    """A row, its number in the first group, and in it a cell for each column, or none."""
    cells = "".join(
        rf'(?:<{p}c r="{column_letters(n)}\1"{attributes}(?:/>|>{content}</{p}c>))?+'
        for n in range(columns)
    )
    return rf'<{p}row r="([0-9]{{1,7}})"[^<>/]*+(?:/>|>{cells}</{p}row>)'
