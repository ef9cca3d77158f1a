"""The two consoles: results on standard output, progress and messages on standard error."""

from __future__ import annotations

import contextlib
import io
import sys

from rich.console import Console

from robot.errors import ExitCode
from robot.windows import console as window


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
    console = Console(stderr=stderr, highlight=False)
    return console if console.is_terminal else Console(stderr=stderr, highlight=False, width=140)


def wait_for_a_reader(code: int) -> None:
    """Keep a window that a double click opened until its last message was read. Never where nobody would press a key."""
    if code == ExitCode.INTERRUPTED or not window.closes_with_us():
        return
    window.show_state("ended" if code == ExitCode.SUCCESS else f"ended with exit code {code}")
    output().print("\nPressione Enter para fechar esta janela.")
    with contextlib.suppress(EOFError, OSError, KeyboardInterrupt):
        sys.stdin.readline()
