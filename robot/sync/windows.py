"""The windows of one execution: read side by side, stored one after the other.

A window that fails does not stop the others.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from robot.database import Coverage, Repository, WindowLine
from robot.database.statuses import WindowStatus
from robot.errors import Interrupted, RetriableError, WindowFailed
from robot.period import Window
from robot.runtime.masking import mask
from robot.sync.elsewhere import Concluded, EmptyWindows
from robot.sync.job import Digest, Job, Reconciling
from robot.sync.pagers import Account, Begun
from robot.sync.side_by_side import OpenWindow, SideBySide
from robot.sync.storing import KnownWindows, Tally, WindowStore

log = logging.getLogger(__name__)


class Listener(Protocol):
    """Who is told how far the execution is: a progress bar, plain lines, a test."""

    def started(self, execution_id: int, windows: Sequence[Window], skipped: int) -> None: ...
    def page(self, window: Window, digest: Digest) -> None: ...
    def window_done(
        self, window: Window, status: WindowStatus, tally: Tally, detail: str | None
    ) -> None: ...


@dataclass(frozen=True)
class Running:
    """An execution that is under way, and what its windows need. `tally` grows with them."""

    execution_id: int
    coverage: Coverage
    job: Job
    repository: Repository
    clock: Callable[[], datetime]
    listener: Listener
    stop: threading.Event
    tally: Tally
    begun: Mapping[str, Begun] = field(default_factory=dict)  # by the windows' keys

    def line(self, window: Window, status: WindowStatus) -> WindowLine:
        """The line of a window that begins."""
        begun = self.begun.get(window.key)
        return WindowLine(
            window.key,
            None if window.name else window.day,
            status,
            self.execution_id,
            self.clock(),
            stored=0 if begun is None else begun.records,
        )


class WindowsWork:
    """Reads and stores the windows of one execution."""

    def __init__(self, running: Running) -> None:
        self._running = running
        self._known = KnownWindows(running.repository, running.job.family)
        self._empty = EmptyWindows(
            running.job, running.repository, running.coverage, self._store_of, running.clock
        )

    def conclude(self, windows: Sequence[Window]) -> Iterator[Concluded]:
        """What each window came to, in the order of storing; of those that came empty, and are in
        doubt, last.

        Raises FatalError, also when the API or the database is down, and Interrupted.
        """
        running = self._running
        for window in windows[:1]:  # no API is asked while the database does not answer
            self._known.take(window)
        self._open_rejections = running.repository.open_rejections(running.job.name)
        reading = SideBySide(running, windows, self._known)
        try:
            for opened in reading:
                concluded, failure = self._conclude(opened)
                self._known.forget(opened.window)
                if opened.window not in self._empty:
                    yield concluded
                reading.ended(failure)
            for concluded in self._empty.settle(reading.pool, running.stop):
                self._known.forget(concluded.window)
                yield concluded
        finally:
            reading.close()

    def _store_of(self, window: Window) -> WindowStore:
        running = self._running
        return WindowStore(
            running.repository,
            running.coverage,
            running.job,
            self._known,
            window,
            running.line(window, WindowStatus.READING),
            self._open_rejections,
        )

    def _conclude(self, opened: OpenWindow) -> tuple[Concluded, WindowFailed | None]:
        """Store one window's pages. Returns what it came to, and the failure if it failed."""
        begins = self._running.line(opened.window, WindowStatus.FAILED)
        storing = _Storing(self._running, opened, self._store_of)
        try:
            return storing.conclude(self._empty), None
        except WindowFailed as error:
            failure = storing.keep_what_came(error)
            self._remember(opened.window, storing.line or begins, failure)
            detail = failure.message
            return Concluded(opened.window, WindowStatus.FAILED, detail, storing.tally), failure
        except Interrupted:
            storing.flush()
            raise
        finally:
            self._running.tally.add(storing.tally)

    def _remember(self, window: Window, line: WindowLine, failure: WindowFailed) -> None:
        running = self._running
        if line.next_cursor is None:  # the next execution reads it from its beginning
            line = replace(line, stored=0, rejected=0, api_total=None)
        failed = replace(
            line,
            status=WindowStatus.FAILED,
            finished_at=running.clock(),
            detail=mask(failure.message),
            pages=0,
        )
        try:
            running.repository.conclude_window(running.coverage, failed)
        except RetriableError as error:
            log.error("The failure of %s could not be written: %s", window, error)  # noqa: TRY400


class _Storing:
    """One window on its way into the database."""

    def __init__(
        self, running: Running, opened: OpenWindow, store_of: Callable[[Window], WindowStore]
    ) -> None:
        self._running = running
        self._opened = opened
        self._store_of = store_of
        self._store: WindowStore | None = None

    @property
    def tally(self) -> Tally:
        """What was stored so far."""
        return Tally() if self._store is None else self._store.tally

    def conclude(self, empty: EmptyWindows) -> Concluded:
        """Store all pages, and judge. Raises WindowFailed, FatalError, Interrupted."""
        for event in self._opened.events:
            if isinstance(event, WindowFailed):
                raise event
            try:
                if isinstance(event, Account):
                    self._reconcile(event)
                    return empty.conclude(event, self._opened_store())
                self._add(event)
            except RetriableError as error:
                raise WindowFailed(str(error), culprit="database") from error
        raise Interrupted("The reading ended before its time.")

    def _add(self, digest: Digest) -> None:
        try:
            self._opened_store().add(digest)
        finally:
            digest.release()
        self._running.listener.page(self._opened.window, digest)
        if self._running.stop.is_set():
            raise Interrupted("The robot was asked to stop.")

    def _reconcile(self, account: Account) -> None:
        """Tell the job which records of the window a full and proven reading did not bring."""
        job = self._running.job
        if isinstance(job, Reconciling) and account.complete and account.entire and account.found:
            store = self._opened_store()
            if gone := store.held() - account.found.keys():
                store.add(job.reconcile(self._opened.window, gone))

    @property
    def line(self) -> WindowLine | None:
        """The window's line as far as it is stored."""
        return None if self._store is None else self._store.line

    def _opened_store(self) -> WindowStore:
        if self._store is None:
            self._store = self._store_of(self._opened.window)
        return self._store

    def keep_what_came(self, failure: WindowFailed) -> WindowFailed:
        """Store what an API gave before it failed. Returns why the window failed, all in all."""
        if failure.culprit != "database":
            try:
                self.flush()
            except RetriableError as error:
                return WindowFailed(f"{failure.message}; {error}", culprit="database")
        return failure

    def flush(self) -> None:
        """Store what waits. Raises SyncError."""
        if self._store is not None:
            self._store.flush()
