"""How a request carries its token."""

from __future__ import annotations

import threading
from collections.abc import Callable

import requests
from requests.auth import AuthBase

from robot.errors import FatalError
from robot.http.errors import ApiUnavailable, NotSent
from robot.runtime.masking import register


class Bearer(AuthBase):
    """`Authorization: Bearer`. As an auth object, so that a ~/.netrc never replaces it."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class TokenParameter(AuthBase):
    """`?api_token=…`, for hosts that do not read the header."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.prepare_url(request.url, {"api_token": self._token})
        return request


class RenewableToken(AuthBase):
    """A token that is fetched when it is first needed, and again when the API refuses one that it
    had accepted.

    Shared by the threads of a transport: the first to meet the refusal fetches, the others wait and
    use what it got. A token that was never accepted is not replaced (the next would be refused
    too), and a fetch that failed for good is not tried again by the other threads (an account may
    be locked after a few wrong logins).
    """

    def __init__(self, fetch: Callable[[], str], *, in_query: bool = False) -> None:
        self._fetch = fetch
        self._in_query = in_query
        self._lock = threading.Lock()
        self._generation = 0  # 0 = none yet
        self._accepted = 0
        self._auth: AuthBase | None = None
        self._failure: FatalError | None = None

    def ready(self) -> int:
        """Have a token; return its generation. Raises what the fetch raises."""
        with self._lock:
            if self._auth is None:
                self._renew()
            return self._generation

    def accepted(self, generation: int) -> None:
        """The API took a request with the token of that generation."""
        self._accepted = max(self._accepted, generation)

    def renew(self, refused: int) -> bool:
        """Replace the token of generation `refused`, unless another thread has.

        False: a new one would not help.
        """
        with self._lock:
            if refused == self._generation:
                if self._accepted < refused:
                    return False
                self._renew()
            return True

    def forget(self) -> None:
        """Drop the token: the next request fetches another."""
        with self._lock:
            self._auth = None
            self._failure = None

    def _renew(self) -> None:
        if self._failure is not None:
            raise self._failure
        try:
            token = self._fetch()
        except FatalError as error:
            self._failure = error
            raise
        except (
            ApiUnavailable
        ) as error:  # of the login: the request that needs the token has not been sent
            raise NotSent(error.message, error.hint, retry_after=error.retry_after) from None
        register(token)
        self._auth = TokenParameter(token) if self._in_query else Bearer(token)
        self._generation += 1

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request if self._auth is None else self._auth(request)


class NoToken(AuthBase):
    """Nothing at all: for a login. As an auth object, so that a ~/.netrc never adds something."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request
