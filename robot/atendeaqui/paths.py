"""Ids in addresses and headers: what would lead elsewhere is refused."""

from __future__ import annotations

import string
from urllib.parse import quote

_IN_A_HEADER = frozenset(string.ascii_letters + string.digits + string.punctuation)


def segment(name: str, value: object) -> str:
    """An id as one part of a path, percent-encoded.

    Raises ValueError for one that is empty, and for `.` and `..`, which mean another path.
    """
    text = "" if value is None else str(value)
    if text.strip() in {"", ".", ".."}:
        raise ValueError(f"{name} is {text!r}: an id is needed")
    return quote(text, safe="")


def require_header_value(name: str, value: str) -> None:
    """Raise ValueError for a text that no header can carry: with blanks, a line's end, accents."""
    if not set(value) <= _IN_A_HEADER:
        raise ValueError(f"{name} holds a blank, a line's end or a letter that is not ASCII")
