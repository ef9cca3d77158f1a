"""Rejected records tried again: the payload through the normalizer, what has become acceptable into
the tables.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from robot.cells.rejection import Rejection
from robot.cells.rows import Row, RowTable
from robot.database import Coverage, Outcome, RejectionLine, Repository
from robot.database.engine import Counts, DuplicateKey, RowRefused
from robot.database.statuses import ExecutionStatus
from robot.errors import ExitCode, RobotError
from robot.period import Period
from robot.runtime.masking import mask
from robot.sync.history import holder, job_lock

log = logging.getLogger(__name__)

Rows: TypeAlias = Mapping[RowTable, Sequence[Row]]
# a record's rows in each table, or why it has none
Normalizer: TypeAlias = Callable[[object], Rows | Rejection]


@dataclass(frozen=True)
class Retried:
    """What a retry came to: 0 executions when there was nothing to try."""

    execution_id: int | None
    stored: int
    still_rejected: int

    @property
    def exit_code(self) -> ExitCode:
        return ExitCode.WITH_ERRORS if self.still_rejected else ExitCode.SUCCESS


def retry(
    repository: Repository,
    job: str,
    parent: RowTable,
    normalize: Normalizer,
    clock: Callable[[], datetime],
) -> Retried:
    """Try every open rejection of a job, under its lock and with a line in the history.

    `parent` is the table in which each record has one row.

    The rejections of one id are tried newest first: the newest payload that can be stored is.
    Raises AnotherExecutionRunning, SyncError.
    """
    with job_lock(repository, job):
        lines = [line for line in repository.rejections(job) if not line.outside]
        if not lines:
            return Retried(None, 0, 0)
        started = clock()
        first = min(started, datetime.fromisoformat(str(lines[0].created_at)))
        execution = repository.start_execution(
            Coverage(job, "", Period(first, started), campaign_ids=""), holder(), None
        )
        try:
            stored, counts = _retry_each(repository, lines, execution, parent, normalize)
        except Exception as error:
            code = error.exit_code if isinstance(error, RobotError) else ExitCode.FAILED
            repository.finish_execution(
                execution, Outcome(ExecutionStatus.FAILED, int(code), message=mask(str(error)))
            )
            raise
        retried = Retried(execution, stored, len(lines) - stored)
        repository.finish_execution(
            execution, _outcome(retried, counts, round((clock() - started).total_seconds()))
        )
        return retried


def _retry_each(
    repository: Repository,
    lines: Sequence[RejectionLine],
    execution: int,
    parent: RowTable,
    normalize: Normalizer,
) -> tuple[int, Counts]:
    """How many rejections were resolved, and what that did to the rows of the parent."""
    resolved = 0
    counts = Counts()
    done: set[str] = set()
    for line in reversed(lines):
        rows = normalize(_record(line.payload))
        if isinstance(rows, Rejection):
            continue
        key = parent.key_of(rows[parent][0])
        try:
            stored = repository.store_retried({} if key in done else rows, [line.id], execution)
        except (
            RowRefused,
            DuplicateKey,
        ) as error:  # not by the rules of the robot, but by those of the table
            log.warning("Rejection %d: %s", line.id, error)
            continue
        counts.add(stored.tables.get(parent.name, Counts()))
        done.add(key)
        resolved += 1
    return resolved, counts


def _record(payload: str) -> object:
    try:
        return json.loads(payload)
    except (ValueError, RecursionError):
        return None


def _outcome(retried: Retried, counts: Counts, seconds: int) -> Outcome:
    errors = bool(retried.still_rejected)
    return Outcome(
        status=ExecutionStatus.COMPLETED_WITH_ERRORS
        if errors
        else ExecutionStatus.COMPLETED_SUCCESS,
        exit_code=int(retried.exit_code),
        total=retried.stored + retried.still_rejected,
        successful=retried.stored,
        failed=retried.still_rejected,
        seconds=seconds,
        message=f"rejected retry: {retried.stored} stored, {retried.still_rejected} still rejected",
        counts=counts,
    )
