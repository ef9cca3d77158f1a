"""The lines of a file on their way into the table: read, joined with what is stored, counted by
column.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from robot.cells.rejection import Rejection
from robot.cells.rows import Row as TableRow
from robot.cells.tables import CLIENTS
from robot.cells.utf16 import fits
from robot.customers.cells import known_cells, shown_cells
from robot.customers.files import Row, Table
from robot.customers.merging import Change, Merged, Stored
from robot.customers.quick_joining import join
from robot.customers.quick_lines import Line, QuickLines
from robot.customers.row_cells import plain
from robot.customers.rows import Layout, Read, Refused, merge, read_client, rejected
from robot.customers.totals import is_total
from robot.database import Repository, portfolio

_SEPARATORS = ";,\t|"
_AT_ONCE = 500  # lines that are read at once
_SWALLOWS = "a quote is probably not closed: a cell holds the end of the line and what follows it"
_TWICE = "the external_id occurs twice in the file, with other values"


@dataclass
class Tally:
    """What the lines came to. `reasons` counts the rejections by what they say; `first` tells where
    each begins.

    `columns`: of each column how many values were filled, changed, left alone, erased. `totals`:
    lines that are no client's but sum up others; they count as no lines.
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
    totals: int = 0


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
        self._quick = QuickLines(of)
        self._seen: dict[
            str, int
        ] = {}  # key → its line's identity: 300,000 texts would be a second file
        self._waiting: dict[str, tuple[Line | Read, Row]] = {}
        self._protect: dict[str, str] = {}
        self._rejections: list[tuple[Rejection, Row]] = []

    def batches(self, rows: Iterator[Row], size: int) -> Iterator[Taken]:
        """Read all lines; what becomes of each `size` of them.

        Those that say the same again do not count.
        """
        while lines := [*islice(rows, min(_AT_ONCE, size - self._waits))]:
            self._take(lines)
            if self._waits >= size:
                yield self._drain()
        if self._waits:
            yield self._drain()

    @property
    def _waits(self) -> int:
        return len(self._waiting) + len(self._rejections)

    def _take(self, rows: Sequence[Row]) -> None:
        """Read lines. They wait for `_drain`, as clients' or as rejections."""
        self.tally.lines += len(rows)
        lines = self._quick.read([row.cells for row in rows])
        strangers = self._strangers(lines)
        for row, line in zip(rows, lines, strict=True):
            if line is None or row.swallowed or line.key in strangers:
                self._take_carefully(row)
            elif self._is_first(line.key, line.identity, row):
                self._waiting[line.key] = line, row

    def _strangers(self, lines: Sequence[Line | None]) -> frozenset[str]:
        """The keys of lines without a name that are no known clients'."""
        nameless = [
            line.key
            for line in lines
            if line is not None and CLIENTS.cell(line.row, "name") is None
        ]
        return (
            frozenset(nameless) - portfolio.known_keys(self._repository, nameless)
            if nameless
            else frozenset()
        )

    def _take_carefully(self, row: Row) -> None:
        if row.swallowed:
            self.tally.swallowed += row.swallowed
            self._refuse(row, Refused(_SWALLOWS))
            return
        try:
            read = self._read(row)
            self._require_name(read)
        except Refused as refused:
            if is_total(self._of, row.cells):
                self.tally.lines -= 1
                self.tally.totals += 1
            else:
                self._refuse(row, refused)
            return
        if self._is_first(read.key, read.identity, row):
            self._waiting[read.key] = read, row
            self.tally.zeros += bool(read.zeros)

    def _read(self, row: Row) -> Read:
        return read_client(self._of, known_cells(self._of, row.cells))

    def _is_first(self, key: str, identity: int, row: Row) -> bool:
        """Whether no line before had this key; one that says something else is a rejection."""
        if key not in self._seen:
            self._seen[key] = identity
            return True
        if self._seen[key] != identity:
            self._refuse(row, Refused(_TWICE))
        return False

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

    def _drain(self) -> Taken:
        """The lines that wait, as rows: what is stored is asked for once."""
        taken = Taken(rejections=self._rejections)
        keys = [] if self._empty else list(self._waiting)
        stored = portfolio.stored_clients(self._repository, [*keys, *self._protect])
        new: list[TableRow] = []
        for key, (said, row) in self._waiting.items():
            if type(said) is Line and key not in stored and key not in self._protect:
                taken.rows.append((said.row, row))
                new.append(said.row)
                continue
            merged = self._merged(key, said, row, stored.get(key))
            taken.rows.append((merged.row, row))
            if key in stored:
                self._count(merged)
            else:
                new.append(merged.row)
                self.tally.overflows += merged.overflows
        taken.new = len(new)
        for name, cells in zip(
            CLIENTS.row_names, zip(*(row.cells for row in new), strict=True), strict=False
        ):
            if count := len(cells) - cells.count(None):
                self._changes_of(name)[Change.FILLED] += count
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

    def _merged(self, key: str, said: Line | Read, row: Row, stored: TableRow | None) -> Merged:
        status = self._protect.pop(key, None)
        quick = isinstance(said, Line) and status is None and stored is not None and not self._erase
        if quick and (merged := join(said, stored)):  # type: ignore[arg-type]
            return merged
        read = self._read(row) if isinstance(said, Line) else said
        if status is not None:
            read = replace(read, values={**read.values, "status": status})
            self.tally.protected += 1
        before = None if stored is None else Stored.of(stored)
        return merge(self._of, read, before, erase=self._erase, protects=self._blocks)

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
