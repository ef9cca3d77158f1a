"""Where the robot's own folder is."""

from __future__ import annotations

import sys
from pathlib import Path


def home() -> Path:
    """The folder that `.env`, `logs/` and `data/` belong to."""
    if getattr(sys, "frozen", False):
        return Path(sys.executable).resolve().parent
    return Path(__file__).resolve().parents[2]
