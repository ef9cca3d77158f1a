"""A rejected record as it may be shown: what tells it apart, without what belongs to a person."""

from __future__ import annotations

import json
import re

from robot import jobs
from robot.database import RejectionLine
from robot.runtime.masking import mask
from robot.sync.kinds import ReadingJob

_PAYLOAD_WIDTH = 70
# the rest of a record is somebody's personal data
_HARMLESS = ("id", "call_date", "campaign_id", "status_id", "mode")
_WORD = re.compile(
    r"[A-Za-z0-9_-]{1,64}|\d{1,4}[-/]\d{1,2}[-/]\d{1,4}[T ]?[\d:.+Z-]{0,20}", re.ASCII
)


def _record(line: RejectionLine) -> dict[str, object]:
    """The payload as an object; nothing when it is none."""
    try:
        record = json.loads(line.payload)
    except (ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}


def shown(line: RejectionLine) -> str:
    """What tells the record apart, without what belongs to a person."""
    record = _record(line)
    if not record:
        return f"{len(line.payload):,} characters, no object"
    told = {
        name: record[name] for name in _HARMLESS if name in record and _is_harmless(record[name])
    }
    more = f"and {len(record) - len(told)} more field(s)"
    if line.record_id and not isinstance(jobs.of_row(line.job), ReadingJob):
        # what was read holds its id itself
        told = {"id": line.record_id} | told
    return f"{mask(json.dumps(told, ensure_ascii=False))[:_PAYLOAD_WIDTH]} {more}"


def _is_harmless(value: object) -> bool:
    """Nothing, a number, a word or a date.

    A text may hold anything of anybody, also where an id is expected.
    """
    return (
        bool(_WORD.fullmatch(value))
        if isinstance(value, str)
        else not isinstance(value, dict | list)
    )
