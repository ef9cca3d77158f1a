"""The windows that are due, read side by side by one pool of fetchers, given one after the other.

The window that is stored comes first: it always finds a fetcher, and memory for its pages. The next
ones are opened when a fetcher is idle, and read ahead as far as the pool lets what they bring wait.
Where three windows in a row fail, the newest one comes next.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol, TypeAlias

from robot.errors import FatalError, RetriableError, WindowFailed
from robot.http import RequestRefused
from robot.period import Window
from robot.runtime.workers import Line, Pool
from robot.sync.job import Digest, Job
from robot.sync.pagers import Account, Begun
from robot.sync.storing import KnownWindows

FAILED_IN_A_ROW = 3  # windows; then the newest one tells whether it is these days, or all of them

Event: TypeAlias = Digest | Account | WindowFailed


@dataclass(frozen=True)
class OpenWindow:
    """A window that is being read."""

    window: Window
    line: Line[Event]
    events: Iterator[Event]


class Asked(Protocol):
    """What the windows are read for: a job; `begun` is what a killed execution left of them."""

    @property
    def job(self) -> Job: ...
    @property
    def clock(self) -> Callable[[], datetime]: ...
    @property
    def stop(self) -> threading.Event: ...
    @property
    def begun(self) -> Mapping[str, Begun]: ...


class SideBySide:
    """Iterate over it for the windows, in the order in which they are stored; take all events of
    one, say how it `ended`, and only then go on.

    Runs in the thread that stores.
    """

    def __init__(self, asked: Asked, windows: Sequence[Window], known: KnownWindows) -> None:
        self.pool = Pool(asked.job.concurrency)
        self._asked = asked
        self._due = deque(windows)
        self._open: deque[OpenWindow] = deque()
        self._known = known
        self._failures: list[WindowFailed] = []

    def __iter__(self) -> Iterator[OpenWindow]:
        while self._due or self._open:
            opened = self._next()
            yield opened
            opened.line.leave()

    def close(self) -> None:
        """Read no more; what is under way ends by itself."""
        self.pool.close()

    def ended(self, failure: WindowFailed | None) -> None:
        """How the window ended. Raises FatalError when the newest one failed too, after others."""
        if failure is None or not failure.down:
            self._failures.clear()
            return
        self._failures.append(failure)
        if len(self._failures) > FAILED_IN_A_ROW:
            who = " and the ".join(sorted({each.culprit for each in self._failures}))
            raise FatalError(
                f"{len(self._failures)} days failed, one after the other: the {who} is down."
                f" {failure.message}"
            )

    def _next(self) -> OpenWindow:
        if len(self._failures) < FAILED_IN_A_ROW:
            if not self._open:
                self._open_one()
            return self._open.popleft()
        if self._due:
            self._open_one(newest=True)
        newest = self._open.pop()
        self.pool.put_first(newest.line)
        return newest

    def _open_one(self, *, newest: bool = False) -> None:
        window = self._due.pop() if newest else self._due.popleft()
        with suppress(RetriableError):  # who stores it asks again, and tells
            self._known.take(window)
        line: Line[Event] = self.pool.line(_size)
        self._open.append(
            OpenWindow(window, line, line.events(self._asked.stop, on_idle=self._open_one_more))
        )
        line.run(self._read(window, line))

    def _open_one_more(self) -> bool:
        """Open the next window, unless there is none, or one came to an error that ends all."""
        if not self._due or any(opened.line.failure for opened in self._open):
            return False
        self._open_one()
        return True

    def _read(self, window: Window, line: Line[Event]) -> Iterator[Event]:
        """The window's digests, then its account or its failure. In the line's own thread."""
        reading = self._asked.job.pager(window, partial(self._known.of, window)).reading(
            line,
            settled=window.settled(self._asked.clock().date()),
            begun=self._asked.begun.get(window.key),
        )
        try:
            yield from reading
        except WindowFailed as failure:
            yield failure
        except RequestRefused as refusal:
            yield WindowFailed(str(refusal), culprit="API")
        else:
            yield reading.account


def _size(event: Event) -> int:
    return event.size if isinstance(event, Digest) else 0
