"""The numbered pager: one window of a list in numbered pages, read until it is proven, or until
nothing more can be learned.

Pages are asked for a few at a time (`pages`), what they bring is noted (`evidence`), and after each
reading from the first page to the last the notes are judged (`verdict`). A window that is not
proven is read again, with another page size.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic

from robot.errors import RetriableError, SyncError, WindowFailed
from robot.runtime.workers import Line
from robot.sync.evidence import Reading
from robot.sync.pagers.account import Account, Begun
from robot.sync.pagers.findings import Findings
from robot.sync.pagers.pages import D, Page, PageReader, PageTooLarge, Source, Span, Spans, end_of
from robot.sync.verdict import next_size

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Numbered(Generic[D]):
    """A list in numbered pages, several of which are asked for at once; most tell a total."""

    source: Source[D]

    def reading(
        self, line: Line[Any], *, settled: bool = True, begun: Begun | None = None
    ) -> NumberedReading[D]:
        """One reading of the window, from its first page: nothing is left of one that was killed.

        Raises nothing; iterating does.
        """
        del begun
        return NumberedReading(self.source, line, settled=settled)


class NumberedReading(Generic[D]):
    """Iterate over it for the digests of the pages, as they come; then ask `account`.

    Whatever is asked of the API is asked in the threads of `line`'s pool. `settled` is False while
    the window's day is not over: calls still arrive, so a total that grows is no fault. Raises
    WindowFailed when not even a first page could be had, or when a record alone is larger than a
    page may be; the source's refusals of the usual page size, FatalError and Interrupted pass
    through.
    """

    def __init__(self, source: Source[D], line: Line[Any], *, settled: bool = True) -> None:
        self._source = source
        self._line = line
        self._reader = PageReader(source)
        self._one_size = False  # the API refuses any other than the usual one
        self.account = Account(settled=settled)

    def __iter__(self) -> Iterator[D]:
        readings: list[Reading] = []
        again = True
        while again:
            self.account.passes += 1
            findings = Findings()
            try:
                yield from self._read_once(findings, self._size(readings))
            except RetriableError as error:
                if not self.account.pages:
                    raise WindowFailed(
                        f"The first page could not be read: {error}", culprit="API"
                    ) from error
                findings.failure = str(error)
            except self._source.refusals as error:
                if self._may_read_at_the_usual_size(error, readings):
                    continue
                findings.failure = str(error)
            if findings.too_large:
                raise WindowFailed(findings.too_large, culprit="API", down=False)
            readings.append(findings.reading())
            again = self.account.judge(readings)

    def _size(self, readings: Sequence[Reading]) -> int:
        """The page size of the next reading."""
        return next_size(readings) if readings and not self._one_size else self._source.per_page

    def _may_read_at_the_usual_size(self, refusal: SyncError, readings: Sequence[Reading]) -> bool:
        """Whether another page size than the usual one was refused: it is not asked for again."""
        if not readings:
            raise refusal
        if self._one_size or next_size(readings) == self._source.per_page:
            return False
        log.info(
            "The API refuses another page size than %d (%s): it is read at that.",
            self._source.per_page,
            refusal,
        )
        self._one_size = True
        self.account.passes -= 1
        return True

    def _read_once(self, findings: Findings, size: int) -> Iterator[D]:
        """From the first page to the last, and a look behind it."""
        try:
            first = self._line.call(lambda: self._reader.first(size))
        except PageTooLarge as error:
            findings.too_large = _of_one_record(error, 1)
            return
        span = first.span
        findings.size = span.size
        size_behind = 1 if first.as_asked else span.size
        spans = Spans(span.stop, end_of(first.page, span.size), span.size)
        yield self._take(findings, span, first.page)
        del first  # its memory is for the pages to come
        for span, outcome in self._line.unordered(self._reader.read, spans):
            if isinstance(outcome, Page):
                yield self._take(findings, span, outcome)
            elif isinstance(outcome, PageTooLarge):
                if span.size > 1:
                    spans.smaller(span)
                    findings.in_parts(span, outcome.message)
                else:
                    findings.too_large = findings.too_large or _of_one_record(outcome, span.stop)
            elif isinstance(outcome, self._source.refusals) and span.size < findings.size:
                findings.too_large = findings.too_large or _of_parts_refused(span, outcome)
            elif isinstance(outcome, RetriableError):
                findings.lost(span, str(outcome))
            else:
                raise outcome
            if findings.stop:
                spans.stop()
        if findings.totals and findings.ended and not findings.too_large:
            self._look_behind(findings, size_behind)

    def _take(self, findings: Findings, span: Span, page: Page) -> D:
        digest = self._source.digest(page)
        self.account.pages += 1
        self.account.received += len(page.records)
        known = self.account.found
        keys = [known.setdefault(key, key) for key in digest.keys]
        shown_later = findings.shown_later(span, keys)
        findings.add(span, page, digest, keys)
        return digest.without(shown_later) if shown_later else digest

    def _look_behind(self, findings: Findings, size: int) -> None:
        """Ask for what stands behind the last place: one record, the smallest answer, of an API
        that gives what one asks.
        """
        place = max(2, 1 + max(findings.totals))
        try:
            behind = self._line.call(
                lambda: self._source.repeat(lambda: self._source.fetch_at(place, size))
            )
        except PageTooLarge as error:
            findings.failure = str(error)
            return
        if behind.total is not None:
            findings.totals.append(behind.total)
        findings.behind = frozenset(self._source.digest(behind).keys)
        behind.release()


def _of_parts_refused(span: Span, refusal: Exception) -> str:
    where = f"Records {span.start + 1} to {span.stop} of the list"
    return (
        f"{where} cannot be read: their page is too large, and the API refuses a smaller one:"
        f" {refusal}"
    )


def _of_one_record(error: PageTooLarge, place: int) -> str:
    if error.refused:
        return (
            f"Page 1 cannot be read: {error.message} {error.hint} The API refuses a smaller"
            f" one: {error.refused}"
        )
    name = f" ({error.name})" if error.name else ""
    return f"Record {place} of the list{name} cannot be read: {error.message} {error.hint}".strip()
