"""The toy's job: `GET /orders`, page after page, by the cursor of each."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from robot.cells.rejection import Rejection
from robot.cells.rows import Known
from robot.http import Api, ApiUnavailable, Network, RequestRefused, Throttle, Transport
from robot.period import Period, Window
from robot.sync.job import Digest
from robot.sync.pagers import Cursor, CursorPage
from toy.rows import key_of, rows_of
from toy.tables import FAMILY, LINES, ORDERS

NAME = "toy_orders"
WINDOW = "orders"
_ANY_TIME = Period(datetime(2000, 1, 1), datetime(2099, 12, 31))


class ToyJob:
    """Keeps the orders of all shops in step."""

    name = NAME
    family = FAMILY
    scope = ""
    campaigns: tuple[int, ...] = ()
    concurrency = 1

    def __init__(
        self,
        url: str,
        stop: threading.Event | None = None,
        *,
        limit: int = 10,
        timeout_seconds: float = 20.0,
    ) -> None:
        self._url, self._limit = url, limit
        self._transport = Transport(
            Api("the toy"),
            throttle=Throttle(1, stop=stop),
            timeout_seconds=timeout_seconds,
            max_attempts=3,
            first_wait=0.001,
            stop=stop,
            network=Network(no_proxy="*"),
        )

    @property
    def retries(self) -> int:
        return self._transport.retries

    def pager(self, window: Window, known: Callable[[], Known] = tuple) -> Cursor[Digest]:
        """The whole list, from the cursor that is remembered."""
        return Cursor(
            fetch=self._fetch,
            digest=lambda page: self.digest(window, page.records),
            repeat=self._transport.repeat,
            refusals=(RequestRefused,),
        )

    def _fetch(self, cursor: str | None) -> CursorPage:
        parameters: list[tuple[str, str | int]] = [("limit", self._limit)]
        if cursor is not None:
            parameters.append(("after", cursor))
        body: Any = self._transport.send("GET", f"{self._url}/orders", parameters).body
        if not isinstance(body, dict) or not isinstance(body.get("orders"), list):
            raise ApiUnavailable('the answer has no list "orders".')
        return CursorPage(body["orders"], body.get("next"), body.get("total"))

    def digest(self, window: Window, records: Sequence[object]) -> Digest:
        """The rows of these orders."""
        rows: dict[Any, list[Any]] = {ORDERS: [], LINES: []}
        keys, rejections, rejected_keys = [], [], []
        for record in records:
            keys.append(key_of(record))
            made = rows_of(record)
            if isinstance(made, Rejection):
                rejections.append(made)
                rejected_keys.append(keys[-1])
                continue
            for table, of_table in made.items():
                rows[table] += of_table
        return Digest(keys, rows, rejections=rejections, rejected_keys=rejected_keys)

    def close(self) -> None:
        self._transport.close()


def window_at(moment: datetime) -> Window:
    """The one window: the whole list, whatever it may bring."""
    return Window(moment.date(), _ANY_TIME, WINDOW)
