"""How requests carry what opens the API."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from robot.errors import FatalError
from robot.http.errors import ApiUnavailable, NotSent
from robot.runtime.masking import register


@dataclass(frozen=True)
class Credentials:
    """What a request carries: headers, parameters of the address, or nothing.

    `generation` tells the tokens of one auth object apart: it grows with each new one.
    """

    headers: Mapping[str, str] = field(default_factory=dict)
    parameters: Sequence[tuple[str, str]] = ()
    generation: int = 0


class Auth(Protocol):
    """What opens an API. Shared by the threads of a transport."""

    def credentials(self) -> Credentials:
        """What the next request carries. May send requests of its own (a login, a refresh).

        Raises FatalError, RetriableError.
        """

    def accepted(self, used: Credentials) -> None:
        """The API took a request that carried these."""

    def refused(self, used: Credentials) -> bool:
        """The API answered 401 to a request that carried these. Whether others are ready now.

        Raises FatalError, RetriableError.
        """


class _Constant:
    """The same for every request: a 401 is final."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def credentials(self) -> Credentials:
        return self._credentials

    def accepted(self, used: Credentials) -> None:
        """Nothing follows."""

    def refused(self, used: Credentials) -> bool:
        return False


class NoToken(_Constant):
    """Nothing at all: for a login."""

    def __init__(self) -> None:
        super().__init__(Credentials())


class Bearer(_Constant):
    """`Authorization: Bearer`."""

    def __init__(self, token: str) -> None:
        super().__init__(bearer(token))


class TokenParameter(_Constant):
    """`?api_token=…`, for hosts that do not read the header."""

    def __init__(self, token: str) -> None:
        super().__init__(in_query(token))


def bearer(token: str) -> Credentials:
    """The token as the header `Authorization`."""
    return Credentials(headers={"Authorization": f"Bearer {token}"})


def in_query(token: str) -> Credentials:
    """The token as a parameter of the address."""
    return Credentials(parameters=(("api_token", token),))


class RenewableToken:
    """A token that is fetched when it is first needed, and again when the API refuses one that it
    had accepted.

    The first thread to meet the refusal fetches, the others wait and use what it got. A token that
    was never accepted is not replaced (the next would be refused too), and a fetch that failed for
    good is not tried again by the other threads (an account may be locked after a few wrong
    logins).
    """

    def __init__(
        self, fetch: Callable[[], str], carry: Callable[[str], Credentials] = bearer
    ) -> None:
        self._fetch = fetch
        self._carry = carry
        self._lock = threading.Lock()
        self._generation = 0  # 0 = none yet
        self._accepted = 0
        self._credentials: Credentials | None = None
        self._failure: FatalError | None = None

    def credentials(self) -> Credentials:
        """What carries the token. Raises what the fetch raises."""
        with self._lock:
            return self._credentials or self._renewed()

    def accepted(self, used: Credentials) -> None:
        """Note that this token opened the API: it may be replaced once it is refused."""
        self._accepted = max(self._accepted, used.generation)

    def refused(self, used: Credentials) -> bool:
        """Replace the token, unless another thread has. False: a new one would not help."""
        with self._lock:
            if used.generation == self._generation:
                if self._accepted < used.generation:
                    return False
                self._renewed()
            return True

    def forget(self) -> None:
        """Drop the token: the next request fetches another."""
        with self._lock:
            self._credentials = None
            self._failure = None

    def _renewed(self) -> Credentials:
        if self._failure is not None:
            raise self._failure
        try:
            token = self._fetch()
        except FatalError as error:
            self._failure = error
            raise
        except ApiUnavailable as error:
            # of the login: the request that needs the token has not been sent
            raise NotSent(error.message, error.hint, retry_after=error.retry_after) from None
        register(token)
        carried = self._carry(token)
        self._generation += 1
        self._credentials = Credentials(carried.headers, carried.parameters, self._generation)
        return self._credentials
