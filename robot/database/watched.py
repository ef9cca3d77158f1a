"""Ending a query that runs too long, or that is in the way of a request to stop: from a thread of
its own.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from robot.errors import FatalError, Interrupted


class OutOfTime(FatalError):
    """The query took longer than it may."""


_PAUSE_SECONDS = 0.05
_AGAIN_SECONDS = 1.0


@contextmanager
def ended_by(stop: threading.Event, seconds: float, cancel: Callable[[], object]) -> Iterator[None]:
    """While inside, call `cancel` when `stop` is set or the time is over; what the query raises
    then has that reason.

    Raises Interrupted, OutOfTime.
    """
    end = time.monotonic() + seconds
    done = threading.Event()
    why: list[Exception] = []

    def watch() -> None:
        pause = _PAUSE_SECONDS
        while not done.wait(pause):
            if stop.is_set() or time.monotonic() >= end:
                if not why:
                    asked = Interrupted("The robot was asked to stop: the query was ended.")
                    why.append(
                        asked
                        if stop.is_set()
                        else OutOfTime(f"the query was ended after {seconds:g} seconds")
                    )
                with suppress(Exception):  # it ended by itself meanwhile
                    cancel()
                pause = _AGAIN_SECONDS  # it may not have begun yet, or just read its rows

    watcher = threading.Thread(target=watch, name="limit of a query", daemon=True)
    watcher.start()
    try:
        yield
    except Exception as error:
        if why:
            raise why[0] from error
        raise
    finally:
        done.set()
        watcher.join(_AGAIN_SECONDS)
