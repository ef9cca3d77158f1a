"""What Excel's number formats make of a number: a date, a time, or digits with zeros in front of
them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

Shown = str | int | float | datetime | date | time | timedelta
Format = Callable[[str], Shown]

_EPOCH = datetime(1899, 12, 30)
_EPOCH_1904 = datetime(1904, 1, 1)
_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_LITERALS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_DATE_SIGN = re.compile(r"[dmyhs]", re.IGNORECASE)
_PADDED = re.compile(r"[0 ./()\-]+")
_DIGITS = 15  # as many as a number of Excel holds for sure
_LAST_SERIAL = 2_958_466  # 9999-12-31, and one


def number(text: str) -> int | float:
    """The number of a cell. Whole ones are int. Raises ValueError."""
    if text.isdigit():
        return int(text)
    value = float(text)
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError(text)
    return int(value) if value.is_integer() else value


def is_rounded(value: object) -> bool:
    """Whether a number has more digits than Excel keeps: what follows the fifteenth is not what was
    typed.
    """
    return isinstance(value, int | float) and abs(value) >= 10**_DIGITS


def format_of(code: int, text: str, *, since_1904: bool) -> Format | None:
    """How to read the numbers of a format, None for plain numbers.

    `text`: the format's own, where it has one.
    """
    first = text.split(";")[0]
    bare = _LITERALS.sub("", first)
    if code in _DATES or (
        _DATE_SIGN.search(bare) and not re.fullmatch(r"general", bare.strip(), re.IGNORECASE)
    ):
        epoch = _EPOCH_1904 if since_1904 else _EPOCH
        elapsed = code == 46 or _ELAPSED.search(bare) is not None
        return lambda value: _moment(value, epoch, elapsed=elapsed)
    unquoted = re.sub(r'"([^"]*)"|\\(.)|_.|\*.', r"\1\2", first)
    digits = unquoted.count("0")
    # neither decimals nor a fraction: those signs are quoted
    is_plain = not re.search(r"[./]", bare)
    if _PADDED.fullmatch(unquoted) and digits > 1 and is_plain:
        return lambda value: _padded(value, unquoted, digits)
    return None


def iso_moment(text: str) -> Shown:
    """A date that the cell holds as text of ISO 8601, as some programs write. Raises ValueError."""
    moment = datetime.fromisoformat(text.strip()).replace(tzinfo=None)
    return moment.date() if len(text.strip()) <= 10 else moment


def _moment(text: str, epoch: datetime, *, elapsed: bool) -> Shown:
    days = float(text)
    if not 0 <= days < _LAST_SERIAL:
        return number(text)
    span = timedelta(milliseconds=round(days * 86_400_000))
    if elapsed:
        return span
    if epoch is _EPOCH and days < 60:
        span += timedelta(days=1)  # Excel believes that 1900 was a leap year
    moment = epoch + span
    if days < 1:
        return moment.time()
    return moment.date() if moment.time() == time(0) else moment


def _padded(text: str, pattern: str, digits: int) -> Shown:
    """12345678909 shown by 000\\.000\\.000\\-00 is 123.456.789-09."""
    value = number(text)
    if not isinstance(value, int) or value < 0 or is_rounded(value):
        return value
    plain = iter(str(value).zfill(digits))
    over = len(str(value)) - digits  # digits that the pattern has no place for stand in front
    front = "".join(next(plain) for _ in range(max(over, 0)))
    return front + "".join(next(plain) if sign == "0" else sign for sign in pattern)
