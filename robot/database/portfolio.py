"""What the table `clients` holds, as an import asks for it: some clients by their keys, or all in
turn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from robot.cells.rows import Row
from robot.cells.tables import CLIENTS
from robot.database.repository import Repository

_KEYS = 500  # of one query: SQL Server takes 2,100 parameters
_LINES = 5000  # of one query by the table's own numbers


class Person(NamedTuple):
    """What tells a client apart, besides the key."""

    key: str
    name: str
    cpf: str
    phones: str


def is_empty(repository: Repository) -> bool:
    """Whether there is no client yet."""
    return _last(repository) is None


def known_keys(repository: Repository, keys: Sequence[str]) -> set[str]:
    """Which of these keys are those of stored clients, to the letter."""
    return {str(row[0]) for row in _of_keys(repository, "external_id", keys)}.intersection(keys)


def stored_clients(repository: Repository, keys: Sequence[str]) -> dict[str, Row]:
    """The stored rows of these keys."""
    found = _of_keys(repository, ", ".join(CLIENTS.written_names), keys)
    rows = (Row(tuple(cells), "" if digest is None else str(digest)) for *cells, digest in found)  # type: ignore[arg-type]
    wanted = set(keys)
    return {key: row for row in rows if (key := CLIENTS.key_of(row)) in wanted}


def people(repository: Repository) -> Iterator[Person]:
    """Every stored client, a few thousand at a time."""
    last = _last(repository)
    if last is None:
        return
    for start in range(0, last + 1, _LINES):
        sql = "SELECT external_id, name, cpf, phones FROM clients WHERE id >= ? AND id < ?"
        for row in repository.read(sql, (start, start + _LINES)):
            yield Person(*("" if cell is None else str(cell) for cell in row))


def _of_keys(
    repository: Repository, columns: str, keys: Sequence[str]
) -> Iterator[tuple[object, ...]]:
    for start in range(0, len(keys), _KEYS):
        part = tuple(keys[start : start + _KEYS])
        marks = ", ".join("?" * len(part))
        yield from repository.read(
            f"SELECT {columns} FROM clients WHERE external_id IN ({marks})", part
        )


def _last(repository: Repository) -> int | None:
    (found,) = repository.read("SELECT MAX(id) FROM clients")[0]
    return None if found is None else int(str(found))
