"""What the readings of a window found: facts, as data. What they prove is judged in `verdict`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Unread:
    """A page that could not be had, and why."""

    name: str
    why: str


@dataclass(frozen=True)
class Reading:
    """One reading of a window, from its first page to its last.

    `keys` are those of all records received, as they stand in the list, and `borders` the places
    among them at which a page begins; `totals` is every total that an answer told, in the order of
    the answers; `behind` what stands behind the last record. `failure` is what ended it before its
    time.
    """

    size: int = 1
    keys: tuple[str, ...] = ()
    borders: frozenset[int] = frozenset()
    totals: tuple[int, ...] = ()
    behind: frozenset[str] = frozenset()
    unread: tuple[Unread, ...] = ()
    last_page: int = 0
    gaps: tuple[int, ...] = ()  # pages that came empty, though later ones did not
    short: tuple[int, ...] = ()  # pages that came short, though later ones were there
    announced: int = 0  # a page that announces a next one, which came empty
    outside: int = 0
    far: int = 0
    stuck: bool = False  # the API sends the same page again and again
    astray: bool = False  # most records lie far from the window; the rest was not read
    api_down: bool = False
    failure: str = ""
    earlier: int = 0  # records before the first one, which an execution that was killed has stored

    @property
    def received(self) -> int:
        """How many records came."""
        return self.earlier + len(self.keys)

    @property
    def distinct(self) -> int:
        """How many different records came."""
        return self.earlier + len(set(self.keys))

    @property
    def steady(self) -> bool:
        """Whether each answer told the same total."""
        return bool(self.totals) and min(self.totals) == max(self.totals)

    @property
    def whole(self) -> bool:
        """Whether every place of the list was read, as many as the one total says."""
        ended = not self.unread and not self.stuck and not self.astray and not self.failure
        return ended and self.steady and self.received == self.totals[-1]
