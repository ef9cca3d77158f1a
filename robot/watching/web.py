"""One POST, without redirection, whose answer is looked at for its status only."""

from __future__ import annotations

import requests

from robot import __version__

TIMEOUT_SECONDS = 8.0


def post(address: str, body: bytes, content_type: str) -> None:
    """Send. Raises OSError: requests' own errors, and one for an answer that is no success.

    The address is a secret (whoever has it may write there), so it stands in no message of ours.
    """
    answer = requests.post(
        address,
        data=body,
        headers={"Content-Type": content_type, "User-Agent": f"api-3c-robot/{__version__}"},
        timeout=TIMEOUT_SECONDS,
        allow_redirects=False,
        stream=True,  # the body of the answer is of no use: it is never read
    )
    answer.close()
    if not answer.ok or answer.is_redirect:
        raise OSError(f"the answer was HTTP {answer.status_code}")
