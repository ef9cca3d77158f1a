"""The campaigns that the simulator's calls have."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from robot.simulators.threec.pages import Links, Paging, paginate
from robot.simulators.threec.records import campaign_of, to_json
from robot.simulators.threec.world import campaign_name


def campaigns_page(
    calls: Iterable[Any], page: int, per_page: int, url: str, links: Links
) -> tuple[list[bytes], Any]:
    """A page of them, and its pagination."""
    numbers = sorted({number for record in calls if (number := campaign_of(record)) is not None})
    asked = numbers[(page - 1) * per_page : page * per_page]
    data = [
        to_json(
            {
                "id": n,
                "name": campaign_name(n),
                "start_time": "08:00:00",
                "end_time": "21:00:00",
                "paused": False,
            }
        )
        for n in asked
    ]
    pagination = paginate(
        len(numbers), len(data), page, per_page, per_page, url, Paging(links=links)
    )
    return data, pagination
