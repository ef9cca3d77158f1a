"""How far an execution is: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from robot.commands.pace import Pace
from robot.database.statuses import WindowStatus
from robot.period import Window
from robot.sync.job import Digest
from robot.sync.storing import Tally
from robot.sync.windows import Listener

log = logging.getLogger(__name__)

SECONDS_BETWEEN_LINES = 60  # within a day that is long
_BAR_WIDTH = 14


class PlainLines:
    """A line for each window, and one a minute within a long one: for log files, the Task
    Scheduler, pipes.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._said = clock()
        self.pace = Pace(0, clock=clock)

    def started(self, execution_id: int, windows: Sequence[Window], skipped: int) -> None:
        """The execution itself logs its beginning."""
        self.pace = Pace(len(windows) + skipped, skipped, self._clock)
        self._said = self._clock()

    def page(self, window: Window, digest: Digest) -> None:
        self.pace.page(len(digest.keys))
        log.debug("%s: a page of %d records.", window, len(digest.keys))
        if self._clock() - self._said >= SECONDS_BETWEEN_LINES:
            self._said = self._clock()
            log.info("%s: goes on; %s.", window, str(self.pace))  # as it is now

    def window_done(
        self, window: Window, status: WindowStatus, tally: Tally, detail: str | None
    ) -> None:
        self.pace.day()
        self._said = self._clock()
        calls = tally.stored.tables
        written = ", ".join(
            f"{name} {c.inserted} inserted {c.updated} updated {c.unchanged} unchanged"
            for name, c in calls.items()
        )
        log.info(
            "%s: %s, %d received; %s%s%s",
            window,
            status,
            tally.received,
            written or "nothing",
            f" ({detail})" if detail else "",
            f"; {self.pace}" if self.pace.total > 1 else "",
        )


class Bar(PlainLines):
    """A progress bar over the days of the period, those that were complete before included."""

    def __init__(self, progress: Progress, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(clock)
        self._progress = progress
        self._task: TaskID | None = None

    def started(self, execution_id: int, windows: Sequence[Window], skipped: int) -> None:
        super().started(execution_id, windows, skipped)
        pace = self.pace
        self._task = self._progress.add_task(
            "calls", total=pace.total, completed=pace.done, pace=str(pace), window=""
        )

    def page(self, window: Window, digest: Digest) -> None:
        super().page(window, digest)
        self._progress.update(self._running(), pace=str(self.pace), window=str(window))

    def window_done(
        self, window: Window, status: WindowStatus, tally: Tally, detail: str | None
    ) -> None:
        super().window_done(window, status, tally, detail)
        self._progress.update(self._running(), completed=self.pace.done, pace=str(self.pace))

    def _running(self) -> TaskID:
        if self._task is None:
            raise RuntimeError("the bar is used before the execution began")
        return self._task


def bar_columns() -> tuple[SpinnerColumn, TextColumn, BarColumn, TextColumn, TimeElapsedColumn]:
    """The day that is read, the bar, days done of all with the rate and the time left, the time so
    far.
    """
    return (
        SpinnerColumn(),
        TextColumn("{task.fields[window]}"),
        BarColumn(_BAR_WIDTH),
        TextColumn("{task.fields[pace]}"),
        TimeElapsedColumn(),
    )


@contextmanager
def listener(console: Console) -> Iterator[Listener]:
    """A bar while it lasts where the console is a terminal, plain lines otherwise."""
    if not console.is_terminal:
        yield PlainLines()
        return
    with Progress(*bar_columns(), console=console, transient=True) as progress:
        yield Bar(progress)
