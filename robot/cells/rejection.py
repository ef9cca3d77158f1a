"""A record that has no row."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record that cannot become a row, with the reason; `payload` is the whole record as JSON
    text.
    """

    record_id: str | None
    reason: str
    payload: str
