"""GET /calls of 3C Plus: one page of one window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from robot.http import Transport
from robot.period import Period, text
from robot.sync.pagers.pages import Page
from robot.threec.envelope import ask_page


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
            ("with_mailing", "true"),
        ]
        if campaigns and self.campaign_parameter == "campaign_ids":
            parameters.append(("campaign_ids", ",".join(map(str, campaigns))))
        else:
            parameters += [("campaigns[]", campaign) for campaign in campaigns]
        return ask_page(self.transport, self.url, parameters, number, per_page)
