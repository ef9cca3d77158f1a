"""Being asked to stop: Ctrl+C, SIGTERM, SIGHUP (the terminal is gone), and on Windows Ctrl+Break,
the closed window, log-off and shutdown.

The first request lets the execution finish the batch in hand and write its history; the second
leaves at once. A command that executes nothing leaves at the first.
"""

from __future__ import annotations

import logging
import os
import queue
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from robot.errors import ExitCode
from robot.windows import closing

log = logging.getLogger(__name__)

# One Ctrl+C reaches the executable twice: from the terminal, and passed on by PyInstaller's parent
# process
_SAME_REQUEST_SECONDS = 1.0 if getattr(sys, "frozen", False) else 0.0

_REQUESTS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")  # those that this system has


class Leave(SystemExit):
    """Asked to stop while there is nothing to finish.

    No KeyboardInterrupt: typer would end it without a word.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(int(ExitCode.INTERRUPTED))
        self.reason = reason


def leave_on_signals() -> None:
    """Until `stop_on_signals`: a request to stop raises Leave in the main thread, so that what is
    open is closed.
    """

    def leave(number: int, _frame: object) -> None:
        raise Leave(signal.Signals(number).name)

    _obey(leave, "SIGINT", "SIGTERM", "SIGHUP")


def _obey(handler: Callable[[int, Any], None], *names: str) -> None:
    """Install it for those that this system has; not for a SIGHUP that is ignored, as nohup
    does.
    """
    for name in names:
        number = getattr(signal, name, None)
        if number is not None and (
            name != "SIGHUP" or signal.getsignal(number) is not signal.SIG_IGN
        ):
            signal.signal(number, handler)


def stop_on_signals() -> threading.Event:
    """Install the handlers; the event is set by the first request.

    A thread of its own hears the signals, by a socket that Python's own handler in C writes to at
    once: so they are obeyed also while the main thread waits inside a driver, where no handler of
    Python runs (https://docs.python.org/3/library/signal.html#signal.set_wakeup_fd).
    """
    stop = threading.Event()
    requests: queue.SimpleQueue[str] = queue.SimpleQueue()
    hears, tells = socket.socketpair()
    tells.setblocking(False)
    names = {int(getattr(signal, name)): name for name in _REQUESTS if hasattr(signal, name)}

    def hear() -> None:
        first = 0.0
        # every signal that has a handler of Python is written there: a library may have one for
        # SIGCHLD or SIGALRM
        while number := hears.recv(1):
            name = names.get(number[0])
            if name is None:
                continue
            if (
                name == "SIGHUP"
                # one closed terminal sends several, by the shell and by the kernel: never a second
                # request
            ):
                requests.put(name)
            elif not first:
                first = time.monotonic()
                requests.put(f"{name} (once more to leave at once)")
            elif time.monotonic() - first > _SAME_REQUEST_SECONDS:
                os._exit(ExitCode.INTERRUPTED)

    def obey() -> None:
        while True:
            reason = requests.get()
            # may wait for a lock that the main thread holds: so it is not for the thread that hears
            stop.set()
            log.warning("%s: finishing the batch in hand.", reason)

    for work in (hear, obey):
        threading.Thread(
            target=work, name=f"requests to stop: {work.__name__}", daemon=True
        ).start()
    signal.set_wakeup_fd(tells.detach(), warn_on_full_buffer=False)
    _obey(lambda _number, _frame: None, *_REQUESTS)
    # after the signals: Windows asks the handler first that was added last
    closing.watch(requests.put)
    return stop
