"""Healthchecks' protocol: an address that is pinged at the start, the success and the failure of
each execution.

https://healthchecks.io/docs/http_api/ (and its open-source server): POST to the address, with
/start or /fail after its path; the body is kept and shown. Who is not pinged in time raises the
alarm: so a server that is off is noticed, too.
"""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit, urlunsplit

from robot.alerts import web
from robot.http import Network

MOST_BYTES = 10_000  # what the servers keep of a body, the smallest we know of

Signal = Literal["", "/start", "/fail", "/log"]  # /log: kept by the check, whose state stays


def ping(address: str, signal: Signal, body: str, network: Network | None = None) -> None:
    """Tell the health check. Raises OSError when it cannot be told."""
    web.post(
        with_signal(address, signal),
        body.encode()[:MOST_BYTES],
        "text/plain; charset=utf-8",
        network,
    )


def with_signal(address: str, signal: Signal) -> str:
    """The address for a signal; a query stays where it was."""
    parts = urlsplit(address)
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + signal))
