"""The job `calls`: GET /calls → `calls` and `mailing_data`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import cast

from robot.database.engine import Row
from robot.http import RequestRefused
from robot.jobs.job import Digest, Known, Spared
from robot.normalizers import Rejection, mailing_of, normalize_call, record_hash, record_key
from robot.pages import Page, Source
from robot.period import Period, Window
from robot.settings import Settings
from robot.tables import CALLS, CALLS_FAMILY, MAILING_DATA, record_of
from robot.threec.calls import CallsApi
from robot.threec.connection import transport

_CALL_DATE = CALLS.row_names.index("call_date")
_CAMPAIGN = CALLS.row_names.index("campaign_id")
_CALL_ALONE, _CALL_AND_MAILING = (0,), (0, 1)  # places in CALLS_FAMILY.tables
_NOTHING: Known = {}


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
        self._asked = frozenset(campaigns)

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

    def digest(self, window: Window, records: Sequence[object]) -> Digest:
        return digest_calls(window.period, self._asked, records, zone=self._zone)

    def source(self, window: Window, known: Callable[[], Known] = lambda: _NOTHING) -> Source[Digest]:
        """Pages of one window. Whether an end is the end is asked with a page of one record: the smallest answer."""

        def fetch(number: int, per_page: int) -> Page:
            return self._api.page(window.period, self.campaigns, number, per_page)

        def digest(page: Page) -> Digest:
            made = digest_calls(window.period, self._asked, page.records, zone=self._zone, known=known())
            return replace(made, held=page.held)

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
            digest=digest,
            repeat=self._api.transport.repeat,
            per_page=self._per_page,
        )

    def close(self) -> None:
        self._api.transport.close()


def digest_calls(
    period: Period,
    campaigns: Collection[int],
    records: Sequence[object],
    *,
    zone: tzinfo | None = None,
    known: Known = _NOTHING,
) -> Digest:
    """Normalize a page, and leave out what lies outside the period and the campaigns that were asked for.

    The API may ignore a parameter silently (seen in production), so both are checked here. A call without a campaign
    cannot be said to be outside. What is `known` of the period spares those records of which it was made.
    """
    keys: list[str] = []
    spared: list[Spared] = []
    calls: list[Row] = []
    mailings: list[Row] = []
    rejections: list[Rejection] = []
    rejected_keys: list[str] = []
    outside_period = outside_campaigns = overflows = nul_characters = 0
    start, end = period.start, period.end
    for record in records:
        if known and (found := _spared(record, campaigns, zone, known)) is not None:
            keys.append(found.key)
            spared.append(found)
            continue
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
    if spared and calls and not {each.key for each in spared}.isdisjoint(str(call[0]) for call in calls):
        return digest_calls(period, campaigns, records, zone=zone)  # one id twice in a page: the last is the one that counts
    return Digest(
        keys=keys,
        rows={CALLS: calls, MAILING_DATA: mailings},
        spared=spared,
        rejections=rejections,
        rejected_keys=rejected_keys,
        outside_period=outside_period,
        outside_campaigns=outside_campaigns,
        overflows=overflows,
        nul_characters=nul_characters,
    )


def _spared(record: object, campaigns: Collection[int], zone: tzinfo | None, known: Known) -> Spared | None:
    """The record, if every row that it has was made of the same one. Then it lies in the period, as the stored row does."""
    if not isinstance(record, dict):
        return None
    key, campaign = record.get("id"), record.get("campaign_id")
    if type(key) is int:
        key = str(key)
    if type(key) is not str or (hashes := known.get(key)) is None:
        return None
    if campaigns and (type(campaign) is not int or campaign not in campaigns):
        return None
    received = record_hash(record, zone)
    places = _CALL_ALONE if mailing_of(record) is None else _CALL_AND_MAILING
    for place in places:
        if not received or record_of(hashes[place]) != received:
            return None
    return Spared(key, hashes, places, record)
