"""SQL Server, through pyodbc and an ODBC driver of Microsoft's.

The connection is in autocommit, and leaves it from `begin` to `commit` or `rollback`: nothing is
left open between two transactions. A connection that broke is closed; `lost` tells, and the
repository connects anew.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pyodbc

from robot.cells.rows import Row, RowTable, key_text
from robot.database import odbc_errors, sqlserver_catalog, staging
from robot.database.catalog import Catalog
from robot.database.connection_string import (
    LOGIN_SECONDS,
    Driver,
    choose_driver,
    connection_string,
    server_address,
)
from robot.database.engine import Answer, Cells, Counts, Place
from robot.database.qualified import QualifyingCursor, qualified
from robot.database.scripts import (
    STANDARD_SCHEMA,
    constraints,
    in_schema,
    make_schema,
    pieces,
    read_scripts,
)
from robot.database.sqlserver_catalog import Collations
from robot.database.sqlserver_lock import JobLock, last_row
from robot.database.watched import ended_by
from robot.errors import FatalError, RetriableError, SyncError
from robot.settings import Settings

log = logging.getLogger(__name__)

# A pooled connection would stay open after close(), and with it the session and its lock.
pyodbc.pooling = False

_QUERY_SECONDS = 600
_CANCEL_SECONDS = 30  # beyond the limit of a company's query: it should have been cancelled by then
_LOCK_SECONDS = 60  # for a row that another program holds: then 1222
# The server keeps the session of a connection that broke until it notices: by TCP keep-alive, after
# some 35 seconds.
_ACQUIRE_AGAIN_SECONDS = 60

_GREETING = f"SET NOCOUNT ON; SET XACT_ABORT ON; SET LOCK_TIMEOUT {_LOCK_SECONDS * 1000};"
_OWN_SCHEMA = "SELECT SCHEMA_NAME()"


class SqlServerEngine:
    """One database of a SQL Server.

    `connection_text` gives the connection string when it is needed, and never before.
    """

    # a parent row takes a key lock, or two: below the 5,000 in one statement from which SQL Server
    # locks the whole table
    batch_rows = 2000

    def __init__(
        self,
        name: str,
        database: str,
        connection_text: Callable[[], tuple[Driver, str]],
        lock_file: Path,
        schema: str = STANDARD_SCHEMA,
    ) -> None:
        self.name = name
        self.place = f"{schema}."
        self.another_place = (
            "Name another database in DB_DATABASE, or in DB_SCHEMA a schema for"
            " the robot alone, like DB_SCHEMA=robo."
        )
        self._schema = schema
        self._connection_text = connection_text
        where = database if schema == STANDARD_SCHEMA else f"{database}:{schema.casefold()}"
        self._lock = JobLock(lock_file, f"api_3c_robot:{where}")
        self._connection: pyodbc.Connection | None = None
        self._connecting = False
        self._worked = (
            False  # whether a connection was ever had: then a refusal may be a server that restarts
        )
        self._fast = True
        self._staged: dict[str, Sequence[Row]] = {}
        self._collations: Collations | None = None

    @classmethod
    def from_settings(cls, settings: Settings) -> SqlServerEngine:
        """The engine for these settings, not yet connected."""

        def text() -> tuple[Driver, str]:
            driver = choose_driver(settings.db_driver, pyodbc.drivers())
            return driver, connection_string(settings, driver)

        address = server_address(settings.db_server)
        schema = settings.db_schema
        identity = f"{address}|{settings.db_database}"
        name = f"SQL Server {address}, database {settings.db_database}"
        if schema != STANDARD_SCHEMA:
            identity, name = f"{identity}|{schema}", f"{name}, schema {schema}"
        digest = hashlib.blake2b(identity.casefold().encode(), digest_size=6).hexdigest()
        file = settings.db_file.parent / f"sqlserver-{digest}"
        return cls(name, settings.db_database.casefold(), text, file, schema)

    # -- connection and transactions

    def connect(self) -> None:
        if self._connection is not None:
            return
        driver, text = self._connection_text()
        self._fast = not driver.legacy
        self._connecting = True
        connection = pyodbc.connect(text, autocommit=True, timeout=LOGIN_SECONDS)
        try:
            connection.timeout = _QUERY_SECONDS
            connection.execute(_GREETING).close()
        except pyodbc.Error:
            with suppress(pyodbc.Error):
                connection.close()
            raise
        self._connecting, self._worked = False, True
        self._connection = connection

    def _open(self) -> pyodbc.Connection:
        """The connection.

        Never a new one: with the old one the job's lock is gone, and an open transaction.
        """
        if self._connection is None:
            raise RetriableError(f"{self.name} is not connected.")
        return self._connection

    def cursor(self) -> QualifyingCursor:
        return QualifyingCursor(self._open().cursor(), self._schema)

    def begin(self) -> None:
        self._open().autocommit = False

    def commit(self) -> None:
        connection = self._open()
        connection.commit()
        connection.autocommit = True

    def rollback(self) -> None:
        if self._connection is None:
            return
        try:
            if not self._connection.autocommit:
                self._connection.rollback()
                self._connection.autocommit = True
        except pyodbc.Error:
            self.close()

    def close(self) -> None:
        connection, self._connection = self._connection, None
        self._staged.clear()
        self._collations = None
        if connection is not None:
            with suppress(pyodbc.Error):
                connection.close()

    def lost(self) -> bool:
        return self._connection is None

    def translate(self, error: Exception) -> SyncError | None:
        if not isinstance(error, pyodbc.Error):
            return None
        found = odbc_errors.read(error.args)
        # so that no log has a customer's value by way of the traceback
        error.args = (found.state, found.text)
        connecting, self._connecting = self._connecting, False
        if found.connection_lost or found.unanswered or found.state == "HY010":
            self.close()
        return odbc_errors.meaning(found, self.name, connecting=connecting, worked=self._worked)

    def describe(self) -> str:
        return f"{self.name}: {sqlserver_catalog.about(self._open(), self.name)}"

    # -- rows

    def stage(self, table: RowTable, rows: Sequence[Row]) -> None:
        """Fill the session's staging table.

        Each chunk in a transaction of its own, apart from the one that follows: a driver that
        describes the parameters by asking the server gets an error for a #table, which pyodbc
        passes over, and under XACT_ABORT an error undoes whatever is open. What is staged is
        counted: a row that were missing would pass for an unchanged one.
        """
        connection = self._open()
        self._staged.pop(table.name, None)
        connection.cursor().execute(staging.make_or_empty(table)).close()
        for sizes, chunk in staging.chunks(table, rows):
            # a new one: a statement prepared on an old one keeps its types
            cursor = connection.cursor()
            cursor.fast_executemany = self._fast
            cursor.setinputsizes(sizes)
            self.begin()
            cursor.executemany(staging.fill(table), chunk)
            self.commit()
            cursor.close()
        (staged,) = last_row(self._open().cursor().execute(staging.count(table)))
        if staged != len(rows):
            raise RetriableError(
                f"{self.name}: {staged} of {len(rows)} rows reached {staging.staging_name(table)}."
            )
        self._staged[table.name] = rows

    def upsert(self, table: RowTable, rows: Sequence[Row], now: datetime) -> Counts:
        """Insert, then update what was there, by set; the counts are exact, whatever triggers the
        table has.

        Where every row was new, which is how a first load is, there is nothing to look for a second
        time.
        """
        if self._staged.pop(table.name, None) is not rows:
            raise ValueError(f"upsert: these rows of {table.name} were not staged")
        place = self._target(table)
        (inserted,) = last_row(self._open().cursor().execute(staging.insert(*place), now))
        updated = 0
        if inserted < len(rows):
            (updated,) = last_row(self._open().cursor().execute(staging.update(*place), now))
        return Counts(inserted=inserted, updated=updated, unchanged=len(rows) - inserted - updated)

    def clashes(self, table: RowTable, rows: Sequence[Row]) -> set[str]:
        self.stage(table, rows)
        found = self._open().cursor().execute(staging.clashes(*self._target(table))).fetchall()
        return {key_text(key) for key in found}

    def _target(self, table: RowTable) -> tuple[RowTable, str, staging.Collations]:
        return table, self._schema, self._known_collations().of_key(table)

    def compared(self, left: Place, right: Place) -> str:
        return self._known_collations().compared(left, right)

    def _known_collations(self) -> Collations:
        if self._collations is None:
            self._collations = Collations(self._open().cursor(), self._schema)
        return self._collations

    def write(self, sql: str, parameters: Cells = ()) -> int:
        """By @@ROWCOUNT, and read to its end: whatever a trigger of the table counts, selects or
        raises.
        """
        batch = (
            f"SET NOCOUNT ON; DECLARE @rows INT; {qualified(sql, self._schema)}; SET @rows ="
            " @@ROWCOUNT; SELECT @rows;"
        )
        return int(last_row(self._open().cursor().execute(batch, tuple(parameters)))[0])

    def insert(self, sql: str, parameters: Cells) -> int:
        """By SCOPE_IDENTITY: an OUTPUT clause is refused on a table that has a trigger."""
        batch = (
            f"SET NOCOUNT ON; {qualified(sql, self._schema)}; SELECT CAST(SCOPE_IDENTITY() AS INT);"
        )
        (number,) = last_row(self._open().cursor().execute(batch, tuple(parameters)))
        if number is None:
            raise FatalError(
                f"{self.name} gave a new row no number: a trigger wrote it, or nothing (INSTEAD"
                " OF)."
            )
        return int(number)

    def query(self, sql: str, seconds: float, stop: threading.Event) -> Answer:
        """The company's own SELECT, as it stands.

        The driver's own limit is for a connection that has gone dead.
        """
        connection = self._open()
        connection.timeout = int(seconds) + _CANCEL_SECONDS
        try:
            self.begin()
            cursor = connection.cursor()
            with ended_by(stop, seconds, cursor.cancel):
                cursor.execute(sql)
                headers = [str(column[0]) for column in cursor.description or ()]
                answer = Answer(headers, [tuple(row) for row in cursor.fetchall()])
            self.rollback()
            return answer
        finally:
            connection.timeout = _QUERY_SECONDS

    def first(self, columns_and_rest: str, rows: int) -> str:
        return f"SELECT TOP ({rows:d}) {columns_and_rest}"

    # -- tables

    def catalog(self, *, whole: bool = True) -> Catalog:
        names = tuple(constraints(self.scripts()))
        return sqlserver_catalog.read(self._open().cursor(), self._schema, names, whole=whole)

    def catalog_elsewhere(self) -> tuple[str, Catalog] | None:
        """The same of the login's own default schema, where that is another and nobody named
        ours.
        """
        if self._schema != STANDARD_SCHEMA:
            return None
        ((schema,),) = self._open().cursor().execute(_OWN_SCHEMA).fetchall()
        if schema is None or schema.casefold() == self._schema.casefold():
            return None
        return schema, sqlserver_catalog.read(self._open().cursor(), schema, (), whole=False)

    def adopt(self) -> None:
        """Make the schema."""
        if self._schema != STANDARD_SCHEMA:
            self._open().cursor().execute(make_schema(self._schema)).close()

    def denied(self, wanted: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        return sqlserver_catalog.denied(self._open().cursor(), self._schema, wanted)

    def tables_standing(self) -> set[str]:
        return sqlserver_catalog.tables(self._open().cursor(), self._schema)

    def scripts(self) -> list[tuple[str, str]]:
        return read_scripts("sqlserver")

    def run_script(self, text: str) -> None:
        """Without a limit of time: an index over the calls of years takes as long as it takes, and
        from the start again.
        """
        connection = self._open()
        connection.timeout = 0
        cursor = connection.cursor()
        try:
            for batch in pieces(in_schema(text, self._schema)):
                cursor.execute(batch)
                while cursor.nextset():
                    pass
        finally:
            connection.timeout = _QUERY_SECONDS
            with suppress(pyodbc.Error):
                cursor.execute(_GREETING)  # the scripts' own SETs would outlive them

    # -- the job's lock

    def acquire(self, job: str) -> bool:
        return self._lock.acquire(self._open().cursor, job, _ACQUIRE_AGAIN_SECONDS)

    def release(self) -> None:
        try:
            self._lock.release(self._connection)
        except pyodbc.Error:
            self.close()  # and with the session goes its lock
