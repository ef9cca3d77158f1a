"""`clients import`: a file of clients → the table `clients`. Safe to repeat: a client is found again by its external_id."""

from __future__ import annotations

import json
import logging
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from robot.clients.sheets import SEPARATORS, Line, read_lines
from robot.database import Batch, Counts, Repository, Scope
from robot.database.engine import Row
from robot.errors import ConfigurationError, Interrupted
from robot.history import Ending, recorded
from robot.normalizers import Rejection
from robot.normalizers.clients import Layout, layout, normalize_client, record_of, rejected, without_id
from robot.normalizers.json_text import as_received
from robot.period import Period
from robot.program import command
from robot.tables import CLIENTS
from robot.utf16 import fits

log = logging.getLogger(__name__)

JOB = "clients_import"
_HEADERS_TOLD, _HEADER_WIDTH = 30, 40
_CLASHES = "the database takes the external_id for another client's: its collation ignores case or accents"
_SWALLOWS = "a quote is probably not closed: a cell holds the end of the line and what follows it"
_DIGITS_OF_DATA = 8  # a phone, a CPF


@dataclass
class Imported:
    """What an import came to. `reasons` counts the rejections by what they say, `first_lines` tells where each begins."""

    ending: Ending
    unknown_headers: tuple[str, ...] = ()
    reasons: dict[str, int] = field(default_factory=dict)
    first_lines: dict[str, int] = field(default_factory=dict)
    overflows: int = 0


def import_clients(
    path: Path,
    repository: Repository,
    clock: Callable[[], datetime],
    stop: threading.Event,
    progress: Callable[[int], None] = lambda _: None,
) -> Imported:
    """Import a file. `progress` is told how many lines were read. Raises ConfigurationError before anything is written."""
    lines = read_lines(path)
    columns = _columns(path, lines)
    result = Imported(Ending(), columns.unknown)
    if columns.unknown:
        log.info("Columns kept in extra, having no column of their own: %s.", ", ".join(columns.unknown))

    def work(ending: Ending) -> None:
        result.ending = ending
        _Import(path.name, columns, repository, ending, result, stop, progress).run(lines)

    now = clock()
    recorded(repository, Scope(JOB, (), Period(now, now)), work)
    return result


def _columns(path: Path, lines: Iterator[Line]) -> Layout:
    first = next(lines, None)
    if first is None:
        raise ConfigurationError(f"{path.name} is empty.", "The first line must hold the headers.")
    if first.swallowed:
        raise ConfigurationError(
            f"{path.name}: a quote in its headers (line {first.number}) is probably not closed.",
            "Close it, or take it out; a header holds no line break together with a separator.",
        )
    found = layout(first.cells)
    if found.missing:
        problems = tuple(f"no column for {name}" for name in found.missing)
        raise ConfigurationError(
            f"{path.name}: {_told(found.headers)}.",
            "Name them external_id (or id, codigo) and nome, for example.",
            problems,
        )
    if found.ambiguous:
        raise ConfigurationError(
            f"{path.name}: columns of which only one can be meant.",
            "Of the external_id leave one, and give the others another name, like ref: they are kept in extra."
            " Number area codes as their phones: DDD 1, Fone 1, DDD 2, Fone 2.",
            found.ambiguous,
        )
    return found


def _told(headers: Sequence[str]) -> str:
    """The first line for the operator, who must see what was read: but a client's data is no header, and is not shown."""
    if any(len(re.sub(r"\D", "", header)) >= _DIGITS_OF_DATA for header in headers):
        return "its first line holds a client, not the headers"
    printable = ("".join(sign if sign.isprintable() else "?" for sign in header) for header in headers)
    return f"its headers are {', '.join(header[:_HEADER_WIDTH] for header in list(printable)[:_HEADERS_TOLD])}"


class _Import:
    def __init__(
        self,
        file: str,
        columns: Layout,
        repository: Repository,
        ending: Ending,
        result: Imported,
        stop: threading.Event,
        progress: Callable[[int], None],
    ) -> None:
        self._columns = columns
        self._repository = repository
        self._ending = ending
        self._result = result
        self._stop = stop
        self._progress = progress
        self._file = file
        self._open = repository.open_rejections(JOB)
        self._nameless = _nameless(repository)
        self._seen: dict[str, str] = {}
        self._rows: list[Row] = []
        self._rejections: list[Rejection] = []
        self._resolved: dict[frozenset[tuple[str, str]], list[int]] = {}
        self._swallowed = 0

    def run(self, lines: Iterator[Line]) -> None:
        count = 0
        for count, line in enumerate(lines, 1):
            self._take(line)
            if len(self._rows) + len(self._rejections) >= self._repository.batch_rows:
                self._flush()
                self._progress(count)
                if self._stop.is_set():
                    raise Interrupted("The robot was asked to stop.")
        self._flush()
        self._progress(count)
        if self._ending.failed:
            see = command(f"rejected list --job {JOB}")
            told = f'{self._ending.failed} line(s) rejected: see "{see}"'
            self._ending.problems.append(f"{told}. Correct them and import again.")
        if self._swallowed:
            self._ending.problems.append(
                f"{self._swallowed} more line(s) of the file stand inside rejected ones, behind a quote that is probably not"
                " closed: they were not imported. A cell may hold a line break or the separator, but not both."
            )

    def _take(self, line: Line) -> None:
        cells = line.cells
        read = _swallowing(self._columns, cells) if line.swallowed else normalize_client(self._columns, cells)
        if isinstance(read, Rejection):
            self._reject(line, read)
            return
        key, digest = str(read.row[0]), str(read.row[-1])
        if key in self._seen:
            if self._seen[key] != digest:
                why = "the external_id occurs twice in the file, with other values"
                self._reject(line, Rejection(key, why, as_received(record_of(self._columns, cells))))
            return
        self._seen[key] = digest
        self._rows.append(read.row)
        if self._nameless and (lines := self._nameless.pop(rest := self._rest(cells), None)):
            self._resolved[rest] = lines
        self._result.overflows += read.overflows
        self._ending.total += 1

    def _rest(self, cells: Sequence[object]) -> frozenset[tuple[str, str]]:
        return without_id(record_of(self._columns, cells))

    def _reject(self, line: Line, rejection: Rejection) -> None:
        """Keep it. What this file holds wrong is not settled by another line of the same file."""
        where = f"line {line.number} of {self._file}"
        if line.swallowed:
            where += f", with {line.swallowed} more line(s) inside it"
            self._swallowed += line.swallowed
        self._open.discard(rejection.record_id or "")
        for lines in (self._nameless, self._resolved):
            if lines:
                lines.pop(self._rest(line.cells), None)
        self._rejections.append(replace(rejection, reason=f"{rejection.reason} ({where})"))
        self._ending.total += 1
        self._ending.failed += 1
        self._result.first_lines.setdefault(rejection.reason, line.number)
        self._result.reasons[rejection.reason] = self._result.reasons.get(rejection.reason, 0) + 1

    def _flush(self) -> None:
        batch = Batch({CLIENTS: self._rows}, self._rejections)
        if not batch.empty:
            settled = [number for lines in self._resolved.values() for number in lines]
            stored = self._repository.store_rows(batch, JOB, self._ending.execution_id, self._open, settled)
            counts = stored.tables.get(CLIENTS.name, Counts())
            self._ending.counts.add(counts)
            self._ending.successful += counts.stored
            if stored.clashed:
                self._ending.failed += len(stored.clashed)
                self._result.reasons[_CLASHES] = self._result.reasons.get(_CLASHES, 0) + len(stored.clashed)
        self._rows, self._rejections, self._resolved = [], [], {}


def _swallowing(columns: Layout, cells: Sequence[object]) -> Rejection:
    """Known by what stands before the rest where the quote is that of the external_id: the corrected line settles it."""
    read = rejected(columns, cells, _SWALLOWS)
    text = read.record_id or ""
    if fits(text, CLIENTS["external_id"].width) and not re.search(r"[\r\n]", text):
        return read
    return replace(read, record_id=re.split(rf"[{SEPARATORS}\r\n]", text)[0].strip() or None)


def _nameless(repository: Repository) -> dict[frozenset[tuple[str, str]], list[int]]:
    """The open rejections whose external_id is missing or is none, by their other cells: a corrected line bears another."""
    found: dict[frozenset[tuple[str, str]], list[int]] = {}
    for line in repository.rejections(JOB):
        if line.record_id is None or not fits(line.record_id, CLIENTS["external_id"].width):
            with suppress(ValueError, AttributeError):  # a payload that is no object is none of ours
                found.setdefault(without_id(json.loads(line.payload)), []).append(line.id)
    return found
