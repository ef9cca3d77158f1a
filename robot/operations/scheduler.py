"""The `schedule` loop: CRON → when the next execution comes due, once for each occurrence.

Occurrences are counted, not clock readings: the last one that was run is remembered, and the next
is the first after it. So a clock set back runs nothing twice, and an occurrence that was slept over
(the machine was off, the last execution was killed) runs once, at the next beat. One that failed is
tried again, a bounded number of times, and never beyond the next. The `schedule` library is the
heartbeat.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

import schedule

from robot.settings import cron

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 1
# A clock that goes back by less is put right, or changes for the winter; by more, it was wrong
# before.
_WRONG_BY = timedelta(hours=3)
_ASK_AGAIN = timedelta(minutes=5)  # for a memory that could not be read


class UnreadableError(Exception):
    """What is remembered cannot be read now: the database may be starting, as this machine is."""


@dataclass
class Memory:
    """Where the last occurrence is kept between two starts.

    `recall` may raise UnreadableError, and nothing else.
    """

    recall: Callable[[], str | None]
    remember: Callable[[str], None]


@dataclass(frozen=True)
class Retry:
    """How often an occurrence that failed is tried again, and after how long each time."""

    times: int = 0
    pause: timedelta = timedelta(minutes=15)


NEVER = Retry()


@dataclass(frozen=True)
class Unfinished:
    """What an entry of the agenda returns when it has to be tried again: `why`, and what is told
    when it never is.
    """

    why: str
    given_up: Callable[[], object] = lambda: None


class Timetable:
    """When an execution is due. `clock` gives the aware time in `TIMEZONE`."""

    def __init__(
        self,
        expression: str,
        clock: Callable[[], datetime],
        memory: Memory,
        retry: Retry = NEVER,
    ) -> None:
        self._expression = expression
        self._clock = clock
        self._memory = memory
        self._retry = retry
        self._retries = 0
        self._again: datetime | None = None
        self._ask_again: datetime | None = None
        self._last = self._recalled()
        self._seen = self._clock()
        self._occurrence = self._from(self._seen)

    @property
    def next_run(self) -> datetime:
        """The next occurrence, or the next try of one that failed."""
        return self._again or self._occurrence

    def _from(self, now: datetime) -> datetime:
        """The first occurrence after the last one that was run; after now, if none was, or a wrong
        clock said so.
        """
        if self._last is None or _utc(self._last) > _utc(now) + _WRONG_BY:
            return self._after(now)
        return self._after(self._last)

    def _recalled(self) -> datetime | None:
        """The last occurrence that was run under the same expression and zone; where it cannot be
        read, asked for again.
        """
        self._ask_again = None
        try:
            kept = json.loads(self._memory.recall() or "null")
            if kept is None or kept["cron"] != self._expression or kept["zone"] != self._zone():
                return None
            return datetime.fromisoformat(kept["last"]).astimezone(self._clock().tzinfo)
        except (ValueError, KeyError, TypeError):
            return None
        except UnreadableError:
            self._ask_again = self._clock() + _ASK_AGAIN
            return None

    def _zone(self) -> str:
        return str(self._clock().tzinfo)

    def _after(self, moment: datetime) -> datetime:
        return next(cron.runs_after(self._expression, moment))

    def due(self) -> bool:
        """Whether an occurrence has come."""
        now = self._clock()
        if self._ask_again is not None and _utc(now) >= _utc(self._ask_again):
            self._last = self._recalled()
            self._occurrence = self._from(now)
        if _utc(now) + _WRONG_BY < _utc(self._seen):
            log.warning(
                "The clock went back from %s to %s: the schedule is computed anew.", self._seen, now
            )
            self._occurrence, self._again, self._retries = self._from(now), None, 0
            self._seen = now
        self._seen = max(self._seen, now, key=_utc)
        return _utc(now) >= _utc(self.next_run)

    def done(self) -> None:
        """The due occurrence was run: skip those that passed meanwhile, and remember."""
        last = self._occurrence
        now = _utc(self._clock())
        self._occurrence = self._after(last)
        while _utc(self._occurrence) <= now:
            last, self._occurrence = self._occurrence, self._after(self._occurrence)
        self._last, self._again, self._retries, self._ask_again = last, None, 0, None
        self._memory.remember(
            json.dumps({"cron": self._expression, "zone": self._zone(), "last": last.isoformat()})
        )

    def failed(self) -> datetime | None:
        """The due occurrence failed. Returns when it is tried again; None, and it is done, when it
        is given up.

        Nothing is remembered of a try: an occurrence whose process ends between two tries runs at
        the next start.
        """
        now = self._clock()
        again = (_utc(now) + self._retry.pause).astimezone(now.tzinfo)
        if self._retries >= self._retry.times or _utc(again) >= _utc(self._after(now)):
            self.done()
            return None
        self._retries += 1
        self._again = again
        return again


def _utc(moment: datetime) -> datetime:
    """For comparing: of two times in one zone Python compares the clocks' hands, wrong in the hour
    that comes twice.
    """
    return moment.astimezone(UTC)


class Due(Protocol):
    """What the loop needs of a timetable."""

    @property
    def next_run(self) -> datetime: ...
    def due(self) -> bool: ...
    def done(self) -> None: ...


class Agenda:
    """Several timetables, each with what it runs, as one: those that are due run one after the
    other.

    What runs returns `Unfinished` to be tried again; whatever else it returns, its occurrence is
    done.
    """

    def __init__(
        self, entries: Sequence[tuple[Timetable, Callable[[], object]]], stop: threading.Event
    ) -> None:
        self._entries = entries
        self._stop = stop

    @property
    def next_run(self) -> datetime:
        return min((timetable.next_run for timetable, _ in self._entries), key=_utc)

    def due(self) -> bool:
        return any(timetable.due() for timetable, _ in self._entries)

    def run(self) -> None:
        """Run what is due.

        An entry that ran is done at once: a stop during the next one does not run it again.
        """
        for timetable, run in self._entries:
            if timetable.due() and not self._stop.is_set():
                ended = run()
                if self._stop.is_set():
                    return
                if isinstance(ended, Unfinished):
                    _try_again(timetable, ended)
                else:
                    timetable.done()

    def done(self) -> None:
        """Nothing is left to do: `run` has done it."""


def _try_again(timetable: Timetable, ended: Unfinished) -> None:
    again = timetable.failed()
    if again is None:
        log.error("%s: given up until the next time of the schedule.", ended.why)
        ended.given_up()
    else:
        log.warning("%s: tried again at %s.", ended.why, f"{again:%H:%M}")


def loop(
    timetable: Due,
    run: Callable[[], object],
    stop: threading.Event,
    waits: Callable[[datetime], object] = lambda _: None,
) -> None:
    """Run whenever it is due, until `stop` is set. `run` is expected to deal with its own errors.

    `waits` is told the next run whenever the loop begins to wait for it.
    """
    heart = schedule.Scheduler()

    def beat() -> None:
        if timetable.due() and not stop.is_set():
            run()
            if not stop.is_set():  # an interrupted occurrence is run again at the next start
                timetable.done()
                tell_next(timetable)
                waits(timetable.next_run)

    def start_heart() -> None:
        heart.clear()
        heart.every(HEARTBEAT_SECONDS).seconds.do(beat)

    tell_next(timetable)
    waits(timetable.next_run)
    start_heart()
    while not stop.is_set():
        heart.run_pending()
        if (
            heart.idle_seconds or 0
        ) > 2 * HEARTBEAT_SECONDS:  # the clock was set back: beat by the new one
            start_heart()
        stop.wait(HEARTBEAT_SECONDS / 2)


def tell_next(timetable: Due) -> None:
    """Log the next run in words."""
    log.info(
        "The next execution begins on %s.",
        f"{timetable.next_run:%A, %Y-%m-%d at %H:%M} ({timetable.next_run.tzname()})",
    )
