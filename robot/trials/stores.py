"""The databases of the trials, read past the robot's own code, in which a fault could hide."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from robot.cells.tables import CALLS, MAILING_DATA

Rows = dict[str, dict[str, tuple[Any, ...]]]


class Store(Protocol):
    """The database of one round: how the robot is led to it, and how it is looked into."""

    @property
    def variables(self) -> Mapping[str, str]:
        """The settings that name it."""

    def query(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Ask, or change, on a connection of its own; moments as SQLite's text."""

    def tables(self) -> set[str]:
        """The tables that stand."""

    def settle(self) -> str:
        """Wait until nothing of a killed process is at work there; what is damaged, or nothing."""


@dataclass(frozen=True)
class SqliteFile:
    """The embedded database of one round; read past the robot's own code, in which a fault could
    hide itself.
    """

    path: Path

    @property
    def variables(self) -> Mapping[str, str]:
        return {"DB_FILE": str(self.path)}

    def query(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        plain = [
            cell.isoformat(sep=" ") if isinstance(cell, datetime) else cell for cell in parameters
        ]
        with closing(sqlite3.connect(self.path)) as connection, connection:
            return connection.execute(sql, plain).fetchall()

    def tables(self) -> set[str]:
        if not self.path.exists():
            return set()
        return {
            name for (name,) in self.query("SELECT name FROM sqlite_master WHERE type = 'table'")
        }

    def settle(self) -> str:
        """A file has no server behind it: with the process, all is over."""
        state = self.query("PRAGMA integrity_check")[0][0] if self.path.exists() else "ok"
        return "" if state == "ok" else f"the database is damaged: {state}"


OpenStore = Callable[[Path], AbstractContextManager[Store]]


def sqlite_file(folder: Path) -> AbstractContextManager[Store]:
    """A database in the folder of its round."""
    return nullcontext(SqliteFile(folder / "robot.db"))


def rows(store: Store) -> Rows:
    """Every row by its key, as it stands; none where there is no table yet."""
    standing = store.tables()
    found: Rows = {}
    for table in (CALLS, MAILING_DATA):
        key = table.column_names.index(table.key[0])
        sql = f"SELECT * FROM {table.name}"  # a table that was just made lacks later columns
        found[table.name] = (
            {row[key]: row for row in store.query(sql)} if table.name in standing else {}
        )
    return found


def content(found: Rows) -> Rows:
    """The rows without what depends on when and in which order they came: stamps and the numbers
    that the database gives.
    """
    bare: Rows = {}
    for table in (CALLS, MAILING_DATA):
        kept = [
            place
            for place, name in enumerate(table.column_names)
            if name not in {table.identity, *table.stamps}
        ]
        bare[table.name] = {
            key: tuple(row[place] for place in kept) for key, row in found[table.name].items()
        }
    return bare
