"""One deadline for a whole exchange with a server: from before the connection to the last byte.

A socket's time-out bounds only the gap between two bytes. A server that sends its headers byte by
byte, or `100 Continue` without end, would hold its caller for ever. So a thread watches the clock
beside the exchange, and shuts the connection when the time is up: whatever waits for its bytes
wakes up.
"""

from __future__ import annotations

import math
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from contextvars import ContextVar
from types import TracebackType
from typing import Any, Self

_TURN_SECONDS = (
    0.2  # between two cuts: a connection that was just being made is shut at the next one
)
_current: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


class Deadline:
    """The time that one exchange may take; `passed` tells that it was cut. One thread uses it, as a
    context.

    `sending` is set when the first byte of the request may go out: before it, nothing can have been
    received.
    """

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self.sending = False
        self._seconds = seconds
        self._done = threading.Event()
        self._connection: Any = None
        self._socket: Any = None

    def __enter__(self) -> Self:
        self._end = time.monotonic() + self._seconds
        self._token = _current.set(self)
        threading.Thread(target=self._watch, name="deadline", daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._done.set()
        _current.reset(self._token)

    def left(self) -> float:
        """Seconds that are left, never less than a moment: 0 would mean "do not wait" to a
        socket.
        """
        return max(0.001, self._end - time.monotonic())

    def watch(self, connection: Any) -> None:
        """The exchange uses this connection now: whatever its attribute `sock` is, then and
        later.
        """
        connection.deadline = self
        self._connection = connection
        # the connection forgets it when the answer is its last, and reads on
        self._socket = getattr(connection, "sock", None)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """A wait for something else than the other side: its time does not count."""
        left = self.left()
        self._end = math.inf
        try:
            yield
        finally:
            self._end = time.monotonic() + left

    def _watch(self) -> None:
        while not self._done.wait(
            _TURN_SECONDS if self._end == math.inf else max(_TURN_SECONDS, self.left())
        ):
            if time.monotonic() < self._end:
                continue
            self.passed = True
            if (
                self._connection is not None and self._connection.deadline is self
            ):  # else another exchange has it
                _shut(getattr(self._connection, "sock", None))
                _shut(self._socket)


def current() -> Deadline | None:
    """The deadline of this thread's exchange."""
    return _current.get()


@contextmanager
def paused() -> Iterator[None]:
    """The clock of this thread's exchange, if it has a deadline, stands still."""
    limit = _current.get()
    with limit.paused() if limit else nullcontext():
        yield


def watch(connection: Any) -> None:
    """The exchange of this thread, if it has a deadline, uses this connection now."""
    if limit := _current.get():
        limit.watch(connection)


def _shut(sock: Any) -> None:
    """End both directions, below any TLS: the object of the encryption belongs to the thread that
    uses it.
    """
    while sock is not None and not isinstance(sock, socket.socket):
        sock = getattr(sock, "socket", None)  # TLS inside of TLS
    if sock is not None:
        with suppress(OSError):
            socket.socket.shutdown(sock, socket.SHUT_RDWR)
