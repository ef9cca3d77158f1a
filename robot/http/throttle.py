"""How fast the robot asks: how many requests at once, how many a minute, and how it slows down when
told to.

Additive increase, multiplicative decrease: a 429 halves the number of requests at once, a run of
answers adds one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from robot.errors import Interrupted

_ANSWERS_BEFORE_ONE_MORE = 20


class Throttle:
    """Shared by every thread that asks the same API. `stop` ends every wait."""

    def __init__(
        self,
        concurrency: int,
        requests_per_minute: int = 0,
        *,
        stop: threading.Event | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limit = concurrency
        self._most = concurrency
        self._spacing = 60.0 / requests_per_minute if requests_per_minute else 0.0
        self._stop = stop or threading.Event()
        self._clock = clock
        self._change = threading.Condition()
        self._under_way = 0
        self._not_before = 0.0
        self._answers = 0
        self._closed = False

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn to ask, and give it back at the end.

        Raises Interrupted when the robot is stopping.
        """
        with self._change:
            while self._under_way >= self.limit or self._clock() < self._not_before:
                self._raise_if_stopping()
                pause = self._not_before - self._clock()
                self._change.wait(min(max(pause, 0.01), 0.2))
            self._raise_if_stopping()
            self._under_way += 1
            if self._spacing:
                self._not_before = max(self._not_before, self._clock()) + self._spacing
        try:
            yield
        finally:
            with self._change:
                self._under_way -= 1
                self._change.notify_all()

    def answered(self) -> None:
        """An answer came as it should: after a run of them, one more request at once."""
        with self._change:
            self._answers += 1
            if self.limit < self._most and self._answers >= _ANSWERS_BEFORE_ONE_MORE:
                self.limit += 1
                self._answers = 0
                self._change.notify_all()

    def slow_down(self, seconds: float) -> None:
        """The API asked for less: half as many at once, and nobody asks for `seconds`."""
        with self._change:
            self.limit = max(1, self.limit // 2)
            self._answers = 0
            self._not_before = max(self._not_before, self._clock() + seconds)

    def close(self) -> None:
        """No more turns: every waiting thread is interrupted."""
        self._closed = True

    def _raise_if_stopping(self) -> None:
        if self._closed or self._stop.is_set():
            raise Interrupted("The robot was asked to stop.")
