"""The one HTTP transport: session with a pool, timeouts, retries, rate limit, error classes.

Every API client goes through `Transport.get` or `Transport.send`. What comes back is a decoded JSON body with
status 2xx; everything else is an exception of `robot.errors`:

    AuthenticationRefused (Fatal)   403
    └── TokenExpired                401
    RequestRefused (Fatal)          any other 4xx, a redirection
    CannotAsk (Fatal)               no request can be made at all: an address, a proxy or a certificate file is wrong
    ApiUnavailable (Retriable)      timeout, broken connection or body, 5xx, 524, empty or non-JSON 2xx
    └── NotSent                     no connection was made: the request has certainly not been received
    RateLimited (Retriable)         429, and 422 with "Muitas requisições" (seen in production at 3C Plus)

A RetriableError is tried again, `max_attempts` times in all, with exponential waits and jitter; a `Retry-After` is
honoured up to `LONGEST_WAIT`. Requests that are not safe to repeat are sent once (`send`), and their outcome is left
to the caller: a FatalError, a RateLimited or a NotSent has done nothing, any other ApiUnavailable leaves it unknown.
"""

from __future__ import annotations

import json
import logging
import math
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeAlias, TypeVar

import orjson
import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from robot import __version__
from robot.errors import ExitCode, FatalError, Interrupted, RetriableError
from robot.masking import mask, register
from robot.throttle import Throttle

log = logging.getLogger(__name__)

LONGEST_WAIT = 120.0  # seconds; a Retry-After of hours must not hold an execution
_FIRST_WAIT = 1.0
_TOO_MANY = "muitas requisições"
_CHUNK = 256 * 1024
_HINT_TLS = (
    "Check that BASE_URL begins with https:// only where the server speaks it, this computer's clock, and the certificate of"
    " a proxy (REQUESTS_CA_BUNDLE)."
)
_LARGEST_BODY = 256 * 1024 * 1024  # some hundred times what the largest page takes
_LONGEST_INTEGER = 20  # characters of one within 64 bits
_PASSING = (requests.RequestException, urllib3.exceptions.HTTPError, ConnectionError, TimeoutError)

T = TypeVar("T")
Parameters: TypeAlias = Sequence[tuple[str, str | int]]


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
    """This machine cannot make the request, and no repetition will change that: something in its settings is wrong."""

    exit_code = ExitCode.CONFIGURATION


class ApiUnavailable(RetriableError):
    """The API did not answer as it should: connection, timeout, 5xx, a body that is empty, broken or no JSON."""


class NotSent(ApiUnavailable):
    """No connection was made: nothing has reached the API."""


class RateLimited(RetriableError):
    """The API asks for fewer requests."""


@dataclass(frozen=True)
class Answer:
    """A 2xx answer: HTTP status and decoded body (None for a 204)."""

    status: int
    body: Any


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
    """A token that is fetched when it is first needed, and again when the API refuses one that it had accepted.

    Shared by the threads of a transport: the first to meet the refusal fetches, the others wait and use what it got. A
    token that was never accepted is not replaced (the next would be refused too), and a fetch that failed for good is
    not tried again by the other threads (an account may be locked after a few wrong logins).
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
        """Replace the token of generation `refused`, unless another thread has. False: a new one would not help."""
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
        except ApiUnavailable as error:  # of the login: the request that needs the token has not been sent
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


class Transport:
    """One API's HTTP session, shared by the threads that fetch from it.

    `retries` counts the repetitions so far. Setting `stop` ends every wait with Interrupted.
    """

    def __init__(
        self,
        auth: AuthBase | None,
        *,
        throttle: Throttle,
        timeout_seconds: float = 60.0,
        max_attempts: int = 6,
        first_wait: float = _FIRST_WAIT,
        stop: threading.Event | None = None,
    ) -> None:
        self.retries = 0
        self.throttle = throttle
        self._renewable = auth if isinstance(auth, RenewableToken) else None
        self._timeout = timeout_seconds
        self._stop = stop or threading.Event()
        self._first_wait = first_wait
        self._max_attempts = max_attempts
        self._session = requests.Session()
        self._session.auth = auth
        self._session.headers.update({"Accept": "application/json", "User-Agent": f"api-3c-robot/{__version__}"})
        adapter = HTTPAdapter(pool_connections=4, pool_maxsize=64)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def close(self) -> None:
        """Close the pooled connections; whoever still waits for a turn is interrupted."""
        self.throttle.close()
        self._session.close()

    def get(self, url: str, parameters: Parameters = ()) -> Answer:
        """GET, repeated while the error is retriable. Raises FatalError, RetriableError (the last one), Interrupted."""
        return self.repeat(lambda: self.send("GET", url, parameters))

    def repeat(self, call: Callable[[], T]) -> T:
        """Call until it succeeds, by the transport's retry policy: for checks of an answer that belong to the caller."""
        policy = Retrying(
            stop=stop_after_attempt(self._max_attempts),
            wait=self._wait,
            retry=retry_if_exception_type(RetriableError),
            sleep=self._sleep,
            before_sleep=self._before_sleep,
            reraise=True,
        )
        return policy(lambda: self.renewing(call))

    def renewing(self, call: Callable[[], T]) -> T:
        """Call once; and once more when a token that can be renewed died. Safe for every request: a 401 has done nothing."""
        if self._renewable is None:
            return call()
        generation = self._renewable.ready()
        try:
            result = call()
        except TokenExpired:
            if not self._renewable.renew(generation):
                raise
            log.info("The API knows the token no longer: logged in again.")
            generation = self._renewable.ready()
            result = call()
        self._renewable.accepted(generation)
        return result

    def send(
        self,
        method: str,
        url: str,
        parameters: Parameters = (),
        body: Mapping[str, Any] | Sequence[Any] | None = None,
        *,
        form: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request, once: `body` as JSON, or `form`. Raises FatalError, RetriableError, Interrupted."""
        with self.throttle.turn():
            started = time.monotonic()
            try:
                with self._session.request(
                    method,
                    url,
                    params=list(parameters),
                    json=body,
                    data=form,
                    timeout=self._timeout,
                    stream=True,
                    allow_redirects=False,
                ) as response:
                    raw = self._read(response, started)
            except (OSError, urllib3.exceptions.HTTPError) as error:  # every exception of requests is an OSError
                if isinstance(error, ValueError) or not isinstance(error, _PASSING):
                    raise _cannot_ask(method, url, error) from None
                kind = NotSent if _never_connected(error) else ApiUnavailable
                reason, hint = _reason(error)
                raise kind(f"{_where(method, url)}: {reason}.", hint) from None
        answer = self._judge(method, url, response, raw)
        self.throttle.answered()
        return answer

    def _read(self, response: requests.Response, started: float) -> bytes:
        """Read the body with a deadline of its own: `timeout` bounds only the gap between two bytes.

        `read1` gives what has come so far; `iter_content` would wait for a whole chunk, and a trickle outlive it.
        """
        chunks = []
        size = 0
        while chunk := response.raw.read1(_CHUNK, decode_content=True):
            chunks.append(chunk)
            size += len(chunk)
            if size > _LARGEST_BODY:
                raise urllib3.exceptions.ProtocolError(f"more than {_LARGEST_BODY} bytes")
            if time.monotonic() - started > 5 * self._timeout:
                raise requests.Timeout("the body did not end in time")
        return b"".join(chunks)

    def _judge(self, method: str, url: str, response: requests.Response, raw: bytes) -> Answer:
        status = response.status_code
        where = f"{_where(method, url)}: HTTP {status}"
        if status in {200, 201, 202, 203}:
            return Answer(status, _decode(raw, where))
        if status == 204:
            return Answer(status, None)
        if status == 429 or (status == 422 and _TOO_MANY in _api_message(raw).lower()):
            raise RateLimited(f"{where}, too many requests.", retry_after=_retry_after(response))
        if status >= 500:
            raise ApiUnavailable(f"{where}.", "The API is in trouble.", retry_after=_retry_after(response))
        if status in {401, 403}:
            kind = TokenExpired if status == 401 else AuthenticationRefused
            raise kind(
                f"{where}: the API refuses the token.",
                "Check MANAGER_TOKEN, or where it is empty THREEC_USER, and that user's rights.",
            )
        if status < 400:
            target = response.headers.get("Location", "elsewhere")
            raise RequestRefused(f"{where}: the API sends us to {mask(target)}.", "Put the right address into BASE_URL.")
        hint = "Check BASE_URL, PER_PAGE and the dates." if method == "GET" else ""
        raise RequestRefused(f"{where}: {_api_message(raw)}", hint, status=status)

    def _sleep(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise Interrupted("The robot was asked to stop.")

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        seconds = float(wait_exponential_jitter(multiplier=self._first_wait, max=60, jitter=self._first_wait)(state))
        wish = error.retry_after if isinstance(error, RetriableError) else None
        if wish is not None:
            seconds = min(max(wish, 0.0), LONGEST_WAIT)
        if isinstance(error, RateLimited):
            self.throttle.slow_down(seconds)
        return seconds

    def _before_sleep(self, state: RetryCallState) -> None:
        self.retries += 1
        error = state.outcome.exception() if state.outcome else None
        log.warning("Try %d failed: %s Again in %.1f s.", state.attempt_number, error, state.upcoming_sleep)


def _decode(raw: bytes, where: str) -> Any:
    if not raw.strip():
        raise ApiUnavailable(f"{where} with an empty body.")
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        pass
    try:
        # more lenient, for lone surrogates; a number that is none, or beyond a float's range, comes as its text
        return json.loads(raw, parse_constant=str, parse_float=_float, parse_int=_integer)
    except (ValueError, RecursionError):
        kind = "an HTML page" if raw.lstrip()[:1] == b"<" else "a body that is no JSON"
        hint = "Check that BASE_URL is the API's address; it may also be a proxy's or a firewall's page."
        raise ApiUnavailable(f"{where} with {kind} ({len(raw)} bytes).", hint) from None


def _integer(text: str) -> float | str:
    """As orjson: beyond 64 bits, the nearest float."""
    if len(text) > _LONGEST_INTEGER:
        return _float(text)
    number = int(text)
    return number if -(2**63) <= number < 2**64 else float(number)


def _float(text: str) -> float | str:
    number = float(text)
    return number if math.isfinite(number) else text


def _retry_after(response: requests.Response) -> float | None:
    """Seconds to wait, from a `Retry-After` in either of its two forms (RFC 9110, 10.2.3); None where there is none."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdecimal():  # isdigit() alone takes "²", which is no number
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _where(method: str, url: str) -> str:
    return f"{method} {mask(url.partition('?')[0])}"


def _cannot_ask(method: str, url: str, error: Exception) -> CannotAsk:
    """The exceptions of `requests` for an address or a header that is none are ValueErrors; a missing file is an OSError."""
    where = _where(method, url)
    if isinstance(error, ValueError):
        hint = "Check BASE_URL, and the proxy's address in HTTPS_PROXY and HTTP_PROXY."
        return CannotAsk(f"{where}: no request can be made of this address ({type(error).__name__}).", hint)
    hint = "Check REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE and SSL_CERT_FILE in the environment."
    return CannotAsk(f"{where}: the certificates for https cannot be read: {mask(str(error))}.", hint)


def _never_connected(error: Exception) -> bool:
    """Whether it broke before the first byte of the request: no name, no connection, no proxy, a refused certificate."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = getattr(error.args[0], "reason", None) if error.args else None  # urllib3's MaxRetryError
    if isinstance(cause, urllib3.exceptions.ProxyError):
        cause = cause.original_error
    if isinstance(cause, urllib3.exceptions.SSLError):
        return bool(cause.args) and isinstance(cause.args[0], ssl.SSLCertVerificationError)
    return isinstance(cause, urllib3.exceptions.NewConnectionError)


def _reason(error: Exception) -> tuple[str, str]:
    """What happened, in few words, and the hint: the messages of `requests` hold the whole URL, token included."""
    cause = getattr(error.args[0], "reason", None) if error.args else None  # urllib3's MaxRetryError
    if isinstance(error, requests.ConnectTimeout):
        return "no connection in time", "Check BASE_URL; the network or the API may be down, or a firewall in the way."
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError):
        return "no answer in time", "The network or the API is slow or down."
    if isinstance(error, requests.exceptions.SSLError):
        return "the certificate or the encryption is refused", _HINT_TLS
    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy cannot be used", "Check HTTPS_PROXY and HTTP_PROXY in the environment."
    if isinstance(error, urllib3.exceptions.ProtocolError | urllib3.exceptions.DecodeError):
        return "the body broke off", "The network or the API is in trouble."
    if isinstance(cause, urllib3.exceptions.NameResolutionError):
        return "no computer of this name is known", "Check BASE_URL, and that this computer reaches the internet (DNS)."
    if isinstance(cause, urllib3.exceptions.NewConnectionError):
        return "no connection, nobody answers there", "Check BASE_URL; the network or the API may be down."
    if isinstance(error, requests.ConnectionError):
        return "no connection, or it broke", "The network or the API is down, or BASE_URL names no HTTP server."
    return type(error).__name__, "The network or the API is down."


def _api_message(raw: bytes) -> str:
    """The API's own words: `{"status","title","detail","errors":{field:[…]}}`, on older endpoints `{"message"}`."""
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return f"{len(raw)} bytes that are no JSON."
    if not isinstance(body, dict):
        return "no explanation."
    words = [str(body[key]) for key in ("title", "detail", "message") if body.get(key)]
    errors = body.get("errors")
    if isinstance(errors, dict):
        words += [f"{field}: {messages}" for field, messages in errors.items()]
    told = mask("; ".join(words) or "no explanation")[:500]
    return told if told.endswith((".", "!", "?")) else f"{told}."
