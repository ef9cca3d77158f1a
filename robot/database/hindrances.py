"""What a DBA added to our tables, or changed of them, that may keep rows out: seen before a row
meets it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from robot.cells.rows import Row, RowTable
from robot.cells.tables import ALL_TABLES, Column, Kind, Table
from robot.cells.utf16 import fits
from robot.database.catalog import Catalog, Standing, StandingColumn, StandingIndex
from robot.database.engine import Engine
from robot.database.scripts import constraints, made_by

_WRITTEN = ("SELECT", "INSERT", "UPDATE")
_EMPTIED = {"robot_state", "days_given_up"}  # rows of these are deleted, too


@dataclass(frozen=True)
class Hindrance:
    """`hard`: no row can be stored. `soft`: rows that it refuses are rejected. Otherwise a note."""

    table: str
    text: str
    hard: bool = False
    soft: bool = False


def found_in(catalog: Catalog, engine: Engine) -> list[Hindrance]:
    """Of all tables of ours that stand, the worst first."""
    found: list[Hindrance] = []
    scripts = engine.scripts()
    names = set(constraints(scripts))
    for table in ALL_TABLES:
        standing = catalog.table(table.name)
        if standing is None:
            continue
        name = f"{engine.place}{table.name}"
        found += [*_columns(table, standing, name), *_collation(table, standing, name)]
        allowed = {
            index.columns
            for _, text in scripts
            for index in made_by(text).indexes
            if index.table == table.name
        }
        found += [
            Hindrance(
                table.name,
                f"the unique index {index.name} of {name} ({', '.join(index.columns)})",
                soft=True,
            )
            for index in catalog.indexes
            if index.table == table.name and _refuses(index, table, allowed)
        ]
        found += [
            Hindrance(table.name, f"{rule.what} {rule.name} of {name}")
            for rule in catalog.rules
            if rule.table == table.name and rule.name.lower() not in names
        ]
    return sorted(found, key=lambda each: (not each.hard, not each.soft))


def _collation(table: Table, standing: Standing, name: str) -> Iterator[Hindrance]:
    """The tables are joined all the same; but it decides which ids are one."""
    if not isinstance(table, RowTable):
        return
    other = standing.column("row_hash")
    if other is None:
        return
    for column in table.key_columns:
        key = standing.column(column.name)
        if column.kind is not Kind.TEXT or key is None or key.collation == other.collation:
            continue
        text = (
            f"the collation {key.collation} of the key {name}.{column.name} (its other columns:"
            f" {other.collation})"
        )
        yield Hindrance(table.name, text)


def denied_to(engine: Engine, catalog: Catalog) -> list[Hindrance]:
    """The rights on our tables that this login has not."""
    tables = [table.name for table in ALL_TABLES if catalog.table(table.name) is not None]
    wanted = [(table, right) for table in tables for right in _WRITTEN]
    wanted += [(table, "DELETE") for table in tables if table in _EMPTIED]
    return [
        Hindrance(
            table, f"this login has not the right to {right} on {engine.place}{table}", hard=True
        )
        for table, right in engine.denied(wanted)
    ]


def too_narrow_for(catalog: Catalog, table: RowTable, row: Row) -> str:
    """The columns that a DBA made narrower than this row's values, in words; empty where there are
    none.

    Before 2019 a server says that a value is too long, and not of which column.
    """
    standing = catalog.table(table.name)
    narrow = [
        f"{column.name} is {found.type}"
        for column, cell in zip(table.row_columns, row.cells, strict=True)
        if standing is not None
        and (found := standing.column(column.name)) is not None
        and isinstance(cell, str)
        and _narrower(column, found)
        and not fits(cell, found.width or 0)
    ]
    return f" ({', '.join(narrow)})" if narrow else ""


def _columns(table: Table, standing: Standing, name: str) -> Iterator[Hindrance]:
    ours = {column.name.lower(): column for column in table.columns}
    for found in standing.columns:
        where = f"the column {name}.{found.name}"
        column = ours.get(found.name.lower())
        if column is None:
            if not found.nullable and not found.default and not found.generated:
                text = f"{where}, which is not the robot's, must not be NULL and has no default"
                yield Hindrance(table.name, text, hard=True)
        elif found.generated and column.name != table.identity:
            yield Hindrance(
                table.name, f"{where} is computed or numbered by the database", hard=True
            )
        elif _other_kind(column, found):
            text = f"{where} is {found.type or 'of no type'}, the robot's is {column.sql_type}"
            yield Hindrance(table.name, text, soft=True)
        elif _narrower(column, found):
            text = f"{where} is {found.type}, narrower than the robot's {column.sql_type}"
            yield Hindrance(table.name, text, soft=True)
        elif (
            isinstance(table, RowTable)
            and not found.nullable
            and column.name not in {*table.key, table.identity}
        ):
            yield Hindrance(table.name, f"{where} must not be NULL, the robot's may", soft=True)


def _other_kind(column: Column, found: StandingColumn) -> bool:
    numbers = {Kind.INTEGER, Kind.BOOLEAN}
    return found.kind is not column.kind and not {found.kind, column.kind} <= numbers


def _narrower(column: Column, found: StandingColumn) -> bool:
    if column.kind is Kind.INTEGER:
        return found.kind is Kind.BOOLEAN or found.width is not None
    return (
        column.kind is Kind.TEXT
        and found.width is not None
        and (column.width is None or found.width < column.width)
    )


def _refuses(index: StandingIndex, table: Table, allowed: set[tuple[str, ...]]) -> bool:
    """Whether a unique index asks more of the rows than our keys do."""
    if not index.unique:
        return False
    keys = [set(table.primary_key), {"job", "payload_hash"}, *map(set, allowed)]
    if isinstance(table, RowTable):
        keys.append(set(table.key))
    if table.identity:
        keys.append({table.identity})
    return not any(key <= set(index.columns) for key in keys)
