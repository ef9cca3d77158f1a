"""The pager of a list in which each page says where the next one begins (`searchAfter`, `next`).

Pages come in sequence. Each digest carries the cursor behind it, which is stored with its batch: an
execution that was killed goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, Self, TypeVar

from robot.errors import RetriableError, SyncError, WindowFailed
from robot.runtime.workers import Line
from robot.sync.evidence import Reading
from robot.sync.pagers.account import Account, Begun
from robot.sync.pagers.pages import Digest, Held, Page, PageFault, PageTooLarge


@dataclass(frozen=True)
class CursorPage:
    """One answer: records as received, the cursor of what follows (None: nothing follows), and the
    total of the whole list where it is told.
    """

    records: list[object]
    next: str | None
    total: int | None = None
    held: Held | None = None

    def release(self) -> None:
        """The page is done with: its memory is free for others."""
        if self.held is not None:
            self.held.release()


class OnTheWay(Digest, Protocol):
    """A digest that carries where its list goes on."""

    def going_on(self, cursor: str | None, total: int | None, /) -> Self:
        """The same, with the cursor behind it, and the total of its list."""


C = TypeVar("C", bound=OnTheWay)
Repeat = Callable[[Callable[[], CursorPage]], CursorPage]


@dataclass(frozen=True)
class Cursor(Generic[C]):
    """A list that is read by a cursor. `fetch` asks once, for what stands behind a cursor (None:
    the beginning); `repeat` is the retry policy. `refusals` are what a fetch raises where the API
    will not go on from a cursor, however often it is asked: it may have forgotten it.
    """

    fetch: Callable[[str | None], CursorPage]
    digest: Callable[[Page], C]
    repeat: Repeat
    refusals: tuple[type[SyncError], ...] = ()

    def reading(
        self, line: Line[Any], *, settled: bool = True, begun: Begun | None = None
    ) -> CursorReading[C]:
        """One reading of it, from where `begun` says."""
        return CursorReading(self, line, settled=settled, begun=begun)


@dataclass
class _Seen:
    """One reading while it goes on."""

    earlier: int = 0
    keys: list[str] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)
    cursors: set[str] = field(default_factory=set)
    pages: int = 0
    announced: int = 0
    far: int = 0
    outside: int = 0
    stuck: bool = False
    failure: str = ""

    def lacks(self, total: int | None) -> bool:
        """Whether fewer records came than this total says."""
        return total is not None and self.earlier + len(set(self.keys)) < total

    def reading(self) -> Reading:
        """What it came to."""
        return Reading(
            keys=tuple(self.keys),
            earlier=self.earlier,
            totals=tuple(self.totals),
            last_page=self.pages,
            announced=self.announced,
            far=self.far,
            outside=self.outside,
            stuck=self.stuck,
            failure=self.failure,
        )


class CursorReading(Generic[C]):
    """Iterate over it, then ask `account`. What is not proven is read again, from the beginning.

    Raises WindowFailed when not even a first page could be had, FatalError and Interrupted.
    """

    def __init__(
        self, pager: Cursor[C], line: Line[Any], *, settled: bool, begun: Begun | None = None
    ) -> None:
        self._pager = pager
        self._line = line
        self._begun = begun
        self.account = Account(settled=settled, entire=begun is None)

    def __iter__(self) -> Iterator[C]:
        readings: list[Reading] = []
        again = True
        while again:
            self.account.passes += 1
            begun, self._begun = self._begun, None
            seen = _begin(begun)
            try:
                yield from self._pages(seen, None if begun is None else begun.cursor)
            except RetriableError as error:
                if not self.account.pages:
                    told = f"The first page could not be read: {error}"
                    raise WindowFailed(told, culprit="API") from error
                seen.failure = str(error)
            except self._pager.refusals as error:
                if begun is None:
                    raise
                seen.failure = str(error)  # the cursor is forgotten
            readings.append(seen.reading())
            again = self.account.judge(readings)
            if begun is not None and not self.account.complete:
                readings.clear()
                again = self.account.entire = True

    def _pages(self, seen: _Seen, cursor: str | None) -> Iterator[C]:
        while True:
            page = self._page(seen, cursor)
            number = seen.pages + 1
            digest = self._pager.digest(Page(number, page.records, page.total, held=page.held))
            found = self.account.found
            seen.keys += [found.setdefault(key, key) for key in digest.keys]
            seen.totals += [] if page.total is None else [page.total]
            seen.far += digest.far
            seen.outside += digest.outside
            seen.pages += 1
            self.account.pages += 1
            self.account.received += len(page.records)
            after, total = page.next, page.total
            if not page.records and after is not None:
                seen.announced = seen.pages
                after = None
            if after is not None and after in seen.cursors:
                seen.stuck, after = True, None
            last = not page.records
            del page  # its memory is for the pages to come
            yield digest.going_on(after, total)
            if last or after is None:
                return
            seen.cursors.add(after)
            cursor = after

    def _page(self, seen: _Seen, cursor: str | None) -> CursorPage:
        """The page behind a cursor, asked for again while it is empty for no reason."""
        came_empty = 0

        def once() -> CursorPage:
            nonlocal came_empty
            page = self._pager.fetch(cursor)
            if page.records or came_empty or not (page.next is not None or seen.lacks(page.total)):
                return page
            came_empty += 1
            page.release()
            raise PageFault(f"Page {seen.pages + 1} is empty where more is due.")

        try:
            return self._line.call(lambda: self._pager.repeat(once))
        except PageTooLarge as error:
            told = f"Page {seen.pages + 1} cannot be read: {error}"
            raise WindowFailed(told, culprit="API", down=False) from error


def _begin(begun: Begun | None) -> _Seen:
    if begun is None:
        return _Seen()
    totals = [] if begun.total is None else [begun.total]
    return _Seen(earlier=begun.records, totals=totals, cursors={begun.cursor})
