"""A reading of a list in numbered pages while it goes on: what was seen so far."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from robot.sync.evidence import Reading, Unread
from robot.sync.pagers.pages import Digest, Page, Span

_FAILED_PAGES_BEFORE_GIVING_UP = 3
_PAGES_OF_NOTHING_NEW = 3  # in a row: the API ignores the page's number
_PAGES_OF_FAR_RECORDS = (
    10  # as many, and more than of the others: the API ignores the dates, and sends all that it has
)


@dataclass
class Findings:
    """A reading while it goes on."""

    size: int = 1
    totals: list[int] = field(default_factory=list)
    behind: frozenset[str] = frozenset()
    failure: str = ""
    too_large: str = ""  # names the record that alone is larger than a page may be
    stop: bool = False  # no page further is worth asking for
    stuck: bool = False
    astray: bool = False
    api_down: bool = False
    _keys: dict[Span, Sequence[str]] = field(default_factory=dict)
    _spans: list[Span] = field(default_factory=list)  # those of `_keys`, in the order of the list
    _rowless: set[str] = field(default_factory=set)
    _known: set[str] = field(default_factory=set)
    _unread: dict[Span, str] = field(default_factory=dict)
    _too_large: dict[Span, str] = field(default_factory=dict)  # asked for again in parts
    _announcing: Span | None = None
    _outside: int = 0
    _far: int = 0
    _near: int = 0
    _failed_in_a_row: int = 0
    _nothing_new: int = 0  # pages in a row that brought no new record
    _before: Sequence[str] = ()

    @property
    def ended(self) -> bool:
        """Whether every page that was asked for was read."""
        return not self._unread and not self.stuck and not self.astray and not self.failure

    def add(self, span: Span, page: Page, digest: Digest, keys: Sequence[str]) -> None:
        """A page came, with these keys."""
        self._failed_in_a_row = 0
        if page.total is not None:
            self.totals.append(page.total)
        self._keys[span] = keys
        insort(self._spans, span)
        self._rowless.update(digest.rowless)
        self._outside += digest.outside
        self._far += digest.far
        self._near += len(keys) - digest.far
        if self._far > max(self._near, _PAGES_OF_FAR_RECORDS * self.size):
            self.stop = self.astray = True
        if not page.records:
            if self._empty_beside(span):
                self.stop = True
        elif page.has_next and (self._announcing is None or self._announcing < span):
            self._announcing = span
        self._look_for_the_same_again(keys)

    def shown_later(self, span: Span, keys: Sequence[str]) -> set[str]:
        """Those of these keys of which a later place of the list, whose page came before, has shown
        rows already.
        """
        later = self._spans[bisect_right(self._spans, span) :]
        shown = {key for each in later for key in self._keys[each]}
        return shown.intersection(keys) - self._rowless

    def lost(self, span: Span, why: str) -> None:
        """A page could not be read."""
        self._unread[span] = why
        self._failed_in_a_row += 1
        if self._failed_in_a_row >= _FAILED_PAGES_BEFORE_GIVING_UP:
            self.stop = self.api_down = True

    def in_parts(self, span: Span, why: str) -> None:
        """A page was too large, and is asked for in parts."""
        self._too_large[span] = why

    def _empty_beside(self, span: Span) -> bool:
        return any(
            not keys and (each.stop == span.start or each.start == span.stop)
            for each, keys in self._keys.items()
        )

    def _look_for_the_same_again(self, keys: Sequence[str]) -> None:
        """With totals it must be the very same page: where an order changes, a page of known
        records is no wonder.
        """
        known = len(self._known)
        self._known.update(keys)
        nothing_new = len(self._known) == known and len(keys) > 0
        if nothing_new and (not self.totals or keys == self._before):
            self._nothing_new += 1
        else:
            self._nothing_new = 0
        self._before = keys
        if self._nothing_new >= _PAGES_OF_NOTHING_NEW:
            self.stop = self.stuck = True

    def reading(self) -> Reading:
        """What it came to."""
        spans = self._spans
        full = [span for span in spans if self._keys[span]]
        last = full[-1] if full else Span(0, 0, 1)
        before_last = [span for span in spans if span < last]
        vanished = {
            span: why for span, why in self._too_large.items() if not any(map(span.meets, full))
        }
        unread = sorted({**vanished, **self._unread}.items())
        return Reading(
            size=self.size,
            keys=tuple(key for span in spans for key in self._keys[span]),
            borders=frozenset(accumulate(len(self._keys[span]) for span in spans)),
            totals=tuple(self.totals),
            behind=self.behind,
            unread=tuple(Unread(self._name(span), why) for span, why in unread),
            last_page=max((span.number for span in (*spans, *self._unread)), default=0),
            gaps=tuple(span.number for span in before_last if not self._keys[span]),
            short=tuple(span.number for span in before_last if self._is_short(span)),
            announced=last.number if full and self._announcing == last else 0,
            outside=self._outside,
            far=self._far,
            stuck=self.stuck,
            astray=self.astray,
            api_down=self.api_down,
            failure=self.failure,
        )

    def _is_short(self, span: Span) -> bool:
        return len(set(self._keys[span])) < span.stop - span.start

    def _name(self, span: Span) -> str:
        return (
            str(span.number)
            if span.size == self.size
            else f"{span.number} of {span.size} record(s) each"
        )
