"""The catalog of a SQL Server: what stands in the robot's schema under names of ours, and what it
allows this login.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import pyodbc

from robot.cells.tables import Kind, RowTable
from robot.database.catalog import Catalog, Rule, Standing, StandingColumn, StandingIndex
from robot.database.engine import Place
from robot.database.scripts import OUR_NAMES
from robot.database.sqlserver_lock import last_row

log = logging.getLogger(__name__)

_WHAT = {
    "U": "table", "V": "view", "SN": "synonym", "P": "procedure", "PC": "procedure",
    "FN": "function", "IF": "function",
    "TF": "function", "FS": "function", "FT": "function", "TR": "trigger", "SO": "sequence",
    "PK": "constraint",
    "UQ": "constraint", "F": "constraint", "C": "constraint", "D": "constraint",
}  # fmt: skip
_KINDS = {
    **dict.fromkeys(
        ("nvarchar", "nchar", "varchar", "char", "ntext", "text", "sysname"), Kind.TEXT
    ),
    **dict.fromkeys(("int", "bigint", "smallint", "tinyint", "decimal", "numeric"), Kind.INTEGER),
    **dict.fromkeys(
        ("datetime", "datetime2", "smalldatetime", "datetimeoffset", "date"), Kind.DATETIME
    ),
    "bit": Kind.BOOLEAN,
}
_WITH_COLUMNS = {"U", "V"}
_DIGITS = {"tinyint": 2, "smallint": 4}  # what certainly fits; all others hold our 32 bits
_TWO_BYTES = {"nvarchar", "nchar", "sysname"}

# The views of a catalog are asked one by one, and put together here: to join them takes seconds on
# a server whose views are made of other views (benchmarks/sqlserver_prepare.py).
_OBJECTS = """
SELECT o.object_id, o.name, o.type, OBJECT_NAME(o.parent_object_id)
FROM sys.objects AS o WHERE o.schema_id = SCHEMA_ID(?) AND o.name IN ({marks})
"""
_COLUMNS = """
SELECT c.object_id, c.column_id, c.name, TYPE_NAME(c.system_type_id), c.max_length, c.is_nullable,
    c.default_object_id, c.is_identity, c.is_computed, c.collation_name
FROM sys.columns AS c WHERE c.object_id IN ({marks}) ORDER BY c.object_id, c.column_id
"""
_INDEXES = """
SELECT i.object_id, i.index_id, i.name, i.is_unique, i.has_filter
FROM sys.indexes AS i WHERE i.object_id IN ({marks}) AND i.is_disabled = 0
"""
_INDEX_COLUMNS = """
SELECT x.object_id, x.index_id, x.column_id
FROM sys.index_columns AS x WHERE x.object_id IN ({marks}) AND x.key_ordinal > 0
ORDER BY x.object_id, x.index_id, x.key_ordinal
"""
_CHECKS = """
SELECT k.parent_object_id, k.name, N'the CHECK constraint'
FROM sys.check_constraints AS k WHERE k.parent_object_id IN ({marks}) AND k.is_disabled = 0
"""
_FOREIGN_KEYS = """
SELECT k.parent_object_id, k.name, N'the foreign key'
FROM sys.foreign_keys AS k WHERE k.parent_object_id IN ({marks}) AND k.is_disabled = 0
"""
_TRIGGERS = """
SELECT k.parent_id, k.name, N'the INSTEAD OF trigger'
FROM sys.triggers AS k
WHERE k.parent_id IN ({marks}) AND k.is_disabled = 0 AND k.is_instead_of_trigger = 1
"""
_ALLOWED = "HAS_PERMS_BY_NAME(?, N'OBJECT', ?)"
_ABOUT = """
SELECT
    CAST(SERVERPROPERTY(N'ProductVersion') AS NVARCHAR(128)),
    CAST(SERVERPROPERTY(N'Edition') AS NVARCHAR(128)),
    CAST(DATABASEPROPERTYEX(DB_NAME(), N'Collation') AS NVARCHAR(128))
"""
_OLDEST = 13  # SQL Server 2016
_STANDING = """
SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = ?
AND TABLE_TYPE = N'BASE TABLE'
"""
_OWN_COLLATION = "SELECT CAST(DATABASEPROPERTYEX(DB_NAME(), N'Collation') AS NVARCHAR(128))"


def _ask(cursor: Any, sql: str, of: Sequence[int | str], *before: str) -> list[Any]:
    if not of:
        return []
    cursor.execute(sql.format(marks=", ".join("?" * len(of))), *before, *of)
    return list(cursor.fetchall())


def read(cursor: Any, schema: str, constraints: Sequence[str], *, whole: bool) -> Catalog:
    """What stands under our names, and under those of our constraints; `whole`: its indexes and
    rules, too.

    Names compare as the database compares them.
    """
    found = _ask(cursor, _OBJECTS, (*OUR_NAMES, *constraints), schema)
    wide = [number for number, _, kind, _ in found if kind.strip() in _WITH_COLUMNS]
    columns: dict[int, list[StandingColumn]] = defaultdict(list)
    names: dict[tuple[int, int], str] = {}
    for number, place, *row in _ask(cursor, _COLUMNS, wide):
        columns[number].append(_column(row))
        names[number, place] = str(row[0]).lower()
    objects = {
        name.lower(): Standing(
            name, _WHAT.get(kind.strip(), "object"), tuple(columns[number]), parent or ""
        )
        for number, name, kind, parent in found
    }
    if not whole:
        return Catalog(objects)
    tables = {number: name.lower() for number, name, kind, _ in found if kind.strip() == "U"}
    keys: dict[tuple[int, int], list[str]] = defaultdict(list)
    for number, index, place in _ask(cursor, _INDEX_COLUMNS, tuple(tables)):
        keys[number, index].append(names[number, place])
    indexes = tuple(
        StandingIndex(
            name or "", tables[number], tuple(keys[number, index]), bool(unique), bool(filtered)
        )
        for number, index, name, unique, filtered in _ask(cursor, _INDEXES, tuple(tables))
        if (number, index) in keys
    )
    rules = tuple(
        Rule(name, tables[number], what)
        for sql in (_CHECKS, _FOREIGN_KEYS, _TRIGGERS)
        for number, name, what in _ask(cursor, sql, tuple(tables))
    )
    return Catalog(objects, indexes, rules)


def _column(row: Sequence[Any]) -> StandingColumn:
    name, type_name, length, nullable, default, identity, computed, collation = row
    type_name = str(type_name).lower()
    kind = _KINDS.get(type_name)
    width = None
    if kind is Kind.TEXT and length > 0 and type_name not in {"ntext", "text"}:
        width = length // 2 if type_name in _TWO_BYTES else length
    return StandingColumn(
        name=str(name),
        type=f"{type_name.upper()}({width})" if width else type_name.upper(),
        kind=kind,
        width=_DIGITS.get(type_name, width),
        nullable=bool(nullable),
        default=bool(default),
        generated=bool(identity) or bool(computed),
        collation=collation,
    )


def denied(cursor: Any, schema: str, wanted: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Of (table, right) those that this login has not."""
    if not wanted:
        return []
    asked = [word for table, right in wanted for word in (f"[{schema}].[{table}]", right)]
    row = cursor.execute(f"SELECT {', '.join([_ALLOWED] * len(wanted))}", *asked).fetchone()
    return [each for each, allowed in zip(wanted, row, strict=True) if allowed == 0]


class Collations:
    """The collations of the columns, and the database's own."""

    def __init__(self, cursor: Any, schema: str) -> None:
        self._of = {
            (table, column.name.lower()): column.collation
            for table, standing in read(cursor, schema, (), whole=False).objects.items()
            for column in standing.columns
            if column.collation is not None
        }
        ((own,),) = cursor.execute(_OWN_COLLATION).fetchall()
        self._own = str(own)

    def of_key(self, table: RowTable) -> tuple[tuple[str, str], ...]:
        """Those of the key's columns that have another than the database's, which the staging table
        has: name and collation.
        """
        found = ((name, self._of.get((table.name, name))) for name in table.key)
        return tuple((name, each) for name, each in found if each and each != self._own)

    def compared(self, left: Place, right: Place) -> str:
        """What stands behind the right one of two columns that are compared."""
        of_left, of_right = (self._of.get(place) for place in (left, right))
        return f" COLLATE {of_left}" if of_left and of_right and of_left != of_right else ""


def tables(cursor: Any, schema: str) -> set[str]:
    """Lower-case names of the tables that stand."""
    return {str(name).lower() for (name,) in cursor.execute(_STANDING, schema).fetchall()}


def about(connection: pyodbc.Connection, name: str) -> str:
    """Server and driver in words; warns of a server that is too old."""
    version, edition, collation = last_row(connection.cursor().execute(_ABOUT))
    driver = (
        f"{connection.getinfo(pyodbc.SQL_DRIVER_NAME)} {connection.getinfo(pyodbc.SQL_DRIVER_VER)}"
    )
    if int(str(version).split(".")[0]) < _OLDEST:
        log.warning(
            "%s has version %s; the robot is made for SQL Server 2016 (13.0) and later.",
            name,
            version,
        )
    return f"version {version}, {edition}, collation {collation}; driver {driver}"
