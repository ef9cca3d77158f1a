"""The lines of a file on their way into the table: read, joined with what is stored, counted by
column.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from robot.cells.rejection import Rejection
from robot.cells.tables import CLIENTS
from robot.cells.utf16 import fits
from robot.customers.cells import known_cells, shown_cells
from robot.customers.files import Row, Table
from robot.customers.merging import Change, Merged, Stored
from robot.customers.row_cells import plain
from robot.customers.rows import Layout, Read, Refused, merge, read_client, rejected
from robot.database import Repository, portfolio
from robot.database.engine import Row as TableRow

_SEPARATORS = ";,\t|"
_DIGITS = 15  # of a line's digest: 60 bits
_SWALLOWS = "a quote is probably not closed: a cell holds the end of the line and what follows it"
_TWICE = "the external_id occurs twice in the file, with other values"


@dataclass
class Tally:
    """What the lines came to. `reasons` counts the rejections by what they say; `first` tells where
    each begins.

    `columns`: of each column how many values were filled, changed, left alone, erased.
    """

    lines: int = 0
    failed: int = 0
    swallowed: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    first: dict[str, str] = field(default_factory=dict)
    hints: dict[str, str] = field(default_factory=dict)
    columns: dict[str, Counter[Change]] = field(default_factory=dict)
    overflows: int = 0
    zeros: int = 0
    protected: int = 0


@dataclass
class Taken:
    """What a batch came to: rows with the lines that they are of, the rows that only protect, and
    rejections.
    """

    rows: list[tuple[TableRow, Row]] = field(default_factory=list)
    protecting: list[TableRow] = field(default_factory=list)
    rejections: list[tuple[Rejection, Row]] = field(default_factory=list)
    new: int = 0


class Intake:
    """Takes the lines of one file.

    `blocks`: whether a status protects; `erase`: whether empty cells erase.
    """

    def __init__(
        self,
        table: Table,
        of: Layout,
        repository: Repository,
        blocks: Callable[[str], bool],
        *,
        erase: bool = False,
        empty: bool = False,
    ) -> None:
        self.tally = Tally()
        self._table = table
        self._of = of
        self._repository = repository
        self._blocks = blocks
        self._erase = erase
        self._empty = empty
        self._seen: dict[
            str, int
        ] = {}  # key → its line's digest, as a number: 300,000 texts would be a second file
        self._waiting: dict[str, tuple[Read, Row]] = {}
        self._protect: dict[str, str] = {}
        self._rejections: list[tuple[Rejection, Row]] = []

    def __len__(self) -> int:
        """How many lines wait to be drained."""
        return len(self._waiting) + len(self._rejections)

    def take(self, row: Row) -> None:
        """Read a line. It waits for `drain`, as a client's or as a rejection."""
        self.tally.lines += 1
        if row.swallowed:
            self.tally.swallowed += row.swallowed
            self._refuse(row, Refused(_SWALLOWS))
            return
        try:
            read = read_client(self._of, known_cells(self._of, row.cells))
            self._require_name(read)
        except Refused as refused:
            self._refuse(row, refused)
            return
        digest = int(read.digest[:_DIGITS], 16)
        if self._seen.get(read.key, digest) != digest:
            self._refuse(row, Refused(_TWICE))
            return
        if read.key not in self._seen:
            self._seen[read.key] = digest
            self._waiting[read.key] = read, row
            self.tally.zeros += bool(read.zeros)

    def _require_name(self, read: Read) -> None:
        """Only a client who is known may be without one in the file."""
        if "name" not in read.values and not portfolio.known_keys(self._repository, [read.key]):
            merge(self._of, read)  # refuses

    def _refuse(self, row: Row, refused: Refused) -> None:
        reason = refused.reason
        cells = shown_cells(row.cells)
        where = self._where(row, refused.place)
        rejection = rejected(self._of, cells, f"{reason} ({where})")
        if row.swallowed:
            rejection = _known_before_the_rest(rejection)
        self._rejections.append((rejection, row))
        self.tally.failed += 1
        self.tally.reasons[reason] += 1
        self.tally.first.setdefault(reason, self._place(row, refused.place))
        if refused.hint:
            self.tally.hints[reason] = refused.hint
        self._guard(rejection.record_id, cells)

    def _place(self, row: Row, place: int | None) -> str:
        if place is None:
            return f"line {row.number}"
        address = self._table.address(row.number, place)
        return address if "!" in address else f"{address} ({self._of.label(place)})"

    def _where(self, row: Row, place: int | None) -> str:
        address = "" if place is None else self._table.address(row.number, place)
        named = f"{address}, " if "!" in address else ""
        inside = f", with {row.swallowed} more line(s) inside it" if row.swallowed else ""
        return f"{named}line {row.number} of {self._table.path.name}{inside}"

    def _guard(self, key: str | None, cells: Sequence[object]) -> None:
        """A line that is rejected still protects whom it names, where its status says so."""
        if not key or "status" not in self._of.columns:
            return
        place = self._of.columns.index("status")
        status = plain(cells[place]) if place < len(cells) else ""
        if status and self._blocks(status):
            self._protect[key] = status

    def drain(self) -> Taken:
        """The lines that wait, as rows: what is stored is asked for once."""
        taken = Taken(rejections=self._rejections)
        keys = [] if self._empty else list(self._waiting)
        stored = portfolio.stored_clients(self._repository, [*keys, *self._protect])
        filled = dict.fromkeys(range(len(CLIENTS.row_names) - 1), 0)
        for key, (read, row) in self._waiting.items():
            if status := self._protect.pop(key, None):
                read = replace(read, values={**read.values, "status": status})
                self.tally.protected += 1
            before = Stored.of(stored[key]) if key in stored else None
            merged = merge(self._of, read, before, erase=self._erase, protects=self._blocks)
            taken.rows.append((merged.row, row))
            if before is None:
                taken.new += 1
                self.tally.overflows += merged.overflows
                for place in filled:
                    filled[place] += merged.row[place] is not None
            else:
                self._count(merged)
        for place, count in filled.items():
            if count:
                self._changes_of(CLIENTS.row_names[place])[Change.FILLED] += count
        for key, status in self._protect.items():
            if key in stored:
                before = Stored.of(stored[key])
                if not self._blocks(before.cells.get("status", "")):
                    merged = merge(self._of, Read(key, {"status": status}), before)
                    taken.protecting.append(merged.row)
                    self.tally.protected += 1
                    self._count(merged)
        self._waiting, self._protect, self._rejections = {}, {}, []
        return taken

    def _count(self, merged: Merged) -> None:
        self.tally.overflows += merged.overflows
        for column, change in merged.changes.items():
            self._changes_of(column)[change] += 1

    def _changes_of(self, column: str) -> Counter[Change]:
        return self.tally.columns.setdefault(column, Counter())


def _known_before_the_rest(read: Rejection) -> Rejection:
    """Known by what stands before the rest where the quote is that of the external_id: the
    corrected line settles it.
    """
    text = read.record_id or ""
    if fits(text, CLIENTS["external_id"].width) and not re.search(r"[\r\n]", text):
        return read
    return replace(read, record_id=re.split(rf"[{_SEPARATORS}\r\n]", text)[0].strip() or None)
