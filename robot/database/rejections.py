"""Rejected records: kept once for each payload, resolved when they are stored at last.

Inside the running transaction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from robot.cells.tables import REJECTED_RECORDS
from robot.cells.utf16 import cut
from robot.database.engine import Engine
from robot.database.records import RejectedRecord

_RESOLVE = (
    "UPDATE rejected_records SET resolved_at = ?, resolved_execution_id = ? WHERE"
    " resolved_at IS NULL"
)


def keep(engine: Engine, job: str, execution_id: int, now: datetime, record: RejectedRecord) -> int:
    """Keep a rejected record, once for each payload.

    Returns 1 when it is new. One that was resolved is open again.
    """
    digest = hashlib.blake2b(record.payload.encode("utf-8", "replace"), digest_size=16).hexdigest()
    seen_again = engine.write(
        "UPDATE rejected_records SET last_seen_at = ?, resolved_at = NULL, resolved_execution_id ="
        " NULL WHERE job = ? AND payload_hash = ?",
        (now, job, digest),
    )
    if seen_again:
        return 0
    record_id = cut(record.record_id or "", REJECTED_RECORDS["record_id"].width) or None
    reason = cut(record.reason, REJECTED_RECORDS["reason"].width)
    engine.write(
        "INSERT INTO rejected_records"
        " (execution_id, job, record_id, reason, payload, payload_hash, created_at, last_seen_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (execution_id, job, record_id, reason, record.payload, digest, now, now),
    )
    return 1


def resolve_ids(
    engine: Engine, job: str, record_ids: Iterable[str], execution_id: int, now: datetime
) -> None:
    """These records of a job are stored now."""
    for record_id in record_ids:
        engine.write(
            f"{_RESOLVE} AND job = ? AND record_id = ?", (now, execution_id, job, record_id)
        )


def resolve_lines(
    engine: Engine, line_ids: Iterable[int], execution_id: int, now: datetime
) -> None:
    """The records of these lines are stored now."""
    for line_id in line_ids:
        engine.write(f"{_RESOLVE} AND id = ?", (now, execution_id, line_id))
