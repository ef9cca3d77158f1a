"""The numbered scripts in `sql/`: where they are, also inside the executable."""

from __future__ import annotations

from pathlib import Path

from robot.resources import resource


def scripts_folder(database: str) -> Path:
    """The folder of a database's scripts."""
    return resource("sql") / database


def read_scripts(database: str) -> list[tuple[str, str]]:
    """(name, text) of each script, in order."""
    return [(path.name, path.read_text(encoding="utf-8")) for path in sorted(scripts_folder(database).glob("[0-9]*.sql"))]
