"""What every pager is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol, TypeVar

from robot.runtime.workers import Line
from robot.sync.pagers.account import Account, Begun

D_co = TypeVar("D_co", covariant=True)


class Reading(Protocol[D_co]):
    """Iterate over it for the digests of the pages, as they come; then ask `account`.

    Raises WindowFailed when nothing could be read, the pager's refusals, FatalError, Interrupted.
    """

    @property
    def account(self) -> Account: ...
    def __iter__(self) -> Iterator[D_co]: ...


class Pager(Protocol[D_co]):
    """How the records of a window come."""

    def reading(
        self, line: Line[Any], *, settled: bool = True, begun: Begun | None = None
    ) -> Reading[D_co]:
        """One reading of the window. Whatever is asked is asked in the threads of `line`'s pool.

        `settled` is False while the list may still grow. `begun` is what a killed execution left of
        it: a pager that can goes on from there.
        """
