"""The catalog of a SQL Server: what stands in the robot's schema under names of ours, and what it
allows this login.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import pyodbc

from robot.cells.tables import ALL_TABLES, Kind, RowTable
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
_DIGITS = {"tinyint": 2, "smallint": 4}  # what certainly fits; all others hold our 32 bits
_TWO_BYTES = {"nvarchar", "nchar", "sysname"}

_OBJECTS = """
SELECT o.name, o.type, p.name
FROM sys.objects AS o LEFT JOIN sys.objects AS p ON p.object_id = o.parent_object_id
WHERE o.schema_id = SCHEMA_ID(?) AND o.name IN ({marks})
"""
_COLUMNS = """
SELECT o.name, c.name, TYPE_NAME(c.system_type_id), c.max_length, c.is_nullable,
c.default_object_id, c.is_identity,
    c.is_computed, c.collation_name
FROM sys.columns AS c INNER JOIN sys.objects AS o ON o.object_id = c.object_id
WHERE o.schema_id = SCHEMA_ID(?) AND o.type IN ('U', 'V') AND o.name IN ({marks})
ORDER BY o.name, c.column_id
"""
_INDEXES = """
SELECT o.name, i.name, i.is_unique, c.name, i.has_filter
FROM sys.indexes AS i
INNER JOIN sys.objects AS o ON o.object_id = i.object_id
INNER JOIN sys.index_columns AS x ON x.object_id = i.object_id AND x.index_id = i.index_id
INNER JOIN sys.columns AS c ON c.object_id = x.object_id AND c.column_id = x.column_id
WHERE o.schema_id = SCHEMA_ID(?) AND o.type = 'U' AND o.name IN ({marks})
AND x.key_ordinal > 0 AND i.is_disabled = 0
ORDER BY o.name, i.name, x.key_ordinal
"""
_CHECKS = """
SELECT o.name, k.name, N'the CHECK constraint'
FROM sys.check_constraints AS k INNER JOIN sys.objects AS o ON o.object_id = k.parent_object_id
WHERE o.schema_id = SCHEMA_ID(?) AND o.name IN ({marks}) AND k.is_disabled = 0
"""
_FOREIGN_KEYS = """
SELECT o.name, k.name, N'the foreign key'
FROM sys.foreign_keys AS k INNER JOIN sys.objects AS o ON o.object_id = k.parent_object_id
WHERE o.schema_id = SCHEMA_ID(?) AND o.name IN ({marks}) AND k.is_disabled = 0
"""
_TRIGGERS = """
SELECT o.name, k.name, N'the INSTEAD OF trigger'
FROM sys.triggers AS k INNER JOIN sys.objects AS o ON o.object_id = k.parent_id
WHERE o.schema_id = SCHEMA_ID(?) AND o.name IN ({marks}) AND k.is_disabled = 0
AND k.is_instead_of_trigger = 1
"""
_ALLOWED = "SELECT HAS_PERMS_BY_NAME(?, N'OBJECT', ?)"
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
_KEYS = (
    "id",
    "call_id",
    "identifier",
    "external_id",
    "record_id",
)  # what is compared between tables
_COLLATIONS = """
SELECT o.name, c.name, c.collation_name
FROM sys.columns AS c INNER JOIN sys.objects AS o ON o.object_id = c.object_id
WHERE o.schema_id = SCHEMA_ID(?) AND o.type = 'U' AND c.collation_name IS NOT NULL
AND c.name IN ({marks})
"""
_OWN_COLLATION = "SELECT CAST(DATABASEPROPERTYEX(DB_NAME(), N'Collation') AS NVARCHAR(128))"
_TABLES = tuple(table.name for table in ALL_TABLES)


def _ask(cursor: Any, sql: str, schema: str, names: Sequence[str]) -> list[Any]:
    cursor.execute(sql.format(marks=", ".join("?" * len(names))), schema, *names)
    return list(cursor.fetchall())


def read(cursor: Any, schema: str, constraints: Sequence[str], *, whole: bool) -> Catalog:
    """What stands under our names, and under those of our constraints; `whole`: its indexes and
    rules, too.

    Names compare as the database compares them.
    """
    columns: dict[str, list[StandingColumn]] = defaultdict(list)
    for row in _ask(cursor, _COLUMNS, schema, OUR_NAMES):
        columns[row[0].lower()].append(_column(row[1:]))
    objects = {
        name.lower(): Standing(
            name, _WHAT.get(kind.strip(), "object"), tuple(columns[name.lower()]), parent or ""
        )
        for name, kind, parent in _ask(cursor, _OBJECTS, schema, (*OUR_NAMES, *constraints))
    }
    if not whole:
        return Catalog(objects)
    keys: dict[tuple[str, str, bool, bool], list[str]] = defaultdict(list)
    for table, index, unique, column, filtered in _ask(cursor, _INDEXES, schema, _TABLES):
        keys[table.lower(), index or "", bool(unique), bool(filtered)].append(column.lower())
    indexes = tuple(
        StandingIndex(index, table, tuple(names), unique, partial)
        for (table, index, unique, partial), names in keys.items()
    )
    rules = tuple(
        Rule(name, table.lower(), what)
        for sql in (_CHECKS, _FOREIGN_KEYS, _TRIGGERS)
        for table, name, what in _ask(cursor, sql, schema, _TABLES)
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
    found = []
    for table, right in wanted:
        cursor.execute(_ALLOWED, f"[{schema}].[{table}]", right)
        if cursor.fetchone()[0] == 0:
            found.append((table, right))
    return found


class Collations:
    """The collations of the columns by which tables are compared, and the database's own."""

    def __init__(self, cursor: Any, schema: str) -> None:
        found = _ask(cursor, _COLLATIONS, schema, _KEYS)
        self._of = {(table.lower(), column.lower()): str(name) for table, column, name in found}
        ((own,),) = cursor.execute(_OWN_COLLATION).fetchall()
        self._own = str(own)

    def of_key(self, table: RowTable) -> str:
        """That of the table's key, where it is another than the database's, which the staging table
        has.
        """
        found = self._of.get((table.name, table.key), "")
        return found if found != self._own else ""

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
