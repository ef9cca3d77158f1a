"""How fast the robot asks: how many requests at once, how many a minute, and how it slows down when
told to.

Additive increase, multiplicative decrease: a 429 halves the number of requests at once, a run of
answers adds one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from robot.errors import Interrupted
from robot.http.errors import QuotaSpent

_ANSWERS_BEFORE_ONE_MORE = 20
_A_DAY = 24 * 60 * 60.0  # seconds


def _no_pause(headers: Mapping[str, str]) -> float:
    """Nothing in an answer's headers asks for a pause."""
    return 0.0


@dataclass(frozen=True)
class Quota:
    """How often an API may be asked; 0 = no limit of ours.

    `per_day` counts from the first request on, for 24 hours. `pause_after` reads an answer's
    headers: for how many seconds nobody should ask.
    """

    per_minute: int = 0
    per_day: int = 0
    pause_after: Callable[[Mapping[str, str]], float] = _no_pause


class Throttle:
    """Shared by every thread that asks the same API. `stop` ends every wait."""

    def __init__(
        self,
        concurrency: int,
        quota: Quota | None = None,
        *,
        stop: threading.Event | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limit = concurrency
        self._most = concurrency
        self._quota = quota or Quota()
        self._spacing = 60.0 / self._quota.per_minute if self._quota.per_minute else 0.0
        self._stop = stop or threading.Event()
        self._clock = clock
        self._change = threading.Condition()
        self._under_way = 0
        self._not_before = 0.0
        self._answers = 0
        self._today = 0  # requests since `_day_began`
        self._day_began = 0.0
        self._closed = False

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn to ask, and give it back at the end.

        Raises Interrupted when the robot is stopping, and QuotaSpent.
        """
        with self._change:
            while self._under_way >= self.limit or self._clock() < self._not_before:
                self._raise_if_stopping()
                pause = self._not_before - self._clock()
                self._change.wait(min(max(pause, 0.01), 0.2))
            self._raise_if_stopping()
            self._count()
            self._under_way += 1
            if self._spacing:
                self._not_before = max(self._not_before, self._clock()) + self._spacing
        try:
            yield
        finally:
            with self._change:
                self._under_way -= 1
                self._change.notify_all()

    def answered(self, headers: Mapping[str, str] | None = None) -> None:
        """An answer came as it should: after a run of them, one more request at once."""
        self._heed(headers or {})
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

    def _heed(self, headers: Mapping[str, str]) -> None:
        """Pause where an answer's headers ask for it."""
        if (seconds := self._quota.pause_after(headers)) > 0:
            with self._change:
                self._not_before = max(self._not_before, self._clock() + seconds)

    def _count(self) -> None:
        """Count a request of this day."""
        now = self._clock()
        if not self._today or now - self._day_began >= _A_DAY:
            self._today, self._day_began = 0, now
        if self._quota.per_day and self._today >= self._quota.per_day:
            hours = (_A_DAY - (now - self._day_began)) / 3600
            raise QuotaSpent(
                f"The {self._quota.per_day} requests of a day are spent.",
                f"The next start goes on; in {hours:.1f} hours there is room again.",
            )
        self._today += 1

    def close(self) -> None:
        """No more turns: every waiting thread is interrupted."""
        self._closed = True

    def _raise_if_stopping(self) -> None:
        if self._closed or self._stop.is_set():
            raise Interrupted("The robot was asked to stop.")
