"""`mailing_data` of a call → a row of the table mailing_data.

The object's `data` holds the customer's own CSV headers. They are compared without case, accents,
blanks and underscores, so that `RAZAO SOCIAL`, `razao_social` and `Razão Social ` fill one column.
The first that is not empty wins. Other headers, and what does not fit, go to `extra` under "data".
"""

import unicodedata
from functools import lru_cache
from typing import Any

from robot.cells import fields
from robot.cells.json_text import digest, dump
from robot.cells.rows import CONTENT_DIGITS, Row
from robot.cells.tables import MAILING_DATA
from robot.cells.values import is_nothing

_NAMES = MAILING_DATA.row_names
_CALL_ID = _NAMES.index("call_id")
_FIRST_HEADER, _EXTRA = _NAMES.index("estrategia"), _NAMES.index("extra")
_OBJECT = fields.plan(
    (c for c in MAILING_DATA.row_columns[:_FIRST_HEADER] if c.name != "call_id"), {}, {}
)
_DATA = fields.plan(MAILING_DATA.row_columns[_FIRST_HEADER:_EXTRA], {}, {})
_KNOWN = fields.names(_OBJECT) | {"data"}


def normalize_mailing(
    mailing: dict[str, Any], call_id: str, received: str | None
) -> tuple[Row, int]:
    """The row of a call's mailing data, and the number of values kept in `extra` because their
    column could not hold them.

    `received` is the hash of the call's record. Raises UncleanError (see json_text).
    """
    kept: dict[str, Any] = {}
    cells = fields.fill(mailing, _OBJECT, kept)
    cells.insert(_CALL_ID, call_id)
    overflows = len(kept)
    fields.keep_unknown(mailing, _KNOWN, kept)
    data = mailing.get("data")
    if isinstance(data, dict):
        headers, others = _by_column(data)
        too_much: dict[str, Any] = {}
        cells += fields.fill(
            {column: data[header] for column, header in headers.items()}, _DATA, too_much
        )
        overflows += len(too_much)
        others += [headers[column] for column in too_much]
        if others:
            kept["data"] = {header: data[header] for header in others}
    else:
        cells += [None] * len(_DATA)
        if not is_nothing(data):
            kept["data"] = data
            overflows += 1
    cells.append(dump(kept) if kept else None)
    return Row(tuple(cells), digest(cells)[:CONTENT_DIGITS], received), overflows


def _by_column(data: dict[str, Any]) -> tuple[dict[str, str], list[str]]:
    """The header that fills each column, and the headers that fill none; empty ones are in
    neither.
    """
    headers: dict[str, str] = {}
    others: list[str] = []
    for header, value in data.items():
        if value is None or is_nothing(value):
            continue
        column = column_of(header)
        if column is None or column in headers:
            others.append(header)
        else:
            headers[column] = header
    return headers, others


def folded(header: str) -> str:
    """The header without case, accents, blanks and underscores."""
    letters = unicodedata.normalize("NFKD", header).casefold().replace("_", "")
    return "".join(
        letter for letter in letters if not unicodedata.combining(letter) and not letter.isspace()
    )


@lru_cache(maxsize=4096)
def column_of(header: str) -> str | None:
    """The column that a CSV header fills, if any."""
    return _COLUMNS.get(folded(header))


_COLUMNS = {folded(name): name for name, *_ in _DATA if name != "uf_mailing"} | {"uf": "uf_mailing"}
