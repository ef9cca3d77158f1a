"""Being asked to stop: Ctrl+C, SIGTERM, and on Windows Ctrl+Break.

The first request lets the execution finish the batch in hand and write its history; the second leaves at once. Closing
the console, log-off and shutdown of Windows end it as the first request does (robot/windows/closing.py).
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from types import FrameType

from robot.errors import ExitCode
from robot.windows import closing

log = logging.getLogger(__name__)

# One Ctrl+C reaches the executable twice: from the terminal, and passed on by PyInstaller's parent process
_SAME_REQUEST_SECONDS = 1.0


def stop_on_signals() -> threading.Event:
    """Install the handlers; the event is set by the first request."""
    stop = threading.Event()
    first = 0.0

    def ask(number: int, _frame: FrameType | None) -> None:
        nonlocal first
        if stop.is_set():
            if time.monotonic() - first < _SAME_REQUEST_SECONDS:
                return
            os._exit(ExitCode.INTERRUPTED)
        first = time.monotonic()
        stop.set()
        # logging's locks may be held by the very frame that was interrupted: tell it from elsewhere
        text = "%s: finishing the batch in hand. Once more to leave at once."
        threading.Thread(target=log.warning, args=(text, signal.Signals(number).name), daemon=True).start()

    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), ask)

    def told_by_windows(reason: str) -> None:
        stop.set()
        log.warning("%s: finishing the batch in hand.", reason)

    closing.watch(told_by_windows)  # after the signals: Windows asks the handler first that was added last
    return stop
