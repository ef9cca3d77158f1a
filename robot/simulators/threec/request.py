"""A request to the simulator."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from robot.simulators.threec.access import Entry


@dataclass(frozen=True)
class Request:
    """One request as the simulator understood it.

    `status` is 0 while unanswered, and when no status was sent at all.
    """

    method: str
    path: str
    query: dict[str, list[str]] = field(hash=False)
    entry: Entry
    status: int = 0
    page: int | None = None
    per_page: int | None = None
    days: tuple[date, date] | None = None
    campaigns: frozenset[int] = frozenset()
    fault: str | None = None
    records: int = 0

    @property
    def authorization_ok(self) -> bool:
        """Whether its token let it in."""
        return self.entry.status == 200


def pages_served(requests: Iterable[Request], day: date | None = None) -> int:
    """How many pages of calls were answered with 200, of any period or of those that hold `day`."""
    return sum(
        request.status == 200
        and request.path.endswith("/calls")
        and (
            day is None or (request.days is not None and request.days[0] <= day <= request.days[1])
        )
        for request in requests
    )
