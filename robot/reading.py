"""One window of a paginated API, read to its proven end.

Knows neither which API it is nor what becomes of the records: it asks for pages by number, a few at a time, and keeps the
account. The rules (DESIGN, "Reading the API"):

- An empty or short page before the promised end is a fault, repeated like a 500; never the end. A page that stays short,
  with the same records, is taken for what it is, and the account tells.
- A window is complete when the distinct records received are as many as the API's total, and the total, read again at the
  end, has not moved. Otherwise everything is read once more; then the window stays incomplete.
- Where the API gives no totals, the end is an empty page that stays empty, after a page that does not announce a next one.
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
_FAILED_PAGES_BEFORE_GIVING_UP = 3


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
    """What becomes of a page's records; `keys` tells distinct records apart, one for each record."""

    @property
    def keys(self) -> Sequence[str]: ...


D = TypeVar("D", bound=Digest)


class PageFault(RetriableError):
    """A page that cannot be what the API has: empty or short before the end."""


class Repeat(Protocol):
    """A retry policy: calls until it succeeds, or raises the last RetriableError."""

    def __call__(self, call: Callable[[], Page], /) -> Page: ...


@dataclass(frozen=True)
class Source(Generic[D]):
    """How a window's pages are had: `fetch` asks once, `repeat` is the retry policy, `digest` runs beside the fetching."""

    fetch: Callable[[int], Page]
    fetch_total: Callable[[], int | None]
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
    reason: str = ""


@dataclass
class _Pass:
    """The state of one reading from the first page to the last."""

    totals: list[int] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    repeated: int = 0
    missing: dict[int, str] = field(default_factory=dict)
    empty: set[int] = field(default_factory=set)
    last: int = 0
    last_has_next: bool | None = None
    ended: bool = False
    gave_up: bool = False
    stuck: bool = False


class WindowReading(Generic[D]):
    """Iterate over it for the digests of the pages, as they come; then ask `account`.

    `settled` is False while the window's day is not over: calls still arrive, so a total that grows is no fault.
    Raises WindowFailed when not even a first page could be had; FatalError and Interrupted pass through.
    """

    def __init__(self, source: Source[D], workers: Workers[int, tuple[Page, D]], *, settled: bool = True) -> None:
        self._source = source
        self._workers = workers
        self._settled = settled
        self._lock = threading.Lock()
        self._cap: int | None = None  # a page size smaller than the one asked for, learned from pages that stay short
        self.account = Account()

    def __iter__(self) -> Iterator[D]:
        for number in range(1, PASSES + 1):
            self.account.passes = number
            reading = _Pass()
            try:
                yield from self._read_pass(reading)
                doubt = self._doubt(reading)
            except RetriableError as error:
                if not self.account.pages:
                    raise WindowFailed(f"The first page could not be read: {error}", culprit="API") from error
                self._conclude(reading, f"page 1 could not be read again: {error}")
                return
            self._conclude(reading, doubt)
            if self.account.complete or reading.gave_up:
                return
            if number < PASSES:
                log.warning("Not proven complete (%s): reading the window once more.", self.account.reason)

    def _read_pass(self, reading: _Pass) -> Iterator[D]:
        first, digest = self._read(1)
        yield self._count(reading, first, digest)
        if first.total is None:
            yield from self._read_rest(reading, takewhile(lambda _: not reading.ended, count(2)))
        else:
            yield from self._read_rest(reading, iter(range(2, self._last_page(first) + 1)))

    def _read_rest(self, reading: _Pass, numbers: Iterator[int]) -> Iterator[D]:
        if reading.ended:
            return
        failed_in_a_row = 0
        wanted = takewhile(lambda _: not reading.gave_up, numbers)
        for number, outcome in self._workers.unordered(self._read, wanted):
            if isinstance(outcome, RetriableError):
                reading.missing[number] = str(outcome)
                failed_in_a_row += 1
                reading.gave_up = failed_in_a_row >= _FAILED_PAGES_BEFORE_GIVING_UP
            elif isinstance(outcome, Exception):
                raise outcome
            else:
                failed_in_a_row = 0
                yield self._count(reading, *outcome)

    def _read(self, number: int) -> tuple[Page, D]:
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

        page = self._source.repeat(once)
        return page, self._source.digest(page.records)

    def _wanted(self, page: Page) -> int:
        """How many records a page must have, by what it says itself; without totals, one: an empty page must stay so."""
        if page.total is None:
            return 1
        with self._lock:
            if self._cap is not None and len(page.records) > self._cap:
                self._cap = None
        size = self._page_size(page)
        return max(0, min(size, page.total - (page.number - 1) * size))

    def _page_size(self, page: Page) -> int:
        size = min(page.per_page or self._source.per_page, self._source.per_page)
        return min(size, self._cap) if self._cap else max(size, 1)

    def _last_page(self, first: Page) -> int:
        total = first.total or 0
        if first.records and len(first.records) < self._wanted(first):
            self._cap = len(first.records)  # it stayed short: the server caps the page size without saying so
        size = self._page_size(first)
        by_total = -(-total // size)
        promised = first.total_pages or 0
        return max(by_total, min(promised, total))  # total_pages alone could send us on for ever

    def _count(self, reading: _Pass, page: Page, digest: D) -> D:
        self.account.pages += 1
        self.account.received += len(page.records)
        if page.total is not None:
            reading.totals.append(page.total)
        known = len(reading.keys)
        reading.keys.update(digest.keys)
        new = len(reading.keys) - known
        reading.repeated += len(digest.keys) - new
        if page.records and page.number > reading.last:
            reading.last, reading.last_has_next = page.number, page.has_next
        if page.total is None:
            if not page.records:
                reading.empty.add(page.number)
                reading.ended = True
            elif not new:
                reading.stuck = reading.ended = True
        return digest

    def _doubt(self, reading: _Pass) -> str:
        """Why a pass proves nothing; empty when it does."""
        if reading.missing:
            pages = ", ".join(map(str, sorted(reading.missing)[:20]))
            return f"page(s) {pages} could not be read: {next(iter(reading.missing.values()))}"
        if not reading.totals:
            return self._doubt_without_totals(reading)
        total_at_the_end = self._source.fetch_total()
        if total_at_the_end is not None:
            reading.totals.append(total_at_the_end)
        total, distinct = reading.totals[-1], len(reading.keys)
        if not self._settled:
            return "" if distinct >= reading.totals[0] else f"{distinct} of {reading.totals[0]} records received"
        if min(reading.totals) != max(reading.totals):
            return (
                f"the total moved between {min(reading.totals)} and {max(reading.totals)} while it was read,"
                f" {distinct} records received"
            )
        if distinct != total:
            repeated = f", {reading.repeated} came more than once" if reading.repeated else ""
            return f"{distinct} of {total} records received{repeated}"
        return ""

    def _doubt_without_totals(self, reading: _Pass) -> str:
        distinct = len(reading.keys)
        if reading.stuck:
            return f"the API repeats the same page: {distinct} records received, the end not reached"
        gaps = [number for number in reading.empty if number < reading.last]
        if gaps:
            return f"page(s) {', '.join(map(str, sorted(gaps)))} came empty, though later ones did not"
        if reading.last_has_next and reading.empty:
            return f"page {reading.last} announces a next one, which came empty"
        if reading.repeated:
            return f"{reading.repeated} records came more than once: the list moved while it was read"
        return ""

    def _conclude(self, reading: _Pass, doubt: str) -> None:
        self.account.total = reading.totals[-1] if reading.totals else None
        self.account.distinct = len(reading.keys)
        self.account.complete = not doubt
        self.account.reason = doubt
