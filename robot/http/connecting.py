"""Connecting to a host that has several addresses, of which some may be dead (RFC 8305, "happy
eyeballs").

The addresses are tried one after the other, each a moment after the one before, and the first that
answers is taken: a dead one costs a quarter of a second, and not the whole time-out.
"""

from __future__ import annotations

import errno
import os
import selectors
import socket
import time
from collections import deque
from collections.abc import Iterable, Sequence
from itertools import chain, zip_longest
from typing import Any, TypeAlias, cast

HEAD_START = 0.25  # seconds before the next address is tried, too (RFC 8305, section 5)
_UNDER_WAY = {
    0,
    errno.EINPROGRESS,
    errno.EWOULDBLOCK,
    errno.EALREADY,
    getattr(errno, "WSAEWOULDBLOCK", 0),
}

Place: TypeAlias = tuple[socket.AddressFamily, Any]  # the family, and the address in its form
Options: TypeAlias = Sequence[tuple[int, int, int | bytes]]


def connect(host: str, port: int, seconds: float, options: Options = ()) -> socket.socket:
    """A connected socket whose time-out is `seconds`.

    Raises socket.gaierror (no such name), TimeoutError (none of the addresses answered within
    `seconds`), or the OSError of the last address that refused.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    waiting = deque(_alternating((family, address) for family, _, _, _, address in found))
    end = time.monotonic() + seconds
    failure = OSError(f"{host} has no address")
    under_way: set[socket.socket] = set()
    with selectors.DefaultSelector() as selector:
        try:
            while waiting or under_way:
                if waiting:
                    sock = _begin(waiting.popleft(), options)
                    if isinstance(sock, OSError):
                        failure = sock
                        continue
                    under_way.add(sock)
                    selector.register(sock, selectors.EVENT_WRITE)
                pause = end - time.monotonic()
                for key, _ in selector.select(
                    max(0.0, min(pause, HEAD_START) if waiting else pause)
                ):
                    sock = cast("socket.socket", key.fileobj)
                    selector.unregister(sock)
                    under_way.remove(sock)
                    code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                    if not code:
                        sock.settimeout(seconds)
                        return sock
                    sock.close()
                    failure = OSError(code, os.strerror(code))
                if time.monotonic() >= end:
                    raise TimeoutError(f"{host} did not answer within {seconds:g} s")
        finally:
            for sock in under_way:
                sock.close()
    raise failure


def _begin(place: Place, options: Options) -> socket.socket | OSError:
    """A socket that is being connected, or why it never will be."""
    family, address = place
    try:
        sock = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:  # a family that this computer does not have
        return error
    try:
        sock.setblocking(False)
        for option in options:
            sock.setsockopt(*option)
        code = sock.connect_ex(address)
    except OSError as error:
        sock.close()
        return error
    if code not in _UNDER_WAY:
        sock.close()
        return OSError(code, os.strerror(code))
    return sock


def _alternating(places: Iterable[Place]) -> list[Place]:
    """The system's order, the two families in turn: where one of them is cut off, its addresses all
    are.
    """
    families: dict[int, list[Place]] = {}
    for place in dict.fromkeys(places):
        families.setdefault(place[0], []).append(place)
    return [
        place for place in chain.from_iterable(zip_longest(*families.values())) if place is not None
    ]
