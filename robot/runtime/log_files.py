"""The files of the logs: rotating, shared by processes, and never a reason to stop."""

from __future__ import annotations

import sys
from contextlib import suppress
from logging import LogRecord

from concurrent_log_handler import ConcurrentRotatingFileHandler
from rich.console import Console

from robot.runtime.masking import mask


class ForgivingFile(ConcurrentRotatingFileHandler):
    """A rotating file, safe when two processes write.

    Tells the first failure on the console, then goes on.
    """

    told = False
    console = Console(stderr=True)

    def handleError(self, record: LogRecord) -> None:  # noqa: N802 - logging's name
        tell_once(str(sys.exc_info()[1]))

    def close(self) -> None:
        """Close the file.

        What a full disk did not take is lost, and no reason to fail at the very end.
        """
        try:
            super().close()
        except OSError as error:
            tell_once(str(error))
            self.stream = None
            with suppress(OSError):
                super().close()


def tell_on(console: Console) -> None:
    """Tell the first failure from now on here."""
    ForgivingFile.console, ForgivingFile.told = console, False


def tell_once(reason: str) -> None:
    """Say that the log files cannot be written, the first time only."""
    if not ForgivingFile.told:
        ForgivingFile.told = True
        message = (
            f"The log files cannot be written ({mask(reason)}). The robot goes on without them."
        )
        ForgivingFile.console.print(message, markup=False, highlight=False, soft_wrap=True)
