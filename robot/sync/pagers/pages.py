"""The pages of one window: what is asked for, in which parts, and until an answer is what it can
be.

An empty or short page before the promised end is a fault, repeated like a 500; never the end. A
page that stays short, with the same records, is taken for what it is. A page that is too large is
asked for again at half the size, down to one record. Nothing here knows which API it is, or what
becomes of the records.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Generic, Protocol, Self, TypeVar

from robot.errors import RetriableError, SyncError

_MOST_RECORDS = 1000  # of a page, whatever was asked for: no PER_PAGE is larger
_FAR_MORE = 2  # times what was asked for
_TOO_LARGE_BEFORE_SMALLER = 2  # pages; one alone may hold the one large record that there is


class Held(Protocol):
    """The memory that a page was given: its bytes, and how to give them back."""

    @property
    def size(self) -> int: ...
    def release(self) -> None: ...


@dataclass(frozen=True)
class Page:
    """One answer: records as received, and what it says of the whole list.

    None where it says nothing.
    """

    number: int
    records: list[object]
    total: int | None = None
    total_pages: int | None = None
    per_page: int | None = None
    has_next: bool | None = None
    held: Held | None = None

    def release(self) -> None:
        """The page is done with: its memory is free for others."""
        if self.held is not None:
            self.held.release()


class Digest(Protocol):
    """What becomes of a page's records; `keys` tells distinct records apart, one for each record,
    in the page's order.

    `outside` counts those that were not asked for, `far` those of them that lie too far from the
    window to be its own; `rowless` are the keys of the records that have no row.
    """

    @property
    def keys(self) -> Sequence[str]: ...
    @property
    def outside(self) -> int: ...
    @property
    def far(self) -> int: ...
    @property
    def rowless(self) -> Collection[str]: ...
    def without(self, keys: Collection[str], /) -> Self:
        """The same page, but for what is to be stored of these records: a later place of the list
        has shown it.
        """


D = TypeVar("D", bound=Digest)


class PageFault(RetriableError):
    """A page that cannot be what the API has: empty or short before the end, or far more than was
    asked for.
    """


class PageTooLarge(SyncError):
    """A page that is larger than what is read of any. `name` says whose it is, where its beginning
    tells.

    `refused` is what the API says to the smaller page that was asked for in its place.
    """

    def __init__(self, message: str, hint: str = "", *, name: str = "", refused: str = "") -> None:
        super().__init__(message, hint)
        self.name = name
        self.refused = refused


class Repeat(Protocol):
    """A retry policy: calls until it succeeds, or raises the last RetriableError."""

    def __call__(self, call: Callable[[], Page], /) -> Page: ...


@dataclass(frozen=True)
class Source(Generic[D]):
    """How a window's pages are had. `fetch` and `fetch_at` ask once; `repeat` is the retry policy.

    `fetch(number, per_page)` is a page, counted from 1. `fetch_at(position, per_page)` is what
    stands at that place of the whole list, counted from 1, and behind it, on the page that holds
    it: behind the end it is empty, and tells the total. `digest` runs beside the fetching, in the
    thread that iterates: several of them at once would only take the GIL from each other.
    `refusals` are what a fetch raises where the API will not give such a page, however often it is
    asked.
    """

    fetch: Callable[[int, int], Page]
    fetch_at: Callable[[int, int], Page]
    digest: Callable[[Page], D]
    repeat: Repeat
    per_page: int
    refusals: tuple[type[SyncError], ...] = ()


@dataclass(frozen=True, order=True)
class Span:
    """Places of the list, counted from 0, from `start` to before `stop`: within one page of `size`
    records.
    """

    start: int
    stop: int
    size: int

    @property
    def number(self) -> int:
        """The page that holds them, counted from 1."""
        return self.start // self.size + 1

    @property
    def whole(self) -> bool:
        """Whether it is all of that page."""
        return self.stop - self.start == self.size

    def meets(self, other: Span) -> bool:
        """Whether they have places in common."""
        return self.start < other.stop and other.start < self.stop

    def parts(self, size: int) -> Iterator[Span]:
        """The same places, in pages of another size."""
        start = self.start
        while start < self.stop:
            stop = min((start // size + 1) * size, self.stop)
            yield Span(start, stop, size)
            start = stop

    def of(self, page: Page) -> Page:
        """The page without the records of other places."""
        if self.whole:
            return page
        before = (self.number - 1) * self.size
        return replace(page, records=page.records[self.start - before : self.stop - before])


class Spans(Iterator[Span]):
    """What is still to be asked for, from one place to the end of the list (None: unknown), in
    pages of one size.

    `smaller` puts a page that was too large back, in halves; the pages to come are halved, too,
    when that happens again. So this iterator may go on after it seemed to end.
    """

    def __init__(self, start: int, end: int | None, size: int) -> None:
        self._next = start
        self._end = end
        self._size = size
        self._first: deque[Span] = deque()
        self._parts: set[Span] = set()
        self._too_large = 0
        self._stopped = False

    def __next__(self) -> Span:
        if self._stopped:
            raise StopIteration
        if self._first:
            return self._first.popleft()
        if self._end is not None and self._next >= self._end:
            raise StopIteration
        span = Span(self._next, (self._next // self._size + 1) * self._size, self._size)
        self._next = span.stop
        return span

    def smaller(self, span: Span) -> None:
        """Ask for this one in pages of half its size."""
        size = max(1, span.size // 2)
        parts = list(span.parts(size))
        self._first.extend(parts)
        if span not in self._parts:
            self._too_large += 1
            if self._too_large % _TOO_LARGE_BEFORE_SMALLER == 0:
                self._size = min(self._size, size)
        self._parts.update(parts)

    def stop(self) -> None:
        """No page further is worth asking for."""
        self._stopped = True


@dataclass(frozen=True)
class FirstPage:
    """The first page of a reading; `as_asked` is False where the API has a page size of its own."""

    span: Span
    page: Page
    as_asked: bool


class PageReader(Generic[D]):
    """Asks a source for pages; `read` runs in many threads."""

    def __init__(self, source: Source[D]) -> None:
        self._source = source

    def first(self, size: int) -> FirstPage:
        """The first page, and the places that it shows: their number is the page size that holds
        from now on.

        Raises PageTooLarge where its first record alone is, or where the API refuses smaller pages,
        and RetriableError.
        """
        too_large: PageTooLarge | None = None
        while True:
            try:
                page = self.read(Span(0, size, size))
            except PageTooLarge as error:
                if size == 1:
                    raise
                too_large = error
                size //= 2
            except self._source.refusals as error:
                if too_large is None:
                    raise
                raise PageTooLarge(too_large.message, too_large.hint, refused=str(error)) from None
            else:
                shown = _shown(page, size)
                return FirstPage(Span(0, shown, shown), page, as_asked=shown == size)

    def read(self, span: Span) -> Page:
        """Read these places, again while the page is empty or short for no reason.

        Raises RetriableError, PageTooLarge.
        """
        before: list[object] | None = None

        def once() -> Page:
            nonlocal before
            page = self._source.fetch(span.number, span.size)
            fault = _fault(page, span.size)
            stays, before = page.records == before, page.records
            if not fault or (
                stays and len(page.records) < span.size and (page.records or page.total is None)
            ):
                return page
            page.release()
            raise PageFault(f"Page {span.number} has {len(page.records)} records where {fault}.")

        return span.of(self._source.repeat(once))


def _fault(page: Page, size: int) -> str:
    """What the page should have; empty where it has that."""
    if len(page.records) > max(_MOST_RECORDS, _FAR_MORE * size):
        return f"{size} were asked for"
    due = _told_size(page, size)
    if page.total is not None:
        due = max(0, min(due, page.total - (page.number - 1) * due))
    return f"{due} or more are due" if len(page.records) < due else ""


def _told_size(page: Page, size: int) -> int:
    """The page size by what the page says itself."""
    return max(1, min(page.per_page or size, size))


def _shown(first: Page, size: int) -> int:
    """The page size by what the first page shows: a server may cap it, without a word, or know one
    size only.
    """
    received = len(first.records)
    if received > size and first.per_page in {received, None}:
        return received
    told = _told_size(first, size)
    due = told if first.total is None else min(told, first.total)
    return received if 0 < received < due else told


def end_of(first: Page, size: int) -> int | None:
    """The place behind the last one, by what the first page says; None where it does not."""
    if first.total is None:
        return None
    # total_pages alone could send us on for ever
    promised = min(first.total_pages or 0, first.total)
    return max(first.total, promised * size if promised > -(-first.total // size) else 0)
