"""The lists of 3C Plus that are read whole: campaigns, and the lists of a campaign.

A short page is no end by itself; an empty page before the promised total is a fault, tried again
like a 500 (`robot.sync.pagers.pages`).
"""

from __future__ import annotations

from typing import Any, cast

from robot.http import ApiUnavailable, Parameters, Transport
from robot.sync.pagers.pages import Page, PageReader, Source, Spans, end_of
from robot.threec.envelope import ask_page

_PER_PAGE = 100
_MOST_PAGES = 10_000


def all_records(
    transport: Transport, url: str, parameters: Parameters = ()
) -> list[dict[str, Any]]:
    """Every record, each id once.

    Raises FatalError, RetriableError (after the transport's retries), Interrupted.
    """

    def fetch(number: int, per_page: int) -> Page:
        page = ask_page(transport, url, parameters, number, per_page)
        if not all(isinstance(record, dict) for record in page.records):
            raise ApiUnavailable(f'GET {url}: the answer has no list "data" of objects.')
        return page

    reader: PageReader[Any] = PageReader(
        Source(fetch, fetch, digest=lambda page: page, repeat=transport.repeat, per_page=_PER_PAGE)
    )
    first = reader.first(_PER_PAGE)
    found: dict[str, dict[str, Any]] = {}
    page, size = first.page, first.span.size
    for span in Spans(first.span.stop, end_of(page, size), size):
        if not _adds(page, found) or _is_last(page):
            return list(found.values())
        if span.number > _MOST_PAGES:
            raise ApiUnavailable(f"GET {url}: more than {_MOST_PAGES} pages.")
        page = reader.read(span)
    _adds(page, found)
    return list(found.values())


def _adds(page: Page, found: dict[str, dict[str, Any]]) -> bool:
    """Take the page's records; whether one of them is new."""
    before = len(found)
    for record in cast("list[dict[str, Any]]", page.records):
        found.setdefault(str(record.get("id")), record)
    return len(found) > before


def _is_last(page: Page) -> bool:
    """Whether the page says so itself: where no total tells the end."""
    if page.total_pages is not None:
        return page.number >= page.total_pages
    if page.has_next is not None:
        return not page.has_next
    return page.total is None and page.per_page == _PER_PAGE and len(page.records) < _PER_PAGE
