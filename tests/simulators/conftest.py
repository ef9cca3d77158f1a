"""A simulator and a client for it, both closed when the test ends."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from typing import Any

import pytest
import requests

from robot.simulators.threec import DEMO_TOKEN, Simulator, make_calls

DAY = date(2026, 9, 15)
OTHER_DAY = date(2026, 9, 16)


class Client:
    """Asks a simulator over real HTTP, on one keep-alive connection; parses nothing by itself."""

    def __init__(self, simulator: Simulator, token: str | None = DEMO_TOKEN) -> None:
        self.simulator = simulator
        self.session = requests.Session()
        self.session.trust_env = False
        if token:
            self.session.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str = "/calls", timeout: float = 5, **params: Any) -> requests.Response:
        return self.session.get(self.simulator.base_url + path, params=params, timeout=timeout)

    def page(
        self,
        number: int = 1,
        *,
        day: date = DAY,
        per_page: int = 10,
        timeout: float = 5,
        **params: Any,
    ) -> requests.Response:
        """One page of one day's calls."""
        period = {"start_date": f"{day} 00:00:00", "end_date": f"{day} 23:59:59"}
        return self.get(
            timeout=timeout, **{**period, "per_page": per_page, "page": number, **params}
        )

    def data(self, number: int = 1, **params: Any) -> list[Any]:
        return self.page(number, **params).json()["data"]

    def ids(self, number: int = 1, **params: Any) -> list[str]:
        return [call["id"] for call in self.data(number, **params)]

    def pagination(self, number: int = 1, **params: Any) -> dict[str, Any]:
        return self.page(number, **params).json()["meta"]["pagination"]

    def walk(self, **params: Any) -> list[str]:
        """The ids of all pages, up to the first empty one."""
        found: list[str] = []
        number = 1
        while ids := self.ids(number, **params):
            found += ids
            number += 1
        return found


@pytest.fixture(scope="session")
def calls() -> list[Any]:
    """Two days of 35 calls each: four pages of 10 a day, the last one short. Not to be changed."""
    return make_calls([DAY, OTHER_DAY], 35)


@pytest.fixture
def simulate(calls: list[Any]) -> Iterator[Callable[..., Client]]:
    """Start a simulator with these options, and give a client for it."""
    with ExitStack() as stack:

        def start(
            records: Any = None, *, client_token: str | None = DEMO_TOKEN, **options: Any
        ) -> Client:
            simulator = stack.enter_context(
                Simulator(calls if records is None else records, **options)
            )
            client = Client(simulator, client_token)
            stack.callback(client.session.close)
            return client

        yield start
