"""The toy's system over real HTTP: `GET /orders?limit=N&after=CURSOR`, with faults on demand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from robot.simulators.answer import Answer
from robot.simulators.faults import Fault, FaultKind, FaultPlan
from robot.simulators.listener import Listener
from robot.simulators.threec.answers import fault_answer

Order = dict[str, Any]
PATH = "/calls"  # what the table of faults calls a list


def order(number: int, shop: str = "Centro", lines: int = 3, **fields: Any) -> Order:
    """An order with so many lines."""
    return {
        "shop": shop,
        "number": number,
        "customer": f"Cliente {number}",
        "lines": [{"product": f"P{place}", "amount": place} for place in range(1, lines + 1)],
        **fields,
    }


def orders(count: int, shop: str = "Centro") -> list[Order]:
    """Orders 1, 2, 3, … of a shop."""
    return [order(number, shop, lines=number % 4) for number in range(1, count + 1)]


@dataclass(frozen=True)
class Asked:
    """One request: the cursor, and how many orders."""

    after: str
    limit: int

    @property
    def page(self) -> int:
        """Which page of the list it is, counted from 1."""
        return int(self.after or 0) // self.limit + 1


@dataclass
class ToyApi:
    """Its address, what it has, and what it was asked. `before` sees each request first."""

    orders: list[Order]
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    before: Callable[[Asked], object] = lambda _: None
    plan: FaultPlan = field(default_factory=lambda: FaultPlan(()))

    def suffer(self, *faults: Fault) -> None:
        """From now on these, and no others."""
        self.plan = FaultPlan(faults)

    def respond(
        self, _method: str, target: str, _headers: Mapping[str, str], _content: object
    ) -> tuple[Answer, Fault | None]:
        """The answer, and the fault under which it is to be sent."""
        query = parse_qs(urlsplit(target).query)
        asked = Asked(query.get("after", [""])[0], int(query.get("limit", ["10"])[0]))
        self.asked.append(asked)
        self.before(asked)
        fault = self.plan.take(PATH, asked.page, None, frozenset())
        if fault and (answer := fault_answer(fault, "toy")):
            return answer, None
        return Answer(200, json.dumps(self._page(asked, fault)).encode()), fault

    def _page(self, asked: Asked, fault: Fault | None) -> dict[str, Any]:
        """The orders behind the cursor, the next cursor, and how many there are."""
        start = int(asked.after or 0)
        page: Sequence[Order] = self.orders[start : start + asked.limit]
        end, total = start + len(page), len(self.orders)
        more = str(end) if end < total else None
        match fault and fault.kind:
            case FaultKind.EMPTY_DATA:
                page = []
            case FaultKind.SHORT_PAGE:
                page = page[:-1]
            case FaultKind.EXTRA_DUPLICATE:
                page = [*page, page[0]]
            case FaultKind.TOTAL_CHANGED:
                total += fault.count if fault else 0
        return {"orders": page, "next": more, "total": total}


@contextmanager
def serving(orders: list[Order]) -> Iterator[ToyApi]:
    """The API on a loopback port."""
    api = ToyApi(orders)
    listener = Listener("127.0.0.1", 0, api.respond)
    listener.start()
    api.url = f"http://127.0.0.1:{listener.port}"
    try:
        yield api
    finally:
        listener.stop()
