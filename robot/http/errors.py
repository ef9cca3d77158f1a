"""What may come of a request but a 2xx answer; the tree is drawn in `robot.http`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from robot.errors import ExitCode, FatalError, RetriableError

_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class OfAnswer:
    """What an error keeps of the answer that it stands for.

    `status` is the HTTP status, 0 where there was no answer; `code` the API's own word for what is
    wrong; `raw` the beginning of the body as it came, `body` the decoded JSON, None where there is
    none. They may hold personal data and are for the caller: never for a message or a log.
    """

    status: int = 0
    code: str = ""
    headers: Mapping[str, str] = _NO_HEADERS
    body: Any = None
    raw: bytes = b""


class AuthenticationRefused(OfAnswer, FatalError):
    """401 or 403: the token is wrong, expired or lacks a right."""


class TokenExpired(AuthenticationRefused):
    """401: the API does not know the token, or knows it no longer."""


class RequestRefused(OfAnswer, FatalError):
    """A 4xx that no repetition will change."""

    def __init__(self, message: str, hint: str = "", *, status: int = 0) -> None:
        super().__init__(message, hint)
        self.status = status


class CannotAsk(OfAnswer, FatalError):
    """This machine cannot make the request, and no repetition will change that: something in its
    settings is wrong.
    """

    exit_code = ExitCode.CONFIGURATION


class BodyTooLarge(FatalError):
    """An answer that is larger than what is read of any.

    `head` is how it begins, which may tell whose it is.
    """

    def __init__(self, message: str, hint: str = "", *, head: bytes = b"") -> None:
        super().__init__(message, hint)
        self.head = head


class QuotaSpent(FatalError):
    """As many requests as the API allows in a day have been sent."""


class ApiUnavailable(OfAnswer, RetriableError):
    """The API did not answer as it should: connection, timeout, 5xx, a body that is empty, broken
    or no JSON.
    """


class NotSent(ApiUnavailable):
    """No connection was made: nothing has reached the API."""


class RateLimited(OfAnswer, RetriableError):
    """The API asks for fewer requests."""
