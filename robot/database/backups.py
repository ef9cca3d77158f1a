"""Copies of the embedded database, made while it is in use, and put back.

SQLite's own backup reads a snapshot: the source stays inside one read transaction, so that writers
in WAL mode neither wait nor make it begin anew (https://www.sqlite.org/backup.html). Into a
database it writes one transaction: a process that is killed meanwhile leaves the database as it
was.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from robot.cells.tables import CALLS, EXECUTION_LOGS, SCHEMA_VERSIONS
from robot.database.scripts import read_scripts
from robot.errors import ConfigurationError, FatalError, Interrupted

_PAGES_AT_ONCE = 2000  # 8 MB
_BUSY_SECONDS = 30
_DAMAGED = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}

Progress = Callable[[int, int], None]  # pages done, pages in all


@dataclass(frozen=True)
class Contents:
    """What a copy holds: rows of `calls`, executions, and when the last of them began (None without
    any).
    """

    calls: int
    executions: int
    last_execution: str | None


def back_up(source: Path, target: Path, stop: threading.Event, progress: Progress) -> Contents:
    """Copy the database into a new file, and check the copy. The file appears only when it is
    whole.

    Raises ConfigurationError for a source or target that cannot be, FatalError for a damaged one,
    Interrupted.
    """
    if not source.is_file():
        raise ConfigurationError(f"{source} does not exist.", "There is nothing to back up yet.")
    if target.exists():
        raise ConfigurationError(f"{target} exists already.", "Name a new file.")
    unfinished = target.with_name(f"{target.name}.unfinished")
    try:
        with _opened(source) as original, _opened(unfinished, new=True) as copy:
            _copy(original, copy, stop, progress)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a WAL beside it
        found = look_into(unfinished, of=source)
        _to_disk(unfinished)
        unfinished.rename(target)
    except (sqlite3.Error, OSError) as error:
        if getattr(error, "sqlite_errorcode", None) in _DAMAGED:  # only the source can be
            raise FatalError(
                f"{source} is damaged or no SQLite database: {error}.",
                "Restore it from a backup, or name another DB_FILE.",
            ) from error
        raise FatalError(
            f"{target} could not be written: {error}.", "Free space, or name another file."
        ) from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
    return found


def restore(backup: Path, target: Path, stop: threading.Event, progress: Progress) -> None:
    """Make the database what the backup holds, in one transaction. The caller holds every job's
    lock.

    Raises FatalError where the database cannot be written, and leaves it as it was; Interrupted
    likewise.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _opened(backup) as copy, _opened(target, new=not target.exists()) as database:
            # a WAL of another page size would refuse the copy
            database.execute("PRAGMA journal_mode = DELETE")
            _copy(copy, database, stop, progress)
    except (sqlite3.Error, OSError) as error:
        raise FatalError(
            f"{target} could not be written: {error}. It is as it was.",
            (
                "Close the programs that have it open, check the folder's rights and the disk's"
                " space; then again."
            ),
        ) from error


def look_into(backup: Path, *, of: Path | None = None) -> Contents:
    """What the file holds. Raises ConfigurationError where it is none of the robot's databases, or
    a damaged one.

    The error names `of`, the database that an unfinished copy was made from, in its place.
    """
    named = of or backup
    if not backup.is_file():
        raise ConfigurationError(
            f"{backup} does not exist.", "Name a file that the command backup made."
        )
    try:
        with _opened(backup) as copy:
            damage = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
            tables = {
                name
                for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            }
            if damage == "ok" and {CALLS.name, EXECUTION_LOGS.name, SCHEMA_VERSIONS.name} <= tables:
                _require_known_scripts(named, copy)
                calls = copy.execute(f"SELECT COUNT(*) FROM {CALLS.name}").fetchone()[0]
                executions, last = copy.execute(
                    f"SELECT COUNT(*), MAX(execution_date) FROM {EXECUTION_LOGS.name}"
                ).fetchone()
                return Contents(calls, executions, last)
    except sqlite3.Error as error:
        damage = str(error)
    why = "it lacks the robot's tables" if damage == "ok" else damage
    raise ConfigurationError(
        f"{named} is no whole database of the robot: {why}.", "Name another file."
    )


def sent_since(backup: Path, database: Path) -> int:
    """Contacts that the database knows to be sent to a dialer, and the backup does not."""
    sql = (
        "SELECT i.id, i.external_id, i.in_flight_at FROM dialer_export_items i"
        " WHERE i.status IN ('in flight', 'sent', 'filtered', 'unknown')"
    )
    try:
        with _opened(backup) as copy, _opened(database) as current:
            before = set(copy.execute(sql).fetchall())
            return sum(row not in before for row in current.execute(sql))
    except sqlite3.Error:  # a database that is damaged: the very reason to restore
        return 0


def _require_known_scripts(backup: Path, copy: sqlite3.Connection) -> None:
    known = {name for name, _ in read_scripts("sqlite")}
    unknown = sorted(
        name
        for (name,) in copy.execute(f"SELECT script FROM {SCHEMA_VERSIONS.name}")
        if name not in known
    )
    if unknown:
        raise ConfigurationError(
            (
                f"{backup} was made by a newer version of the robot: this one does not know"
                f" {', '.join(unknown)}."
            ),
            "Use the newer version of the program.",
        )


def _copy(
    source: sqlite3.Connection,
    target: sqlite3.Connection,
    stop: threading.Event,
    progress: Progress,
) -> None:
    def step(_status: int, remaining: int, total: int) -> None:
        progress(total - remaining, total)
        if remaining and stop.is_set():  # without any the copy is whole, and committed
            raise Interrupted("The robot was asked to stop.")

    if stop.is_set():
        raise Interrupted("The robot was asked to stop.")
    source.execute("BEGIN")
    try:
        source.execute(
            "SELECT COUNT(*) FROM sqlite_master"
        ).fetchone()  # from here on the snapshot stands
        source.backup(target, pages=_PAGES_AT_ONCE, progress=step)
    finally:
        source.execute("ROLLBACK")


@contextmanager
def _opened(path: Path, *, new: bool = False) -> Iterator[sqlite3.Connection]:
    """A connection that makes no file unless `new`."""
    address = f"file:{quote(str(path.resolve()))}?mode={'rwc' if new else 'rw'}"
    with closing(
        sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS, isolation_level=None)
    ) as connection:
        yield connection


def _to_disk(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
