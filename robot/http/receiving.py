"""The body of an answer as it comes in: bounded in bytes and in memory (in time:
`robot.http.deadline`).
"""

from __future__ import annotations

import requests

from robot.http import deadline
from robot.http.errors import BodyTooLarge
from robot.http.limits import LARGEST_ERROR, MEGABYTE, SMALL_BODY, Share, weight

_CHUNK = 256 * 1024
_HEAD = 4096


def read_body(response: requests.Response, share: Share, most: int) -> bytes:
    """Read the body, `most` bytes of it once unpacked. What is larger is not read on.

    A wait for other answers to be stored is no time of this one's deadline. Of an error's body only
    the beginning is read. Raises BodyTooLarge, Interrupted, and the exceptions of requests and
    urllib3.
    """
    if not response.ok:
        most = LARGEST_ERROR
    chunks: list[bytes] = []
    size = 0
    while chunk := response.raw.read1(_CHUNK, decode_content=True):
        chunks.append(chunk)
        size += len(chunk)
        if size > most or _promised(response) > most:
            if not response.ok:
                break
            head = b"".join(chunks[:2])[:_HEAD]
            chunks.clear()
            raise BodyTooLarge(f"an answer of more than {most / MEGABYTE:g} MB.", head=head)
        if size > SMALL_BODY and not share.size:
            with deadline.paused():
                share.hold(most)
    return b"".join(chunks)


def require_room(raw: bytes, share: Share, most: int) -> None:
    """Count what the values of a JSON body will take, before any of them is made.

    Raises BodyTooLarge, Interrupted.
    """
    needed = weight(raw)
    if needed > most:
        message = f"an answer whose values take more than {most / MEGABYTE:g} MB of memory."
        raise BodyTooLarge(message, head=raw[:_HEAD])
    share.hold(needed)


def _promised(response: requests.Response) -> int:
    """The length that a body has which is not packed, by its header; 0 where nobody says."""
    length = response.headers.get("Content-Length", "")
    packed = "Content-Encoding" in response.headers
    return int(length) if length.isascii() and length.isdecimal() and not packed else 0
