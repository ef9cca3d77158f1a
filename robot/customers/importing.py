"""`clients import`: a file of clients → the table `clients`.

Safe to repeat: a client is found again by its external_id.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from robot.cells.rows import Row as TableRow
from robot.cells.tables import CLIENTS
from robot.cells.utf16 import fits
from robot.cells.words import protects
from robot.customers import columns as headers
from robot.customers.cells import shown_cells
from robot.customers.files import Row, Table, open_table
from robot.customers.intake import Intake, Taken, Tally
from robot.customers.review import Review, review
from robot.customers.rows import Layout, record_of, without_id
from robot.database import Batch, Counts, Coverage, Repository
from robot.errors import ConfigurationError, Interrupted
from robot.period import Period
from robot.runtime.program import command
from robot.settings import BLOCKED_BY_DEFAULT
from robot.sync.history import Ending, recorded

log = logging.getLogger(__name__)

JOB = "clients_import"
_CLASHES = (
    "the database takes the external_id for another client's: its collation ignores case or accents"
)
_SAMPLE = 5


@dataclass(frozen=True)
class Options:
    """How a file is to be read. `maps`: header → column; `blocked`: the statuses that protect."""

    sheet: str | None = None
    encoding: str | None = None
    maps: Mapping[str, str] = field(default_factory=dict)
    empty_erases: bool = False
    blocked: tuple[str, ...] = BLOCKED_BY_DEFAULT


@dataclass
class Imported:
    """What an import came to; of a preview the ending stands for nothing."""

    ending: Ending
    table: Table
    columns: headers.Columns
    review: Review
    tally: Tally = field(default_factory=Tally)
    sample: list[TableRow] = field(default_factory=list)

    @property
    def layout(self) -> Layout:
        return self.columns.layout


def refuse(doubts: Sequence[str]) -> bool:
    """Nobody can be asked: what must be told stops the import. Raises ConfigurationError."""
    raise ConfigurationError(
        "What must be told before it is stored; nothing was stored.",
        (
            "Look at them in the file (clients import FILE --preview). To store them as they are:"
            " --yes."
        ),
        tuple(doubts),
    )


def import_clients(
    path: Path,
    repository: Repository,
    clock: Callable[[], datetime],
    stop: threading.Event,
    progress: Callable[[int], None] = lambda _: None,
    *,
    options: Options | None = None,
    confirm: Callable[[Sequence[str]], bool] = refuse,
) -> Imported | None:
    """Import a file; None where `confirm`, which is given the doubts, said no.

    `progress` is told how many lines were read. Raises ConfigurationError before anything is
    written.
    """
    options = options or Options()
    found = _opened(path, repository, options, stop)
    if found.review.doubts:
        if not confirm(found.review.doubts):
            return None
        for doubt in found.review.doubts:
            log.warning("Stored as it is, as asked: %s", doubt)
    if found.layout.unknown:
        log.info(
            "Columns kept in extra, having no column of their own: %s.",
            ", ".join(found.layout.unknown),
        )

    def work(ending: Ending) -> None:
        found.ending = ending
        headers.keep(found.columns, repository)
        _Import(found, repository, options, stop, progress).run()

    now = clock()
    recorded(repository, Coverage(JOB, "", Period(now, now), campaign_ids=""), work)
    return found


def preview_import(
    path: Path,
    repository: Repository,
    stop: threading.Event,
    progress: Callable[[int], None] = lambda _: None,
    *,
    options: Options | None = None,
) -> Imported:
    """What an import would do, line by line, without writing anything but missing tables.

    Raises ConfigurationError.
    """
    options = options or Options()
    found = _opened(path, repository, options, stop)
    intake = _intake(found, repository, options)
    counts = found.ending.counts
    for taken in intake.batches(found.table.rows(), repository.batch_rows):
        if stop.is_set():
            raise Interrupted("The robot was asked to stop.")
        _look(taken, found)
        progress(intake.tally.lines)
    found.ending.total, found.ending.failed = intake.tally.lines, intake.tally.failed
    found.ending.successful = counts.stored
    return found


def _look(taken: Taken, found: Imported) -> None:
    found.ending.counts.add(Counts(inserted=taken.new, updated=len(taken.rows) - taken.new))
    rows = [row for row, _ in taken.rows]
    found.sample += rows[: _SAMPLE - len(found.sample)]


def _opened(
    path: Path, repository: Repository, options: Options, stop: threading.Event
) -> Imported:
    repository.prepare(JOB)
    table = open_table(path, sheet=options.sheet, encoding=options.encoding)
    columns = headers.columns_of(table, options.maps, repository)
    looked = review(table, columns.layout, repository, protects(options.blocked), stop)
    return Imported(Ending(), table, columns, looked)


def _intake(found: Imported, repository: Repository, options: Options) -> Intake:
    intake = Intake(
        found.table,
        found.layout,
        repository,
        protects(options.blocked),
        erase=options.empty_erases,
        empty=found.review.empty,
    )
    found.tally = intake.tally
    return intake


class _Import:
    """Stores what the intake gives, a batch at a time."""

    def __init__(
        self,
        found: Imported,
        repository: Repository,
        options: Options,
        stop: threading.Event,
        progress: Callable[[int], None],
    ) -> None:
        self._found = found
        self._repository = repository
        self._ending = found.ending
        self._intake = _intake(found, repository, options)
        self._stop = stop
        self._progress = progress
        self._open = repository.open_rejections(JOB)
        self._nameless = _nameless(repository)

    def run(self) -> None:
        tally = self._intake.tally
        for taken in self._intake.batches(self._found.table.rows(), self._repository.batch_rows):
            if self._stop.is_set():
                raise Interrupted("The robot was asked to stop.")
            self._store(taken)
            self._progress(tally.lines)
        problems = self._ending.problems
        if self._ending.failed:
            told = command(f"rejected list --job {JOB}")
            problems.append(
                f'{self._ending.failed} line(s) rejected: see "{told}". Correct them and import'
                " again."
            )
        if tally.swallowed:
            problems.append(
                f"{tally.swallowed} more line(s) of the file stand inside rejected ones, behind a"
                " quote that is probably not"
                " closed: they were not imported. A cell may hold a line break or the separator,"
                " but not both."
            )

    def _store(self, taken: Taken) -> None:
        settled = self._settled(taken) if self._nameless else []
        for rejection, _ in taken.rejections:
            self._open.discard(rejection.record_id or "")
        rows = [*(row for row, _ in taken.rows), *taken.protecting]
        batch = Batch({CLIENTS: rows}, [rejection for rejection, _ in taken.rejections])
        if batch.empty:
            return
        stored = self._repository.store_rows(
            batch, JOB, self._ending.execution_id, self._open, settled
        )
        counts = stored.tables.get(CLIENTS.name, Counts())
        self._ending.counts.add(counts)
        self._ending.total += len(taken.rows) + len(taken.rejections)
        self._ending.successful += counts.stored - len(taken.protecting)
        self._ending.failed += len(taken.rejections) + len(stored.clashed)
        for key in stored.clashed:
            self._intake.tally.reasons[stored.reasons.get(key, _CLASHES)] += 1

    def _settled(self, taken: Taken) -> list[int]:
        """Rejections without a key that these rows settle; not those that another line of this file
        repeats.
        """
        found = {}
        for _, row in taken.rows:
            rest = self._rest(row)
            if lines := self._nameless.pop(rest, None):
                found[rest] = lines
        for _, row in taken.rejections:
            rest = self._rest(row)
            self._nameless.pop(rest, None)
            found.pop(rest, None)
        return [number for lines in found.values() for number in lines]

    def _rest(self, row: Row) -> frozenset[tuple[str, str]]:
        return without_id(record_of(self._found.layout, shown_cells(row.cells)))


def _nameless(repository: Repository) -> dict[frozenset[tuple[str, str]], list[int]]:
    """The open rejections whose external_id is missing or is none, by their other cells: a
    corrected line bears another.
    """
    found: dict[frozenset[tuple[str, str]], list[int]] = {}
    for line in repository.rejections(JOB):
        if line.record_id is None or not fits(line.record_id, CLIENTS["external_id"].width):
            # a payload that is no object is none of ours
            with suppress(ValueError, AttributeError):
                found.setdefault(without_id(json.loads(line.payload)), []).append(line.id)
    return found
