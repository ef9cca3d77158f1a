"""The values of an answer, each as its model's type. None of these functions raises.

What is missing, null or of another type becomes the default. A number in the place of a text
becomes its digits (an id must not be lost), and a number written as a text becomes the number.
"""

from __future__ import annotations

import math
from typing import Any


def fields_of(data: Any) -> dict[str, Any]:
    """The object that a model is read from; empty where it is none."""
    return data if isinstance(data, dict) else {}


def text(value: Any, default: str = "") -> str:
    """A text."""
    found = optional_text(value)
    return default if found is None else found


def optional_text(value: Any) -> str | None:
    """A text, or None."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return str(value)
        except ValueError:  # an integer of thousands of digits
            return None
    return None


def flag(value: Any, default: bool) -> bool:
    """True or false, also as 1, 0 and as a word."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower(), default)
    return {0: False, 1: True}.get(value, default) if isinstance(value, int) else default


def optional_number(value: Any) -> float | None:
    """A number as it came (a whole one stays an int), or None."""
    if isinstance(value, str):
        value = _number_in(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return None if isinstance(value, float) and not math.isfinite(value) else value


def number(value: Any, default: float = 0) -> float:
    """A number as it came."""
    found = optional_number(value)
    return default if found is None else found


def whole(value: Any, default: int = 0) -> int:
    """A whole number; one with a fraction is none."""
    found = optional_number(value)
    return int(found) if found is not None and found == int(found) else default


def texts(value: Any) -> list[str]:
    """The texts of a list; what is no text in it is left out."""
    found = map(optional_text, value) if isinstance(value, list) else ()
    return [each for each in found if each is not None]


def mapping(value: Any) -> dict[str, Any]:
    """An object; empty where it is none."""
    return value if isinstance(value, dict) else {}


def mappings(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; what is no object in it is left out."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _number_in(words: str) -> float | None:
    for read in (int, float):
        try:
            return read(words)
        except ValueError:
            continue
    return None
