"""The envelope of 3C Plus: one page of any of its lists, asked for and understood.

It is `{"status", "data": [...], "meta": {"pagination": {...}}}` (vendor's API description). Totals
may be missing (`simple_paginate`, announced as a future default), `links` may be `{}`, `[]` or
absent.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from robot.http import ApiUnavailable, BodyTooLarge, Parameters, Transport
from robot.http.bodies import explanation
from robot.sync.pagers.pages import Page, PageTooLarge

_ID = re.compile(rb'"id"\s*:\s*"?([A-Za-z0-9_-]{1,64})')


def ask_page(
    transport: Transport, url: str, parameters: Parameters, number: int, per_page: int
) -> Page:
    """Ask for a page (1-based), once: repeating is the caller's.

    Raises RetriableError, FatalError, Interrupted, and PageTooLarge for a page beyond what is read
    of any.
    """
    asked = [*parameters, ("page", number), ("per_page", per_page)]
    try:
        answer = transport.send("GET", url, asked)
    except BodyTooLarge as error:
        raise PageTooLarge(error.message, error.hint, name=_name_in(error.head)) from None
    return replace(
        _understood(transport, answer.body, f"Page {number} of {url}", number), held=answer.share
    )


def _understood(transport: Transport, body: Any, where: str, number: int) -> Page:
    if not isinstance(body, dict):
        raise ApiUnavailable(f"{where}: the answer is no JSON object.")
    status = _integer(body.get("status"))
    if status in {401, 403}:
        raise transport.api.refusal(
            f"{where}: HTTP 200, status {status}", status, explanation(body)
        )
    if status is not None and status >= 400:
        raise ApiUnavailable(f"{where}: HTTP 200, but its body says status {status}.")
    records = body.get("data")
    if not isinstance(records, list):
        raise ApiUnavailable(f'{where}: the answer has no list "data".')
    meta = body.get("meta")
    pagination = meta.get("pagination") if isinstance(meta, dict) else None
    if not isinstance(pagination, dict):
        pagination = {}
    return Page(
        number=number,
        records=records,
        total=_integer(pagination.get("total")),
        total_pages=_integer(pagination.get("total_pages")),
        per_page=_integer(pagination.get("per_page")),
        has_next=_has_next(pagination.get("links")),
    )


def _name_in(head: bytes) -> str:
    """The first record's id, where the beginning of a page holds it."""
    found = _ID.search(head)
    return f"id {found[1].decode()}" if found else ""


def _integer(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and value.isdecimal() and len(value) < 20:
        return int(value)
    return None


def _has_next(links: object) -> bool | None:
    """Whether `links` announces a next page; None where there are no links to tell."""
    return bool(links.get("next")) if isinstance(links, dict) and links else None
