"""Whose the tables are: before anything is changed, each name of ours is looked at. Somebody else's
is left as it is.

A table is the robot's, or the one of the specification's robot, which is taken over, when it has
its key and at least three quarters of the columns; a view when it has the columns of ours.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from robot.cells.tables import (
    ALL_TABLES,
    CALLS,
    CLIENTS,
    DIALER_EXPORT_ITEMS,
    DIALER_EXPORT_REQUESTS,
    DIALER_EXPORTS,
    MAILING_DATA,
    SCHEMA_VERSIONS,
    Kind,
    RowTable,
    Table,
)
from robot.database.catalog import Catalog, Standing, StandingIndex
from robot.database.scripts import VIEW, Index, constraints, made_by, part_of, pieces

_SHARE = 0.75
# columns; those behind them are added
_BY_THE_SPEC = {"calls": 66, "mailing_data": 24, "execution_logs": 12}
_VIEW_COLUMNS = {
    "export_id",
    "campaign_id",
    "list_id",
    "contacts",
    "sent",
    "dialled",
    "answered",
    "converted",
}
_SHOWN = 6
_PREFIX = 26  # of an index's name: a server that has no longer ones ends it in a way of its own

_EXPORTS = {table.name for table in (DIALER_EXPORTS, DIALER_EXPORT_ITEMS, DIALER_EXPORT_REQUESTS)}
_APART = {
    "calls": {CALLS.name, MAILING_DATA.name},
    "clients_import": {CLIENTS.name},
    "dialer_export": {CALLS.name, MAILING_DATA.name, CLIENTS.name, VIEW, *_EXPORTS},
}
_COMMON = {table.name for table in ALL_TABLES} - set().union(*_APART.values())


def needed_by(job: str | None) -> set[str]:
    """The names that a job cannot do without; of no job in particular: what every job needs."""
    return _COMMON | _APART.get(job or "", set())


@dataclass(frozen=True)
class Survey:
    """What stands, and whose it is. `foreign`: our names that are not ours to use, with the reason
    of each; also those that are not made, since only jobs need them that need one of the others,
    too.

    `due`: scripts that this database has not seen, without what touches a foreign name. `in_part`:
    the names of those that lack something for that, so that they are not done with it.
    """

    catalog: Catalog
    foreign: dict[str, str] = field(default_factory=dict)
    due: tuple[tuple[str, str], ...] = ()
    in_part: frozenset[str] = frozenset()

    @property
    def ours(self) -> bool:
        """Whether a robot was here before."""
        return (
            self.catalog.table(SCHEMA_VERSIONS.name) is not None
            and SCHEMA_VERSIONS.name not in self.foreign
        )

    def obstacle(self, job: str | None) -> str:
        """Why the job cannot run on this database; empty when it can."""
        return "; ".join(
            dict.fromkeys(why for name, why in self.foreign.items() if name in needed_by(job))
        )


def survey(
    catalog: Catalog, scripts: Sequence[tuple[str, str]], applied: Collection[str], place: str
) -> Survey:
    """Judge what stands.

    `place` is what stands before a table's name in words: `dbo.`, or nothing.
    """
    strangers = _foreign(catalog, scripts, place)
    able = {
        name
        for job in _APART
        if strangers.keys().isdisjoint(needed_by(job))
        for name in needed_by(job)
    }
    foreign = dict(strangers)
    left = [(name, text) for name, text in scripts if name not in applied]
    parts: dict[str, str] = {}
    for name, text in scripts if strangers else ():
        part = part_of(text, lambda piece: made_by(piece).names <= able)
        if len(pieces(part)) < len(pieces(text)):
            parts[name] = part
            unmade = (
                made_by(text).objects
                - made_by(part).objects
                - foreign.keys()
                - catalog.objects.keys()
            )
            foreign.update({each: _in_the_way_of(each, strangers) for each in sorted(unmade)})
    if not any(_lacks(catalog, parts[name]) for name, _ in left if name in parts):
        # all that can be made of these stands
        left = [(name, text) for name, text in left if name not in parts]
    due = [(name, parts.get(name, text)) for name, text in left]
    due = [each for each in due if each[0] not in parts or made_by(each[1]).names]
    return Survey(catalog, foreign, tuple(due), frozenset(parts))


def _in_the_way_of(name: str, strangers: dict[str, str]) -> str:
    """Why no job that needs this name can run."""
    with_it = (
        why
        for known, why in strangers.items()
        if any({known, name} <= needed_by(job) for job in _APART)
    )
    return next(with_it, next(iter(strangers.values())))


def _lacks(catalog: Catalog, part: str) -> bool:
    """Whether anything does not stand that this part of a script makes, and that a job cannot do
    without.
    """
    made = made_by(part)
    unique = [index for index in made.indexes if index.unique]
    columns = [(catalog.table(table), column) for table, column in made.columns]
    return (
        not made.objects <= catalog.objects.keys()
        or any(
            all(each.table != index.table for each in _alike(index, catalog)) for index in unique
        )
        or any(table is not None and table.column(column) is None for table, column in columns)
    )


def _foreign(catalog: Catalog, scripts: Sequence[tuple[str, str]], place: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for table in ALL_TABLES:
        standing = catalog.objects.get(table.name)
        if standing is not None and (why := _not_ours(standing, table)):
            found[table.name] = (
                f"{place}{standing.name} {why}{_left_there(table, catalog, scripts)}"
            )
    view = catalog.objects.get(VIEW)
    shown = {column.name.lower() for column in view.columns} if view is not None else set()
    if view is not None and (view.what != "view" or (shown and not shown >= _VIEW_COLUMNS)):
        found[VIEW] = f"{place}{view.name} is {_a(view.what)} of another program"
    for name, table_name in constraints(scripts).items():
        standing = catalog.objects.get(name)
        if (
            standing is not None
            and table_name not in catalog.objects
            and standing.parent.lower() != table_name
        ):
            of = f" of {place}{standing.parent}" if standing.parent else ""
            found.setdefault(
                table_name,
                (
                    f"{place}{table_name} cannot be made: its {name} is the name of"
                    f" {_a(standing.what)}{of}"
                ),
            )
    for index in (index for _, text in scripts for index in made_by(text).indexes):
        if index.unique and index.table not in found and (taken := _taken(index, catalog)):
            found[index.table] = f"{place}{index.table} cannot have its index {index.name}: {taken}"
    return found


def _left_there(table: Table, catalog: Catalog, scripts: Sequence[tuple[str, str]]) -> str:
    """The robot's earlier versions put their index on the table before they looked whose it is."""
    made = {
        index.name
        for _, text in scripts
        for index in made_by(text).indexes
        if index.table == table.name
    }
    standing = [each.name.lower() for each in catalog.indexes if each.table == table.name]
    left = sorted(
        name for name in made if any(each.startswith(name[:_PREFIX]) for each in standing)
    )
    return (
        f" (an earlier robot put its index {', '.join(left)} on it: let it be dropped)"
        if left
        else ""
    )


def _a(what: str) -> str:
    return f"{'an' if what[0] in 'aeiou' else 'a'} {what}"


def _not_ours(standing: Standing, table: Table) -> str:
    if standing.what != "table":
        return f"is {_a(standing.what)}, not a table of the robot's"
    key = standing.column(table.key[0] if isinstance(table, RowTable) else table.primary_key[0])
    columns = {column.name.lower() for column in standing.columns}
    wanted = table.column_names[: _BY_THE_SPEC.get(table.name)]
    lacks = [name for name in wanted if name.lower() not in columns]
    if key is None or len(lacks) > len(wanted) * (1 - _SHARE):
        shown = ", ".join(lacks[:_SHOWN]) + (
            f" and {len(lacks) - _SHOWN} more" if len(lacks) > _SHOWN else ""
        )
        return f"is a table of another program: it lacks the robot's columns {shown}"
    if (key.kind is Kind.TEXT) != (table[key.name.lower()].kind is Kind.TEXT):
        return (
            f"is a table of another program: its {key.name} is {key.type}, the robot's"
            f" {table[key.name.lower()].sql_type}"
        )
    return ""


def _alike(index: Index, catalog: Catalog) -> list[StandingIndex]:
    """The indexes that bear the name, whichever their table."""
    return [each for each in catalog.indexes if each.name.lower().startswith(index.name[:_PREFIX])]


def _taken(index: Index, catalog: Catalog) -> str:
    """Who has the index's name, where it is not ours; empty when nobody has, or ours stands."""
    alike = _alike(index, catalog)
    own = [each for each in alike if each.table == index.table]
    if any(each.unique and not each.partial and each.columns == index.columns for each in own):
        return ""
    if own:
        kind = "" if own[0].unique else "not "
        return f"the one that bears its name is {kind}unique, on {', '.join(own[0].columns)}"
    if catalog.one_space:
        return next(
            (
                f"{each.table} has one of this name"
                for each in alike
                if each.name.lower() == index.name
            ),
            "",
        )
    return ""
