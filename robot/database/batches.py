"""Storing batches: one transaction each; where the database refuses a row, the others are stored
without it.

A refused row becomes a rejection with the server's reason. It is found by halving: each half is a
transaction of its own, with the same line of the window, so that whatever breaks off in between
leaves a state from which a repetition goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from robot.cells.rows import Row, RowTable
from robot.database import rejections
from robot.database.catalog import Catalog
from robot.database.clashes import cells_text, set_apart
from robot.database.engine import Counts, DuplicateKey, Engine, RowRefused
from robot.database.hindrances import found_in, too_narrow_for
from robot.database.records import Batch, RejectedRow, Stored
from robot.database.transactions import Transactions
from robot.errors import FatalError
from robot.runtime.masking import mask

log = logging.getLogger(__name__)

# records refused, one after the other, of a table that took none: it is the table, not the records
_HOPELESS = 100


@dataclass(frozen=True)
class Storing:
    """What belongs to a batch: whose it is, and what is written with it."""

    job: str
    execution_id: int
    open_rejections: frozenset[str]
    also: Callable[[], None]


@dataclass
class _Search:
    """How the search for refused rows stands."""

    refused: int = 0
    stored: bool = False
    catalog: Catalog | None = None  # read at the first refusal


class Batches:
    """Stores batches on one engine."""

    def __init__(
        self, engine: Engine, transactions: Transactions, clock: Callable[[], datetime]
    ) -> None:
        self._engine = engine
        self._transactions = transactions
        self._clock = clock

    def store(self, batch: Batch, storing: Storing) -> Stored:
        """Store a batch; what the database refuses of it is among the rejections.

        Raises SyncError, Interrupted.
        """
        return self._store(batch, storing, _Search())

    def _store(self, batch: Batch, storing: Storing, search: _Search) -> Stored:
        upserting: list[RowTable] = []
        try:
            stored = self._once(batch, storing, upserting)
        except (DuplicateKey, RowRefused) as error:
            if (
                not upserting
            ):  # it is none of the rows: the table of the rejections, or of the windows, refuses
                raise
            if isinstance(error, DuplicateKey):
                apart, clashed = self._transactions.again(lambda: set_apart(self._engine, batch))
                if clashed:
                    others = replace(storing, open_rejections=storing.open_rejections - clashed)
                    stored = self._store(apart, others, search)
                    stored.clashed |= clashed
                    return stored
            self._raise_if_hopeless(batch, search, error)
            return self._in_parts(batch, storing, search, error)
        search.stored = search.stored or any(batch.rows.values())
        return stored

    def _raise_if_hopeless(
        self, batch: Batch, search: _Search, error: RowRefused | DuplicateKey
    ) -> None:
        """What no row can pass is told at once; it is not looked for row by row."""
        if search.catalog is None:
            search.catalog = self._transactions.again(self._engine.catalog)
            tables = {table.name for table in batch.rows}
            hard = [
                each.text
                for each in found_in(search.catalog, self._engine)
                if each.hard and each.table in tables
            ]
            if hard:
                raise FatalError(
                    f"{self._engine.name}: {'; '.join(hard)}. No row can be stored."
                ) from error
        if search.refused >= _HOPELESS and not search.stored:
            raise FatalError(
                f"{error.message} So it went with {search.refused} records, and none was taken.",
                "Let the DBA look at what the table demands.",
            ) from error

    def _in_parts(
        self, batch: Batch, storing: Storing, search: _Search, error: RowRefused | DuplicateKey
    ) -> Stored:
        keys = list(
            dict.fromkeys(table.owner_of(row) for table, rows in batch.rows.items() for row in rows)
        )
        if len(keys) > 1:
            half = set(keys[: len(keys) // 2])
            parts = [
                # with all that is not of the rows
                replace(batch, rows=_rows(batch, half.__contains__)),
                Batch(_rows(batch, lambda key: key not in half)),
            ]
        else:
            filled = [table for table, rows in batch.rows.items() if rows]
            if len(filled) == 1 and len(batch.rows[filled[0]]) == 1:
                return self._reject(batch, storing, search, keys[0], error)
            ones = [{each: [row]} for each in filled for row in batch.rows[each]]
            parts = [replace(batch, rows=ones[0]), *(Batch(one) for one in ones[1:])]
        stored = Stored()
        for part in parts:
            stored.add(self._store(part, storing, search))
        return stored

    def _reject(
        self,
        batch: Batch,
        storing: Storing,
        search: _Search,
        key: str,
        error: RowRefused | DuplicateKey,
    ) -> Stored:
        """The one row that is left is refused."""
        ((table, (row,)),) = [(table, rows) for table, rows in batch.rows.items() if rows]
        if key not in storing.open_rejections:
            search.refused += 1
        narrow = too_narrow_for(search.catalog or Catalog(), table, row)
        reason = mask(f"the database refuses the row ({table.name}): {error.reason}{narrow}")
        log.warning("%s %s: %s.", table.name, key, reason)
        rejection = RejectedRow(key, reason, cells_text(table, row))
        rejected = replace(batch, rows={}, rejections=[*batch.rejections, rejection])
        stored = self._once(rejected, storing, [])
        stored.clashed.add(key)
        stored.reasons[key] = f"the database refuses the row ({table.name}): {mask(error.reason)}"
        return stored

    def _once(self, batch: Batch, storing: Storing, upserting: list[RowTable]) -> Stored:
        """One transaction; `upserting` holds the table whose rows were on their way when an error
        came.

        Where a COMMIT broke but did hold, the repetition finds nothing to do: then the first
        attempt's counts are the truth.
        """
        attempts: list[Stored] = []
        engine, job, execution_id = self._engine, storing.job, storing.execution_id

        def work() -> Stored:
            stored = Stored()
            now = self._clock()
            for table, rows in batch.rows.items():
                if rows:
                    upserting[:] = [table]
                    stored.tables.setdefault(table.name, Counts()).add(
                        engine.upsert(table, rows, now)
                    )
            upserting.clear()
            parent = next(iter(batch.rows), None)
            if storing.open_rejections and parent is not None:
                stored_ids = storing.open_rejections.intersection(
                    parent.key_of(row) for row in batch.rows[parent]
                )
                rejections.resolve_ids(engine, job, stored_ids, execution_id, now)
            stored.rejected = sum(
                rejections.keep(engine, job, execution_id, now, record)
                for record in batch.rejections
            )
            for record in batch.outside:
                rejections.keep(engine, job, execution_id, now, record)
            storing.also()
            # from here on only COMMIT can fail, and leave its outcome unknown
            attempts.append(stored)
            return stored

        final = self._transactions.run(work, before=lambda: self.stage(batch.rows))
        return (
            final
            if final.changed
            else next((earlier for earlier in attempts if earlier.changed), final)
        )

    def stage(self, rows: Mapping[RowTable, Sequence[Row]]) -> None:
        """Bring rows near to their tables."""
        for table, wanted in rows.items():
            if wanted:
                self._engine.stage(table, wanted)


def _rows(batch: Batch, wanted: Callable[[str], bool]) -> dict[RowTable, list[Row]]:
    """The rows of a batch whose keys are wanted, of all its tables."""
    return {
        table: [row for row in rows if wanted(table.owner_of(row))]
        for table, rows in batch.rows.items()
    }
