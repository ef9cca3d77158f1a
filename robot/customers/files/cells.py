"""What a cell of a file may hold."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import NamedTuple


class Reason(Enum):
    """Why a cell is not known for sure: what to tell the operator, and what to do about it."""

    FORMULA = (
        "a formula without a stored value",
        "Open the workbook in Excel, let it calculate, and save it. Or paste the column as values.",
    )
    ERROR = (
        "an error value of Excel",
        "Correct the formula in Excel, or paste the right value over it.",
    )
    MERGED = (
        "a cell that is merged into another one",
        "In Excel unmerge the cells and write the value into each of them.",
    )
    UNDECODED = (
        "characters that cannot be decoded",
        'Save the file again: in Excel "Save as", CSV UTF-8 or Excel workbook (.xlsx).',
    )
    GARBLED = (
        "text that was decoded wrongly before it came here, like JoÃ£o",
        "Export it again from where it comes from, as UTF-8.",
    )
    DAMAGED = (
        "a value that does not fit the type of its cell",
        "Write the value again in Excel, and save the workbook.",
    )
    ROUNDED = (
        "a number that lost digits",
        "Format the column as text before the numbers are written, and export the file again.",
    )

    def __init__(self, text: str, hint: str) -> None:
        self.text = text
        self.hint = hint


class Mark(NamedTuple):
    """What a reader of one value knows of it, before it has an address.

    `value`: None where there is none at all.
    """

    reason: Reason
    value: str | int | float | None
    shown: str

    def at(self, address: str) -> Unreadable | Doubtful:
        """The cell that it is."""
        if self.value is None:
            return Unreadable(self.reason, address, self.shown)
        return Doubtful(self.value, self.reason, address)


class Unreadable(NamedTuple):
    """A cell whose value is not known.

    `shown` is what the file shows there: maybe personal data, maybe nothing.
    """

    reason: Reason
    address: str
    shown: str = ""


class Doubtful(NamedTuple):
    """A cell with a value of which something is probably lost: good enough for a note, not for a
    key or a phone.
    """

    value: str | int | float
    reason: Reason
    address: str


Value = str | int | float | bool | datetime | date | time | timedelta | None
Cell = Value | Unreadable | Doubtful
