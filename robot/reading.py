"""One window of a paginated API, read to its proven end.

Knows neither which API it is nor what becomes of the records: it asks for pages by number, a few at a time, and keeps the
account. The rules (DESIGN, "Reading the API"):

- An empty or short page before the promised end is a fault, repeated like a 500; never the end. A page that stays short,
  with the same records, is taken for what it is, and the account tells.
- A window is complete when the distinct records received are as many as the API's total, the total has not moved, and the
  place behind the last record is empty. Otherwise everything is read once more; then the window stays incomplete.
- Where the API gives no totals, the end is two empty pages that stay empty, behind full ones; and the window is complete
  when two readings in a row found the same records.
- An API that sends the same page again and again is left after a few of them.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, takewhile
from typing import Generic, Protocol, TypeVar

from robot.errors import RetriableError, WindowFailed
from robot.workers import Workers

log = logging.getLogger(__name__)

PASSES = 2
PASSES_WITHOUT_TOTALS = 3  # two of them must agree
_FAILED_PAGES_BEFORE_GIVING_UP = 3
_PAGES_OF_NOTHING_NEW = 3  # in a row: the API ignores the page's number


@dataclass(frozen=True)
class Page:
    """One answer: records as received, and what it says of the whole list. None where it says nothing."""

    number: int
    records: list[object]
    total: int | None = None
    total_pages: int | None = None
    per_page: int | None = None
    has_next: bool | None = None


class Digest(Protocol):
    """What becomes of a page's records; `keys` tells distinct records apart, one for each record.

    `outside` counts those that were not asked for: the API ignored a parameter.
    """

    @property
    def keys(self) -> Sequence[str]: ...
    @property
    def outside(self) -> int: ...


D = TypeVar("D", bound=Digest)


class PageFault(RetriableError):
    """A page that cannot be what the API has: empty or short before the end."""


class Repeat(Protocol):
    """A retry policy: calls until it succeeds, or raises the last RetriableError."""

    def __call__(self, call: Callable[[], Page], /) -> Page: ...


@dataclass(frozen=True)
class Source(Generic[D]):
    """How a window's pages are had. `fetch` and `fetch_at` ask once; `repeat` is the retry policy.

    `fetch_at(position)` is a page of one record, the one at that place of the whole list, counted from 1: behind the end it
    is empty, and tells the total. `digest` runs beside the fetching, in the thread that iterates: several of them at once
    would only take Python's one lock from each other.
    """

    fetch: Callable[[int], Page]
    fetch_at: Callable[[int], Page]
    digest: Callable[[Sequence[object]], D]
    repeat: Repeat
    per_page: int


@dataclass
class Account:
    """What one window's reading came to. `reason` says what is missing where it is not complete."""

    total: int | None = None
    distinct: int = 0
    received: int = 0
    pages: int = 0
    passes: int = 0
    complete: bool = False
    settled: bool = True
    reason: str = ""


@dataclass
class _Pass:
    """The state of one reading from the first page to the last."""

    totals: list[int] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    repeated: int = 0
    outside: int = 0
    missing: dict[int, str] = field(default_factory=dict)
    sizes: dict[int, int] = field(default_factory=dict)  # distinct records of each page
    empty: set[int] = field(default_factory=set)
    announced: int = 0  # the highest page that another one says to be there
    nothing_new: int = 0  # pages in a row that brought no new record
    stop: bool = False  # no page further is worth asking for
    stuck: bool = False
    api_down: bool = False


class WindowReading(Generic[D]):
    """Iterate over it for the digests of the pages, as they come; then ask `account`.

    `settled` is False while the window's day is not over: calls still arrive, so a total that grows is no fault.
    Raises WindowFailed when not even a first page could be had; FatalError and Interrupted pass through.
    """

    def __init__(self, source: Source[D], workers: Workers[int, Page], *, settled: bool = True) -> None:
        self._source = source
        self._workers = workers
        self._settled = settled
        self._lock = threading.Lock()
        self._cap: int | None = None  # a page size smaller than the one asked for, learned from pages that stay short
        self._keys_before: set[str] | None = None  # what a reading without totals found, for the next one to confirm
        self.account = Account(settled=settled)

    def __iter__(self) -> Iterator[D]:
        number, last = 0, PASSES
        while number < last:
            number += 1
            self.account.passes = number
            reading = _Pass()
            try:
                yield from self._read_pass(reading)
                doubt = self._doubt(reading)
            except RetriableError as error:
                if not self.account.pages:
                    raise WindowFailed(f"The first page could not be read: {error}", culprit="API") from error
                self._conclude(reading, f"{len(reading.keys)} records received; then the API failed: {error}")
                return
            if not reading.totals:
                last = PASSES_WITHOUT_TOTALS
                doubt = doubt or self._unconfirmed(reading)
            self._conclude(reading, doubt)
            if self.account.complete or reading.api_down:
                return
            if number < last:
                log.log(
                    logging.WARNING if reading.totals else logging.DEBUG,
                    "Not proven complete (%s): reading the window once more.",
                    self.account.reason,
                )

    def _read_pass(self, reading: _Pass) -> Iterator[D]:
        first = self._read(1)
        yield self._count(reading, first)
        if first.records and len(first.records) < self._wanted(first):
            self._cap = len(first.records)  # it stayed short: the server caps the page size without saying so
        if first.total is None:
            yield from self._read_rest(reading, count(2))
        else:
            yield from self._read_rest(reading, iter(range(2, self._last_page(first) + 1)))

    def _read_rest(self, reading: _Pass, numbers: Iterator[int]) -> Iterator[D]:
        failed_in_a_row = 0
        wanted = takewhile(lambda _: not reading.stop, numbers)
        for number, outcome in self._workers.unordered(self._read, wanted):
            if isinstance(outcome, RetriableError):
                reading.missing[number] = str(outcome)
                failed_in_a_row += 1
                if failed_in_a_row >= _FAILED_PAGES_BEFORE_GIVING_UP:
                    reading.stop = reading.api_down = True
            elif isinstance(outcome, Exception):
                raise outcome
            else:
                failed_in_a_row = 0
                yield self._count(reading, outcome)

    def _read(self, number: int) -> Page:
        """Read a page, again while it is empty or short for no reason. Runs in the workers' threads."""
        before: list[object] | None = None

        def once() -> Page:
            nonlocal before
            page = self._source.fetch(number)
            wanted = self._wanted(page)
            if len(page.records) >= wanted:
                return page
            stays = page.records == before
            before = page.records
            if stays and (page.records or page.total is None):
                return page
            raise PageFault(f"Page {number} has {len(page.records)} records where {wanted} or more are due.")

        return self._source.repeat(once)

    def _wanted(self, page: Page) -> int:
        """How many records a page must have, by what it says itself. Without totals: a full page, or it must stay so."""
        with self._lock:
            if self._cap is not None and len(page.records) > self._cap:
                self._cap = None
        size = self._page_size(page)
        if page.total is None:
            return size
        return max(0, min(size, page.total - (page.number - 1) * size))

    def _page_size(self, page: Page) -> int:
        size = max(1, min(page.per_page or self._source.per_page, self._source.per_page))
        cap = self._cap
        return min(size, cap) if cap else size

    def _last_page(self, first: Page) -> int:
        total = first.total or 0
        by_total = -(-total // self._page_size(first))
        promised = first.total_pages or 0
        return max(by_total, min(promised, total))  # total_pages alone could send us on for ever

    def _count(self, reading: _Pass, page: Page) -> D:
        digest = self._source.digest(page.records)
        self.account.pages += 1
        self.account.received += len(page.records)
        if page.total is not None:
            reading.totals.append(page.total)
        known = len(reading.keys)
        reading.keys.update(digest.keys)
        new = len(reading.keys) - known
        reading.repeated += len(digest.keys) - new
        reading.outside += digest.outside
        reading.sizes[page.number] = len(set(digest.keys))
        if not page.records:
            reading.empty.add(page.number)
            if {page.number - 1, page.number + 1} & reading.empty:
                reading.stop = True
        elif page.has_next:
            reading.announced = max(reading.announced, page.number + 1)
        reading.nothing_new = 0 if new or not page.records else reading.nothing_new + 1
        if reading.nothing_new >= _PAGES_OF_NOTHING_NEW:
            reading.stop = reading.stuck = True
        return digest

    # -- the proof

    def _doubt(self, reading: _Pass) -> str:
        """Why a pass proves nothing; empty when it does."""
        if reading.missing:
            return self._what_is_missing(reading)
        if reading.stuck:
            return f"the API sends the same page again and again: {_received(reading)}, the end not reached"
        if not reading.totals:
            return _doubt_without_totals(reading)
        behind = self._source.repeat(lambda: self._source.fetch_at(max(2, 1 + max(reading.totals))))
        if behind.total is not None:
            reading.totals.append(behind.total)
        total, distinct = reading.totals[-1], len(reading.keys)
        if not self._settled:
            return "" if distinct >= reading.totals[0] else _received(reading)
        if min(reading.totals) != max(reading.totals):
            return (
                f"the total moved between {min(reading.totals)} and {max(reading.totals)} while it was read,"
                f" {distinct} records received"
            )
        if distinct != total:
            repeated = f", {reading.repeated} came more than once" if reading.repeated else ""
            return f"{_received(reading)}{repeated}"
        if not reading.keys.issuperset(self._source.digest(behind.records).keys):
            return f"the API has records behind the {total} that its total promises"
        return ""

    def _what_is_missing(self, reading: _Pass) -> str:
        numbers = sorted(reading.missing)
        pages = ", ".join(map(str, numbers[:20])) + (f" and {len(numbers) - 20} more" if len(numbers) > 20 else "")
        further = f", and those after page {max(*reading.sizes, *numbers)} were not asked for" if reading.api_down else ""
        return f"{_received(reading)}; page(s) {pages} could not be read{further}: {reading.missing[numbers[0]]}"

    def _unconfirmed(self, reading: _Pass) -> str:
        """Without totals: why a reading is not confirmed by the one before. Of today one will do: calls still arrive."""
        before, self._keys_before = self._keys_before, reading.keys
        if not self._settled or before == reading.keys:
            return ""
        if before is None:
            return f"the API gives no totals: {len(reading.keys)} records received, to be confirmed"
        return f"the API gives no totals, and two readings differ: {len(before)} records, then {len(reading.keys)}"

    def _conclude(self, reading: _Pass, doubt: str) -> None:
        self.account.total = reading.totals[-1] if reading.totals else None
        self.account.distinct = len(reading.keys)
        self.account.complete = not doubt
        self.account.reason = doubt


def _received(reading: _Pass) -> str:
    total = f" of {reading.totals[-1]}" if reading.totals else ""
    return f"{len(reading.keys)}{total} records received"


def _doubt_without_totals(reading: _Pass) -> str:
    received = _received(reading)
    last = max((number for number in reading.sizes if number not in reading.empty), default=0)
    gaps = sorted(number for number in reading.empty if number < last)
    if gaps:
        return f"page(s) {', '.join(map(str, gaps))} came empty, though later ones did not: {received}"
    if reading.announced > last:
        return f"page {last} announces a next one, which came empty: {received}"
    full = max(reading.sizes.values(), default=0)
    if short := sorted(number for number, size in reading.sizes.items() if number < last and size < full):
        return f"page(s) {', '.join(map(str, short))} came short, though later ones were there: {received}"
    if reading.outside:  # was the parameter ignored on every page, or on one that took the place of ours?
        return f"the API ignores a parameter and gives no totals, nothing proves the end: {received}"
    if reading.repeated:
        return f"{reading.repeated} records came more than once, the list moved while it was read: {received}"
    return ""
