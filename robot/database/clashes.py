"""Rows whose keys differ, but not for the database: `a1` and `A1` are one under a collation that
ignores case.

Their ids are opaque: they are different records. The one that is stored stays; the other becomes a
rejection, since no row may be written over another record's.
"""

from __future__ import annotations

import json

from robot.cells.rows import Row, RowTable
from robot.database.engine import Engine
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
        if wanted and (keys := engine.clashes(table, wanted)):
            clashed.update(table.owner_of(row) for row in wanted if table.key_of(row) in keys)
        rows[table] = [row for row in wanted if table.owner_of(row) not in clashed]
        rejections += [
            _rejection(table, row, key) for row in wanted if (key := table.owner_of(row)) in clashed
        ]
    return Batch(rows, rejections, batch.outside), clashed


def _rejection(table: RowTable, row: Row, key: str) -> RejectedRow:
    return RejectedRow(key, f"{_REASON} ({table.name})", cells_text(table, row))


def cells_text(table: RowTable, row: Row) -> str:
    """What is written of a row, by the names of its columns, as JSON text."""
    written = zip(table.written_names, table.written(row), strict=True)
    cells = {name: cell for name, cell in written if cell is not None}
    return json.dumps(cells, default=str, ensure_ascii=False)
