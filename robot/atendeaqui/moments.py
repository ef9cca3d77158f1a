"""Moments as AtendeAqui writes them, and as it wants them."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

_DOCUMENTED = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?"
    r"(Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_NEEDS_ZONE = (
    "occurred_at needs a time zone (fuso horário), as in datetime.now(UTC) or"
    " '2026-10-20T09:30:00-03:00': the API would read it in a zone of its own"
)


def occurred_at_text(moment: datetime | str | None) -> str | None:
    """When something happened, as the API takes it: ISO 8601 with a zone; None = not given.

    A text is sent as it is. Raises ValueError for a moment without a zone, and for a text that is
    no moment.
    """
    if moment is None or moment == "":
        return None
    if isinstance(moment, str):
        try:
            read = datetime.fromisoformat(moment)
        except ValueError:
            raise ValueError(f"occurred_at is no ISO 8601 date and time: {moment!r}") from None
    elif isinstance(moment, datetime):
        read = moment
    else:
        raise ValueError(f"occurred_at must be a datetime or a text, not {type(moment).__name__}")  # noqa: TRY004 - as every other wrong occurred_at
    if read.utcoffset() is None:
        raise ValueError(_NEEDS_ZONE)
    return moment if isinstance(moment, str) else moment.isoformat()


def filter_text(moment: date | str | None) -> str | None:
    """A bound of a search: a date, or a date and time."""
    return moment.isoformat() if isinstance(moment, date) else moment


def read_moment(value: Any) -> datetime | str | None:
    """A moment of an answer: `YYYY-MM-DDTHH:MM:SS`, also with a fraction and a zone.

    Any other text stays as it came. Never raises.
    """
    if not isinstance(value, str) or not value:
        return None
    if not _DOCUMENTED.fullmatch(value):
        return value
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return value
