"""Being asked to stop: Ctrl+C, SIGTERM, and on Windows Ctrl+Break.

The first request lets the execution finish the batch in hand and write its history; the second leaves at once.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from types import FrameType

from robot.errors import ExitCode

log = logging.getLogger(__name__)


def stop_on_signals() -> threading.Event:
    """Install the handlers; the event is set by the first request."""
    stop = threading.Event()

    def ask(number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            os._exit(ExitCode.INTERRUPTED)
        stop.set()
        # logging's locks may be held by the very frame that was interrupted: tell it from elsewhere
        text = "%s: finishing the batch in hand. Once more to leave at once."
        threading.Thread(target=log.warning, args=(text, signal.Signals(number).name), daemon=True).start()

    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), ask)
    return stop
