"""Files that belong to the program, not to the operator: in the project's folder, or inside the
executable.
"""

from __future__ import annotations

import sys
from pathlib import Path


def resource(name: str) -> Path:
    """The path of such a file or folder; PyInstaller unpacks them to `sys._MEIPASS`."""
    return Path(getattr(sys, "_MEIPASS", Path(__file__).resolve().parents[2])) / name
