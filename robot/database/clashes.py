"""Rows whose keys differ, but not for the database: `a1` and `A1` are one under a collation that
ignores case.

Their ids are opaque: they are different records. The one that is stored stays; the other becomes a
rejection, since no row may be written over another record's.
"""

from __future__ import annotations

import json

from robot.cells.tables import RowTable
from robot.database.engine import Engine, Row
from robot.database.records import Batch, RejectedRecord, RejectedRow

_REASON = "the database takes its id for another record's: its collation ignores case or accents"


def set_apart(engine: Engine, batch: Batch) -> tuple[Batch, set[str]]:
    """The batch with the rows that clash as rejections, and their keys.

    A child goes the way of its parent.
    """
    clashed: set[str] = set()
    rows: dict[RowTable, list[Row]] = {}
    rejections: list[RejectedRecord] = list(batch.rejections)
    for table, wanted in batch.rows.items():
        at = table.key_place
        if wanted:
            clashed |= engine.clashes(table, wanted)
        rows[table] = [row for row in wanted if str(row[at]) not in clashed]
        rejections += [
            _rejection(table, row, str(row[at])) for row in wanted if str(row[at]) in clashed
        ]
    return Batch(rows, rejections, batch.outside), clashed


def _rejection(table: RowTable, row: Row, key: str) -> RejectedRow:
    cells = {
        name: cell for name, cell in zip(table.row_names, row, strict=True) if cell is not None
    }
    return RejectedRow(
        key, f"{_REASON} ({table.name})", json.dumps(cells, default=str, ensure_ascii=False)
    )
