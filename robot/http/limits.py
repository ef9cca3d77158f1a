"""How large an answer may be, and how much of all answers is held at once.

A budget is shared by the threads of one transport. An answer takes its share while it is read and
gives it back when its records are on their way into the database, so that memory is bounded by the
budget and not by what an API sends.

Where several lines of work share the threads (`robot.runtime.workers`), those behind the first one
leave room for a whole answer of it, and wait for room only a moment.
"""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Any

from robot.errors import Interrupted
from robot.runtime.workers import Later, Line, current_line, is_ahead

MEGABYTE = 1024 * 1024
LARGEST_BODY = 32 * MEGABYTE  # API_MAX_PAGE_MB
ALL_BODIES = 128 * MEGABYTE  # under way at the same time
LARGEST_ERROR = 64 * 1024  # of an error's body, what is read: nobody reads more of it
SMALL_BODY = 512 * 1024  # of these the concurrency alone bounds how many there are

# What Python takes for one value beside the bytes of its text, and for the frame of one object:
# measured, rounded up.
_A_VALUE = 64
_AN_OBJECT = 128
_PATIENCE_SECONDS = 5.0  # of a line behind the first: most of what takes room is about to shrink


class Budget:
    """So many bytes for all answers that are under way. `stop` and `close` end every wait.

    `largest` is what the first line may need at once.
    """

    def __init__(self, size: int, stop: threading.Event, *, largest: int = 0) -> None:
        self._size = size
        self._largest = largest
        self._stop = stop
        self._held = 0
        self._of_lines: dict[Line[Any] | None, int] = {}
        self._change = threading.Condition()
        self._closed = False

    def close(self) -> None:
        """Nobody waits any more."""
        self._closed = True

    def take(self, size: int, line: Line[Any] | None = None) -> None:
        """Wait until there is room; a share larger than the whole budget needs it empty.

        Raises Interrupted, and Later for a line that is not the first, when room is not found soon.
        """
        end = time.monotonic() + _PATIENCE_SECONDS
        with self._change:
            while not self._has_room(size, line):
                if self._closed or self._stop.is_set():
                    raise Interrupted("The robot was asked to stop.")
                if is_ahead(line) and time.monotonic() > end:
                    raise Later
                self._change.wait(0.2)
            self._held += size
            self._of_lines[line] = self._of_lines.get(line, 0) + size

    def _has_room(self, size: int, line: Line[Any] | None) -> bool:
        room = self._held + size <= self._size
        if is_ahead(line):
            ahead = sum(held for of, held in self._of_lines.items() if is_ahead(of))
            return room and ahead + size <= self._size - self._largest
        return room or not self._held

    def give_back(self, size: int, line: Line[Any] | None = None) -> None:
        with self._change:
            self._held -= size
            self._of_lines[line] -= size
            if not self._of_lines[line]:
                del self._of_lines[line]
            self._change.notify_all()


class Share:
    """One answer's part of a budget.

    In a `with` block it is given back when an error leaves the block.
    """

    def __init__(self, budget: Budget) -> None:
        self.size = 0
        self._budget = budget
        self._line = current_line()
        self._counted = 0

    def hold(self, size: int) -> None:
        """Hold so much from now on: wait for it where nothing is held yet, else give the rest back.

        Raises Interrupted, Later.
        """
        if size > SMALL_BODY and not self._counted:
            self._budget.take(size, self._line)
            self._counted = size
        elif size < self._counted:
            self._budget.give_back(self._counted - size, self._line)
            self._counted = size
        self.size = size

    def release(self) -> None:
        """Give all of it back; to be called as often as one likes.

        `size` stays, for those who count.
        """
        counted, self._counted = self._counted, 0
        if counted:
            self._budget.give_back(counted, self._line)

    def __enter__(self) -> Share:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        if kind is not None:
            self.release()

    def __del__(self) -> None:  # an answer that nobody took, because its reading ended before
        self.release()


def weight(raw: bytes) -> int:
    """About how many bytes the values of a JSON text take in memory, at most: known before any of
    them is made.
    """
    if len(raw) <= SMALL_BODY:
        return len(raw)
    values = raw.count(b",") + raw.count(b"[")
    return len(raw) + _A_VALUE * values + _AN_OBJECT * raw.count(b"{")
