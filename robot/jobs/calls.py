"""The job `calls`: GET /calls → `calls` and `mailing_data`."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime, tzinfo
from functools import partial
from typing import cast

from robot.database.engine import Row
from robot.http import RequestRefused
from robot.jobs.job import Digest
from robot.normalizers import Rejection, normalize_call, record_key
from robot.period import Period, Window
from robot.reading import Page, Source
from robot.settings import Settings
from robot.tables import CALLS, CALLS_FAMILY, MAILING_DATA
from robot.threec.calls import CallsApi
from robot.threec.connection import transport

_NAMES = [column.name for column in CALLS.row_columns]
_CALL_DATE = _NAMES.index("call_date")
_CAMPAIGN = _NAMES.index("campaign_id")


class CallsJob:
    """Keeps the calls of some campaigns (none = all) in step."""

    name = "calls"
    family = CALLS_FAMILY

    def __init__(
        self, api: CallsApi, campaigns: tuple[int, ...], *, per_page: int, concurrency: int, zone: tzinfo | None = None
    ) -> None:
        self.campaigns = campaigns
        self.concurrency = concurrency
        self._api = api
        self._per_page = per_page
        self._zone = zone

    @classmethod
    def from_settings(cls, settings: Settings, campaigns: tuple[int, ...], stop: threading.Event | None = None) -> CallsJob:
        """The job as the settings ask for it. `stop` ends every wait of its transport."""
        return cls(
            CallsApi(transport(settings, stop), settings.calls_url, settings.campaign_parameter),
            campaigns,
            per_page=settings.per_page,
            concurrency=settings.api_concurrency,
            zone=settings.timezone,
        )

    @property
    def retries(self) -> int:
        return self._api.transport.retries

    def source(self, window: Window) -> Source[Digest]:
        """Pages of one window. Whether an end is the end is asked with a page of one record: the smallest answer."""

        def fetch(number: int, per_page: int = self._per_page) -> Page:
            return self._api.page(window.period, self.campaigns, number, per_page)

        def fetch_at(position: int) -> Page:
            try:
                return fetch(position, per_page=1)
            except RequestRefused:
                # An API may refuse a page behind its last one; or a page behind the most that it counts and shows of any
                # list (10,000 is usual), and then its total is that limit. The two halves of the window tell.
                halves = [self._api.page(half, self.campaigns, 1, 1) for half in window.period.halves()]
                totals = [half.total for half in halves]
                return Page(position, [], total=None if None in totals else sum(total or 0 for total in totals))

        return Source(
            fetch=fetch,
            fetch_at=fetch_at,
            digest=partial(digest_calls, window.period, frozenset(self.campaigns), zone=self._zone),
            repeat=self._api.transport.repeat,
            per_page=self._per_page,
        )

    def close(self) -> None:
        self._api.transport.close()


def digest_calls(
    period: Period, campaigns: frozenset[int], records: Sequence[object], *, zone: tzinfo | None = None
) -> Digest:
    """Normalize a page, and leave out what lies outside the period and the campaigns that were asked for.

    The API may ignore a parameter silently (seen in production), so both are checked here. A call without a campaign
    cannot be said to be outside.
    """
    keys: list[str] = []
    calls: list[Row] = []
    mailings: list[Row] = []
    rejections: list[Rejection] = []
    rejected_keys: list[str] = []
    outside_period = outside_campaigns = overflows = nul_characters = 0
    start, end = period.start, period.end
    for record in records:
        result = normalize_call(record, zone)
        if isinstance(result, Rejection):
            key = record_key(record)
            keys.append(key)
            rejected_keys.append(key)
            rejections.append(result)
            continue
        call = result.call
        keys.append(cast("str", call[0]))
        if not start <= cast("datetime", call[_CALL_DATE]) <= end:
            outside_period += 1
            continue
        if campaigns and call[_CAMPAIGN] is not None and call[_CAMPAIGN] not in campaigns:
            outside_campaigns += 1
            continue
        calls.append(call)
        if result.mailing is not None:
            mailings.append(result.mailing)
        overflows += result.overflows
        nul_characters += result.nul_characters
    return Digest(
        keys=keys,
        rows={CALLS: calls, MAILING_DATA: mailings},
        rejections=rejections,
        rejected_keys=rejected_keys,
        outside_period=outside_period,
        outside_campaigns=outside_campaigns,
        overflows=overflows,
        nul_characters=nul_characters,
    )
