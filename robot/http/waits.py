"""How long the API asks us to wait."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_WAIT = 120.0  # seconds; a Retry-After of hours must not hold an execution


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, from a `Retry-After` in either of its forms (RFC 9110, 10.2.3); None where
    there is none.

    A date is compared with the server's own `Date`, where it tells one: its clock and ours may
    differ.
    """
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdecimal():  # isdigit() alone takes "²", which is no number
        return float(value)
    moment = _moment(value)
    if moment is None:
        return None
    asked = _moment(headers.get("Date", "")) or datetime.now(UTC)
    return max(0.0, (moment - asked).total_seconds())


def next_wait(ours: float, wish: float | None) -> float:
    """Seconds before the next try: never less than our own back-off, whatever the API wishes.

    A wish of 0, or of a moment that is past, is no wish for haste: it would spend all tries at
    once.
    """
    return max(ours, min(wish or 0.0, LONGEST_WAIT))


def _moment(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value.strip())
    except (TypeError, ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
