"""Records → rows and rejections. Pure functions over JSON values: no I/O, no database, no API client.

A normalizer fills the columns of `robot.tables` in their order. It loses nothing: what has no column, and what a column
cannot hold whole, is kept in the row's `extra`; a record that cannot become a row is a rejection with its payload.
"""

from robot.normalizers.calls import (
    CallRows,
    Rejection,
    contradicts,
    mailing_of,
    normalize_call,
    record_hash,
    record_key,
)
from robot.normalizers.json_text import as_received

__all__ = [
    "CallRows",
    "Rejection",
    "as_received",
    "contradicts",
    "mailing_of",
    "normalize_call",
    "record_hash",
    "record_key",
]
