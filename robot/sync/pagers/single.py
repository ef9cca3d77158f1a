"""The pager of a list that comes in one answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic

from robot.errors import RetriableError, WindowFailed
from robot.runtime.workers import Line
from robot.sync.evidence import Reading
from robot.sync.pagers.account import Account, Begun
from robot.sync.pagers.pages import D, Page, PageTooLarge, Repeat


@dataclass(frozen=True)
class Single(Generic[D]):
    """A list in one answer: `fetch` asks once, `repeat` is the retry policy.

    Where the answer tells no total, its own length is the total.
    """

    fetch: Callable[[], Page]
    digest: Callable[[Page], D]
    repeat: Repeat

    def reading(
        self, line: Line[Any], *, settled: bool = True, begun: Begun | None = None
    ) -> SingleReading[D]:
        """One reading of it."""
        del begun
        return SingleReading(self, line, settled=settled)


class SingleReading(Generic[D]):
    """Iterate over it, then ask `account`. Raises WindowFailed."""

    def __init__(self, pager: Single[D], line: Line[Any], *, settled: bool) -> None:
        self._pager = pager
        self._line = line
        self.account = Account(settled=settled)

    def __iter__(self) -> Iterator[D]:
        account, readings, again = self.account, list[Reading](), True
        while again:
            account.passes += 1
            try:
                page = self._line.call(lambda: self._pager.repeat(self._pager.fetch))
            except RetriableError as error:
                raise WindowFailed(f"It could not be read: {error}", culprit="API") from error
            except PageTooLarge as error:
                told = f"The answer cannot be read: {error}"
                raise WindowFailed(told, culprit="API", down=False) from error
            digest = self._pager.digest(page)
            keys = tuple(account.found.setdefault(key, key) for key in digest.keys)
            total = len(page.records) if page.total is None else page.total
            account.pages += 1
            account.received += len(page.records)
            yield digest
            readings.append(
                Reading(size=max(1, len(keys)), keys=keys, totals=(total,), far=digest.far)
            )
            again = account.judge(readings)
