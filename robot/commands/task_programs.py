"""Windows' own programs for tasks and rights: schtasks and icacls."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from robot.errors import RobotError
from robot.runtime.program import command


def schtasks(arguments: Sequence[str], *, asks: bool = False, program: str = "schtasks.exe") -> str:
    """Run schtasks and return what it said.

    `asks`: it talks to the operator itself. Raises RobotError when it refuses.
    """
    return _run(
        program,
        arguments,
        asks=asks,
        instead=f'Use the XML of "{command("task xml FILE")}" in the Task Scheduler.',
    )


def icacls(arguments: Sequence[str], *, program: str = "icacls.exe") -> str:
    """Run icacls and return what it said. Raises RobotError when it refuses."""
    return _run(program, arguments, instead="Set the folder's rights in its properties.")


def _run(program: str, arguments: Sequence[str], *, instead: str, asks: bool = False) -> str:
    name = Path(program).stem
    try:
        ended = subprocess.run(  # noqa: S603 - our own arguments, and no shell
            [program, *arguments],
            stdin=None if asks else subprocess.DEVNULL,
            stdout=None if asks else subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=None if asks else 60,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RobotError(f"{name} cannot be run: {error}.", instead) from None
    said = (
        (ended.stdout or b"")
        .decode("oem" if sys.platform == "win32" else "utf-8", errors="replace")
        .strip()
    )
    if ended.returncode:
        raise RobotError(
            f"{name} refused (code {ended.returncode}): {said or 'see its message above'}",
            (
                'It needs a console that was opened with "Run as administrator" (Executar como'
                " administrador)."
            ),
        )
    return said
