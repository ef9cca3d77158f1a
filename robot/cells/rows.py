"""A row: a record after the normalizer, ready for its table. And the tables that rows fill."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeAlias

from robot.cells.columns import Column, Table, text
from robot.cells.values import Cell

CONTENT_DIGITS = 20  # of a row_hash that are compared
_OLD_DIGITS = 32  # of the version before: behind the content's digits stand the record's


class Row(NamedTuple):
    """The cells of a row, in the order of its table's `row_columns`, and two hashes.

    `hash` tells the content: an upsert writes only where it differs. `record_hash` tells the record
    as received, its first character the version of its form: where it is the same, the record need
    not be normalized. None where it cannot be told so.
    """

    cells: tuple[Cell, ...]
    hash: str
    record_hash: str | None = None


class StoredHash(NamedTuple):
    """The hashes of a row as the database holds them."""

    hash: str | None
    record_hash: str | None = None

    def has(self, row: Row) -> bool:
        """Whether the database holds the content of this row."""
        return self.hash is not None and self.hash[:CONTENT_DIGITS] == row.hash[:CONTENT_DIGITS]

    def is_of(self, record_hash: str) -> bool:
        """Whether the row was made of the record with this hash.

        The version before kept the record's digits at the end of the content's; its form is 1.
        """
        if self.hash is None:  # it is to be written again
            return False
        if self.record_hash is None and len(self.hash) == _OLD_DIGITS:
            return self.hash[CONTENT_DIGITS:] == record_hash[1:]
        return self.record_hash == record_hash


# what the database holds of a window: by table of a family, the parent first, key → hashes
Known: TypeAlias = tuple[dict[str, StoredHash], ...]


@dataclass(frozen=True)
class RowTable(Table):
    """A table that normalizers fill.

    `key`: the columns that find a row again. `owner`: those that hold the key of the row that this
    one belongs to; empty: it belongs to itself. `traced`: it keeps the hash of the record. The
    database layer writes the `stamps`.
    """

    key: tuple[str, ...] = ("id",)
    owner: tuple[str, ...] = ()
    traced: bool = False
    stamps: tuple[str, str] = ("created_at", "updated_at")

    @cached_property
    def row_columns(self) -> tuple[Column, ...]:
        """What a normalizer fills, in order: all but the identity, the stamps and the hashes."""
        generated = {self.identity, *self.stamps, *self.hash_names}
        return tuple(column for column in self.columns if column.name not in generated)

    @cached_property
    def row_names(self) -> tuple[str, ...]:
        """The names of `row_columns`, in order."""
        return tuple(column.name for column in self.row_columns)

    @cached_property
    def hash_names(self) -> tuple[str, ...]:
        """The columns of the hashes."""
        return ("row_hash", "record_hash") if self.traced else ("row_hash",)

    @cached_property
    def written_columns(self) -> tuple[Column, ...]:
        """What is written of a row: its cells, then its hashes."""
        return (*self.row_columns, *(self[name] for name in self.hash_names))

    @cached_property
    def written_names(self) -> tuple[str, ...]:
        """The names of `written_columns`, in order."""
        return (*self.row_names, *self.hash_names)

    def written(self, row: Row) -> tuple[Cell, ...]:
        """The cells of `written_columns`."""
        if self.traced:
            return (*row.cells, row.hash, row.record_hash)
        return (*row.cells, row.hash)

    @cached_property
    def key_columns(self) -> tuple[Column, ...]:
        return tuple(self[name] for name in self.key)

    @cached_property
    def owner_names(self) -> tuple[str, ...]:
        """The columns that hold the key of the row that a row belongs to."""
        return self.owner or self.key

    @cached_property
    def _key_places(self) -> tuple[int, ...]:
        return tuple(self._places[name] for name in self.key)

    @cached_property
    def _owner_places(self) -> tuple[int, ...]:
        return tuple(self._places[name] for name in self.owner_names)

    def key_cells(self, row: Row) -> tuple[Cell, ...]:
        """The cells of the key."""
        return tuple(row.cells[place] for place in self._key_places)

    def key_of(self, row: Row) -> str:
        """The key of a row as one text."""
        places = self._key_places
        if len(places) == 1:
            return str(row.cells[places[0]])
        return key_text([row.cells[place] for place in places])

    def owner_of(self, row: Row) -> str:
        """The key of the row that this one belongs to, as one text."""
        places = self._owner_places
        if len(places) == 1:
            return str(row.cells[places[0]])
        return key_text([row.cells[place] for place in places])

    def cell(self, row: Row, name: str) -> Cell:
        """The cell of one column."""
        return row.cells[self._places[name]]

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.row_names)}

    def named(self, row: Row) -> dict[str, Cell]:
        """The cells by the names of their columns."""
        return dict(zip(self.row_names, row.cells, strict=True))


@dataclass(frozen=True)
class Family:
    """Tables whose rows are stored together: a parent with one row a record, and children with any
    number of rows for each of its rows, in the columns of whose `owner` the parent's key stands.

    `moment` is the parent's column by which windows are cut (None: they are cut otherwise, and
    nothing is known of a window before it is read), `campaign` the one that says whose a row is.
    """

    parent: RowTable
    moment: str | None
    campaign: str | None
    children: tuple[RowTable, ...] = ()

    @property
    def tables(self) -> tuple[RowTable, ...]:
        """All of them, the parent first: the order in which rows are stored."""
        return (self.parent, *self.children)


def key_text(cells: Sequence[object]) -> str:
    """The cells of a key as one text, from which `key_parts` finds them again."""
    if len(cells) == 1:
        return str(cells[0])
    return "|".join(str(cell).replace("\\", "\\\\").replace("|", "\\|") for cell in cells)


def key_parts(key: str, columns: int) -> tuple[str, ...]:
    """The texts of which a key of so many columns is made."""
    if columns == 1:
        return (key,)
    parts = [""]
    signs = iter(key)
    for sign in signs:
        if sign == "|":
            parts.append("")
        else:
            parts[-1] += next(signs, "") if sign == "\\" else sign
    return tuple(parts)


def hash_columns(*, traced: bool = False) -> tuple[Column, ...]:
    """The columns of the hashes; a traced table keeps the record's, too."""
    return (text("row_hash", 32), text("record_hash", 32)) if traced else (text("row_hash", 32),)
