"""What a transport is told of the API that it talks to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from robot.errors import FatalError
from robot.http.auth import Auth, NoToken
from robot.http.bodies import code_of, explanation
from robot.http.errors import AuthenticationRefused, RequestRefused, TokenExpired
from robot.http.throttle import Quota


def refusal(where: str, status: int, said: str) -> FatalError:
    """The error for a 4xx that no repetition will change. `said` is the API's own explanation."""
    if status == 401:
        return TokenExpired(f"{where}: the API refuses the token. {said}")
    if status == 403:
        return AuthenticationRefused(f"{where}: the API forbids this to the token. {said}")
    return RequestRefused(f"{where}: {said}", status=status)


def too_many_requests(status: int, _: str) -> bool:
    """Whether the API asks for fewer requests: 429 (RFC 6585)."""
    return status == 429


def _anything(method: str, url: str) -> None:
    """Allow every request."""


@dataclass(frozen=True)
class Hints:
    """What an operator is told to look at.

    `address`: the settings that hold the API's address. `too_large`: what to do about an answer
    beyond what is read of any.
    """

    address: str = "the address"
    too_large: str = ""


@dataclass(frozen=True)
class Api:
    """One API, as its own package describes it.

    `headers` go with every request, and `auth` adds those of its own. `refusal(where, status,
    said)` makes the error of a refused request: the package knows what the operator can do about
    it. `require_known(method, url)` raises FatalError for a request that must not be sent.
    `too_many(status, said)` tells whether an answer asks for fewer requests. `explain` and
    `code_of` read the body of an error. `quota` is how often the API may be asked.
    """

    name: str = "the API"
    headers: Mapping[str, str] = field(default_factory=dict)
    auth: Auth = field(default_factory=NoToken)
    hints: Hints = Hints()
    quota: Quota = field(default_factory=Quota)
    refusal: Callable[[str, int, str], FatalError] = refusal
    require_known: Callable[[str, str], None] = _anything
    too_many: Callable[[int, str], bool] = too_many_requests
    explain: Callable[[Any], str] = explanation
    code_of: Callable[[Any], str] = code_of
