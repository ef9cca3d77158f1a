"""What a line says of a client, joined with what is stored of him: a row, and what it changes.

Silence changes nothing: a column that the file does not have, and a cell that is empty, leave what
is stored. Where the operator asks for it an empty cell erases, but never a status that protects.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from robot.cells.json_text import digest, dump
from robot.cells.rows import Row
from robot.cells.tables import CLIENTS
from robot.cells.utf16 import cut, fits
from robot.cells.values import Cell
from robot.customers.headers import Layout
from robot.customers.row_cells import Refused

UNDIALLED = "phones that cannot be dialled"  # in `extra`, as they are written
_EXTRA = len(CLIENTS.row_columns) - 1
_TARGETS = CLIENTS.row_columns[:_EXTRA]
_WIDTHS = tuple((column.name, column.width) for column in _TARGETS)
_NEVER_ERASED = {"external_id", "name"}


class Change(Enum):
    """What became of a value of one column."""

    FILLED = "filled"
    CHANGED = "changed"
    LEFT = "left alone"
    ERASED = "erased"


@dataclass(frozen=True)
class Read:
    """What one line says: only the values that it holds.

    `phones`: for each column of phones its numbers, None where the cell is empty. `kept`: for
    `extra`, by header. `whole`: values that their column cannot hold whole. `has_street`: whether
    an address is one, and not only a city.
    """

    key: str
    values: Mapping[str, str]
    phones: tuple[tuple[str, ...] | None, ...] = ()
    kept: Mapping[str, str] = field(default_factory=dict)
    whole: Mapping[str, str] = field(default_factory=dict)
    zeros: int = 0
    has_street: bool = True

    @property
    def identity(self) -> int:
        """Tells two lines of one file apart, within one process."""
        cells = {**self.values, "external_id": self.key, "phones": joined_phones(self.phones)}
        kept = {**self.kept, **self.whole}
        said = (*(cells.get(name) for name, _ in _WIDTHS), dump(kept) if kept else None)
        return identity(said, [None if found is None else ";".join(found) for found in self.phones])


def identity(said: tuple[Cell, ...], phones: Iterable[str | None]) -> int:
    """Of a row without its hash, and the phones by their columns.

    A number: it is kept for each line of a file.
    """
    return hash((said, tuple(phones)))


def joined_phones(phones: Iterable[tuple[str, ...] | None]) -> str | None:
    """The numbers of all columns, each once."""
    return ";".join(dict.fromkeys(number for found in phones for number in found or ())) or None


@dataclass(frozen=True)
class Stored:
    """A client as the table has him: his cells by column, and `extra` taken apart."""

    cells: Mapping[str, str]
    extra: Mapping[str, object]

    @classmethod
    def of(cls, row: Row) -> Stored:
        found = {
            column.name: str(cell)
            for column, cell in zip(_TARGETS, row.cells, strict=False)
            if cell is not None and str(cell) != ""
        }
        return cls(found, _extra_of(row.cells[_EXTRA]))


@dataclass(frozen=True)
class Merged:
    """A client's row. `overflows`: values kept in `extra`
    for want of room.

    `changes`: what became of a known client's columns; of a new one every value is filled.
    """

    row: Row
    overflows: int = 0
    changes: Mapping[str, Change] = field(default_factory=dict)


def merge(
    of: Layout,
    read: Read,
    stored: Stored | None = None,
    *,
    erase: bool = False,
    protects: Callable[[str], bool] = lambda _: False,
) -> Merged:
    """The row.

    `erase`: an empty cell empties; `protects`: of a status. Raises Refused for a new client without
    a name.
    """
    if stored is None:
        return _new(of, read)
    before = stored.cells
    extra: dict[str, object] = dict(stored.extra)
    wanted = dict(read.values)
    wanted["external_id"] = read.key
    if phones := _phones(read, before.get("phones", ""), erase=erase):
        wanted["phones"] = ";".join(phones)
    _keep_composed(read, before, wanted, extra)
    if "name" not in wanted and "name" not in before:
        raise _nameless(of)
    gone = _erased(of, before, wanted, protects) if erase else frozenset()
    for name in (*wanted, *gone):
        extra.pop(name, None)
    if any(read.phones) or "phones" in gone:
        extra.pop(UNDIALLED, None)
    if erase:
        _erase_extra(of, read, extra)
    row, overflows = _cells({**before, **wanted}, gone, extra)
    row.append(_with_extra(read, extra))
    changes = _changes(before, row, wanted, gone)
    if extra != stored.extra:
        changes["extra"] = Change.CHANGED
    return Merged(Row(tuple(row), digest(row)), overflows + len(read.whole), changes)


def _new(of: Layout, read: Read) -> Merged:
    """The row of somebody who is not stored: whatever it holds is filled."""
    if "name" not in read.values:
        raise _nameless(of)
    wanted = {**read.values, "external_id": read.key}
    if phones := joined_phones(read.phones):
        wanted["phones"] = phones
    extra: dict[str, object] = {}
    row, overflows = _cells(wanted, frozenset(), extra)
    row.append(_with_extra(read, extra))
    return Merged(Row(tuple(row), digest(row)), overflows + len(read.whole))


def _nameless(of: Layout) -> Refused:
    return Refused(
        "the client has no name", of.columns.index("name") if "name" in of.columns else None
    )


def _cells(
    wanted: Mapping[str, str], gone: frozenset[str], extra: dict[str, object]
) -> tuple[list[Cell], int]:
    """The cells without `extra` and hash; what does not fit is kept in `extra`, and counted."""
    row: list[Cell] = []
    overflows = 0
    for name, width in _WIDTHS:
        text = None if name in gone else wanted.get(name)
        if text is not None and not fits(text, width):
            extra[name] = text
            overflows += 1
            text = cut(text, width)
        row.append(text or None)
    return row, overflows


def _with_extra(read: Read, extra: dict[str, object]) -> str | None:
    extra.update(read.kept)
    extra.update(read.whole)
    return dump(extra) if extra else None


def _phones(read: Read, stored: str, *, erase: bool) -> list[str]:
    """The line's numbers; those stored in the place of an empty cell, and beyond the file's
    columns, stay.

    A client's first phone is that of the file's first column, and so on.
    """
    if not any(read.phones):
        return []
    if (
        joined_phones(read.phones) == stored
    ):  # the same again: no empty cell may put them into another order
        return stored.split(";")
    there = [number for number in stored.split(";") if number]
    found: list[str] = []
    for place, numbers in enumerate(read.phones):
        if numbers is not None:
            found += numbers
        elif not erase:
            found += there[place : place + 1]
    found += there[len(read.phones) :]
    return list(dict.fromkeys(found))


def _keep_composed(
    read: Read, before: Mapping[str, str], wanted: dict[str, str], extra: dict[str, object]
) -> None:
    """A value that is made of several columns stays whole where the line holds a part of it."""
    for name in ("address", "notes"):
        new, old = wanted.get(name), before.get(name)
        if not new or not old or new == old:
            continue
        if new in old:
            del wanted[name]
        elif name == "address" and not read.has_street and re.search(r", |\d", old):
            del wanted[name]
            extra["address (a part)"] = new


def _erased(
    of: Layout,
    before: Mapping[str, str],
    wanted: Mapping[str, str],
    protects: Callable[[str], bool],
) -> frozenset[str]:
    """The columns that the file has, the line leaves empty, and the table fills."""
    empty = set(filter(None, of.columns)) & set(before) - set(wanted) - _NEVER_ERASED
    if "status" in empty and protects(before["status"]):
        empty.discard("status")
    return frozenset(empty)


def _erase_extra(of: Layout, read: Read, extra: dict[str, object]) -> None:
    for place in of.unknown_places:
        if (label := of.labels[place]) not in read.kept:
            extra.pop(label, None)


def _changes(
    before: Mapping[str, str], row: Sequence[Cell], wanted: Mapping[str, str], gone: frozenset[str]
) -> dict[str, Change]:
    changes: dict[str, Change] = {}
    for target, cell in zip(_TARGETS, row, strict=False):
        name = target.name
        old = before.get(name)
        if name in gone:
            changes[name] = Change.ERASED
        elif old is None:
            if cell is not None:
                changes[name] = Change.FILLED
        elif cell != old:
            changes[name] = Change.CHANGED
        elif name not in wanted:
            changes[name] = Change.LEFT
    return changes


def _extra_of(cell: object) -> dict[str, object]:
    if not cell:
        return {}
    try:
        found = json.loads(str(cell))
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"extra": str(cell)}
