"""Builds the pages of `GET /calls`: the records that a query asks for, the pagination, the faults
in both.
"""

import math
import random
from dataclasses import dataclass, replace
from typing import Any, Literal

from robot.simulators.faults import Fault, FaultKind
from robot.simulators.threec.queries import CallsQuery
from robot.simulators.threec.records import Item, Records

ALL_TIME = ("0000-00-00 00:00:00", "9999-12-31 23:59:59")

Links = Literal["next", "object", "list", "absent"]


@dataclass(frozen=True)
class Paging:
    """How the server pages: its greatest page, whether it admits to it, totals or none, the shape
    of `links`, no order.
    """

    cap: int | None = None
    echo_cap: bool = True
    simple: bool = False
    links: Links = "next"
    shuffled: bool = False


def build_page(
    records: Records, query: CallsQuery, paging: Paging, url: str, fault: Fault | None = None
) -> tuple[list[bytes], dict[str, Any] | None]:
    """The rendered records of a page and its pagination (None = the answer has no `meta`), harmed
    by the fault if any.
    """
    if fault:
        query, paging = _misread(query, paging, fault)
    found = records.select(query.selection)
    if paging.shuffled:
        found = random.sample(found, len(found))
    size = min(query.per_page, paging.cap or query.per_page)
    items = found[(query.page - 1) * size : query.page * size]
    total = len(found)
    if fault:
        items, total = _harm(items, total, found, (query.page - 1) * size, fault)
    echoed = size if paging.echo_cap else query.per_page
    pagination = paginate(
        total,
        len(items),
        query.page,
        size,
        echoed,
        url,
        replace(paging, simple=paging.simple or query.simple),
    )
    return [item.rendered(query.with_mailing) for item in items], _harm_pagination(
        pagination, fault
    )


def paginate(
    total: int, count: int, page: int, size: int, echoed: int, url: str, paging: Paging
) -> dict[str, Any]:
    """The `meta.pagination` of a page.

    A `next` link has neither token nor filters, as seen in production.
    """
    last = max(1, math.ceil(total / size))
    numbers = {
        "total": total,
        "count": count,
        "per_page": echoed,
        "current_page": page,
        "total_pages": last,
    }
    if paging.simple:
        del numbers["total"], numbers["total_pages"]
    match paging.links:
        case "absent":
            return numbers
        case "list":
            return {**numbers, "links": []}
        case "object":
            return {**numbers, "links": {}}
    links = {}
    if page > 1:
        links["previous"] = f"{url}?page={page - 1}"
    if page < last:
        links["next"] = f"{url}?page={page + 1}"
    return {**numbers, "links": links}


def _misread(query: CallsQuery, paging: Paging, fault: Fault) -> tuple[CallsQuery, Paging]:
    """The query as a server with this fault understands it."""
    match fault.kind:
        case FaultKind.PAGE_IGNORED:
            return replace(query, page=1), paging
        case FaultKind.DATES_IGNORED:
            return replace(
                query, selection=replace(query.selection, start=ALL_TIME[0], end=ALL_TIME[1])
            ), paging
        case FaultKind.CAMPAIGNS_IGNORED:
            return replace(query, selection=replace(query.selection, campaigns=frozenset())), paging
        case FaultKind.PER_PAGE_CAPPED:
            return query, replace(paging, cap=fault.cap, echo_cap=True)
        case FaultKind.PER_PAGE_CAPPED_SILENTLY:
            return query, replace(paging, cap=fault.cap, echo_cap=False)
    return query, paging


def _harm(
    items: list[Item], total: int, found: list[Item], start: int, fault: Fault
) -> tuple[list[Item], int]:
    match fault.kind:
        case FaultKind.EMPTY_DATA:
            return [], total
        case FaultKind.EMPTY_TOTAL_ZERO:
            return [], 0
        case FaultKind.SHORT_PAGE:
            return items[: max(0, len(items) - fault.count)], total
        case FaultKind.TOTAL_CHANGED:
            return items, max(0, total + fault.count)
        case FaultKind.REPEATED_FROM_PAGE_BEFORE:
            return (found[start - 1 : start] + items[1:] if items else items), total
        case FaultKind.EXTRA_DUPLICATE:
            return items + items[:1], total
    return items, total


def _harm_pagination(pagination: dict[str, Any], fault: Fault | None) -> dict[str, Any] | None:
    match fault and fault.kind:
        case FaultKind.TOTALS_MISSING:
            return {
                key: value
                for key, value in pagination.items()
                if key not in ("total", "total_pages")
            }
        case FaultKind.TOTAL_PAGES_MISSING:
            return {key: value for key, value in pagination.items() if key != "total_pages"}
        case FaultKind.META_MISSING:
            return None
    return pagination
