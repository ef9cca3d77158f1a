"""Listings of 3C Plus that come in pages: every record of them, to a proven end.

Totals may be missing (`simple_paginate`), `links` may be `{}`, `[]` or absent. A short page is no
end by itself; an empty page before the promised total is a fault, tried again like a 500.
"""

from __future__ import annotations

from typing import Any

from robot.http import ApiUnavailable, Parameters, Transport

_PER_PAGE = 100
_MOST_PAGES = 10_000


def all_records(
    transport: Transport, url: str, parameters: Parameters = ()
) -> list[dict[str, Any]]:
    """Every record, each id once.

    Raises FatalError, RetriableError (after the transport's retries), Interrupted.
    """
    found: dict[str, dict[str, Any]] = {}
    for number in range(1, _MOST_PAGES + 1):
        records, pagination = _page(
            transport, url, [*parameters, ("page", number), ("per_page", _PER_PAGE)], len(found)
        )
        before = len(found)
        for record in records:
            found.setdefault(str(record.get("id")), record)
        if len(found) == before or _is_last(pagination, number, len(records)):
            return list(found.values())
    raise ApiUnavailable(f"GET {url}: more than {_MOST_PAGES} pages.")


def _page(
    transport: Transport, url: str, parameters: Parameters, found: int
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    def ask() -> tuple[list[dict[str, Any]], dict[str, Any]]:
        body = transport.send("GET", url, parameters).body
        records = body.get("data") if isinstance(body, dict) else None
        if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
            raise ApiUnavailable(f'GET {url}: the answer has no list "data" of objects.')
        meta = body.get("meta")
        pagination = meta.get("pagination") if isinstance(meta, dict) else None
        if not isinstance(pagination, dict):
            pagination = {}
        total = pagination.get("total")
        if not records and isinstance(total, int) and total > found:
            raise ApiUnavailable(f"GET {url}: an empty page after {found} of {total} records.")
        return records, pagination

    return transport.repeat(ask)


def _is_last(pagination: dict[str, Any], number: int, count: int) -> bool:
    total_pages, links = pagination.get("total_pages"), pagination.get("links")
    if isinstance(total_pages, int):
        return number >= total_pages
    if isinstance(links, dict) and links:
        return not links.get("next")
    return pagination.get("per_page") == _PER_PAGE and count < _PER_PAGE
