"""How fast an execution goes: days done of all, records a second, and the time that is left."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Pace:
    """Counts days and records.

    Days that an earlier execution left complete are done, but tell nothing of the speed.
    """

    total: int
    done_before: int = 0
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self.done = self.done_before
        self.records = 0
        self._started = self.clock()
        self._last_day = self._started

    def page(self, records: int) -> None:
        """So many records came."""
        self.records += records

    def day(self) -> None:
        """A day is done, whatever came of it."""
        self.done += 1
        self._last_day = self.clock()

    @property
    def records_per_second(self) -> float:
        """Since the execution began."""
        seconds = self.clock() - self._started
        return self.records / seconds if seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """As long as the remaining days take at the speed so far; None before the first day is
        done.
        """
        done = self.done - self.done_before
        if not done:
            return None
        each = (self._last_day - self._started) / done
        since = self.clock() - self._last_day
        return max(0.0, each * (self.total - self.done) - min(since, each))

    def __str__(self) -> str:
        """`12 of 365 days, 48 records/s, about 3 h 20 min left`."""
        parts = [
            f"{self.done:,} of {self.total:,} days",
            f"{self.records_per_second:,.0f} records/s",
        ]
        left = self.seconds_left
        if self.done < self.total:
            parts.append(
                "time left not known yet" if left is None else f"about {duration(left)} left"
            )
        return ", ".join(parts)


def duration(seconds: float) -> str:
    """`45 s`, `12 min`, `3 h 20 min`, `2 d 4 h`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min"
    days, hours = divmod(round(seconds / 3600), 24)
    return f"{days} d {hours} h"
