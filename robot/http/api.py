"""What a transport is told of the API it talks to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from robot.errors import FatalError
from robot.http.errors import AuthenticationRefused, RequestRefused, TokenExpired


def refusal(where: str, status: int, said: str) -> FatalError:
    """The error for a 4xx that no repetition will change. `said` is the API's own explanation."""
    if status == 401:
        return TokenExpired(f"{where}: the API refuses the token. {said}")
    if status == 403:
        return AuthenticationRefused(f"{where}: the API forbids this to the token. {said}")
    return RequestRefused(f"{where}: {said}", status=status)


def _anything(method: str, url: str) -> None:
    """Allow every request."""


@dataclass(frozen=True)
class Api:
    """One API, as its own package describes it.

    `refusal(where, status, said)` makes the error of a refused request: the package knows what the
    operator can do about it. `require_known(method, url)` raises FatalError for a request that must
    not be sent.
    """

    refusal: Callable[[str, int, str], FatalError] = refusal
    require_known: Callable[[str, str], None] = _anything
