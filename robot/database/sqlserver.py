"""SQL Server, through pyodbc and an ODBC driver of Microsoft's.

The connection is in autocommit, and leaves it from `begin` to `commit` or `rollback`: nothing is left open between two
transactions. A connection that broke is closed; `lost` tells, and the repository connects anew.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pyodbc
from filelock import FileLock, Timeout

from robot.database import odbc_errors, staging
from robot.database.connection_string import LOGIN_SECONDS, Driver, choose_driver, connection_string, server_address
from robot.database.engine import Counts, Row
from robot.database.scripts import read_scripts
from robot.errors import FatalError, RetriableError, SyncError
from robot.settings import Settings
from robot.tables import ALL_TABLES, RowTable

log = logging.getLogger(__name__)

# A pooled connection would stay open after close(), and with it the session and its lock.
pyodbc.pooling = False

_QUERY_SECONDS = 600
_LOCK_SECONDS = 60  # for a row that another program holds: then 1222
_ACQUIRE_SECONDS = 2
# The server keeps the session of a connection that broke until it notices: by TCP keep-alive, after some 35 seconds.
_ACQUIRE_AGAIN_SECONDS = 60
_OLDEST = 13  # SQL Server 2016

_GREETING = f"SET NOCOUNT ON; SET XACT_ABORT ON; SET LOCK_TIMEOUT {_LOCK_SECONDS * 1000};"
_APP_LOCK = """
SET NOCOUNT ON;
DECLARE @result INT;
EXEC @result = sp_getapplock @Resource = ?, @LockMode = N'Exclusive', @LockOwner = N'Session', @LockTimeout = ?;
SELECT @result;
"""
_APP_UNLOCK = "EXEC sp_releaseapplock @Resource = ?, @LockOwner = N'Session'"
_TABLES = """
SELECT TABLE_SCHEMA, TABLE_NAME
FROM INFORMATION_SCHEMA.TABLES
WHERE TABLE_SCHEMA IN (N'dbo', SCHEMA_NAME()) AND TABLE_TYPE = N'BASE TABLE'
"""
_COLUMNS = "SELECT TABLE_NAME, COLUMN_NAME FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_SCHEMA = N'dbo'"
_OUR_TABLES = {table.name for table in ALL_TABLES}
_ABOUT = """
SELECT
    CAST(SERVERPROPERTY(N'ProductVersion') AS NVARCHAR(128)),
    CAST(SERVERPROPERTY(N'Edition') AS NVARCHAR(128)),
    CAST(DATABASEPROPERTYEX(DB_NAME(), N'Collation') AS NVARCHAR(128))
"""


class SqlServerEngine:
    """One database of a SQL Server. `connection_text` gives the connection string when it is needed, and never before."""

    # a parent row takes a key lock, or two: below the 5,000 in one statement from which SQL Server locks the whole table
    batch_rows = 2000

    def __init__(self, name: str, database: str, connection_text: Callable[[], tuple[Driver, str]], lock_file: Path) -> None:
        self.name = name
        self._database = database
        self._connection_text = connection_text
        self._lock_file = lock_file
        self._connection: pyodbc.Connection | None = None
        self._connecting = False
        self._worked = False  # whether a connection was ever had: then a refusal may be a server that restarts
        self._fast = True
        self._host_lock: FileLock | None = None
        self._held: str | None = None
        self._staged: dict[str, Sequence[Row]] = {}

    @classmethod
    def from_settings(cls, settings: Settings) -> SqlServerEngine:
        """The engine for these settings, not yet connected."""

        def text() -> tuple[Driver, str]:
            driver = choose_driver(settings.db_driver, pyodbc.drivers())
            return driver, connection_string(settings, driver)

        address = server_address(settings.db_server)
        identity = f"{address}|{settings.db_database}".casefold()
        digest = hashlib.blake2b(identity.encode(), digest_size=6).hexdigest()
        name = f"SQL Server {address}, database {settings.db_database}"
        return cls(name, settings.db_database.casefold(), text, settings.db_file.parent / f"sqlserver-{digest}")

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
        """The connection. Never a new one: with the old one the job's lock is gone, and an open transaction."""
        if self._connection is None:
            raise RetriableError(f"{self.name} is not connected.")
        return self._connection

    def cursor(self) -> pyodbc.Cursor:
        return self._open().cursor()

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
        if connection is not None:
            with suppress(pyodbc.Error):
                connection.close()

    def lost(self) -> bool:
        return self._connection is None

    def translate(self, error: Exception) -> SyncError | None:
        if not isinstance(error, pyodbc.Error):
            return None
        found = odbc_errors.read(error.args)
        error.args = (found.state, found.text)  # so that no log has a customer's value by way of the traceback
        connecting, self._connecting = self._connecting, False
        if found.connection_lost or found.state == "HY010":
            self.close()
        return odbc_errors.meaning(found, self.name, connecting=connecting, worked=self._worked)

    def describe(self) -> str:
        connection = self._open()
        version, edition, collation = _last_row(connection.cursor().execute(_ABOUT))
        driver = f"{connection.getinfo(pyodbc.SQL_DRIVER_NAME)} {connection.getinfo(pyodbc.SQL_DRIVER_VER)}"
        if int(str(version).split(".")[0]) < _OLDEST:
            log.warning("%s has version %s; the robot is made for SQL Server 2016 (13.0) and later.", self.name, version)
        return f"{self.name}: version {version}, {edition}, collation {collation}; driver {driver}"

    # -- rows

    def stage(self, table: RowTable, rows: Sequence[Row]) -> None:
        """Fill the session's staging table.

        Each chunk in a transaction of its own, apart from the one that follows: a driver that describes the parameters by
        asking the server gets an error for a #table, which pyodbc passes over, and under XACT_ABORT an error undoes whatever
        is open. What is staged is counted: a row that were missing would pass for an unchanged one.
        """
        connection = self._open()
        self._staged.pop(table.name, None)
        connection.cursor().execute(staging.make_or_empty(table)).close()
        for sizes, chunk in staging.chunks(table, rows):
            cursor = connection.cursor()  # a new one: a statement prepared on an old one keeps its types
            cursor.fast_executemany = self._fast
            cursor.setinputsizes(sizes)
            self.begin()
            cursor.executemany(staging.fill(table), chunk)
            self.commit()
            cursor.close()
        (staged,) = _last_row(self.cursor().execute(staging.count(table)))
        if staged != len(rows):
            raise RetriableError(f"{self.name}: {staged} of {len(rows)} rows reached {staging.staging_name(table)}.")
        self._staged[table.name] = rows

    def upsert(self, table: RowTable, rows: Sequence[Row], now: datetime) -> Counts:
        """Insert, then update what was there, by set; the counts are exact, whatever triggers the table has.

        Where every row was new, which is how a first load is, there is nothing to look for a second time.
        """
        if self._staged.pop(table.name, None) is not rows:
            raise ValueError(f"upsert: these rows of {table.name} were not staged")
        (inserted,) = _last_row(self.cursor().execute(staging.insert(table), now))
        updated = 0
        if inserted < len(rows):
            (updated,) = _last_row(self.cursor().execute(staging.update(table), now))
        return Counts(inserted=inserted, updated=updated, unchanged=len(rows) - inserted - updated)

    def clashes(self, table: RowTable, rows: Sequence[Row]) -> set[str]:
        self.stage(table, rows)
        return {str(key) for (key,) in self.cursor().execute(staging.clashes(table)).fetchall()}

    def write(self, sql: str, parameters: Row = ()) -> int:
        """By @@ROWCOUNT, and read to its end: whatever a trigger of the table counts, selects or raises."""
        batch = f"SET NOCOUNT ON; DECLARE @rows INT; {sql}; SET @rows = @@ROWCOUNT; SELECT @rows;"
        return int(_last_row(self.cursor().execute(batch, tuple(parameters)))[0])

    def insert(self, sql: str, parameters: Row) -> int:
        """By SCOPE_IDENTITY: an OUTPUT clause is refused on a table that has a trigger."""
        batch = f"SET NOCOUNT ON; {sql}; SELECT CAST(SCOPE_IDENTITY() AS INT);"
        return int(_last_row(self.cursor().execute(batch, tuple(parameters)))[0])

    def first(self, columns_and_rest: str, rows: int) -> str:
        return f"SELECT TOP ({rows:d}) {columns_and_rest}"

    # -- tables

    def tables_standing(self) -> set[str]:
        """Those of the schema dbo. Raises FatalError where the login's own schema has some too: it is searched first."""
        rows = self.cursor().execute(_TABLES).fetchall()
        hidden = sorted(str(name).lower() for schema, name in rows if schema != "dbo" and str(name).lower() in _OUR_TABLES)
        if hidden:
            schema = next(schema for schema, _ in rows if schema != "dbo")
            raise FatalError(
                f"{self.name}: in the schema {schema}, this login's own, stand(s) {', '.join(hidden)};"
                " the robot's tables are in dbo.",
                f"Let the DBA move them (ALTER SCHEMA dbo TRANSFER {schema}.{hidden[0]}, and so on), and give the login the"
                " default schema dbo.",
            )
        return {str(name).lower() for schema, name in rows if schema == "dbo"}

    def columns_standing(self) -> set[tuple[str, str]]:
        return {(table.lower(), name.lower()) for table, name in self.cursor().execute(_COLUMNS).fetchall()}

    def scripts(self) -> list[tuple[str, str]]:
        return read_scripts("sqlserver")

    def run_script(self, text: str) -> None:
        """Without a limit of time: an index over the calls of years takes as long as it takes, and from the start again."""
        connection = self._open()
        connection.timeout = 0
        cursor = connection.cursor()
        try:
            for batch in re.split(r"(?im)^\s*GO\s*$", text):
                if batch.strip():
                    cursor.execute(batch)
                    while cursor.nextset():
                        pass
        finally:
            connection.timeout = _QUERY_SECONDS
            with suppress(pyodbc.Error):
                cursor.execute(_GREETING)  # the scripts' own SETs would outlive them

    # -- the job's lock

    def acquire(self, job: str) -> bool:
        again = self._held == job
        if not again and not self._lock_host(job):
            return False
        seconds = _ACQUIRE_AGAIN_SECONDS if again else _ACQUIRE_SECONDS
        try:
            (result,) = _last_row(self.cursor().execute(_APP_LOCK, self._resource(job), seconds * 1000))
        except BaseException:
            if not again:
                self._unlock_host()
            raise
        if result < 0 and not again:  # -1: timed out; -999, -2 and -3 leave us without it too
            self._unlock_host()
        self._held = job if result >= 0 or again else None
        return bool(result >= 0)

    def release(self) -> None:
        held, self._held = self._held, None
        if held is not None and self._connection is not None:
            try:
                self._connection.cursor().execute(_APP_UNLOCK, self._resource(held))
            except pyodbc.Error:
                self.close()  # and with the session goes its lock
        self._unlock_host()

    def _resource(self, job: str) -> str:
        """The lock's name: within its database it would be enough to name the job."""
        return f"api_3c_robot:{self._database}:{job}"

    def _lock_host(self, job: str) -> bool:
        path = self._lock_file.with_name(f"{self._lock_file.name}.{job}.lock")
        lock = FileLock(path, timeout=0)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except Timeout:
            return False
        except OSError as error:
            message = f"The lock file {path} cannot be written: {error.strerror or error}."
            raise FatalError(message, "Give this user the right to write there, or name another DB_FILE.") from error
        self._host_lock = lock
        return True

    def _unlock_host(self) -> None:
        lock, self._host_lock = self._host_lock, None
        if lock is not None:
            lock.release()


def _last_row(cursor: pyodbc.Cursor) -> Any:
    """The row of the batch's SELECT, past what a trigger or a procedure may have sent before it."""
    while True:
        if cursor.description is not None:
            row = cursor.fetchone()
            if not cursor.nextset():
                return row
        elif not cursor.nextset():
            raise pyodbc.ProgrammingError("HY000", "The server sent no result where the robot expected one.")
