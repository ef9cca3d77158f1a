"""A job's lock on a SQL Server: a file on this host, and `sp_getapplock` for robots on others.

Both die with their holder.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from robot.errors import FatalError

ACQUIRE_SECONDS = 2

APP_LOCK = """
SET NOCOUNT ON;
DECLARE @result INT;
EXEC @result = sp_getapplock @Resource = ?, @LockMode = N'Exclusive', @LockOwner = N'Session',
@LockTimeout = ?;
SELECT @result;
"""
APP_UNLOCK = "EXEC sp_releaseapplock @Resource = ?, @LockOwner = N'Session'"


class _HostLock:
    """The lock file of a job, beside the others of this database."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock: FileLock | None = None

    def acquire(self, job: str) -> bool:
        """Take it; False when another process of this host holds it."""
        path = self._file.with_name(f"{self._file.name}.{job}.lock")
        lock = FileLock(path, timeout=0)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except Timeout:
            return False
        except OSError as error:
            message = f"The lock file {path} cannot be written: {error.strerror or error}."
            raise FatalError(
                message, "Give this user the right to write there, or name another DB_FILE."
            ) from error
        self._lock = lock
        return True

    def release(self) -> None:
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.release()


class JobLock:
    """The lock of one job on one database.

    `name` tells the database, and the schema where it is not dbo.
    """

    def __init__(self, file: Path, name: str) -> None:
        self._name = name
        self._host = _HostLock(file)
        self._held: str | None = None

    def acquire(self, cursor: Callable[[], Any], job: str, again_seconds: int) -> bool:
        """Take it.

        A new connection of its holder takes it again, and waits for the session of the old one to
        end.
        """
        again = self._held == job
        if not again and not self._host.acquire(job):
            return False
        seconds = again_seconds if again else ACQUIRE_SECONDS
        try:
            (result,) = last_row(cursor().execute(APP_LOCK, f"{self._name}:{job}", seconds * 1000))
        except BaseException:
            if not again:
                self._host.release()
            raise
        if result < 0 and not again:  # -1: timed out; -999, -2 and -3 leave us without it too
            self._host.release()
        self._held = job if result >= 0 or again else None
        return bool(result >= 0)

    def release(self, connection: Any) -> None:
        """Give it back; without a connection it is gone already.

        Raises pyodbc.Error, the host's lock given back.
        """
        held, self._held = self._held, None
        try:
            if held is not None and connection is not None:
                connection.cursor().execute(APP_UNLOCK, f"{self._name}:{held}")
        finally:
            self._host.release()


def last_row(cursor: Any) -> Any:
    """The row of the batch's last SELECT, past what a trigger or a procedure may have sent before
    it.
    """
    import pyodbc

    while True:
        if cursor.description is not None:
            row = cursor.fetchone()
            if not cursor.nextset():
                return row
        elif not cursor.nextset():
            raise pyodbc.ProgrammingError(
                "HY000", "The server sent no result where the robot expected one."
            )
