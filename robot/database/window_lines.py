"""What `sync_windows` remembers of one window."""

from __future__ import annotations

from datetime import date

from robot.database.records import Scope
from robot.database.repository import Repository


def stored_before(repository: Repository, scope: Scope, day: date) -> int:
    """How many records of the window were stored when it was read last; 0 of one that was never
    read. Raises SyncError.
    """
    sql = "SELECT stored FROM sync_windows WHERE job = ? AND campaigns = ? AND day = ?"
    rows = repository.read(sql, (scope.job, scope.campaigns_text, day.isoformat()))
    return int(str(rows[0][0] or 0)) if rows else 0
