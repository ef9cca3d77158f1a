"""How this program was started: for every message that tells the operator to run a command."""

from __future__ import annotations

import sys
from pathlib import Path


def program() -> str:
    """`app.exe` on Windows and `./app` elsewhere for the executable, by the name it has now; else
    `python app.py`.
    """
    if not getattr(sys, "frozen", False):
        return "python app.py"
    name = Path(sys.executable).name
    return name if sys.platform == "win32" else f"./{name}"


def command(words: str) -> str:
    """The command of this program as it is typed in its folder: `./app status`."""
    return f"{program()} {words}"
