"""What a transport is told of 3C Plus."""

from __future__ import annotations

from collections.abc import Callable

from robot.errors import FatalError
from robot.http import Api, Auth, Hints
from robot.threec.known import KnownRequests

_TOO_MANY = "muitas requisições"  # with a 422, seen in production
_HINTS = Hints(
    address="the address (BASE_URL, or for the login and the lists THREEC_BASE_URL)",
    too_large="Lower PER_PAGE, or raise API_MAX_PAGE_MB where this computer has the memory.",
)


def api_of(auth: Auth, known: KnownRequests, refusal: Callable[[str, int, str], FatalError]) -> Api:
    """3C Plus, opened by `auth`; `refusal` explains a refused request."""
    return Api(
        "3C Plus",
        auth=auth,
        hints=_HINTS,
        refusal=refusal,
        require_known=known.require,
        too_many=too_many,
    )


def too_many(status: int, said: str) -> bool:
    """Whether 3C Plus asks for fewer requests: 429, or a 422 that says so."""
    return status == 429 or (status == 422 and _TOO_MANY in said.lower())
