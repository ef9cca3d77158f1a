"""A look at the whole file before anything is stored: what stops it, and what the operator must be
asked.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from robot.brazil.cpf import InvalidDocument, read_document
from robot.brazil.phones import read_phones
from robot.cells.tables import CLIENTS
from robot.cells.words import canonical, compared
from robot.customers import columns
from robot.customers.cells import known_cells
from robot.customers.files import Doubtful, Row, Table, Unreadable
from robot.customers.merging import joined_phones
from robot.customers.quick_lines import Line, QuickLines
from robot.customers.row_cells import plain
from robot.customers.rows import Layout, Refused, read_client
from robot.customers.totals import is_total
from robot.database import Repository, portfolio
from robot.errors import ConfigurationError, Interrupted

_LINES_OF_SAMPLE = 500
_SHOWN = 5
_LONGEST_STATUS = 50


@dataclass
class Review:
    """`doubts`: what must be told before it is stored, as sentences.

    `new`: keys that the table does not have.
    """

    empty: bool = False
    new: int = 0
    doubts: list[str] = field(default_factory=list)


def review(
    table: Table,
    of: Layout,
    repository: Repository,
    blocks: Callable[[str], bool],
    stop: threading.Event,
) -> Review:
    """Read the file once.

    `blocks`: whether a status protects. Raises ConfigurationError, Interrupted.
    """
    found = _Look(of, blocks, Review(portfolio.is_empty(repository)))
    if not found.needed:
        return found.review
    batch: dict[str, Row] = {}
    for count, row in enumerate(table.rows()):
        if count % repository.batch_rows == 0 and stop.is_set():
            raise Interrupted("The robot was asked to stop.")
        found.see(row)
        key = found.key(row)
        if key and not row.swallowed:
            batch.setdefault(key, row)
        if len(batch) >= repository.batch_rows:
            found.newcomers(batch, repository)
            batch = {}
    found.newcomers(batch, repository)
    found.judge(table.path.name)
    found.compare(portfolio.people(repository))
    return found.review


class _Look:
    def __init__(self, of: Layout, blocks: Callable[[str], bool], result: Review) -> None:
        self.review = result
        self._of = of
        self._blocks = blocks
        self._aside = [place for place in of.unknown_places if place not in of.settled]
        self._blocking: dict[
            int, int
        ] = {}  # place of an unknown column → line in which it holds a blocked word
        self._lines = 0
        self._filled: Counter[int] = Counter()
        self._dialled: Counter[int] = Counter()
        self._quick = QuickLines(of)
        self._key_place = of.columns.index("external_id")
        self._texts: dict[str, bool] = {}
        self._by_zeros: dict[int, tuple[str, int]] = {}
        self._by_document: dict[int, tuple[str, int]] = {}
        self._by_phone: dict[int, tuple[str, int]] = {}

    @property
    def needed(self) -> bool:
        """Whether there is anything to be found: the first import of a file that is all understood
        has nothing.
        """
        understood = {"phones", "name"} <= set(self._of.columns)
        return not self.review.empty or bool(self._aside) or not understood

    def key(self, row: Row) -> str:
        """The line's key; empty where it has none that is known for sure."""
        cell = row.cells[self._key_place] if self._key_place < len(row.cells) else None
        key = "" if isinstance(cell, Unreadable | Doubtful) else plain(cell)
        if key and self._of.key_is_document:
            with suppress(InvalidDocument):
                return read_document(key).number
        return key

    def see(self, row: Row) -> None:
        """What the columns hold that are not understood."""
        if not self._aside:
            return
        self._lines += 1
        sample = self._lines <= _LINES_OF_SAMPLE and "phones" not in self._of.columns
        for place in self._aside:
            cell = row.cells[place] if place < len(row.cells) else None
            if cell is None:
                continue
            if isinstance(cell, str) and len(cell) <= _LONGEST_STATUS and self._is_blocking(cell):
                self._blocking.setdefault(place, row.number)
            if sample and isinstance(cell, str | int):
                self._filled[place] += 1
                self._dialled[place] += bool(read_phones(cell).numbers)

    def _is_blocking(self, text: str) -> bool:
        if text not in self._texts:
            if len(self._texts) > 10_000:
                self._texts.clear()
            self._texts[text] = self._blocks(text)
        return self._texts[text]

    def newcomers(self, batch: dict[str, Row], repository: Repository) -> None:
        """Remember who is new: as numbers, not to hold a second copy of the file."""
        known = set() if self.review.empty else portfolio.known_keys(repository, list(batch))
        new: list[tuple[str, Row]] = []
        for key, row in batch.items():
            if key in known or (not key.isdigit() and is_total(self._of, row.cells)):
                continue
            self.review.new += 1
            if self.review.empty:
                continue
            new.append((key, row))
        lines = self._quick.read([row.cells for _, row in new])
        for (key, row), line in zip(new, lines, strict=True):
            person = _person(line) if line is not None else self._person(row)
            if person is None:
                continue
            who = (key, row.number)
            self._by_zeros.setdefault(hash(_without_zeros(key)), who)
            if person.cpf:
                self._by_document.setdefault(hash(person.cpf), who)
            for number in filter(None, person.phones.split(";")):
                self._by_phone.setdefault(_mark(number, person.name), who)

    def _person(self, row: Row) -> portfolio.Person | None:
        try:
            read = read_client(self._of, known_cells(self._of, row.cells))
        except Refused:
            return None
        name, cpf = (read.values.get(column, "") for column in ("name", "cpf"))
        return portfolio.Person(read.key, name, cpf, joined_phones(read.phones) or "")

    def judge(self, name: str) -> None:
        """Stop a file of which something that matters is not understood.

        Raises ConfigurationError.
        """
        line = min(self._blocking.values(), default=0)
        why = f": it holds a blocked status (line {line})"
        columns.stop(name, self._of, list(self._blocking), "status", "the status", why)
        if "phones" not in self._of.columns:
            like = [
                place for place in self._aside if 2 * self._dialled[place] > self._filled[place]
            ]
            columns.stop(
                name, self._of, like, "phones", "a phone", ": most of its values can be dialled"
            )
            if self.review.new:
                self.review.doubts.append(
                    f"{self.review.new:,} new customer(s) would have no phone: the file has no"
                    " column of phones that is"
                    ' understood (name it by --map "HEADER=phones").'
                )
        if "name" not in self._of.columns and self.review.new:
            raise ConfigurationError(
                (
                    f"{name}: {self.review.new:,} new customer(s), and no column for their names;"
                    " nothing was stored."
                ),
                'Name a column nome, or say which it is: --map "HEADER=name".',
                ("no column for name",),
            )

    def compare(self, people: Iterable[portfolio.Person]) -> None:
        """Who of the new ones is probably somebody known under another key."""
        if not self._by_zeros:
            return
        zeros: dict[str, str] = {}
        documents: dict[str, str] = {}
        phones: dict[str, str] = {}
        for person in people:
            if who := self._by_zeros.get(hash(_without_zeros(canonical(person.key)))):
                zeros.setdefault(_pair(who, person.key), who[0])
            if person.cpf and (who := self._by_document.get(hash(person.cpf))):
                documents.setdefault(_pair(who, person.key), who[0])
            for number in person.phones.split(";"):
                if number and (who := self._by_phone.get(_mark(number, person.name))):
                    phones.setdefault(_pair(who, person.key), who[0])
        told: set[str] = set()
        for pairs, what in (
            (zeros, "differ from known keys only by zeros at the beginning"),
            (documents, "have the CPF/CNPJ of known customers"),
            (phones, "have the name and a phone of known customers"),
        ):
            left = [pair for pair, key in pairs.items() if key not in told]
            if keys := set(pairs.values()) - told:
                more = f", … and {len(left) - _SHOWN:,} more" if len(left) > _SHOWN else ""
                self.review.doubts.append(
                    f"{len(keys):,} new customer(s) {what}: {', '.join(left[:_SHOWN])}{more}."
                )
            told |= set(pairs.values())


def _pair(who: tuple[str, int], known: str) -> str:
    return f"{who[0]} (line {who[1]}) and {known}"


def _without_zeros(key: str) -> str:
    return key.lstrip("0") or "0"


def _person(line: Line) -> portfolio.Person:
    names = ("external_id", "name", "cpf", "phones")
    cells = (CLIENTS.cell(line.row, name) for name in names)
    return portfolio.Person(*("" if cell is None else str(cell) for cell in cells))


def _mark(number: str, name: str) -> int:
    return hash((number, compared(name)))
