"""How far an execution is: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from robot.execution import Listener
from robot.jobs.job import Digest
from robot.period import Window
from robot.statuses import WindowStatus
from robot.storing import Tally

log = logging.getLogger(__name__)


class PlainLines:
    """A line for each window: for log files, the Task Scheduler, pipes."""

    def started(self, execution_id: int, windows: Sequence[Window], skipped: int) -> None:
        """The execution itself logs its beginning."""

    def page(self, window: Window, digest: Digest) -> None:
        log.debug("%s: a page of %d records.", window, len(digest.keys))

    def window_done(self, window: Window, status: WindowStatus, tally: Tally, detail: str | None) -> None:
        calls = tally.stored.tables
        written = ", ".join(
            f"{name} {c.inserted} inserted {c.updated} updated {c.unchanged} unchanged" for name, c in calls.items()
        )
        log.info(
            "%s: %s, %d received; %s%s",
            window,
            status,
            tally.received,
            written or "nothing",
            f" ({detail})" if detail else "",
        )


class Bar(PlainLines):
    """A progress bar over the windows, with the records received."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task: TaskID | None = None
        self._received = 0

    def started(self, execution_id: int, windows: Sequence[Window], skipped: int) -> None:
        self._task = self._progress.add_task("calls", total=len(windows), received=0, window="")

    def page(self, window: Window, digest: Digest) -> None:
        super().page(window, digest)
        self._received += len(digest.keys)
        self._progress.update(self._running(), received=self._received, window=str(window))

    def window_done(self, window: Window, status: WindowStatus, tally: Tally, detail: str | None) -> None:
        super().window_done(window, status, tally, detail)
        self._progress.update(self._running(), advance=1)

    def _running(self) -> TaskID:
        if self._task is None:
            raise RuntimeError("the bar is used before the execution began")
        return self._task


@contextmanager
def listener(console: Console) -> Iterator[Listener]:
    """A bar while it lasts where the console is a terminal, plain lines otherwise."""
    if not console.is_terminal:
        yield PlainLines()
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.fields[window]}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("days, {task.fields[received]:,} records"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        yield Bar(progress)
