"""What the rows of a window hold, cell by cell: a digest of each, computed from the cells that are
stored.

`row_hash` tells what the robot wrote last. Somebody else may have changed a cell since; only the
cells themselves show it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from hashlib import blake2b
from typing import NamedTuple, TypeAlias

from robot.cells.columns import Column, Kind
from robot.cells.rows import Family, RowTable, key_parts, key_text
from robot.cells.values import Cell
from robot.database.engine import Cells, Engine
from robot.database.families import source
from robot.database.repository import Repository
from robot.period import Period

_ROWS_AT_ONCE = 500
_KEYS_AT_ONCE = 500  # SQL Server takes at most 2,100 parameters

# one for each table of the family; None where it has no row
Digests: TypeAlias = tuple[bytes | None, ...]


class Content(NamedTuple):
    """One record's rows as the database holds them, and the parent's campaign."""

    digests: Digests
    campaign: int | None


def digest_of(table: RowTable, cells: Sequence[Cell]) -> bytes:
    """A digest of the cells of a row, in the order of `row_columns`."""
    pairs = zip(table.row_columns, cells, strict=True)
    return blake2b(repr([_canonical(*pair) for pair in pairs]).encode(), digest_size=16).digest()


def together(digests: Sequence[bytes]) -> bytes | None:
    """One digest of all rows that a record has in a table, in whatever order; None of none."""
    if len(digests) < 2:
        return digests[0] if digests else None
    return blake2b(b"".join(sorted(digests)), digest_size=16).digest()


def read_contents(repository: Repository, family: Family, period: Period) -> dict[str, Content]:
    """The content of every record whose moment lies in the period, by the parent's key.

    The rows are streamed: of each only its digests are kept. Raises SyncError, Interrupted.
    """
    condition, parameters = within(family, period)
    return _read_all(repository, family, condition, parameters)


def within(family: Family, period: Period) -> tuple[str, Cells]:
    """The condition on the parent `p` that its moment lies in the period, and its parameters."""
    if family.moment is None:
        return "1 = 1", ()
    end = period.end + timedelta(seconds=1)
    return f"p.{family.moment} >= ? AND p.{family.moment} < ?", (period.start, end)


def read_contents_of(
    repository: Repository, family: Family, keys: Iterable[str]
) -> dict[str, Content]:
    """The content of these records, as far as they are there, whatever their moment.

    Raises SyncError, Interrupted.
    """
    found: dict[str, Content] = {}
    for condition, parameters in _among([f"p.{name}" for name in family.parent.key], keys):
        found |= _read_all(repository, family, condition, parameters)
    return found


def forget_hashes(repository: Repository, outdated: Mapping[RowTable, Iterable[str]]) -> None:
    """Have the rows of these records written again when they are read next, whatever their
    hashes say.

    The keys are those of the parent. Raises SyncError.
    """

    def work(engine: Engine, _now: datetime) -> None:
        for table, keys in outdated.items():
            nothing = ", ".join(f"{name} = NULL" for name in table.hash_names)
            for condition, parameters in _among(table.owner_names, keys):
                engine.write(f"UPDATE {table.name} SET {nothing} WHERE {condition}", parameters)

    repository.change(work)


def _among(names: Sequence[str], keys: Iterable[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """That the columns hold one of these keys: conditions with their parameters, a few hundred keys
    each.
    """
    left = sorted(keys)
    size = _KEYS_AT_ONCE // len(names)
    one = " AND ".join(f"{name} = ?" for name in names)
    for start in range(0, len(left), size):
        chunk = left[start : start + size]
        if len(names) == 1:
            yield f"{names[0]} IN ({', '.join('?' * len(chunk))})", tuple(chunk)
        else:
            parts = tuple(part for key in chunk for part in key_parts(key, len(names)))
            yield " OR ".join([f"({one})"] * len(chunk)), parts


def _read_all(
    repository: Repository, family: Family, condition: str, parameters: Cells
) -> dict[str, Content]:
    campaigns: dict[str, int | None] = {}
    digests: list[dict[str, list[bytes]]] = []
    for table in family.tables:
        tables, alias = source(family, table, repository.compared)
        whose = family.campaign if family.campaign and not digests else None
        names = [f"{alias}.{whose}" if whose else "NULL"]
        names += [f"{alias}.{name}" for name in (*table.owner_names, *table.row_names)]
        sql = f"SELECT {', '.join(names)} FROM {tables} WHERE {condition}"
        of_table: dict[str, list[bytes]] = defaultdict(list)
        read = partial(_rows, table=table, sql=sql, parameters=parameters)
        for campaign, key, digest in repository.look(read):
            of_table[key].append(digest)
            if not digests:
                campaigns[key] = campaign
        digests.append(of_table)
    return {
        key: Content(tuple(together(each.get(key, ())) for each in digests), campaign)
        for key, campaign in campaigns.items()
    }


def _rows(
    engine: Engine, *, table: RowTable, sql: str, parameters: Cells
) -> list[tuple[int | None, str, bytes]]:
    """Of each row its campaign, its owner's key and its digest."""
    return list(_read(engine, table, sql, parameters))


def _read(
    engine: Engine, table: RowTable, sql: str, parameters: Cells
) -> Iterator[tuple[int | None, str, bytes]]:
    owner = len(table.owner_names)
    cursor = engine.cursor()
    try:
        cursor.execute(sql, parameters)
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            for campaign, *cells in rows:
                digest = digest_of(table, cells[owner:])
                yield None if campaign is None else int(campaign), key_text(cells[:owner]), digest
    finally:
        cursor.close()


def _canonical(column: Column, cell: Cell) -> str | None:
    """A cell as one text, whichever database it comes from; SQLite keeps booleans as numbers and
    moments as texts.
    """
    if cell is None:
        return None
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    if column.kind is Kind.BOOLEAN and isinstance(cell, bool):
        return str(int(cell))
    return str(cell)
