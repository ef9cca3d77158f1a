"""Where the program's own files are, and the operator's."""

from __future__ import annotations

import sys
from pathlib import Path


def resource(name: str) -> Path:
    """A file or folder of the program; PyInstaller unpacks them to `sys._MEIPASS`."""
    return Path(getattr(sys, "_MEIPASS", Path(__file__).resolve().parents[2])) / name


def home() -> Path:
    """The folder that `.env`, `logs/` and `data/` belong to."""
    if getattr(sys, "frozen", False):
        return Path(sys.executable).resolve().parent
    return Path(__file__).resolve().parents[2]
