"""A file that somebody else has in hand: open in Excel, still being copied, without the right to
read it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from robot.customers.files.errors import UnreadableFile

_SHARING = (32, 33)  # ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION


class Stamp(NamedTuple):
    """What changes when a file is written."""

    size: int
    modified: int


def stamp(path: Path) -> Stamp:
    """The file's stamp now. Raises OSError."""
    found = path.stat()
    return Stamp(found.st_size, found.st_mtime_ns)


def refuse_if_changed(path: Path, before: Stamp) -> None:
    """Raise UnreadableFile if the file was written since `before`."""
    if stamp(path) != before:
        raise UnreadableFile(
            f"{path.name} changed while it was read: it is still being written or copied.",
            "Wait until it is complete, and import it again.",
        )


def refuse_if_open(path: Path) -> None:
    """Raise UnreadableFile if Excel or LibreOffice has left the file by which it says that it has
    this one open.
    """
    for name in (f"~${path.name}", f".~lock.{path.name}#"):
        lock = path.with_name(name)
        if lock.is_file():
            program = "LibreOffice" if name.startswith(".~") else "Excel"
            raise UnreadableFile(
                f"{path.name} is open in {program}: what is not saved yet would be missing.",
                (
                    f"Save and close it, and import it again. If nobody has it open, delete {name}"
                    " beside it."
                ),
            )


@contextmanager
def access(path: Path) -> Iterator[None]:
    """Tell an OSError for what it means to the operator."""
    try:
        yield
    except FileNotFoundError:
        raise UnreadableFile(f"{path} does not exist.", "Check the path.") from None
    except OSError as error:
        if getattr(error, "winerror", None) in _SHARING:
            raise UnreadableFile(
                f"{path.name} is open in another program, or still being copied.",
                "Close it there, and import it again.",
            ) from None
        why = error.strerror or type(error).__name__
        raise UnreadableFile(
            f"{path} cannot be read: {why}.", "Close it in Excel, or check its rights."
        ) from None
