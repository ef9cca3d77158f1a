"""What one window's reading came to, whatever pager read it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from robot.sync.evidence import Reading
from robot.sync.verdict import judge

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Begun:
    """What an execution that was killed left of a window: where its list goes on, how many records
    are stored of what comes before that, and the total that the API told then.
    """

    cursor: str
    records: int
    total: int | None = None


@dataclass
class Account:
    """What one window's reading came to. `reason` says what is missing where it is not complete,
    `note` what is odd.

    `found` holds the keys of all records that came in any of its readings.
    """

    total: int | None = None
    distinct: int = 0
    received: int = 0
    pages: int = 0
    passes: int = 0
    complete: bool = False
    settled: bool = True
    reason: str = ""
    note: str = ""
    found: dict[str, str] = field(default_factory=dict)
    entire: bool = True  # read from the beginning, not only from where another execution stopped

    def judge(self, readings: Sequence[Reading]) -> bool:
        """Judge what was read so far; whether to read once more."""
        verdict = judge(readings, settled=self.settled)
        self.total, self.distinct = verdict.total, verdict.distinct
        self.complete, self.reason, self.note = verdict.complete, verdict.reason, verdict.note
        if verdict.again:
            level = logging.WARNING if verdict.total is not None else logging.DEBUG
            log.log(
                level, "Not proven complete (%s): reading the window once more.", verdict.reason
            )
        return verdict.again
