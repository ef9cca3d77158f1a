"""An order → its rows, or a rejection."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from robot.cells.json_text import digest
from robot.cells.rejection import Rejection
from robot.cells.rows import Row, RowTable
from toy.tables import LINES, ORDERS


def rows_of(record: object) -> Mapping[RowTable, Sequence[Row]] | Rejection:
    """An order's row, and one for each of its lines."""
    if not isinstance(record, dict) or type(record.get("number")) is not int:
        return Rejection(_id(record), "no order: it has no number", json.dumps(record))
    shop, number = record["shop"], record["number"]
    row = _row((shop, number, record["customer"], None))
    lines = [
        _row((shop, number, place, line["product"], line["amount"], None))
        for place, line in enumerate(record["lines"], 1)
    ]
    return {ORDERS: [row], LINES: lines}


def key_of(record: object) -> str:
    """What tells an order apart, also one that has no row."""
    rows = rows_of(record)
    return json.dumps(record) if isinstance(rows, Rejection) else ORDERS.key_of(rows[ORDERS][0])


def _id(record: object) -> str | None:
    return str(record.get("shop")) if isinstance(record, dict) else None


def _row(cells: tuple[Any, ...]) -> Row:
    return Row(cells, digest(cells))
