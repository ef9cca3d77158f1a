"""The catalog of a SQLite file: what stands in it under names of ours.

Names of indexes are one space for the whole file.
"""

from __future__ import annotations

import re
import sqlite3

from robot.cells.tables import ALL_TABLES, Kind
from robot.database.catalog import Catalog, Rule, Standing, StandingColumn, StandingIndex
from robot.database.scripts import OUR_NAMES

_OBJECTS = "SELECT type, name FROM sqlite_master WHERE type IN ('table', 'view', 'index')"
_INDEXES = """
SELECT m.tbl_name, i.name, i."unique", i.partial, group_concat(x.name)
FROM sqlite_master AS m
JOIN pragma_index_list(m.tbl_name) AS i
JOIN pragma_index_info(i.name) AS x
WHERE m.type = 'table'
GROUP BY m.tbl_name, i.name, i."unique", i.partial
"""
_COLUMNS = 'SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?)'
_TEXT = re.compile(r"CHAR|CLOB|TEXT", re.IGNORECASE)
_CHECK = re.compile(r"\bCHECK\s*\(", re.IGNORECASE)
_TABLES = {table.name for table in ALL_TABLES}


def read(connection: sqlite3.Connection) -> Catalog:
    """Everything under our names; every index of the file."""
    found = connection.execute(_OBJECTS).fetchall()
    objects = {
        name.lower(): Standing(name, kind, _columns(connection, name))
        for kind, name in found
        if name.lower() in OUR_NAMES
    }
    indexes = tuple(
        StandingIndex(
            name, table.lower(), tuple(str(columns).lower().split(",")), bool(unique), bool(partial)
        )
        for table, name, unique, partial, columns in connection.execute(_INDEXES).fetchall()
    )
    return Catalog(objects, indexes, tuple(_rules(connection)), one_space=True)


def _columns(connection: sqlite3.Connection, table: str) -> tuple[StandingColumn, ...]:
    try:
        rows = connection.execute(_COLUMNS, (table,)).fetchall()
    except sqlite3.OperationalError:  # a view over a table that is gone
        return ()
    return tuple(
        StandingColumn(
            name=name,
            type=kind,
            kind=_kind(kind),
            nullable=not required,
            default=default is not None,
            generated=hidden != 0 or bool(key and kind.upper() == "INTEGER"),
        )
        for name, kind, required, default, key, hidden in rows
    )


def _kind(declared: str) -> Kind | None:
    """By the declared type: SQLite itself holds anything anywhere."""
    if _TEXT.search(declared):
        return Kind.TEXT
    if "INT" in declared.upper():
        return Kind.INTEGER
    if declared.upper().startswith("DATE"):
        return Kind.DATETIME
    return Kind.BOOLEAN if declared.upper().startswith("BIT") else None


def _rules(connection: sqlite3.Connection) -> list[Rule]:
    rules = []
    for kind, name, table, sql in connection.execute(
        "SELECT type, name, tbl_name, sql FROM sqlite_master"
    ).fetchall():
        if table.lower() not in _TABLES:
            continue
        if kind == "table" and _CHECK.search(str(sql)):
            rules.append(Rule(name, table.lower(), "a CHECK constraint of the table"))
    return rules
