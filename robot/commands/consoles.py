"""The two consoles: results on standard output, progress and messages on standard error."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import sys
from collections.abc import Iterator
from typing import IO, TextIO, cast

from rich.console import Console

from robot.errors import ExitCode
from robot.windows import console as window

log = logging.getLogger(__name__)


def make_streams_forgiving() -> None:
    """No character kills the robot on a cp1252 or cp850 console: what it lacks is shown as `?`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def output() -> Console:
    """For results. Wide enough for a table where there is no terminal."""
    return _console(stderr=False)


def messages() -> Console:
    """For progress, logs and errors."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    stream = cast("IO[str]", _Lasting(stderr=stderr))
    console = Console(file=stream, highlight=False)
    return console if console.is_terminal else Console(file=stream, highlight=False, width=140)


class _Lasting:
    """Standard output or error, as it is at each moment; one that cannot be written any more is silent from then on.

    A closed pipe or a full disk under a redirection changes nothing of what is stored, nor of how it is judged.
    """

    def __init__(self, *, stderr: bool) -> None:
        self._name = "stderr" if stderr else "stdout"

    @property
    def _stream(self) -> TextIO:
        return cast("TextIO", getattr(sys, self._name))

    def write(self, text: str) -> int:
        with self._surviving():
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with self._surviving():
            self._stream.flush()

    @contextlib.contextmanager
    def _surviving(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            with contextlib.suppress(OSError, ValueError):  # what is buffered goes nowhere, also at the end of the process
                os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())
            log.warning("%s cannot be written any more: %s.", self._name, error.strerror)

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)


def wait_for_a_reader(code: int) -> None:
    """Keep a window that a double click opened until its last message was read. Never where nobody would press a key."""
    if code == ExitCode.INTERRUPTED or not window.closes_with_us():
        return
    window.show_state("ended" if code == ExitCode.SUCCESS else f"ended with exit code {code}")
    output().print("\nPressione Enter para fechar esta janela.")
    with contextlib.suppress(EOFError, OSError, KeyboardInterrupt):
        sys.stdin.readline()
