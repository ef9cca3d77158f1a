"""A simulator of AtendeAqui and clients for it, all closed when the test ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from robot.atendeaqui import AtendeAquiClient
from robot.simulators.atendeaqui import API_TOKEN, FLOW_KEY, Simulator

FAST = {"_first_wait": 0.001}


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def client_of() -> Iterator[Callable[..., AtendeAquiClient]]:
    """Make a client for a simulator, or for an address."""
    with ExitStack() as stack:

        def make(of: Simulator | str, **options: Any) -> AtendeAquiClient:
            address = of if isinstance(of, str) else of.base_url
            known = {"api_token": API_TOKEN, "flow_key": FLOW_KEY, **FAST, **options}
            return stack.enter_context(AtendeAquiClient(**known, _base_url=address))

        yield make


@pytest.fixture
def client(simulator: Simulator, client_of: Callable[..., AtendeAquiClient]) -> AtendeAquiClient:
    return client_of(simulator)
