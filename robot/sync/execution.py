"""One execution of any job: its windows, its history, its status and exit code.

The windows are read ahead in a thread of their own, while this one stores what came. A window that
fails does not stop the others. Where three in a row fail, the newest is read next: if that fails
too, the API or the database is down.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Protocol, TypeAlias

from robot.cells.tables import RowTable
from robot.database import Outcome, Repository, Scope, WindowLine
from robot.database.statuses import ExecutionStatus, WindowStatus
from robot.errors import ExitCode, FatalError, Interrupted, RetriableError, WindowFailed
from robot.http import RequestRefused
from robot.period import Period, Window
from robot.runtime import logs
from robot.runtime.masking import mask
from robot.runtime.program import command
from robot.runtime.workers import Workers, ahead
from robot.sync.elsewhere import Concluded, EmptyWindows
from robot.sync.history import attempt, fail, held, holder, told, write_end
from robot.sync.job import Digest, Job
from robot.sync.pages import Page, Span
from robot.sync.reading import Account, WindowReading
from robot.sync.storing import KnownWindows, Tally, WindowStore

log = logging.getLogger(__name__)

FAILED_IN_A_ROW = 3  # windows; then the newest one tells whether it is these days, or all of them
RESUME_WITHIN = timedelta(days=7)

Event: TypeAlias = Digest | Account | WindowFailed


class Listener(Protocol):
    """Who is told how far the execution is: a progress bar, plain lines, a test."""

    def started(self, execution_id: int, windows: Sequence[Window], skipped: int) -> None: ...
    def page(self, window: Window, digest: Digest) -> None: ...
    def window_done(
        self, window: Window, status: WindowStatus, tally: Tally, detail: str | None
    ) -> None: ...


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
        scope = Scope(job.name, job.campaigns, period)
        with held(repository, job.name):
            resumed = (
                None
                if again
                else repository.interrupted_before(scope, self._clock() - RESUME_WITHIN)
            )
            done = (
                repository.days_done_by(resumed, job.name, scope.campaigns_text)
                if resumed is not None
                else set()
            )
            due = [window for window in windows if window.day not in done]
            summary = Summary(
                0, job.family.parent, period, scope.campaigns_text, skipped=len(windows) - len(due)
            )
            summary.execution_id = repository.start_execution(scope, holder(), resumed)
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
            self._run(summary, scope, due)
        return summary

    def _run(self, summary: Summary, scope: Scope, windows: Sequence[Window]) -> None:
        started = time.monotonic()

        def judged() -> None:
            self._windows(summary, scope, windows)
            _judge(summary)

        try:
            defect = attempt(summary, judged)
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

    # -- windows

    def _windows(self, summary: Summary, scope: Scope, windows: Sequence[Window]) -> None:
        known = KnownWindows(self._repository, self._job.family, windows)
        known.look_ahead()
        open_rejections = self._repository.open_rejections(self._job.name)

        def store_of(window: Window) -> WindowStore:
            line = WindowLine(window.day, WindowStatus.READING, summary.execution_id, self._clock())
            return WindowStore(
                self._repository, scope, self._job, known, window, line, open_rejections
            )

        empty = EmptyWindows(self._job, self._repository, scope, store_of, self._clock)
        workers: Workers[Span, Page] = Workers(self._job.concurrency)
        events = ahead(self._read(windows, workers, known), self._job.concurrency, self._stop)
        failed: list[WindowFailed] = []
        try:
            for window, group in groupby(events, key=itemgetter(0)):
                concluded, failure = self._window(
                    summary, scope, window, map(itemgetter(1), group), store_of, known, empty
                )
                known.forget(window)
                if window not in empty:
                    self._tell(summary, concluded)
                failed = [*failed, failure] if failure and failure.down else []
                if len(failed) > FAILED_IN_A_ROW:
                    raise FatalError(
                        f"{len(failed)} days failed, one after the other: the {failure_of(failed)}"
                        " is down."
                        f" {failed[-1].message}"
                    )
            for concluded in empty.settle(workers, self._stop):
                known.forget(concluded.window)
                self._tell(summary, concluded)
        finally:
            events.close()
            workers.close()

    def _tell(self, summary: Summary, concluded: Concluded) -> None:
        window, status, detail = concluded.window, concluded.status, concluded.detail
        summary.windows[status] = summary.windows.get(status, 0) + 1
        self._listener.window_done(window, status, concluded.tally, detail)
        if status in {WindowStatus.INCOMPLETE, WindowStatus.FAILED}:
            summary.problems.append(f"{window}: {status}, {detail}")
            log.error("%s: %s, %s", window, status, detail)

    def _read(
        self, windows: Sequence[Window], workers: Workers[Span, Page], known: KnownWindows
    ) -> Iterator[tuple[Window, Event]]:
        """For each window: its digests, then its account or its failure.

        Runs ahead, in a thread of its own.
        """
        due = deque(windows)
        failed = 0
        while due and failed <= FAILED_IN_A_ROW:
            window = due.pop() if failed == FAILED_IN_A_ROW else due.popleft()
            settled = window.day < self._clock().date()
            reading = WindowReading(
                self._job.source(window, partial(known.of, window)), workers, settled=settled
            )
            try:
                for digest in reading:
                    yield window, digest
            except (WindowFailed, RequestRefused) as error:
                failure = (
                    error
                    if isinstance(error, WindowFailed)
                    else WindowFailed(str(error), culprit="API")
                )
                failed = failed + 1 if failure.down else 0
                yield window, failure
            else:
                failed = 0
                yield window, reading.account

    def _window(
        self,
        summary: Summary,
        scope: Scope,
        window: Window,
        events: Iterator[Event],
        store_of: Callable[[Window], WindowStore],
        known: KnownWindows,
        empty: EmptyWindows,
    ) -> tuple[Concluded, WindowFailed | None]:
        """Store one window's pages. Returns what it came to, and the failure if it failed."""
        started_at = self._clock()
        store: WindowStore | None = None
        failure: WindowFailed | None = None
        try:
            for event in events:
                if isinstance(event, WindowFailed):
                    failure = failure or event
                    break
                if failure is None:
                    try:
                        if store is None:
                            store = store_of(window)
                            known.look_ahead()
                        if isinstance(event, Account):
                            return empty.conclude(event, store), None
                        store.add(event)
                        event.release()
                        self._listener.page(window, event)
                        self._raise_if_stopping()
                    except RetriableError as error:
                        failure = WindowFailed(str(error), culprit="database")
                if isinstance(event, Digest):
                    event.release()
                if isinstance(
                    event, Account
                ):  # after a failure the rest of the window passes by unseen
                    break
            if failure is not None:
                failure = self._keep_what_came(store, failure)
        except Interrupted:
            if store is not None:
                store.flush()
            raise
        finally:
            if store is not None:
                summary.tally.add(store.tally)
        if failure is None:
            raise Interrupted("The reading ended before its time.")
        self._remember_failure(summary, scope, window, started_at, failure)
        tally = store.tally if store else Tally()
        return Concluded(window, WindowStatus.FAILED, failure.message, tally), failure

    def _keep_what_came(self, store: WindowStore | None, failure: WindowFailed) -> WindowFailed:
        """Store what an API gave before it failed. Returns why the window failed, all in all."""
        if store is None or failure.culprit == "database":
            return failure
        try:
            store.flush()
        except RetriableError as error:
            return WindowFailed(f"{failure.message}; {error}", culprit="database")
        return failure

    def _raise_if_stopping(self) -> None:
        if self._stop.is_set():
            raise Interrupted("The robot was asked to stop.")

    def _remember_failure(
        self,
        summary: Summary,
        scope: Scope,
        window: Window,
        started_at: datetime,
        failure: WindowFailed,
    ) -> None:
        number, detail = summary.execution_id, mask(failure.message)
        failed = WindowLine(
            window.day, WindowStatus.FAILED, number, started_at, self._clock(), detail=detail
        )
        try:
            self._repository.conclude_window(scope, failed)
        except RetriableError as error:
            log.error("The failure of %s could not be written: %s", window, error)  # noqa: TRY400


def failure_of(failed: Sequence[WindowFailed]) -> str:
    """Which of the two is down."""
    return " and the ".join(sorted({failure.culprit for failure in failed}))


def _judge(summary: Summary) -> None:
    """Status and exit code of an execution that came to its end."""
    tally = summary.tally
    lines = told(summary.problems)
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
