"""The client of AtendeAqui."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

from robot.atendeaqui.api import PRODUCTION_URL, SANDBOX_URL, api_of
from robot.atendeaqui.clients import ClientsModule
from robot.atendeaqui.connection import Connection
from robot.atendeaqui.onboarding import OnboardingModule
from robot.atendeaqui.paths import require_header_value
from robot.http import Network, Throttle, Transport
from robot.runtime.masking import register

_CONCURRENCY = 8  # requests at once; no limit of the API is documented


class AtendeAquiClient:
    """AtendeAqui, for any number of threads.

    `api_token` opens everything, `flow_key` (a flow's public UUID) that flow's public calls, and is
    the default of every call that needs one; at least one of them is needed. `timeout` (seconds)
    bounds the wait for each next byte. What is safe to repeat is tried `max_attempts` times in all.
    `network` is the way to the web, without it that of the environment; setting `stop` ends every
    wait with Interrupted. Closed by `close`, or at the end of a `with` block.
    """

    def __init__(
        self,
        api_token: str | None = None,
        flow_key: str | None = None,
        sandbox: bool = False,
        timeout: float = 30,
        *,
        max_attempts: int = 3,
        network: Network | None = None,
        stop: threading.Event | None = None,
        _base_url: str | None = None,
        _first_wait: float = 0.5,
    ) -> None:
        if not api_token and not flow_key:
            raise ValueError("give an api_token (for everything) or a flow_key (for one flow)")
        if not timeout or timeout < 0:
            raise ValueError(f"timeout is {timeout!r}; it must be seconds above 0")
        require_header_value("api_token", api_token or "")
        require_header_value("flow_key", flow_key or "")
        if api_token:
            register(api_token)
        transport = Transport(
            api_of(api_token or ""),
            throttle=Throttle(_CONCURRENCY, stop=stop),
            timeout_seconds=timeout,
            max_attempts=max_attempts,
            first_wait=_first_wait,
            stop=stop,
            network=network,
        )
        root = _base_url or (SANDBOX_URL if sandbox else PRODUCTION_URL)
        self._http = Connection(transport, root)
        self._clients = ClientsModule(self._http)
        self._onboarding = OnboardingModule(self._http, default_flow_key=flow_key)

    @property
    def clients(self) -> ClientsModule:
        """Clients and their teams."""
        return self._clients

    @property
    def onboarding(self) -> OnboardingModule:
        """Flows, who is in them, and their e-mails."""
        return self._onboarding

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        self.close()
