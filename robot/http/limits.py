"""How large an answer may be, and how much of all answers is held at once.

A budget is shared by the threads of one transport. An answer takes its share while it is read and
gives it back when its records are on their way into the database, so that memory is bounded by the
budget and not by what an API sends.
"""

from __future__ import annotations

import threading
from types import TracebackType

from robot.errors import Interrupted

MEGABYTE = 1024 * 1024
LARGEST_BODY = 32 * MEGABYTE  # API_MAX_PAGE_MB
ALL_BODIES = 128 * MEGABYTE  # under way at the same time
LARGEST_ERROR = 64 * 1024  # of an error's body, what is read: nobody reads more of it
SMALL_BODY = 512 * 1024  # of these the concurrency alone bounds how many there are

# What Python takes for one value beside the bytes of its text, and for the frame of one object:
# measured, rounded up.
_A_VALUE = 64
_AN_OBJECT = 128


class Budget:
    """So many bytes for all answers that are under way. `stop` and `close` end every wait."""

    def __init__(self, size: int, stop: threading.Event) -> None:
        self._size = size
        self._stop = stop
        self._held = 0
        self._change = threading.Condition()
        self._closed = False

    def close(self) -> None:
        """Nobody waits any more."""
        self._closed = True

    def take(self, size: int) -> None:
        """Wait until there is room; a share larger than the whole budget needs it empty.

        Raises Interrupted.
        """
        with self._change:
            while self._held and self._held + size > self._size:
                if self._closed or self._stop.is_set():
                    raise Interrupted("The robot was asked to stop.")
                self._change.wait(0.2)
            self._held += size

    def give_back(self, size: int) -> None:
        with self._change:
            self._held -= size
            self._change.notify_all()


class Share:
    """One answer's part of a budget.

    In a `with` block it is given back when an error leaves the block.
    """

    def __init__(self, budget: Budget) -> None:
        self.size = 0
        self._budget = budget
        self._counted = 0

    def hold(self, size: int) -> None:
        """Hold so much from now on: wait for it where nothing is held yet, else give the rest back.

        Raises Interrupted.
        """
        if size > SMALL_BODY and not self._counted:
            self._budget.take(size)
            self._counted = size
        elif size < self._counted:
            self._budget.give_back(self._counted - size)
            self._counted = size
        self.size = size

    def release(self) -> None:
        """Give all of it back; to be called as often as one likes.

        `size` stays, for those who count.
        """
        counted, self._counted = self._counted, 0
        if counted:
            self._budget.give_back(counted)

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
