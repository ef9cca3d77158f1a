"""What every execution shares that is no reading of windows: the lock, the history line, how it ended.

The outcome of `work` reaches `execution_logs` whatever happens; a process that is killed leaves RUNNING, which the next
start turns into FAILED (interrupted).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from robot import logs
from robot.database import Counts, Outcome, Repository, Scope
from robot.errors import ExitCode, Interrupted, RobotError, SyncError
from robot.execution import holder
from robot.masking import mask
from robot.statuses import ExecutionStatus

log = logging.getLogger(__name__)


@dataclass
class Ending:
    """How an execution stands; `work` fills it as it goes, so that nothing done is forgotten when it breaks off."""

    execution_id: int = 0
    status: ExecutionStatus = ExecutionStatus.RUNNING
    exit_code: ExitCode = ExitCode.FAILED
    total: int = 0
    successful: int = 0
    failed: int = 0
    counts: Counts = field(default_factory=Counts)
    problems: list[str] = field(default_factory=list)
    message: str | None = None
    hint: str = ""
    seconds: float = 0.0


def recorded(repository: Repository, scope: Scope, work: Callable[[Ending], None]) -> Ending:
    """Run `work` under the job's lock, with a line in `execution_logs`.

    Raises AnotherExecutionRunning before anything is written, and a SyncError of the database before the line stands;
    from then on every outcome is in the Ending. A defect is written there too, and raised again.
    """
    repository.prepare()
    with repository.lock(scope.job):
        if orphans := repository.fail_interrupted(scope.job):
            log.warning("%d execution(s) found RUNNING without a process: marked FAILED (interrupted).", orphans)
        ending = Ending(repository.start_execution(scope, holder(), None))
        logs.current_execution(ending.execution_id)
        started = time.monotonic()
        log.info("Execution %d of %s begins.", ending.execution_id, scope.job)
        try:
            work(ending)
            _judge(ending)
        except Interrupted:
            _fail(ending, ExitCode.INTERRUPTED, "interrupted by the operator or the system", "The next start goes on here.")
        except RobotError as error:
            _fail(ending, error.exit_code, error.message, error.hint)
        except Exception as error:
            _fail(ending, ExitCode.FAILED, f"unexpected {type(error).__name__}: {error}", "")
            raise
        finally:
            ending.seconds = time.monotonic() - started
            _finish(repository, ending)
            logs.current_execution(None)
    return ending


def _judge(ending: Ending) -> None:
    ending.message = "\n".join(ending.problems) or None
    if ending.failed or ending.problems:
        ending.status, ending.exit_code = ExecutionStatus.COMPLETED_WITH_ERRORS, ExitCode.WITH_ERRORS
    elif ending.total:
        ending.status, ending.exit_code = ExecutionStatus.COMPLETED_SUCCESS, ExitCode.SUCCESS
    else:
        ending.status, ending.exit_code = ExecutionStatus.COMPLETED_NO_DATA, ExitCode.SUCCESS


def _fail(ending: Ending, code: ExitCode, message: str, hint: str) -> None:
    ending.status, ending.exit_code = ExecutionStatus.FAILED, code
    ending.message = "\n".join([message, *ending.problems])
    ending.hint = hint


def _finish(repository: Repository, ending: Ending) -> None:
    outcome = Outcome(
        status=ending.status,
        exit_code=int(ending.exit_code),
        total=ending.total,
        successful=ending.successful,
        failed=ending.failed,
        seconds=round(ending.seconds),
        message=mask(ending.message) if ending.message else None,
        counts=ending.counts,
    )
    level = logging.INFO if ending.exit_code is ExitCode.SUCCESS else logging.ERROR
    log.log(level, "Execution %d ends: %s. %s", ending.execution_id, ending.status, ending.message or "")
    try:
        repository.finish_execution(ending.execution_id, outcome)
    except SyncError as error:  # the next start finds it RUNNING, and marks it FAILED
        log.error("The end of execution %d could not be written: %s", ending.execution_id, error)  # noqa: TRY400
        if ending.exit_code is ExitCode.SUCCESS:
            _fail(ending, ExitCode.FAILED, error.message, error.hint)
