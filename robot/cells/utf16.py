"""The length of a text as SQL Server counts it: in UTF-16 code units, of which an emoji takes
two.
"""

from __future__ import annotations


def fits(text: str, width: int | None) -> bool:
    """Whether the text has at most `width` units; None: there is no limit."""
    return width is None or len(text) <= width // 2 or _units(text) <= width


def cut(text: str, width: int | None) -> str:
    """As much of the text as fits; a cut never splits an emoji."""
    if fits(text, width):
        return text
    encoded = text.encode("utf-16-le", "surrogatepass")[: 2 * (width or 0)]
    return encoded.decode("utf-16-le", "ignore")  # "ignore" drops the half of a pair


def _units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
