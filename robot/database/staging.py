"""How rows reach a SQL Server: into a session's #table by `fast_executemany`, and from there into
the table.

pyodbc reserves, for each cell of a chunk, as many bytes as `setinputsizes` says: an NVARCHAR(MAX)
that it has to describe for itself costs 2 GB a cell, and one of size 0 is streamed cell by cell,
which is slow. So each column is given the width that this chunk needs, and the few rows with a long
text travel apart, streamed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from operator import itemgetter
from typing import TypeAlias

from robot.cells.tables import CONTENT_DIGITS, Column, Kind, RowTable
from robot.database.engine import Cell, Row
from robot.database.scripts import STANDARD_SCHEMA, quoted

SQL_BIT = -7
SQL_INTEGER = 4
SQL_WVARCHAR = -9
SQL_TYPE_TIMESTAMP = 93

CHUNK_ROWS = 1000
_LONG = 1000  # characters in an NVARCHAR(MAX) cell from which on its row is streamed
_STREAMED = 0
_LETTERS = "Latin1_General_BIN2"  # compares letter by letter; every SQL Server has it

InputSize: TypeAlias = tuple[int, int, int]

# DATETIME's own precision; whole seconds pass through it unchanged, whatever the driver and the
# session's DATEFORMAT
_FIXED: dict[Kind, InputSize] = {
    Kind.INTEGER: (SQL_INTEGER, 10, 0),
    Kind.BOOLEAN: (SQL_BIT, 1, 0),
    Kind.DATETIME: (SQL_TYPE_TIMESTAMP, 23, 3),
}


def staging_name(table: RowTable) -> str:
    """The name of the session's own table for rows on their way to `table`."""
    return f"#robot_{table.name}"


@cache
def make_or_empty(table: RowTable) -> str:
    """One batch: the staging table made when the session has none yet, emptied when it has one.

    Its texts have the collation of the database, not of tempdb, so that it can be joined. To be run
    without parameters: a #table that a prepared statement makes is gone when the statement ends.
    Without an index: see `chunks`.
    """
    columns = ", ".join(
        f"[{column.name}] {column.sql_type}{_collation(column)} NULL"
        for column in table.row_columns
    )
    name = staging_name(table)
    return (
        f"IF OBJECT_ID(N'tempdb..{name}') IS NULL CREATE TABLE {name} ({columns}) ELSE TRUNCATE"
        f" TABLE {name}"
    )


def _collation(column: Column) -> str:
    return " COLLATE DATABASE_DEFAULT" if column.kind is Kind.TEXT else ""


def _same(table: RowTable, collation: str) -> str:
    """That the key of t and of s are one: for t's index, which its collation rules, and to the
    letter.
    """
    key = f"[{table.key}]"
    return (
        f"t.{key} = s.{key}{_stated(collation)} AND t.{key} COLLATE {_LETTERS} = s.{key}"
        f" COLLATE {_LETTERS}"
    )


def _stated(collation: str) -> str:
    """The table's collation, where it is another than the database's: two that differ cannot be
    compared (468).
    """
    return f" COLLATE {collation}" if collation else ""


@cache
def fill(table: RowTable) -> str:
    """The INSERT into the staging table, one row a parameter set."""
    names = ", ".join(f"[{name}]" for name in table.row_names)
    return (
        f"INSERT INTO {staging_name(table)} ({names}) VALUES"
        f" ({', '.join('?' * len(table.row_names))})"
    )


@cache
def count(table: RowTable) -> str:
    """How many rows are staged."""
    return f"SELECT COUNT(*) FROM {staging_name(table)}"


@cache
def insert(table: RowTable, schema: str = STANDARD_SCHEMA, collation: str = "") -> str:
    """One batch with the moment as its parameter: the staged rows that the table lacks.

    Its result is the number of rows, by @@ROWCOUNT: a trigger on the table cannot falsify it.
    UPDLOCK and HOLDLOCK keep each key, also one that is not there yet, from other writers until
    COMMIT. The loop join seeks each staged key: a plan that scans the table would lock the whole of
    it.

    A key that only the collation takes for another's (`a1` and `A1`) never overwrites the other's
    row: its INSERT fails, see `clashes`.
    """
    target = f"{quoted(schema)}.{table.name}"
    names = ", ".join(f"[{name}]" for name in (*table.row_names, *table.stamps))
    values = ", ".join(f"s.[{name}]" for name in table.row_names)
    return _counted(f"""
INSERT INTO {target} ({names})
SELECT {values}, @now, @now FROM {staging_name(table)} AS s
WHERE NOT EXISTS (SELECT 1 FROM {target} AS t WITH (UPDLOCK, HOLDLOCK) WHERE {
        _same(table, collation)
    })
OPTION (LOOP JOIN)""")


@cache
def update(table: RowTable, schema: str = STANDARD_SCHEMA, collation: str = "") -> str:
    """The rows whose content differs take the staged cells. As `insert` in all the rest."""
    names = [name for name in table.row_names if name != table.key]
    sets = ", ".join(f"[{name}] = s.[{name}]" for name in names)
    target = f"{quoted(schema)}.{table.name}"
    return _counted(f"""
UPDATE t SET {sets}, [{table.stamps[1]}] = @now
FROM {staging_name(table)} AS s INNER LOOP JOIN {target} AS t WITH (UPDLOCK, HOLDLOCK)
ON {_same(table, collation)}
WHERE t.row_hash IS NULL
    OR LEFT(t.row_hash, {CONTENT_DIGITS}) COLLATE {_LETTERS} <> LEFT(s.row_hash,
    {CONTENT_DIGITS}) COLLATE {_LETTERS}""")


def _counted(statement: str) -> str:
    return f"""
SET NOCOUNT ON;
DECLARE @now DATETIME = ?, @rows INT;{statement};
SET @rows = @@ROWCOUNT;
SELECT @rows;
"""


@cache
def clashes(table: RowTable, schema: str = STANDARD_SCHEMA, collation: str = "") -> str:
    """The staged keys that the collation takes for another row's, in the table or in the staging
    table itself.
    """
    key, staged, target = f"[{table.key}]", staging_name(table), f"{quoted(schema)}.{table.name}"
    stated = _stated(collation)
    return f"""
SELECT s.{key} FROM {staged} AS s
WHERE NOT EXISTS (SELECT 1 FROM {target} AS t WHERE {_same(table, collation)})
AND (
    EXISTS (SELECT 1 FROM {target} AS t WHERE t.{key} = s.{key}{stated})
    OR EXISTS (
        SELECT 1 FROM {staged} AS o
        WHERE o.{key} = s.{key}{stated} AND o.{key} COLLATE {_LETTERS} < s.{key} COLLATE {_LETTERS}
    )
)
"""


def chunks(
    table: RowTable, rows: Sequence[Row], size: int | None = None
) -> Iterator[tuple[list[InputSize], list[Row]]]:
    """The rows in parcels for `executemany`, each with its complete `setinputsizes`; rows with long
    texts come last.

    Each kind in the order of its keys, in which a scan of the staging table then meets them:
    writers of overlapping batches take their locks in one order, and wait for each other; where
    they deadlock after all, the batch is repeated. An index on the staging table would promise that
    order, for some 5 % of the time (benchmarks/sqlserver_upsert.py, "indexed").
    """
    size = size or CHUNK_ROWS
    rows = sorted(rows, key=itemgetter(table.key_place))
    unlimited = [
        place
        for place, column in enumerate(table.row_columns)
        if column.kind is Kind.TEXT and not column.width
    ]
    short: list[Row] = []
    long: list[Row] = []
    for row in rows:
        (long if any(_is_long(row[place]) for place in unlimited) else short).append(row)
    for start in range(0, len(short), size):
        chunk = short[start : start + size]
        yield _sizes(table, chunk, streamed=()), chunk
    for start in range(0, len(long), size):
        chunk = long[start : start + size]
        yield _sizes(table, chunk, streamed=unlimited), chunk


def _is_long(cell: Cell) -> bool:
    return isinstance(cell, str) and len(cell) > _LONG


def _sizes(table: RowTable, rows: Sequence[Row], streamed: Sequence[int]) -> list[InputSize]:
    sizes: list[InputSize] = []
    for place, (column, cells) in enumerate(
        zip(table.row_columns, zip(*rows, strict=True), strict=True)
    ):
        if column.kind is not Kind.TEXT:
            sizes.append(_FIXED[column.kind])
        elif place in streamed:
            sizes.append((SQL_WVARCHAR, _STREAMED, 0))
        else:
            longest = max((len(cell) for cell in cells if cell), default=1)
            sizes.append((SQL_WVARCHAR, _bucket(longest, column.width), 0))
    return sizes


def _bucket(characters: int, width: int | None) -> int:
    """UTF-16 units that hold so many characters (an emoji takes two), as a power of two: few widths
    make few query plans.
    """
    units = 1 << max(4, (2 * characters - 1).bit_length())
    return min(units, width) if width else units
