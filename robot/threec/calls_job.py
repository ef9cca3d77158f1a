"""The job `calls`: GET /calls → `calls` and `mailing_data`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Any, cast

from robot.cells.json_text import as_received
from robot.cells.rejection import Rejection
from robot.cells.rows import Known, Row, RowTable, StoredHash
from robot.cells.tables import CALLS, CALLS_FAMILY, MAILING_DATA
from robot.database.records import OUTSIDE, campaigns_text
from robot.http import RequestRefused
from robot.period import A_DAY, Period, Window
from robot.settings import Settings
from robot.sync.job import MOST_KEPT, Digest, LeftOut, Unchanged, Why
from robot.sync.pagers import Numbered, Page, Source
from robot.threec.call_rows import (
    CallRows,
    contradicts,
    mailing_of,
    normalize_call,
    record_hash,
    record_key,
)
from robot.threec.calls import CallsApi
from robot.threec.connection import transport

_CALL, _MAILING = 0, 1  # places in CALLS_FAMILY.tables
_NOTHING: Known = ()


class CallsJob:
    """Keeps the calls of some campaigns (none = all) in step."""

    name = "calls"
    family = CALLS_FAMILY

    def __init__(
        self,
        api: CallsApi,
        campaigns: tuple[int, ...],
        *,
        per_page: int,
        concurrency: int,
        zone: tzinfo | None = None,
    ) -> None:
        self.campaigns = campaigns
        self.scope = campaigns_text(campaigns)
        self.concurrency = concurrency
        self._api = api
        self._per_page = per_page
        self._zone = zone
        self._asked = frozenset(campaigns)

    @classmethod
    def from_settings(
        cls, settings: Settings, campaigns: tuple[int, ...], stop: threading.Event | None = None
    ) -> CallsJob:
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

    def pager(
        self, window: Window, known: Callable[[], Known] = lambda: _NOTHING
    ) -> Numbered[Digest]:
        """Pages of one window."""

        def fetch(number: int, per_page: int) -> Page:
            return self._api.page(window.period, self.campaigns, number, per_page)

        def digest(page: Page) -> Digest:
            made = digest_calls(
                window.period, self._asked, page.records, zone=self._zone, known=known()
            )
            return replace(made, held=page.held)

        def fetch_at(position: int, per_page: int) -> Page:
            """As `Source` has it, also where the API refuses such a page.

            It may not know the page size: the usual one is asked for. Or it refuses a page behind
            its last one; or one behind the most that it counts and shows of any list (10,000 is
            usual), and then its total is that limit. The parts of the window tell.
            """
            for size in dict.fromkeys((per_page, self._per_page)):
                pages_before, records_before = divmod(position - 1, size)
                try:
                    page = fetch(pages_before + 1, size)
                except RequestRefused:
                    continue
                behind = page.records[records_before:]
                if behind or size == per_page:
                    return replace(page, records=behind)
                page.release()
            return Page(position, [], total=self._total_of_parts(window.period))

        return Numbered(
            Source(
                fetch=fetch,
                fetch_at=fetch_at,
                digest=digest,
                repeat=self._api.transport.repeat,
                per_page=self._per_page,
                refusals=(RequestRefused,),
            )
        )

    def _total_of_parts(self, period: Period) -> int | None:
        """The sum of the totals of a period's halves.

        A half that has all of it is halved again: it may be at the limit.
        """
        totals: dict[Period, int] = {}
        for half in period.halves():
            total = self._total(half)
            if total is None:
                return None
            totals[half] = total
        parts = [half for half, total in totals.items() if total]
        if len(parts) == 1 and parts[0] != period:
            return self._total_of_parts(parts[0])
        return sum(totals.values())

    def _total(self, period: Period) -> int | None:
        """The total of a period, by its smallest page; by one of the usual size where the API knows
        no smaller one.
        """
        try:
            page = self._api.page(period, self.campaigns, 1, 1)
        except RequestRefused:
            page = self._api.page(period, self.campaigns, 1, self._per_page)
        page.release()
        return page.total

    def close(self) -> None:
        self._api.transport.close()


def rows_of_call(record: object, zone: tzinfo | None) -> dict[RowTable, Sequence[Row]] | Rejection:
    """A call's rows in its tables, or why it has none."""
    result = normalize_call(record, zone)
    if isinstance(result, Rejection):
        return result
    return {CALLS: [result.call], MAILING_DATA: [] if result.mailing is None else [result.mailing]}


def digest_calls(
    period: Period,
    campaigns: Collection[int],
    records: Sequence[object],
    *,
    zone: tzinfo | None = None,
    known: Known = _NOTHING,
) -> Digest:
    """Normalize a page, and leave out what lies far outside the period, and outside the campaigns
    that were asked for.

    The API may ignore a parameter silently (seen in production), so both are checked here. A call
    without a campaign cannot be said to be outside. The API's days need not be the account's (days
    in UTC, a call that began the second before midnight): what lies within a day of the period is
    taken. What is `known` of the period spares those records of which it was made.
    """
    made = _Made(period, campaigns, zone)
    for record in records:
        if known and (found := _unchanged(record, campaigns, zone, known)) is not None:
            made.pass_over(found, record)
        else:
            made.take(record)
    if made.unchanged and not {each.key for each in made.unchanged}.isdisjoint(
        CALLS.key_of(call) for call in made.calls
    ):
        # one id twice in a page: the last is the one that counts
        return digest_calls(period, campaigns, records, zone=zone)
    return made.digest()


class _Made:
    """A digest while it is made."""

    def __init__(self, period: Period, campaigns: Collection[int], zone: tzinfo | None) -> None:
        self._period, self._campaigns, self._zone = period, campaigns, zone
        self._near = Period(period.start - A_DAY, period.end + A_DAY)
        self.keys: list[str] = []
        self.unchanged: list[Unchanged] = []
        self.calls: list[Row] = []
        self._mailings: list[Row] = []
        self._rejections: list[Rejection] = []
        self._rejected_keys: list[str] = []
        self._left_out: list[LeftOut] = []
        self._neighbours: list[str] = []
        self._contradicting: list[str] = []
        self._overflows = self._nul_characters = 0

    def pass_over(self, found: Unchanged, record: object) -> None:
        """A record whose rows are stored."""
        self.keys.append(found.key)
        self.unchanged.append(found)
        if contradicts(cast("dict[str, Any]", record), self._zone):
            self._contradicting.append(found.key)

    def take(self, record: object) -> None:
        """Any other record."""
        result = normalize_call(record, self._zone)
        if isinstance(result, Rejection):
            key = record_key(record)
            self.keys.append(key)
            self._rejected_keys.append(key)
            self._rejections.append(result)
            return
        call = result.call
        key, campaign = CALLS.key_of(call), CALLS.cell(call, "campaign_id")
        moment = cast("datetime", CALLS.cell(call, "call_date"))
        self.keys.append(key)
        if moment not in self._near:
            self._leave_out(key, Why.PERIOD, f"dated {moment}, asked for {self._period}", record)
        elif self._campaigns and campaign is not None and campaign not in self._campaigns:
            self._leave_out(
                key, Why.CAMPAIGN, f"of campaign {campaign}, which was not asked for", record
            )
        else:
            self._keep(key, moment, result)

    def _keep(self, key: str, moment: datetime, result: CallRows) -> None:
        self.calls.append(result.call)
        if result.mailing is not None:
            self._mailings.append(result.mailing)
        if moment not in self._period:
            self._neighbours.append(key)
        if result.contradicts:
            self._contradicting.append(key)
        self._overflows += result.overflows
        self._nul_characters += result.nul_characters

    def _leave_out(self, key: str, why: Why, reason: str, record: object) -> None:
        kept = len(self._left_out) < MOST_KEPT
        rejection = Rejection(key, f"{OUTSIDE}{reason}", as_received(record)) if kept else None
        self._left_out.append(LeftOut(key, why, rejection))

    def digest(self) -> Digest:
        """What it came to."""
        return Digest(
            keys=self.keys,
            rows={CALLS: self.calls, MAILING_DATA: self._mailings},
            unchanged=self.unchanged,
            rejections=self._rejections,
            rejected_keys=self._rejected_keys,
            left_out=self._left_out,
            neighbours=self._neighbours,
            contradicting=self._contradicting,
            overflows=self._overflows,
            nul_characters=self._nul_characters,
        )


def _unchanged(
    record: object, campaigns: Collection[int], zone: tzinfo | None, known: Known
) -> Unchanged | None:
    """The record, if every row that it has was made of the same one.

    Then it lies in the period, as the stored row does.
    """
    if not isinstance(record, dict):
        return None
    key, campaign = record.get("id"), record.get("campaign_id")
    if type(key) is int:
        key = str(key)
    if type(key) is not str or (call := known[_CALL].get(key)) is None:
        return None
    if campaigns and (type(campaign) is not int or campaign not in campaigns):
        return None
    received = record_hash(record, zone)
    if received is None or not call.is_of(received):
        return None
    rows: tuple[tuple[int, str, StoredHash], ...] = ((_CALL, key, call),)
    if mailing_of(record) is not None:
        mailing = known[_MAILING].get(key)
        if mailing is None or not mailing.is_of(received):
            return None
        rows = (*rows, (_MAILING, key, mailing))
    return Unchanged(key, rows, record)
