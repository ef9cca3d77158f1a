"""The embedded database: one SQLite file, standard library driver."""

from __future__ import annotations

import json
import operator
import sqlite3
import threading
import time
from collections.abc import Sequence
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any, Self

from filelock import FileLock, Timeout

from robot.cells.rows import CONTENT_DIGITS, Row, RowTable, StoredHash, key_text
from robot.database import sqlite_catalog
from robot.database.catalog import Catalog
from robot.database.engine import Answer, Cells, Counts, Place, RowRefused
from robot.database.scripts import pieces, read_scripts
from robot.database.watched import ended_by
from robot.errors import FatalError, RetriableError, SyncError

_BUSY_SECONDS = 30
_TURN_SECONDS = 1
_PAUSE_SECONDS = 0.01  # between two turns: there are locks that SQLite does not wait for
_WAL = "PRAGMA journal_mode = WAL"
_MAY_KEEP_A_JOURNAL = """
SELECT NOT EXISTS (SELECT 1 FROM sqlite_master)
OR EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'schema_versions')
"""
# https://www.sqlite.org/rescode.html: another process writes, or the schema just changed under us
_RETRIABLE = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_SCHEMA}

_REFUSED = {sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_TOOBIG}


def _stored(moment: datetime) -> str:
    """How SQLite holds a moment: text that sorts as time does."""
    return moment.isoformat(sep=" ", timespec="seconds")


sqlite3.register_adapter(datetime, _stored)
_NOTHING: dict[None, None] = {}  # its `get` gives None for None, without a step of Python
# most cells are NULL or a boolean, for which the driver would search an adapter in vain: half of
# the time of binding a row
sqlite3.register_adapter(type(None), _NOTHING.get)
sqlite3.register_adapter(bool, operator.pos)


class _Cursor(sqlite3.Cursor):
    """Waits for another program's lock in short turns: SQLite's own wait hears no request to
    stop.
    """

    def __init__(self, connection: sqlite3.Connection, stop: threading.Event) -> None:
        super().__init__(connection)
        self._stop = stop

    def execute(self, sql: str, parameters: Any = (), /) -> Self:
        end = time.monotonic() + _BUSY_SECONDS
        while True:
            try:
                return super().execute(sql, parameters)
            except sqlite3.OperationalError as error:
                if (
                    not _is_busy(error)
                    or time.monotonic() >= end
                    or self._stop.wait(_PAUSE_SECONDS)
                ):
                    raise


def _is_busy(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


class SqliteEngine:
    """A SQLite file in WAL mode, beside it a lock file for each job."""

    batch_rows = 2000
    place = ""
    another_place = "Name another file in DB_FILE."

    def __init__(self, path: Path, stop: threading.Event | None = None) -> None:
        self.name = f"SQLite file {path}"
        self._path = path
        self._cursor = partial(_Cursor, stop=stop or threading.Event())
        self._connection: sqlite3.Connection | None = None
        self._lock: FileLock | None = None

    def connect(self) -> None:
        if self._connection is not None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(
                self._path, timeout=min(_TURN_SECONDS, _BUSY_SECONDS), isolation_level=None
            )
        except OSError as error:
            raise self._unusable(str(error.strerror)) from error
        except sqlite3.Error as error:
            raise self._unusable(str(error)) from error
        try:
            cursor = connection.cursor(self._cursor)
            self._refuse_foreign(cursor)
            for pragma in ("synchronous = FULL", "foreign_keys = ON", "cache_size = -16000"):
                cursor.execute(f"PRAGMA {pragma}")
            if cursor.execute(_MAY_KEEP_A_JOURNAL).fetchone()[
                0
            ]:  # a file of somebody else's is left as it is
                cursor.execute(_WAL)
        except FatalError:
            connection.close()
            raise
        except sqlite3.Error as error:
            connection.close()
            raise self.translate(error) or error from error
        self._connection = connection

    def _refuse_foreign(self, cursor: sqlite3.Cursor) -> None:
        """A file that another program has marked as its own
        (https://www.sqlite.org/pragma.html#pragma_application_id).
        """
        (mark,) = cursor.execute("PRAGMA application_id").fetchone()
        if mark:
            raise FatalError(
                (
                    f"{self.name} belongs to another program (application_id {mark}): nothing in it"
                    " was changed."
                ),
                self.another_place,
            )

    def _open(self) -> sqlite3.Connection:
        self.connect()
        if self._connection is None:
            raise RetriableError(f"{self.name} is not open.")
        return self._connection

    def cursor(self) -> sqlite3.Cursor:
        return self._open().cursor(self._cursor)

    def begin(self) -> None:
        self.cursor().execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        self.cursor().execute("COMMIT")

    def rollback(self) -> None:
        try:
            if self._connection is not None and self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except sqlite3.Error:
            self.close()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def lost(self) -> bool:
        return self._connection is None

    def stage(self, table: RowTable, rows: Sequence[Row]) -> None:
        """Nothing: the file is in this process."""

    def upsert(self, table: RowTable, rows: Sequence[Row], now: datetime) -> Counts:
        """Upsert, counting exactly: the hashes are read in the same transaction, which nobody else
        can write in.
        """
        cursor = self.cursor()
        keys = json.dumps([table.key_cells(row) for row in rows], default=str)
        stored = {
            key_text(key): StoredHash(found)
            for *key, found in cursor.execute(_hashes_sql(table), (keys,)).fetchall()
        }
        counts = Counts()
        for row in rows:
            known = stored.get(table.key_of(row))
            if known is None:
                counts.inserted += 1
            elif known.has(row):
                counts.unchanged += 1
            else:
                counts.updated += 1
        if counts.inserted or counts.updated:
            stamps = (_stored(now), _stored(now))
            cursor.executemany(
                upsert_statement(table), (table.written(row) + stamps for row in rows)
            )
        return counts

    def clashes(self, table: RowTable, rows: Sequence[Row]) -> set[str]:
        """None: keys are compared by their bytes."""
        return set()

    def write(self, sql: str, parameters: Cells = ()) -> int:
        """By `changes()`, which counts no row that a trigger wrote."""
        cursor = self.cursor()
        cursor.execute(sql, tuple(parameters))
        return int(cursor.execute("SELECT changes()").fetchone()[0])

    def query(self, sql: str, seconds: float, stop: threading.Event) -> Answer:
        """It keeps nobody from writing, and cannot write itself."""
        connection = self._open()
        cursor = self.cursor()
        cursor.execute("PRAGMA query_only = ON")
        try:
            with ended_by(stop, seconds, connection.interrupt):
                cursor.execute("BEGIN")
                cursor.execute(sql)
                return Answer(
                    [str(column[0]) for column in cursor.description or ()], cursor.fetchall()
                )
        finally:
            self.rollback()
            cursor.execute("PRAGMA query_only = OFF")

    def compared(self, left: Place, right: Place) -> str:
        """Nothing: the left one's collation is taken."""
        return ""

    def insert(self, sql: str, parameters: Cells) -> int:
        return int(self.cursor().execute(sql, tuple(parameters)).lastrowid or 0)

    def first(self, columns_and_rest: str, rows: int) -> str:
        return f"SELECT {columns_and_rest} LIMIT {rows:d}"

    def catalog(self, *, whole: bool = True) -> Catalog:
        return sqlite_catalog.read(self._open())

    def catalog_elsewhere(self) -> tuple[str, Catalog] | None:
        """Nowhere: a file has no schemas."""
        return None

    def adopt(self) -> None:
        """Keep the journal beside the file, so that who reads keeps nobody from writing."""
        self.cursor().execute(_WAL)

    def denied(self, wanted: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        """None: who may write the file may do all."""
        return []

    def tables_standing(self) -> set[str]:
        found = (
            self.cursor().execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        )
        return {name.lower() for (name,) in found}

    def scripts(self) -> list[tuple[str, str]]:
        return read_scripts("sqlite")

    def run_script(self, text: str) -> None:
        for statement in pieces(text):
            self.cursor().execute(statement)

    def acquire(self, job: str) -> bool:
        try:
            # two names of one file (a symbolic link) are one database, and must be one lock
            lock = FileLock(f"{self._path.resolve()}.{job}.lock", timeout=0)
            lock.acquire()
        except Timeout:
            return False
        except (OSError, RuntimeError) as error:  # RuntimeError: links that go in a circle
            raise self._unusable(str(getattr(error, "strerror", "") or error)) from error
        self._lock = lock
        return True

    def release(self) -> None:
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def translate(self, error: Exception) -> SyncError | None:
        if not isinstance(error, sqlite3.Error):
            return None
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in _RETRIABLE:
            return RetriableError(f"{self.name} is busy: {error}.", "Another program writes to it.")
        if code == sqlite3.SQLITE_FULL:
            return FatalError(
                f"The disk of {self.name} is full.",
                "Free space, then run again: nothing stored is lost.",
            )
        if code in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}:
            return self._unusable(str(error))
        if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
            return FatalError(
                f"{self.name} is damaged or no SQLite database: {error}.",
                "Restore it, or name another DB_FILE.",
            )
        if code in _REFUSED:
            return RowRefused(
                f"{self.name} refuses a row: {error}.",
                "See what its table demands.",
                reason=str(error),
            )
        if code == sqlite3.SQLITE_IOERR:
            return FatalError(
                f"{self.name} cannot be read or written: {error}.",
                "Check the disk, and its free space.",
            )
        return FatalError(f"{self.name}: {error}.")

    def _unusable(self, reason: str) -> FatalError:
        return FatalError(
            f"{self.name} cannot be opened or written: {reason}.",
            "Check DB_FILE, and the folder's rights.",
        )

    def describe(self) -> str:
        return f"SQLite {sqlite3.sqlite_version}, {self._path}"


@cache
def _hashes_sql(table: RowTable) -> str:
    names = ", ".join(table.key)
    cells = ", ".join(f"json_extract(value, '$[{place}]')" for place, _ in enumerate(table.key))
    return (
        f"SELECT {names}, row_hash FROM {table.name}"
        f" WHERE ({names}) IN (SELECT {cells} FROM json_each(?))"
    )


@cache
def upsert_statement(table: RowTable) -> str:
    """INSERT … ON CONFLICT … DO UPDATE … WHERE the content differs; parameters: the row,
    created_at, updated_at.
    """
    created, updated = table.stamps
    names = table.written_names
    changing = [name for name in [*names, updated] if name not in table.key]
    return (
        f"INSERT INTO {table.name} ({', '.join([*names, created, updated])})"
        f" VALUES ({', '.join('?' * (len(names) + 2))})"
        f" ON CONFLICT ({', '.join(table.key)}) DO UPDATE SET"
        f" {', '.join(f'{name} = excluded.{name}' for name in changing)}"
        f" WHERE substr({table.name}.row_hash, 1, {CONTENT_DIGITS}) IS NOT"
        f" substr(excluded.row_hash, 1, {CONTENT_DIGITS})"
    )
