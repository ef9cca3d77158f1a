"""The numbered scripts in `sql/`: where they are, also inside the executable."""

from __future__ import annotations

import sys
from pathlib import Path


def scripts_folder(database: str) -> Path:
    """The folder of a database's scripts; PyInstaller unpacks bundled files to `sys._MEIPASS`."""
    root = Path(getattr(sys, "_MEIPASS", Path(__file__).resolve().parent.parent.parent))
    return root / "sql" / database


def read_scripts(database: str) -> list[tuple[str, str]]:
    """(name, text) of each script, in order."""
    return [(path.name, path.read_text(encoding="utf-8")) for path in sorted(scripts_folder(database).glob("[0-9]*.sql"))]
