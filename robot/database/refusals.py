"""Contacts that the dialer refused, as rejected records of the job `dialer_export`.

Inside the running transaction.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from robot.database import rejections
from robot.database.engine import Engine

JOB = "dialer_export"


@dataclass(frozen=True)
class _Refused:
    """A contact that the dialer refused, as a rejected record."""

    record_id: str
    reason: str
    payload: str


def keep(
    engine: Engine, item_id: int, reason: str | None, execution_id: int, now: datetime
) -> None:
    """Keep a contact of an export as refused, once for each campaign and content."""
    cursor = engine.cursor()
    cursor.execute(
        "SELECT external_id, campaign_id, payload FROM dialer_export_items WHERE id = ?", (item_id,)
    )
    external_id, campaign_id, payload = cursor.fetchone()
    cursor.close()
    record = {"campaign_id": int(campaign_id), "contacts": json.loads(payload)}
    refused = _Refused(
        str(external_id), reason or "refused", json.dumps(record, ensure_ascii=False)
    )
    rejections.keep(engine, JOB, execution_id, now, refused)


def resolve(engine: Engine, item_ids: Sequence[int], execution_id: int, now: datetime) -> None:
    """The dialer took these: what their campaign once refused of the same clients is settled."""
    same = engine.compared(
        ("rejected_records", "record_id"), ("dialer_export_items", "external_id")
    )
    marks = ", ".join("?" * len(item_ids))
    engine.write(
        "UPDATE rejected_records SET resolved_at = ?, resolved_execution_id = ? WHERE resolved_at"
        " IS NULL AND job = ?"
        f" AND record_id IN (SELECT external_id{same} FROM dialer_export_items WHERE id IN"
        f" ({marks}))"
        " AND execution_id IN (SELECT id FROM execution_logs WHERE job = ? AND campaign_ids IN"
        " (SELECT CAST(campaign_id AS NVARCHAR(100)) FROM dialer_export_items WHERE id = ?))",
        (now, execution_id, JOB, *item_ids, JOB, item_ids[0]),
    )
