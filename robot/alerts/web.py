"""One POST, without redirection, to somebody who is told something: an answer counts when it says
that it arrived.
"""

from __future__ import annotations

import requests

from robot.alerts.answers import refusal
from robot.http import Network
from robot.http.failures import Broken
from robot.http.wire import Wire

TIMEOUT_SECONDS = 8.0  # for each next byte
# for the whole answer; an execution waits less for it (`watcher`)
DEADLINE_SECONDS = 5 * TIMEOUT_SECONDS
_MOST_BYTES = 16 * 1024  # of an answer: more than any receiver has to say


def post(address: str, body: bytes, content_type: str, network: Network | None = None) -> None:
    """Send. Raises OSError: no answer, or one that is no success by its status or by its words.

    The address is a secret (whoever has it may write there), so it stands in no message. Without a
    `network` the environment's counts.
    """
    wire = Wire(network or Network.of_environment())
    try:
        answer, said = wire.exchange(
            "POST",
            address,
            _read,
            pause_seconds=TIMEOUT_SECONDS,
            seconds=DEADLINE_SECONDS,
            data=body,
            headers={"Content-Type": content_type},
        )
    except Broken as broken:
        raise OSError(f"{broken.told}. {broken.hint}") from None
    finally:
        wire.close()
    if not 200 <= answer.status_code < 300:
        raise OSError(f"the answer was HTTP {answer.status_code}")
    if (why := refusal(said)) is not None:
        raise OSError(why)


def _read(answer: requests.Response) -> str:
    raw = b""
    while len(raw) < _MOST_BYTES and (some := answer.raw.read1(_MOST_BYTES, decode_content=True)):
        raw += some
    return raw[:_MOST_BYTES].decode("utf-8", errors="replace")
