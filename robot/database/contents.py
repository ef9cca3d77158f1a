"""What the rows of a window hold, cell by cell: a digest of each, computed from the cells that are
stored.

`row_hash` tells what the robot wrote last. Somebody else may have changed a cell since; only the
cells themselves show it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from hashlib import blake2b
from typing import NamedTuple, TypeAlias

from robot.cells.tables import Column, Family, Kind, RowTable
from robot.database.engine import Cell, Engine, Row
from robot.database.repository import Repository
from robot.period import Period

_ROWS_AT_ONCE = 500
_KEYS_AT_ONCE = 500  # SQL Server takes at most 2,100 parameters

Digests: TypeAlias = tuple[
    bytes | None, ...
]  # one for each table of the family; None where it has no row


class Content(NamedTuple):
    """One record's rows as the database holds them, and the parent's campaign."""

    digests: Digests
    campaign: int | None


def digest_of(table: RowTable, row: Row) -> bytes:
    """A digest of the cells of a row, without its `row_hash`, which stands last."""
    cells = zip(table.row_columns[:-1], row, strict=False)
    return blake2b(repr([_canonical(*pair) for pair in cells]).encode(), digest_size=16).digest()


def read_contents(repository: Repository, family: Family, period: Period) -> dict[str, Content]:
    """The content of every record whose moment lies in the period, by the parent's key.

    The rows are streamed: of each only its digests are kept. Raises SyncError, Interrupted.
    """
    sql = _sql(family, repository, f"p.{family.moment} >= ? AND p.{family.moment} < ?")
    parameters = (period.start, period.end + timedelta(seconds=1))
    return repository.look(partial(_found, family=family, sql=sql, parameters=parameters))


def read_contents_of(
    repository: Repository, family: Family, keys: Iterable[str]
) -> dict[str, Content]:
    """The content of these records, as far as they are there, whatever their moment.

    Raises SyncError, Interrupted.
    """
    found: dict[str, Content] = {}
    left = sorted(keys)
    while left:
        chunk, left = tuple(left[:_KEYS_AT_ONCE]), left[_KEYS_AT_ONCE:]
        sql = _sql(family, repository, f"p.{family.parent.key} IN ({', '.join('?' * len(chunk))})")
        found |= repository.look(partial(_found, family=family, sql=sql, parameters=chunk))
    return found


def forget_hashes(repository: Repository, outdated: Mapping[RowTable, Iterable[str]]) -> None:
    """Have these rows written again when they are read next, whatever their `row_hash` says.

    Raises SyncError.
    """

    def work(engine: Engine, _now: datetime) -> None:
        for table, keys in outdated.items():
            left = sorted(keys)
            while left:
                chunk, left = tuple(left[:_KEYS_AT_ONCE]), left[_KEYS_AT_ONCE:]
                marks = ", ".join("?" * len(chunk))
                engine.write(
                    f"UPDATE {table.name} SET row_hash = NULL WHERE {table.key} IN ({marks})", chunk
                )

    repository.change(work)


def _sql(family: Family, repository: Repository, condition: str) -> str:
    names, joins = [f"p.{family.campaign}"], []
    for number, table in enumerate(family.tables):
        alias = f"t{number}" if number else "p"
        names += [
            f"{alias}.{table.key}",
            *(f"{alias}.{column.name}" for column in table.row_columns[:-1]),
        ]
        if number:
            collate = repository.compared(
                (table.name, table.key), (family.parent.name, family.parent.key)
            )
            joins.append(
                f"LEFT JOIN {table.name} {alias} ON {alias}.{table.key} ="
                f" p.{family.parent.key}{collate}"
            )
    return (
        f"SELECT {', '.join(names)} FROM {family.parent.name} p {' '.join(joins)} WHERE {condition}"
    )


def _found(engine: Engine, *, family: Family, sql: str, parameters: Row) -> dict[str, Content]:
    return dict(_read(engine, family, sql, parameters))


def _read(
    engine: Engine, family: Family, sql: str, parameters: Row
) -> Iterator[tuple[str, Content]]:
    cursor = engine.cursor()
    try:
        cursor.execute(sql, parameters)
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            for campaign, *cells in rows:
                key, digests, start = str(cells[0]), [], 0
                for table in family.tables:
                    width = len(table.row_columns)  # the key, then all cells but the hash
                    own = cells[start : start + width]
                    digests.append(None if own[0] is None else digest_of(table, own[1:]))
                    start += width
                yield key, Content(tuple(digests), None if campaign is None else int(campaign))
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
