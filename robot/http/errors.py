"""What may come of a request but a 2xx answer; the tree is drawn in `robot.http`."""

from __future__ import annotations

from robot.errors import ExitCode, FatalError, RetriableError


class AuthenticationRefused(FatalError):
    """401 or 403: the token is wrong, expired or lacks a right."""


class TokenExpired(AuthenticationRefused):
    """401: the API does not know the token, or knows it no longer."""


class RequestRefused(FatalError):
    """A 4xx that no repetition will change. `status` is the HTTP status."""

    def __init__(self, message: str, hint: str = "", *, status: int = 0) -> None:
        super().__init__(message, hint)
        self.status = status


class CannotAsk(FatalError):
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


class ApiUnavailable(RetriableError):
    """The API did not answer as it should: connection, timeout, 5xx, a body that is empty, broken
    or no JSON.
    """


class NotSent(ApiUnavailable):
    """No connection was made: nothing has reached the API."""


class RateLimited(RetriableError):
    """The API asks for fewer requests."""
