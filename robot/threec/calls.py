"""GET /calls of 3C Plus: one page of one window, asked for and understood.

The envelope is `{"status", "data": [...], "meta": {"pagination": {...}}}` (vendor's API
description). Totals may be missing (`simple_paginate`, announced as a future default), `links` may
be `{}`, `[]` or absent.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from robot.http import ApiUnavailable, BodyTooLarge, Transport
from robot.http.bodies import explanation
from robot.period import Period, text
from robot.sync.pagers.pages import Page, PageTooLarge

_ID = re.compile(rb'"id"\s*:\s*"?([A-Za-z0-9_-]{1,64})')


@dataclass(frozen=True)
class CallsApi:
    """Asks for pages of calls.

    `campaign_parameter` is `campaigns[]` (repeated) or `campaign_ids` (one comma list).
    """

    transport: Transport
    url: str
    campaign_parameter: str = "campaigns[]"

    def page(self, period: Period, campaigns: Sequence[int], number: int, per_page: int) -> Page:
        """Ask for a page (1-based), once: repeating is the caller's.

        Raises RetriableError, FatalError, Interrupted, and PageTooLarge for a page beyond what is
        read of any.
        """
        parameters: list[tuple[str, str | int]] = [
            ("start_date", text(period.start)),
            ("end_date", text(period.end)),
            ("page", number),
            ("per_page", per_page),
            ("with_mailing", "true"),
        ]
        if campaigns and self.campaign_parameter == "campaign_ids":
            parameters.append(("campaign_ids", ",".join(map(str, campaigns))))
        else:
            parameters += [("campaigns[]", campaign) for campaign in campaigns]
        try:
            answer = self.transport.send("GET", self.url, parameters)
        except BodyTooLarge as error:
            raise PageTooLarge(error.message, error.hint, name=_name_in(error.head)) from None
        return replace(self._understood(answer.body, number), held=answer.share)

    def _understood(self, body: Any, number: int) -> Page:
        where = f"Page {number} of {self.url}"
        if not isinstance(body, dict):
            raise ApiUnavailable(f"{where}: the answer is no JSON object.")
        status = _integer(body.get("status"))
        if status in {401, 403}:
            raise self.transport.api.refusal(
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
