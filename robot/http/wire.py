"""One exchange with a server: sent once, the way that `Network` says, within a deadline.

What broke on the way is a `Broken`: words without the address, which may hold a secret and is told
by who asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import requests
import urllib3

from robot import USER_AGENT
from robot.http.adapters import Adapter, Session
from robot.http.deadline import Deadline
from robot.http.failures import broken
from robot.http.network import Network

T = TypeVar("T")


class Wire:
    """The connections of one client, shared by its threads."""

    def __init__(
        self,
        network: Network,
        *,
        headers: Mapping[str, str] | None = None,
        address: str = "the address",
    ) -> None:
        self._network = network
        self._address = address  # how messages name what holds the server's address
        self._session = Session()
        self._session.trust_env = (
            False  # `network` knows what the environment says, and no ~/.netrc adds a login
        )
        self._session.headers.update({"User-Agent": USER_AGENT, **(headers or {})})
        adapter = Adapter(network.roots, connections=64)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def close(self) -> None:
        """Close the pooled connections."""
        self._session.close()

    def exchange(
        self,
        method: str,
        url: str,
        read: Callable[[requests.Response], T],
        *,
        pause_seconds: float,
        seconds: float,
        **what: Any,
    ) -> tuple[requests.Response, T]:
        """Send a request, once, and `read` what is wanted of its answer. Raises Broken. No
        redirection is followed.

        `pause_seconds` bounds the wait for each next byte, `seconds` the whole, from the connection
        to the last byte.
        """
        proxy = self._network.proxy_for(url)
        with Deadline(seconds) as limit:
            try:
                with self._session.request(
                    method,
                    url,
                    timeout=(min(self._network.connect_seconds, seconds), pause_seconds),
                    proxies={"all": proxy} if proxy else {},
                    stream=True,
                    allow_redirects=False,
                    **what,
                ) as response:
                    result = read(response)
                if limit.passed:  # what looks like the end of the answer is the end that we made
                    raise requests.Timeout
            except (
                OSError,
                urllib3.exceptions.HTTPError,
            ) as error:  # every exception of requests is an OSError
                raise broken(error, limit, self._address) from None
        return response, result
