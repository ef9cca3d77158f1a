"""What a database must be able to do for the repository: the only place where SQLite and SQL Server
differ.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from robot.cells.rows import Row, RowTable
from robot.cells.values import Cell
from robot.database.catalog import Catalog
from robot.errors import FatalError, RetriableError, SyncError

Cells = Sequence[Cell]  # the parameters of a statement
Place = tuple[str, str]  # a table and a column


@dataclass
class Counts:
    """What an upsert did to the rows of one table."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0

    def add(self, other: Counts) -> None:
        self.inserted += other.inserted
        self.updated += other.updated
        self.unchanged += other.unchanged

    @property
    def stored(self) -> int:
        """Rows that are in the database as the API has them."""
        return self.inserted + self.updated + self.unchanged


class OnceMore(RetriableError):
    """What another program may have done a moment before: it is tried once more, at once, and then
    never again.
    """


class DuplicateKey(OnceMore):
    """A key is there already: another program stored it, or a unique index takes two rows for one.

    `reason`: the server's own words, without values.
    """

    def __init__(self, message: str, hint: str = "", *, reason: str = "") -> None:
        super().__init__(message, hint)
        self.reason = reason


class RowRefused(FatalError):
    """The database refuses a row for what is in it; the others may pass.

    `reason`: its own words, without values.
    """

    def __init__(self, message: str, hint: str = "", *, reason: str = "") -> None:
        super().__init__(message, hint)
        self.reason = reason


@dataclass(frozen=True)
class Answer:
    """What a query of the company's own gave."""

    headers: list[str]
    rows: list[tuple[object, ...]]


class Cursor(Protocol):
    """The part of a DB-API cursor that both drivers have, with `?` for parameters.

    For reading: see `Engine.write`.
    """

    @property
    def description(self) -> Any: ...
    def execute(self, sql: str, parameters: Any = ..., /) -> Any: ...
    def fetchone(self) -> Any: ...
    def fetchmany(self, rows: int, /) -> list[Any]: ...
    def fetchall(self) -> list[Any]: ...
    def close(self) -> Any: ...


class Engine(Protocol):
    """One database: how to reach it, lock it, write to it, and what its errors mean."""

    name: str
    batch_rows: int
    place: str  # what a message puts before the name of a table: `dbo.`, or nothing
    another_place: (
        str  # what an operator may do where the tables of another program stand in the way
    )

    def connect(self) -> None:
        """Open the connection, if it is not open. Raises FatalError or RetriableError."""

    def cursor(self) -> Cursor:
        """A cursor on the open connection."""

    def begin(self) -> None:
        """Begin a transaction that will write."""

    def commit(self) -> None: ...
    def rollback(self) -> None:
        """End a transaction without a trace; never raises, whatever state the connection is in."""

    def close(self) -> None:
        """Close the connection, and with it whatever lock it holds."""

    def lost(self) -> bool:
        """Whether the connection must be made anew."""

    def stage(self, table: RowTable, rows: Sequence[Row]) -> None:
        """Bring rows near to their table, before the transaction that upserts them."""

    def upsert(self, table: RowTable, rows: Sequence[Row], now: datetime) -> Counts:
        """Store rows with distinct keys, the ones staged last, inside the transaction; write what
        differs in content.
        """

    def clashes(self, table: RowTable, rows: Sequence[Row]) -> set[str]:
        """The keys, as texts, among these rows that the database takes for another's: its collation
        may ignore case and accents.
        """

    def write(self, sql: str, parameters: Cells = ()) -> int:
        """Run one INSERT, UPDATE or DELETE; how many rows it wrote.

        The one way to know it: a driver's row count may be that of a trigger, and an error behind
        it may stay unread.
        """

    def compared(self, left: Place, right: Place) -> str:
        """What must stand behind the right one of two columns (table, column) that are compared,
        where a DBA gave them other collations: that of the left one, so that its index is used.
        Usually nothing.
        """

    def insert(self, sql: str, parameters: Cells) -> int:
        """Run an INSERT and return the identity that the database gave."""

    def query(self, sql: str, seconds: float, stop: threading.Event) -> Answer:
        """A SELECT of the company's own, as it stands, in a transaction that is rolled back.

        Raises Interrupted when `stop` is set meanwhile, FatalError when it takes longer than that.
        """

    def first(self, columns_and_rest: str, rows: int) -> str:
        """`SELECT` with a limit: `columns_and_rest` is all that follows the word."""

    def catalog(self, *, whole: bool = True) -> Catalog:
        """What stands under names of ours, whoever made it; not `whole`: at least the tables and
        their columns.
        """

    def adopt(self) -> None:
        """Make ready what the scripts need, outside of a transaction.

        Called when it is known whose the tables are.
        """

    def catalog_elsewhere(self) -> tuple[str, Catalog] | None:
        """Another place where an earlier robot's tables may be, as its name and what stands
        there.
        """

    def denied(self, wanted: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        """Of (table, right: SELECT, INSERT, UPDATE, DELETE) those that this login has not."""

    def tables_standing(self) -> set[str]:
        """Lower-case names of the robot's tables that exist."""

    def scripts(self) -> list[tuple[str, str]]:
        """The numbered scripts of this database: (name, text), in order."""

    def run_script(self, text: str) -> None:
        """Run one script, statement by statement, inside the running transaction."""

    def acquire(self, job: str) -> bool:
        """Take the job's lock, which dies with this process; False when somebody else holds it."""

    def release(self) -> None:
        """Give the lock back."""

    def translate(self, error: Exception) -> SyncError | None:
        """What a driver's exception means: RetriableError, FatalError; None when it is no database
        error.
        """

    def describe(self) -> str:
        """Driver and server version, for `check`."""
