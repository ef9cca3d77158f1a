"""What every execution shares: the lock, the line in the history, how it ended.

`job_lock`, `run_recorded` and `write_end` are for every job; `recorded` runs a piece of work that
has no windows. Its outcome reaches `execution_logs` whatever happens; a process that is killed
leaves RUNNING, which the next start turns into FAILED (interrupted).
"""

from __future__ import annotations

import getpass
import logging
import os
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from robot.database import Counts, Coverage, Outcome, Repository
from robot.database.statuses import ExecutionStatus
from robot.errors import ExitCode, Interrupted, RobotError, SyncError
from robot.runtime import logs
from robot.runtime.masking import mask

log = logging.getLogger(__name__)

_PROBLEMS_TOLD = 50


def holder() -> str:
    """Who runs this process, for the one who finds the lock taken."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):  # a service account without a name
        user = "?"
    return f"{user}@{socket.gethostname()}, process {os.getpid()}"


@contextmanager
def job_lock(repository: Repository, job: str) -> Iterator[None]:
    """Hold the job's lock; whoever is still RUNNING then has died.

    Raises AnotherExecutionRunning, SyncError.
    """
    repository.prepare(job)
    with repository.lock(job):
        if orphans := repository.fail_interrupted(job):
            log.warning(
                "%d execution(s) found RUNNING without a process: marked FAILED (interrupted).",
                orphans,
            )
        try:
            yield
        finally:
            logs.current_execution(None)


def write_end(repository: Repository, execution_id: int, outcome: Outcome) -> RobotError | None:
    """Log the end and write it into the history; the error, where that was not possible."""
    level = logging.INFO if outcome.exit_code == ExitCode.SUCCESS else logging.ERROR
    log.log(level, "Execution %d ends: %s. %s", execution_id, outcome.status, outcome.message or "")
    try:
        repository.finish_execution(execution_id, outcome)
    except (
        SyncError,
        Interrupted,
    ) as error:  # the next start finds it RUNNING, and marks it FAILED
        log.error(("The end of execution %d could not be written: %s"), execution_id, error)  # noqa: TRY400
        return error
    return None


class End(Protocol):
    """How an execution stands, as far as an error decides it."""

    status: ExecutionStatus
    exit_code: ExitCode
    message: str | None
    hint: str

    @property
    def problems(self) -> Sequence[str]: ...


def run_recorded(end: End, work: Callable[[], None]) -> Exception | None:
    """Do the work; an error becomes a FAILED end with its exit code.

    A defect is returned: raise it when all is written.
    """
    try:
        work()
    except Interrupted:
        fail(
            end,
            ExitCode.INTERRUPTED,
            "interrupted by the operator or the system",
            "The next start goes on here.",
        )
    except RobotError as error:
        fail(end, error.exit_code, error.message, error.hint)
    except Exception as error:
        fail(end, ExitCode.FAILED, f"unexpected {type(error).__name__}: {error}")
        return error
    return None


def fail(end: End, code: ExitCode, message: str, hint: str = "") -> None:
    """FAILED, with what else went wrong below the message."""
    end.status, end.exit_code, end.hint = ExecutionStatus.FAILED, code, hint
    end.message = "\n".join([message, *first_problems(end.problems)])


def first_problems(problems: Sequence[str]) -> list[str]:
    """As many of them as a person reads."""
    more = len(problems) - _PROBLEMS_TOLD
    return [*problems[:_PROBLEMS_TOLD], *([f"… and {more} more"] if more > 0 else [])]


@dataclass
class Ending:
    """How an execution stands; `work` fills it as it goes, so that nothing done is forgotten when
    it breaks off.
    """

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


def recorded(repository: Repository, coverage: Coverage, work: Callable[[Ending], None]) -> Ending:
    """Run `work` under the job's lock, with a line in `execution_logs`.

    Raises AnotherExecutionRunning before anything is written, and a SyncError of the database
    before the line stands; from then on every outcome is in the Ending. A defect is written there
    too, and raised again.
    """
    with job_lock(repository, coverage.job):
        ending = Ending(repository.start_execution(coverage, holder(), None))
        logs.current_execution(ending.execution_id)
        started = time.monotonic()
        log.info("Execution %d of %s begins.", ending.execution_id, coverage.job)

        def judged() -> None:
            work(ending)
            _judge(ending)

        defect = run_recorded(ending, judged)
        ending.seconds = time.monotonic() - started
        _finish(repository, ending)
        if defect is not None:
            raise defect
    return ending


def _judge(ending: Ending) -> None:
    ending.message = "\n".join(first_problems(ending.problems)) or None
    if ending.failed or ending.problems:
        ending.status, ending.exit_code = (
            ExecutionStatus.COMPLETED_WITH_ERRORS,
            ExitCode.WITH_ERRORS,
        )
    elif ending.total:
        ending.status, ending.exit_code = ExecutionStatus.COMPLETED_SUCCESS, ExitCode.SUCCESS
    else:
        ending.status, ending.exit_code = ExecutionStatus.COMPLETED_NO_DATA, ExitCode.SUCCESS


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
    error = write_end(repository, ending.execution_id, outcome)
    if error is not None and ending.exit_code is ExitCode.SUCCESS:
        fail(ending, ExitCode.FAILED, error.message, error.hint)
