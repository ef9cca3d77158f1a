"""The two rotating log files and the console.

`api_robot_main.log` takes DEBUG and up, `api_robot_errors.log` ERROR and up, the console what
`LOG_LEVEL` says. Every line carries the execution's id and passes through `robot.runtime.masking`.
A log that cannot be written is told once on the console and never stops a sync.
"""

from __future__ import annotations

import logging
from datetime import datetime
from logging import LogRecord
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console

from robot.runtime.masking import mask

MAIN_LOG = "api_robot_main.log"
ERRORS_LOG = "api_robot_errors.log"

_FORMAT = "%(asctime)s %(levelname)-8s [%(execution)s] %(name)s: %(message)s"
_CONSOLE_FORMAT = "%(asctime)s %(levelname)-8s %(message)s"

_state = {"execution": "-"}
_opened: list[logging.Handler] = []


def current_execution(execution_id: int | None) -> None:
    """Name the execution that the following lines belong to."""
    _state["execution"] = "-" if execution_id is None else str(execution_id)


class _MaskingFormatter(logging.Formatter):
    """Adds the execution's id and masks the whole line, traceback included. Times are local to
    `TIMEZONE`.

    A record is one line, whatever it holds, and its traceback stands indented below it: no message
    forges another line.
    """

    def __init__(self, fmt: str, zone: ZoneInfo, *, tracebacks: bool) -> None:
        super().__init__(fmt)
        self._zone = zone
        self._tracebacks = tracebacks

    def formatTime(self, record: LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - logging's name
        return datetime.fromtimestamp(record.created, self._zone).strftime("%Y-%m-%d %H:%M:%S")

    def format(self, record: LogRecord) -> str:
        record.execution = _state["execution"]
        record.message = record.getMessage()
        record.asctime = self.formatTime(record)
        line = mask(self.formatMessage(record)).replace("\n", r"\n")
        if self._tracebacks and record.exc_info:
            trace = mask(self.formatException(record.exc_info))
            line += "".join(f"\n    {each}" for each in trace.split("\n"))
        return line


class _ConsoleHandler(logging.Handler):
    """Prints through rich, so that lines and a progress bar do not tear each other apart."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console

    def emit(self, record: LogRecord) -> None:
        style = (
            "red"
            if record.levelno >= logging.ERROR
            else "yellow"
            if record.levelno >= logging.WARNING
            else None
        )
        try:
            self._console.print(
                self.format(record).rstrip(),
                style=style,
                markup=False,
                highlight=False,
                soft_wrap=True,
            )
        except OSError:
            self.handleError(record)

    def handleError(self, record: LogRecord) -> None:  # noqa: N802 - logging's name
        """A console that is gone (a closed pipe) is no reason to stop; the files have the line."""


def configure(
    folder: Path,
    *,
    console: Console,
    level: str,
    zone: ZoneInfo,
    max_mb: int = 10,
    backups: int = 10,
) -> None:
    """Send the root logger to both files and the console.

    Safe to call again; never raises for a bad folder.
    """
    root = logging.getLogger()
    close()
    # its library is large, and a command that opens no logs does without it
    from robot.runtime import log_files

    log_files.tell_on(console)
    root.setLevel(logging.DEBUG)
    for noisy in (
        "urllib3",
        "chardet",
        "charset_normalizer",
        "portalocker",
        "filelock",
        "schedule",
        "asyncio",
    ):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    to_console = _ConsoleHandler(console)
    to_console.setLevel(level)
    to_console.setFormatter(_MaskingFormatter(_CONSOLE_FORMAT, zone, tracebacks=False))
    _open(to_console)
    for name, file_level in ((MAIN_LOG, logging.DEBUG), (ERRORS_LOG, logging.ERROR)):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handler = log_files.ForgivingFile(
                str(folder / name),
                maxBytes=max_mb * 1024 * 1024,
                backupCount=backups,
                encoding="utf-8",
            )
            with (folder / name).open("a", encoding="utf-8"):
                # a read-only folder shows itself here, once, and not at the first line of an
                # execution
                pass
        except OSError as error:
            log_files.tell_once(f"{folder}: {error.strerror or error}")
            continue
        handler.setLevel(file_level)
        handler.setFormatter(_MaskingFormatter(_FORMAT, zone, tracebacks=True))
        _open(handler)


def _open(handler: logging.Handler) -> None:
    logging.getLogger().addHandler(handler)
    _opened.append(handler)


def are_open() -> bool:
    """Whether `configure` was called."""
    return bool(_opened)


def writes_files() -> bool:
    """Whether the main log file could be opened."""
    return any(
        each.level == logging.DEBUG and not isinstance(each, _ConsoleHandler) for each in _opened
    )


def close() -> None:
    """Close the handlers that `configure` made."""
    while _opened:
        handler = _opened.pop()
        logging.getLogger().removeHandler(handler)
        handler.close()
