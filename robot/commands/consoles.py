"""The two consoles: results on standard output, progress and messages on standard error."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import sys
from collections.abc import Iterator
from typing import IO, TextIO, cast

from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderHook
from rich.segment import Segment

from robot.errors import ExitCode, RobotError
from robot.runtime.escaping import printable
from robot.runtime.signals import Leave
from robot.windows import console as window

log = logging.getLogger(__name__)


class _Nowhere(io.TextIOWrapper):
    """In place of a stream that this process was started without.

    Never a terminal, which Windows takes `nul` for.
    """

    def __init__(self, mode: str) -> None:
        super().__init__(io.FileIO(os.devnull, mode), encoding="utf-8")

    def isatty(self) -> bool:
        return False


def make_streams_forgiving() -> None:
    """No console is needed, and no character kills the robot on a cp1252 or cp850 one: what it
    lacks is shown as `?`.

    Python has None for a stream that was closed at the start (`>&-`), and for all of a Windows
    process without a console. In this order each takes the place of the closed one, lest the next
    file that is opened be number 1 or 2.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, _Nowhere(mode))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def output() -> Console:
    """For results. Wide enough for a table where there is no terminal."""
    return _console(stderr=False)


def messages() -> Console:
    """For progress, logs and errors."""
    return _console(stderr=True)


def require_written(console: Console) -> None:
    """Of output that is a command's whole purpose.

    Raises RobotError when some of it did not arrive.
    """
    stream: object = console.file
    if isinstance(stream, _Lasting) and (why := stream.lost):
        raise RobotError(
            f"The output could not be written: {why}.", "Free space there, or send it elsewhere."
        )


def _console(*, stderr: bool) -> Console:
    stream = cast("IO[str]", _Lasting(stderr=stderr))
    console = Console(file=stream, highlight=False)
    if not console.is_terminal:
        console = Console(file=stream, highlight=False, width=140)
    console.push_render_hook(_Printable())
    return console


class _Printable(RenderHook):
    """Shows control characters by their numbers, whatever is printed; the commands of rich itself
    pass.
    """

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        return [_Escaped(each) for each in renderables]


class _Escaped:
    def __init__(self, inner: ConsoleRenderable) -> None:
        self._inner = inner

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        for segment in console.render(self._inner, options):
            yield segment if segment.control else Segment(printable(segment.text), segment.style)


class _Lasting:
    """Standard output or error, as it is at each moment; one that cannot be written any more is
    silent from then on.

    A closed pipe or a full disk under a redirection changes nothing of what is stored, nor of how
    it is judged.
    """

    def __init__(self, *, stderr: bool) -> None:
        self._name = "stderr" if stderr else "stdout"
        self._failure = ""

    @property
    def _stream(self) -> TextIO:
        return cast("TextIO", getattr(sys, self._name))

    @property
    def lost(self) -> str:
        """Why something that was written did not arrive; empty when all did."""
        return "it is closed" if isinstance(self._stream, _Nowhere) else self._failure

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
            self._failure = error.strerror or str(error)
            # what is buffered goes nowhere, also at the end of the process
            with contextlib.suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())
            log.warning("%s cannot be written any more: %s.", self._name, self._failure)

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)


def wait_for_a_reader(code: int) -> None:
    """Keep a window that a double click opened until its last message was read.

    Never where nobody would press a key.
    """
    if code == ExitCode.INTERRUPTED or not window.closes_with_us():
        return
    window.show_state("ended" if code == ExitCode.SUCCESS else f"ended with exit code {code}")
    output().print("\nPressione Enter para fechar esta janela.")
    with contextlib.suppress(EOFError, OSError, KeyboardInterrupt, Leave):
        sys.stdin.readline()
