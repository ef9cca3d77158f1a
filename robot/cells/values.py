"""One value as received → one cell. Pure functions: each returns the cell and whether the cell
holds the whole value.

Nothing (null, empty text, `[]`, `{}`) is NULL in every column. A value that its column cannot hold
whole gives what fits (a text) or NULL (anything else) and False: the caller keeps the original.
Widths count UTF-16 code units, as SQL Server's NVARCHAR(n) does: an emoji is two, and a cut never
splits it.
"""

import re
from datetime import datetime, tzinfo
from decimal import Decimal

from robot.cells.json_text import UncleanError, dump
from robot.cells.utf16 import cut, fits

Cell = str | int | bool | datetime | None
Read = tuple[Cell, bool]

_HOLDERS = (str, list, dict)
_INT32 = range(-(2**31), 2**31)
_INTEGER = re.compile(r"\s*([+-]?[0-9]{1,20})(?:\.0*)?\s*", re.ASCII)
_BOOLEANS = {"true": True, "false": False, "1": True, "0": False}
_ISO = re.compile(
    r"\s*([0-9]{4})-([0-9]{2})-([0-9]{2})[T ]([0-9]{2}):([0-9]{2}):([0-9]{2})"
    r"(\.[0-9]+)?\s*(Z|[+-][0-9]{2}:?[0-9]{2})?\s*",
    re.ASCII | re.IGNORECASE,
)
_BRAZILIAN = re.compile(
    r"\s*([0-9]{2})/([0-9]{2})/([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2})\s*", re.ASCII
)
_FIRST_YEAR = 1753  # of SQL Server's DATETIME


def is_nothing(value: object) -> bool:
    """Whether there is nothing in it: null, "", [] or {}. (0 and false are something.)"""
    return value is None or (not value and isinstance(value, _HOLDERS))


def text(value: object, width: int | None) -> Read:
    """A text of at most `width` units.

    Numbers and booleans are written as JSON does, objects and lists as JSON text.
    """
    if isinstance(value, str):
        return fitted(value, width)
    if is_nothing(value):
        return None, True
    if isinstance(value, bool):
        return fitted("true" if value else "false", width)
    if isinstance(value, int | float):
        return fitted(number_text(value), width)
    if isinstance(value, dict | list):
        return fitted(dump(value), width)
    raise UncleanError(f"{type(value).__name__} is no JSON")


def text_or_dash(value: object, width: int | None) -> Read:
    """A text for which the dialer writes "-" when there is none (agent, qualification)."""
    return (None, True) if value == "-" else text(value, width)


def duration(value: object, width: int | None) -> Read:
    """`HH:MM:SS`.

    The dialer sends that text, kept as it is; or whole seconds: 3725 → 01:02:05, 360000 →
    100:00:00.
    """
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not 0 <= value < 2**31
        or value % 1
    ):
        return text(value, width)
    minutes, seconds = divmod(int(value), 60)
    hours, minutes = divmod(minutes, 60)
    return fitted(f"{hours:02}:{minutes:02}:{seconds:02}", width)


def amount(value: object, width: int | None) -> Read:
    """An amount as text: 0.028 → "0.028", 5.0 → "5".

    A float's noise after its 15th digit is left out of the cell.
    """
    if not isinstance(value, float):
        return text(value, width)
    rounded = float(f"{value:.15g}")
    cell, whole = text(rounded, width)
    return cell, whole and rounded == value


def integer(value: object) -> Read:
    """An integer of 32 bits, from a number or its text; true is 1."""
    if is_nothing(value):
        return None, True
    if isinstance(value, str):
        match = _INTEGER.fullmatch(value)
        number = int(match[1]) if match else None
    elif isinstance(value, float):
        number = int(value) if value.is_integer() else None
    else:
        number = int(value) if isinstance(value, int) else None
    return (number, True) if number is not None and number in _INT32 else (None, False)


def integer_or_dash(value: object) -> Read:
    """An integer for which the dialer may write "-" when there is none (qualification)."""
    return (None, True) if value == "-" else integer(value)


def boolean(value: object) -> Read:
    """A boolean, from true, false, 1, 0 or their texts."""
    if value is True or value is False:
        return value, True
    if is_nothing(value):
        return None, True
    if isinstance(value, str):
        cell = _BOOLEANS.get(value.strip().lower())
    else:
        cell = bool(value) if isinstance(value, int | float) and value in (0, 1) else None
    return cell, cell is not None


def date(value: object) -> Read:
    """The wall clock, to the second, of `YYYY-MM-DD HH:MM:SS` (also with T, a fraction, an offset)
    or `DD/MM/YYYY HH:MM:SS`.

    An offset is not applied: the dialer's times are the account's local ones, as the spec's column
    is. A fraction is dropped, not rounded: DATETIME would round 23:59:59.999 into the next day, and
    so out of its window. Where a fraction or an offset was left out, the cell does not hold the
    whole value. Years before 1753 (DATETIME has none) are unreadable.
    """
    if not isinstance(value, str):
        return None, is_nothing(value)
    if (
        len(value) == 19
        and value[4] == value[7] == "-"
        and value[10] == " "
        and value[13] == value[16] == ":"
    ):
        try:  # four times as fast as what follows
            moment = datetime.fromisoformat(value)
        except ValueError:
            return None, False
        return (moment, True) if moment.year >= _FIRST_YEAR else (None, False)
    if match := _ISO.fullmatch(value):
        year, month, day = match[1], match[2], match[3]
        whole = not match[8] and not (match[7] or "").strip(".0")
    elif match := _BRAZILIAN.fullmatch(value):
        day, month, year = match[1], match[2], match[3]
        whole = True
    else:
        return None, not value
    try:
        moment = datetime(
            int(year), int(month), int(day), int(match[4]), int(match[5]), int(match[6])
        )
    except ValueError:  # month 13, 0000-00-00, a leap second
        return None, False
    return (moment, whole) if moment.year >= _FIRST_YEAR else (None, False)


def date_in(zone: tzinfo | None, value: object) -> datetime | None:
    """The wall clock in `zone` of a text with an offset; without a zone or an offset, the text's
    own, as `date` reads it.
    """
    moment = converted(zone, value)
    if moment is not None:
        return moment
    cell, _ = date(value)
    return cell if isinstance(cell, datetime) else None


def converted(zone: tzinfo | None, value: object) -> datetime | None:
    """The wall clock in `zone`, to the second, of a text with an offset; None of any other, and
    without a zone.
    """
    if zone is None or not isinstance(value, str):
        return None
    moment: datetime | None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = _with_offset(value)
    if moment is None or moment.tzinfo is None:
        return None
    try:
        local = moment.astimezone(zone).replace(tzinfo=None, microsecond=0, fold=0)
    except (ValueError, OverflowError):  # the year 1 or 9999, at the wrong side of it
        return None
    return local if local.year >= _FIRST_YEAR else None


def _with_offset(value: str) -> datetime | None:
    """What `date` reads and Python's own reader does not: blanks, a small z."""
    match = _ISO.fullmatch(value)
    if match is None or not match[8]:
        return None
    offset = match[8].upper().replace("Z", "+00:00")
    day, clock = "-".join(match.group(1, 2, 3)), ":".join(match.group(4, 5, 6))
    try:
        return datetime.fromisoformat(f"{day}T{clock}{offset}")
    except ValueError:
        return None


def number_text(value: float) -> str:
    """A finite number as text, without exponent where that is short: 5.0 → "5", 1e-05 →
    "0.00001".
    """
    if isinstance(value, int):
        if value.bit_length() > 64:
            raise UncleanError("integer beyond 64 bits")
        return str(value)
    if value != value or value in (float("inf"), float("-inf")):
        raise UncleanError("NaN or infinity")
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return f"{Decimal(repr(value)):f}" if 1e-15 < abs(value) < 1e22 else repr(value)


def fitted(value: str, width: int | None) -> Read:
    """As much of the text as fits; nothing, if it is empty."""
    return (value or None, True) if fits(value, width) else (cut(value, width) or None, False)
