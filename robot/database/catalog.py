"""What stands in a database under names of ours, as data.

The engines read it; `ownership` and `hindrances` judge it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from robot.cells.tables import Kind


@dataclass(frozen=True)
class StandingColumn:
    """A column as the database has it.

    `kind`: what it may hold; None: nothing of ours. `width`: None = unlimited.
    """

    name: str
    type: str
    kind: Kind | None
    width: int | None = None
    nullable: bool = True
    default: bool = False
    generated: bool = False  # an identity, or computed: not to be written
    collation: str | None = None


@dataclass(frozen=True)
class Standing:
    """An object of one of our names: `what` is a table, a view, a synonym … `parent`: the table of
    a constraint.
    """

    name: str
    what: str
    columns: tuple[StandingColumn, ...] = ()
    parent: str = ""

    def column(self, name: str) -> StandingColumn | None:
        return next(
            (column for column in self.columns if column.name.lower() == name.lower()), None
        )


@dataclass(frozen=True)
class StandingIndex:
    """An index with its key columns, in order."""

    name: str
    table: str
    columns: tuple[str, ...]
    unique: bool
    partial: bool = False  # it has a filter


@dataclass(frozen=True)
class Rule:
    """What else of a table may refuse a row: a CHECK, a foreign key, an INSTEAD OF trigger.

    `what` names it in words.
    """

    name: str
    table: str
    what: str


@dataclass(frozen=True)
class Catalog:
    """All of it. Names of tables are in lower case, so that they can be looked up by ours."""

    objects: dict[str, Standing] = field(default_factory=dict)
    indexes: tuple[StandingIndex, ...] = ()
    rules: tuple[Rule, ...] = ()
    one_space: bool = False  # an index's name is taken for the whole database, not for its table

    def without(self, names: Collection[str]) -> Catalog:
        """The same without these objects, which are somebody else's."""
        kept = {name: standing for name, standing in self.objects.items() if name not in names}
        return replace(self, objects=kept)

    def table(self, name: str) -> Standing | None:
        """The table of this name; None when there is none, or something else bears it."""
        found = self.objects.get(name)
        return found if found is not None and found.what == "table" else None
