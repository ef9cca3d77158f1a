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
from typing import TypeAlias

from robot.cells.columns import Column, Kind
from robot.cells.rows import CONTENT_DIGITS, Row, RowTable
from robot.cells.values import Cell
from robot.database.scripts import STANDARD_SCHEMA, quoted

SQL_BIT = -7
SQL_INTEGER = 4
SQL_WVARCHAR = -9
SQL_TYPE_TIMESTAMP = 93

Written: TypeAlias = tuple[Cell, ...]  # the cells of a row, and its hashes

CHUNK_ROWS = 1000
_LONG = 1000  # characters in an NVARCHAR(MAX) cell from which on its row is streamed
_STREAMED = 0
_LETTERS = "Latin1_General_BIN2"  # compares letter by letter; every SQL Server has it

InputSize: TypeAlias = tuple[int, int, int]
# of the key's columns whose collation is another than the database's: two that differ cannot be
# compared (468), unless one is stated
Collations: TypeAlias = tuple[tuple[str, str], ...]

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
        for column in table.written_columns
    )
    name = staging_name(table)
    return (
        f"IF OBJECT_ID(N'tempdb..{name}') IS NULL CREATE TABLE {name} ({columns}) ELSE TRUNCATE"
        f" TABLE {name}"
    )


def _collation(column: Column) -> str:
    return " COLLATE DATABASE_DEFAULT" if column.kind is Kind.TEXT else ""


def _same(table: RowTable, collations: Collations, left: str = "t", right: str = "s") -> str:
    """That the keys of two rows are one: for the table's index, which its collation rules, and to
    the letter.
    """
    letters = (
        f"{_in_letters(left, column)} = {_in_letters(right, column)}"
        for column in table.key_columns
        if column.kind is Kind.TEXT
    )
    return " AND ".join([_alike(table, collations, left, right), *letters])


def _alike(table: RowTable, collations: Collations, left: str, right: str) -> str:
    """That the keys of two rows are one for the table's index."""
    stated = {name: f" COLLATE {collation}" for name, collation in collations}
    return " AND ".join(
        f"{left}.[{name}] = {right}.[{name}]{stated.get(name, '')}" for name in table.key
    )


def _in_letters(alias: str, column: Column) -> str:
    return f"{alias}.[{column.name}] COLLATE {_LETTERS}"


def _before(table: RowTable, left: str, right: str) -> str:
    """That the key of one row comes before another's, letter by letter."""
    texts = [column for column in table.key_columns if column.kind is Kind.TEXT]
    orders = []
    for place, column in enumerate(texts):
        same = [f"{_in_letters(left, each)} = {_in_letters(right, each)}" for each in texts[:place]]
        less = f"{_in_letters(left, column)} < {_in_letters(right, column)}"
        orders.append(f"({' AND '.join([*same, less])})")
    return f"({' OR '.join(orders)})" if orders else "1 = 0"


@cache
def fill(table: RowTable) -> str:
    """The INSERT into the staging table, one row a parameter set."""
    names = ", ".join(f"[{name}]" for name in table.written_names)
    return (
        f"INSERT INTO {staging_name(table)} ({names}) VALUES"
        f" ({', '.join('?' * len(table.written_names))})"
    )


@cache
def count(table: RowTable) -> str:
    """How many rows are staged."""
    return f"SELECT COUNT(*) FROM {staging_name(table)}"


@cache
def insert(table: RowTable, schema: str = STANDARD_SCHEMA, collations: Collations = ()) -> str:
    """One batch with the moment as its parameter: the staged rows that the table lacks.

    Its result is the number of rows, by @@ROWCOUNT: a trigger on the table cannot falsify it.
    UPDLOCK and HOLDLOCK keep each key, also one that is not there yet, from other writers until
    COMMIT. The loop join seeks each staged key: a plan that scans the table would lock the whole of
    it.

    A key that only the collation takes for another's (`a1` and `A1`) never overwrites the other's
    row: its INSERT fails, see `clashes`.
    """
    target = f"{quoted(schema)}.{table.name}"
    names = ", ".join(f"[{name}]" for name in (*table.written_names, *table.stamps))
    values = ", ".join(f"s.[{name}]" for name in table.written_names)
    return _counted(f"""
INSERT INTO {target} ({names})
SELECT {values}, @now, @now FROM {staging_name(table)} AS s
WHERE NOT EXISTS (SELECT 1 FROM {target} AS t WITH (UPDLOCK, HOLDLOCK) WHERE {
        _same(table, collations)
    })
OPTION (LOOP JOIN)""")


@cache
def update(table: RowTable, schema: str = STANDARD_SCHEMA, collations: Collations = ()) -> str:
    """The rows whose content differs take the staged cells. As `insert` in all the rest."""
    names = [name for name in table.written_names if name not in table.key]
    sets = ", ".join(f"[{name}] = s.[{name}]" for name in names)
    target = f"{quoted(schema)}.{table.name}"
    return _counted(f"""
UPDATE t SET {sets}, [{table.stamps[1]}] = @now
FROM {staging_name(table)} AS s INNER LOOP JOIN {target} AS t WITH (UPDLOCK, HOLDLOCK)
ON {_same(table, collations)}
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
def clashes(table: RowTable, schema: str = STANDARD_SCHEMA, collations: Collations = ()) -> str:
    """The staged keys that the collation takes for another row's, in the table or in the staging
    table itself.
    """
    keys = ", ".join(f"s.[{name}]" for name in table.key)
    staged, target = staging_name(table), f"{quoted(schema)}.{table.name}"
    return f"""
SELECT {keys} FROM {staged} AS s
WHERE NOT EXISTS (SELECT 1 FROM {target} AS t WHERE {_same(table, collations)})
AND (
    EXISTS (SELECT 1 FROM {target} AS t WHERE {_alike(table, collations, "t", "s")})
    OR EXISTS (
        SELECT 1 FROM {staged} AS o
        WHERE {_alike(table, collations, "o", "s")} AND {_before(table, "o", "s")}
    )
)
"""


def chunks(
    table: RowTable, rows: Sequence[Row], size: int | None = None
) -> Iterator[tuple[list[InputSize], list[Written]]]:
    """The rows in parcels for `executemany`, each with its complete `setinputsizes`; rows with long
    texts come last.

    Each kind in the order of its keys, in which a scan of the staging table then meets them:
    writers of overlapping batches take their locks in one order, and wait for each other; where
    they deadlock after all, the batch is repeated. An index on the staging table would promise that
    order, for some 5 % of the time (benchmarks/sqlserver_upsert.py, "indexed").
    """
    size = size or CHUNK_ROWS
    rows = sorted(rows, key=table.key_cells)
    unlimited = [
        place
        for place, column in enumerate(table.written_columns)
        if column.kind is Kind.TEXT and not column.width
    ]
    short: list[Written] = []
    long: list[Written] = []
    for row in map(table.written, rows):
        (long if any(_is_long(row[place]) for place in unlimited) else short).append(row)
    for start in range(0, len(short), size):
        chunk = short[start : start + size]
        yield _sizes(table, chunk, streamed=()), chunk
    for start in range(0, len(long), size):
        chunk = long[start : start + size]
        yield _sizes(table, chunk, streamed=unlimited), chunk


def _is_long(cell: Cell) -> bool:
    return isinstance(cell, str) and len(cell) > _LONG


def _sizes(table: RowTable, rows: Sequence[Written], streamed: Sequence[int]) -> list[InputSize]:
    sizes: list[InputSize] = []
    for place, (column, cells) in enumerate(
        zip(table.written_columns, zip(*rows, strict=True), strict=True)
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
