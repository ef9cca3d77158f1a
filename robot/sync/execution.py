"""One execution of any job: its history, its status and exit code."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from robot.cells.rows import RowTable
from robot.database import Coverage, Outcome, Repository
from robot.database.statuses import ExecutionStatus, WindowStatus
from robot.database.window_lines import left_off
from robot.errors import ExitCode
from robot.period import Period, Window
from robot.runtime import logs
from robot.runtime.masking import mask
from robot.runtime.program import command
from robot.sync.history import fail, first_problems, holder, job_lock, run_recorded, write_end
from robot.sync.job import Job
from robot.sync.pagers import Begun
from robot.sync.storing import Tally
from robot.sync.windows import Listener, Running, WindowsWork

log = logging.getLogger(__name__)

RESUME_WITHIN = timedelta(days=7)


@dataclass
class Summary:
    """What an execution came to."""

    execution_id: int
    table: RowTable
    period: Period
    campaigns: str
    status: ExecutionStatus = ExecutionStatus.RUNNING
    exit_code: ExitCode = ExitCode.FAILED
    message: str | None = None
    hint: str = ""
    windows: dict[WindowStatus, int] = field(default_factory=dict)
    skipped: int = 0
    problems: list[str] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    retries: int = 0
    seconds: float = 0.0

    @property
    def stored(self) -> int:
        """Distinct rows that are in the database.

        A row that changed between two passes was written twice, but is one.
        """
        return min(self.tally.distinct, self.tally.counts(self.table).stored)

    @property
    def calls_per_second(self) -> float:
        return self.tally.distinct / self.seconds if self.seconds else 0.0


class Execution:
    """Runs one job over some windows. Everything that waits or reads the clock is given to it."""

    def __init__(
        self,
        job: Job,
        repository: Repository,
        clock: Callable[[], datetime],
        listener: Listener,
        stop: threading.Event,
    ) -> None:
        self._job = job
        self._repository = repository
        self._clock = clock
        self._listener = listener
        self._stop = stop

    def run(self, windows: Sequence[Window], *, again: bool = False) -> Summary:
        """Execute. `again` reads also what an interrupted execution of the same scope left
        complete.

        Raises AnotherExecutionRunning before anything is written, and any SyncError of the database
        before the history line stands; from then on every outcome is in the Summary and in
        `execution_logs`.
        """
        job, repository = self._job, self._repository
        period = Period(windows[0].period.start, windows[-1].period.end)
        coverage = Coverage(job.name, job.scope, period, campaign_ids=job.scope)
        with job_lock(repository, job.name):
            resumed, done, begun = None, set[str](), dict[str, Begun]()
            if not again:
                since = self._clock() - RESUME_WITHIN
                resumed = repository.interrupted_before(coverage, since)
            if resumed is not None:
                done = repository.windows_done_by(resumed, job.name, job.scope)
                left = left_off(repository, coverage, resumed)
                begun = {key: Begun(*each) for key, each in left.items()}
            due = [window for window in windows if window.key not in done]
            summary = Summary(
                0, job.family.parent, period, job.scope, skipped=len(windows) - len(due)
            )
            summary.execution_id = repository.start_execution(coverage, holder(), resumed)
            logs.current_execution(summary.execution_id)
            log.info(
                "Execution %d of %s begins: %s, %d day(s).",
                summary.execution_id,
                job.name,
                period,
                len(due),
            )
            if summary.skipped:
                log.info(
                    "It resumes execution %d: %d day(s) are already complete.",
                    resumed,
                    summary.skipped,
                )
            self._listener.started(summary.execution_id, due, summary.skipped)
            self._run(summary, self._running(summary, coverage, begun), due)
        return summary

    def _running(self, summary: Summary, coverage: Coverage, begun: Mapping[str, Begun]) -> Running:
        return Running(
            execution_id=summary.execution_id,
            coverage=coverage,
            job=self._job,
            repository=self._repository,
            clock=self._clock,
            listener=self._listener,
            stop=self._stop,
            tally=summary.tally,
            begun=begun,
        )

    def _run(self, summary: Summary, running: Running, windows: Sequence[Window]) -> None:
        started = time.monotonic()

        def judged() -> None:
            self._work(summary, running, windows)
            _judge(summary)

        try:
            defect = run_recorded(summary, judged)
        finally:
            self._job.close()
        summary.seconds = time.monotonic() - started
        summary.retries = self._job.retries + self._repository.retries
        self._finish(summary)
        if defect is not None:
            raise defect

    def _finish(self, summary: Summary) -> None:
        tally = summary.tally
        outcome = Outcome(
            status=summary.status,
            exit_code=int(summary.exit_code),
            total=tally.distinct + tally.rejected,
            successful=summary.stored,
            failed=tally.rejected,
            seconds=round(summary.seconds),
            message=mask(summary.message) if summary.message else None,
            counts=tally.counts(self._job.family.parent),
        )
        error = write_end(self._repository, summary.execution_id, outcome)
        if error is not None and summary.exit_code is ExitCode.SUCCESS:
            fail(summary, ExitCode.FAILED, error.message, error.hint)

    def _work(self, summary: Summary, running: Running, windows: Sequence[Window]) -> None:
        for concluded in WindowsWork(running).conclude(windows):
            window, status, detail = concluded.window, concluded.status, concluded.detail
            summary.windows[status] = summary.windows.get(status, 0) + 1
            self._listener.window_done(window, status, concluded.tally, detail)
            if status in {WindowStatus.INCOMPLETE, WindowStatus.FAILED}:
                summary.problems.append(f"{window}: {status}, {detail}")
                log.error("%s: %s, %s", window, status, detail)


def _judge(summary: Summary) -> None:
    """Status and exit code of an execution that came to its end."""
    tally = summary.tally
    lines = first_problems(summary.problems)
    if tally.rejected:
        lines.append(
            f"{tally.rejected} record(s) rejected: see the table rejected_records"
            f' ("{command("rejected list")}")'
        )
    summary.message = "\n".join(lines) or None
    read = sum(
        count for status, count in summary.windows.items() if status is not WindowStatus.FAILED
    )
    if summary.windows and not read:
        summary.status, summary.exit_code = ExecutionStatus.FAILED, ExitCode.FAILED
    elif summary.message:
        summary.status, summary.exit_code = (
            ExecutionStatus.COMPLETED_WITH_ERRORS,
            ExitCode.WITH_ERRORS,
        )
    elif not tally.distinct and not summary.skipped:
        summary.status, summary.exit_code = ExecutionStatus.COMPLETED_NO_DATA, ExitCode.SUCCESS
    else:
        summary.status, summary.exit_code = ExecutionStatus.COMPLETED_SUCCESS, ExitCode.SUCCESS
