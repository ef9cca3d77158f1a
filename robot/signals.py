"""Being asked to stop: Ctrl+C, SIGTERM, and on Windows Ctrl+Break, the closed window, log-off and shutdown.

The first request lets the execution finish the batch in hand and write its history; the second leaves at once.
"""

from __future__ import annotations

import itertools
import logging
import os
import queue
import signal
import sys
import threading
import time
from types import FrameType

from robot.errors import ExitCode
from robot.windows import closing

log = logging.getLogger(__name__)

# One Ctrl+C reaches the executable twice: from the terminal, and passed on by PyInstaller's parent process
_SAME_REQUEST_SECONDS = 1.0 if getattr(sys, "frozen", False) else 0.0


def stop_on_signals() -> threading.Event:
    """Install the handlers; the event is set by the first request.

    A handler interrupts the main thread anywhere, also while it holds a lock of `stop`, of logging or of threading, or
    while it runs this very handler. So it takes no lock: it counts, and hands the request to a thread that waits for it
    (`SimpleQueue.put` is made for that: https://docs.python.org/3/library/queue.html#simplequeue-objects).
    """
    stop = threading.Event()
    requests: queue.SimpleQueue[str] = queue.SimpleQueue()
    count = itertools.count()
    first = 0.0

    def ask(number: int, _frame: FrameType | None) -> None:
        nonlocal first
        if next(count) == 0:
            first = time.monotonic()
            requests.put(f"{signal.Signals(number).name}: finishing the batch in hand. Once more to leave at once.")
        elif first and time.monotonic() - first > _SAME_REQUEST_SECONDS:
            os._exit(ExitCode.INTERRUPTED)

    def obey() -> None:
        while True:
            reason = requests.get()
            stop.set()
            log.warning(reason)

    threading.Thread(target=obey, name="requests to stop", daemon=True).start()
    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), ask)
    # after the signals: Windows asks the handler first that was added last
    closing.watch(lambda reason: requests.put(f"{reason}: finishing the batch in hand."))
    return stop
