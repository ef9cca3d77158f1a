"""A simulator with campaigns, and clients of it whose retries do not wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from typing import Any

import pytest

from robot.http import Api, Transport
from robot.http.throttle import Throttle
from robot.simulators.threec import Simulator, make_calls
from robot.threec import ThreeCAuthClient

DAY = date(2026, 9, 15)


def quick(api: Api) -> Transport:
    return Transport(api, throttle=Throttle(4), timeout_seconds=0.4, max_attempts=3, first_wait=0.0)


@pytest.fixture
def simulate() -> Iterator[Callable[..., Simulator]]:
    with ExitStack() as stack:

        def start(**options: Any) -> Simulator:
            return stack.enter_context(Simulator(make_calls([DAY], 12), **options))

        yield start


def client_of(simulator: Simulator, password: str = "demo", **options: Any) -> ThreeCAuthClient:
    values = {
        "company_domain": "demo",
        "company_id": "",
        "logout_path": "",
        "base_url": simulator.base_url,
        **options,
    }
    return ThreeCAuthClient("demo", password, connect=quick, **values)
