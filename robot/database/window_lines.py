"""What `sync_windows` remembers of one window."""

from __future__ import annotations

from robot.database.records import Coverage
from robot.database.repository import Repository


def stored_before(repository: Repository, coverage: Coverage, key: str) -> int:
    """How many records of the window were stored when it was read last; 0 of one that was never
    read. Raises SyncError.
    """
    sql = "SELECT stored FROM sync_windows WHERE job = ? AND scope = ? AND window_key = ?"
    rows = repository.read(sql, (coverage.job, coverage.scope, key))
    return int(str(rows[0][0] or 0)) if rows else 0
