"""Rejected records tried again: the payload through the normalizer, what has become acceptable into the tables."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from robot.database import Outcome, RejectionLine, Repository, Scope
from robot.database.engine import Counts, DuplicateKey, Row, RowRefused
from robot.errors import ExitCode, RobotError
from robot.history import held, holder
from robot.masking import mask
from robot.normalizers import Rejection, normalize_call
from robot.period import Period
from robot.statuses import ExecutionStatus
from robot.tables import CALLS, MAILING_DATA

log = logging.getLogger(__name__)

JOB = "calls"


@dataclass(frozen=True)
class Retried:
    """What a retry came to: 0 executions when there was nothing to try."""

    execution_id: int | None
    stored: int
    still_rejected: int

    @property
    def exit_code(self) -> ExitCode:
        return ExitCode.WITH_ERRORS if self.still_rejected else ExitCode.SUCCESS


def retry(repository: Repository, clock: Callable[[], datetime], zone: tzinfo | None = None) -> Retried:
    """Try every open rejection, under the job's lock and with a line in the history. `zone` is the account's.

    The rejections of one id are tried newest first: the newest payload that can be stored is. Raises
    AnotherExecutionRunning, SyncError.
    """
    with held(repository, JOB):
        lines = [line for line in repository.rejections(JOB) if not line.outside]
        if not lines:
            return Retried(None, 0, 0)
        started = clock()
        first = min(started, datetime.fromisoformat(str(lines[0].created_at)))
        execution = repository.start_execution(Scope(JOB, (), Period(first, started)), holder(), None)
        try:
            stored, counts = _retry_each(repository, lines, execution, zone)
        except Exception as error:
            code = error.exit_code if isinstance(error, RobotError) else ExitCode.FAILED
            repository.finish_execution(execution, Outcome(ExecutionStatus.FAILED, int(code), message=mask(str(error))))
            raise
        retried = Retried(execution, stored, len(lines) - stored)
        repository.finish_execution(execution, _outcome(retried, counts, round((clock() - started).total_seconds())))
        return retried


def _retry_each(
    repository: Repository, lines: Sequence[RejectionLine], execution: int, zone: tzinfo | None
) -> tuple[int, Counts]:
    """How many rejections were resolved, and what that did to the rows of the calls."""
    resolved = 0
    counts = Counts()
    done: set[str] = set()
    for line in reversed(lines):
        result = normalize_call(_record(line.payload), zone)
        if isinstance(result, Rejection):
            continue
        key = str(result.call[0])
        rows: dict[object, Sequence[Row]] = {}
        if key not in done:
            rows = {CALLS: [result.call], MAILING_DATA: [] if result.mailing is None else [result.mailing]}
        try:
            stored = repository.store_retried(rows, [line.id], execution)  # type: ignore[arg-type]
        except (RowRefused, DuplicateKey) as error:  # not by the rules of the robot, but by those of the table
            log.warning("Rejection %d: %s", line.id, error)
            continue
        counts.add(stored.tables.get(CALLS.name, Counts()))
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
        status=ExecutionStatus.COMPLETED_WITH_ERRORS if errors else ExecutionStatus.COMPLETED_SUCCESS,
        exit_code=int(retried.exit_code),
        total=retried.stored + retried.still_rejected,
        successful=retried.stored,
        failed=retried.still_rejected,
        seconds=seconds,
        message=f"rejected retry: {retried.stored} stored, {retried.still_rejected} still rejected",
        counts=counts,
    )
