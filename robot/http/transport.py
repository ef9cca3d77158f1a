"""The session: pool, timeouts, retries, rate limit."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias, TypeVar

import requests
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential_jitter,
)

from robot.errors import Interrupted, RetriableError, SyncError
from robot.http.api import Api
from robot.http.bodies import api_message, decode, error_body, is_web_page
from robot.http.errors import (
    ApiUnavailable,
    BodyTooLarge,
    CannotAsk,
    NotSent,
    OfAnswer,
    RateLimited,
    RequestRefused,
    TokenExpired,
)
from robot.http.failures import HINT_PROXY_LOGIN, PROXY_WANTS_LOGIN, Broken
from robot.http.limits import ALL_BODIES, LARGEST_BODY, LARGEST_ERROR, Budget, Share
from robot.http.network import Network
from robot.http.receiving import read_body, require_room
from robot.http.throttle import Throttle
from robot.http.waits import next_wait, retry_after
from robot.http.wire import Wire
from robot.runtime.escaping import escape
from robot.runtime.masking import mask, mask_path

log = logging.getLogger(__name__)

_FIRST_WAIT = 1.0
# What a proxy, a load balancer or a firewall in front of the API answers in its place, with a page
# for a browser. Every 5xx is tried again, page or not; of these statuses only a page is: the API's
# own are JSON, and final.
_FIREWALLS = {403, 404, 405, 406, 451, *range(500, 600)}
_HINT_PAGE = "A firewall, a proxy or the API's own protection is in the way."
_NOT_READ = {408: "the request did not arrive in time", 425: "too early for this request"}
_HINT_NOT_READ = "The network, or a load balancer in front of the API, is slow."
DEADLINE = 5  # times the time-out: what one answer may take, from the connection to its last byte

T = TypeVar("T")
Parameters: TypeAlias = Sequence[tuple[str, str | int]]


@dataclass(frozen=True)
class Answer:
    """A 2xx answer: HTTP status, decoded body (None for a 204) and headers (by any case).

    `share` is its part of the memory for all answers; it is given back with the answer, or before,
    by `share.release()`.
    """

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)
    share: Share | None = None


class Transport:
    """One API's HTTP session, shared by the threads that fetch from it.

    `retries` counts the repetitions so far. Setting `stop` ends every wait with Interrupted.
    `timeout_seconds` bounds the wait for each next byte, and DEADLINE times as long one whole
    answer. Without a `network`, the environment's counts.
    """

    def __init__(
        self,
        api: Api,
        *,
        throttle: Throttle,
        timeout_seconds: float = 60.0,
        max_attempts: int = 6,
        first_wait: float = _FIRST_WAIT,
        stop: threading.Event | None = None,
        largest_body: int = LARGEST_BODY,
        network: Network | None = None,
    ) -> None:
        self.api = api
        self.retries = 0
        self.throttle = throttle
        self._timeout = timeout_seconds
        self._stop = stop or threading.Event()
        self._first_wait = first_wait
        self._max_attempts = max_attempts
        self._largest_body = largest_body
        self._budget = Budget(max(ALL_BODIES, largest_body), self._stop, largest=largest_body)
        self._wire = Wire(
            network or Network.of_environment(),
            headers={"Accept": "application/json", **api.headers},
            address=api.hints.address,
        )

    def close(self) -> None:
        """Close the pooled connections; whoever still waits for a turn is interrupted."""
        self.throttle.close()
        self._budget.close()
        self._wire.close()

    def get(self, url: str, parameters: Parameters = ()) -> Answer:
        """GET, repeated while the error is retriable.

        Raises FatalError, RetriableError (the last one), Interrupted.
        """
        return self.repeat(lambda: self.send("GET", url, parameters))

    def repeat(self, call: Callable[[], T]) -> T:
        """Call until it succeeds, by the transport's retry policy: for checks of an answer that
        belong to the caller.
        """
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
        """Call once; and once more when a token that can be renewed died.

        Safe for every request: a 401 has done nothing.
        """
        auth = self.api.auth
        used = auth.credentials()
        try:
            result = call()
        except TokenExpired:
            if not auth.refused(used):
                raise
            log.info("The API knows the token no longer: there is a new one.")
            used = auth.credentials()
            result = call()
        auth.accepted(used)
        return result

    def send(
        self,
        method: str,
        url: str,
        parameters: Parameters = (),
        body: Mapping[str, Any] | Sequence[Any] | None = None,
        *,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request, once: `body` as JSON, or `form`.

        `headers` are this request's own. Raises FatalError, RetriableError, Interrupted, and
        BodyTooLarge for an answer beyond `largest_body`.
        """
        self.api.require_known(method, url)
        carried = self.api.auth.credentials()
        what = {
            "params": [*parameters, *carried.parameters],
            "headers": {**carried.headers, **(headers or {})},
            "json": body,
            "data": form,
        }
        with Share(self._budget) as share:
            raw = b""
            try:
                response, raw = self._ask(method, url, what, share)
                if response.ok:
                    require_room(raw, share, self._largest_body)
                answer = self._judge(method, url, response, raw)
            except BodyTooLarge as error:
                # they would keep the body as long as the new error lives
                raw, error.__traceback__ = (b"", None)
                message = f"{_where(method, url)}: {error.message}"
                if method != "GET":  # what was sent was answered, and nobody knows how
                    raise ApiUnavailable(message) from None
                hint = self.api.hints.too_large
                raise BodyTooLarge(message, hint, head=error.head) from None
        self.throttle.answered(answer.headers)
        return replace(answer, share=share)

    def _ask(
        self, method: str, url: str, what: dict[str, Any], share: Share
    ) -> tuple[requests.Response, bytes]:
        """The answer and its body, in a turn of the throttle. Raises as `send` does."""
        with self.throttle.turn():
            try:
                return self._wire.exchange(
                    method,
                    url,
                    lambda response: read_body(response, share, self._largest_body),
                    pause_seconds=self._timeout,
                    seconds=DEADLINE * self._timeout,
                    **what,
                )
            except Broken as error:
                kind = CannotAsk if error.hopeless else ApiUnavailable if error.sent else NotSent
                raise kind(f"{_where(method, url)}: {error.told}.", error.hint) from None

    def _judge(self, method: str, url: str, response: requests.Response, raw: bytes) -> Answer:
        status = response.status_code
        where = f"{_where(method, url)}: HTTP {status}"
        if status in {200, 201, 202, 203}:
            try:
                body = decode(raw, where, self.api.hints.address)
            except ApiUnavailable as broken:
                _keep(broken, response, raw)
                raise
            return Answer(status, body, response.headers)
        if status == 204:
            return Answer(status, None, response.headers)
        error = self._error(method, url, response, raw)
        if isinstance(error, OfAnswer):
            _keep(error, response, raw)
            error.body = error_body(raw)
            error.code = self.api.code_of(error.body)
        raise error

    def _error(self, method: str, url: str, response: requests.Response, raw: bytes) -> SyncError:
        """What an answer stands for that is no success."""
        status = response.status_code
        where = f"{_where(method, url)}: HTTP {status}"
        said = api_message(raw, self.api.explain)
        wish = retry_after(response.headers)
        address = self.api.hints.address
        if self.api.too_many(status, said):
            pause = self.api.quota.pause_after(response.headers)
            longer = max(wish or 0.0, pause) if wish is not None or pause else None
            return RateLimited(f"{where}, too many requests.", retry_after=longer)
        if status in _FIREWALLS and is_web_page(raw):
            page = f"{where} with an HTML page, which is not the API's answer."
            hint = f"{_HINT_PAGE} If it stays so, check {address}, too."
            return ApiUnavailable(page, hint, retry_after=wish)
        if status >= 500:
            return ApiUnavailable(f"{where}.", "The API is in trouble.", retry_after=wish)
        if status in _NOT_READ:
            late = f"{where}: {_NOT_READ[status]}."
            return ApiUnavailable(late, _HINT_NOT_READ, retry_after=wish)
        if status == 407:
            return CannotAsk(f"{_where(method, url)}: {PROXY_WANTS_LOGIN}.", HINT_PROXY_LOGIN)
        if status < 400:
            target = mask(response.headers.get("Location", "elsewhere").replace("\n", " "))
            shown = escape(target, own=True)  # an address stays one: it is what the operator needs
            sent_on = f"{where}: the API sends us to {shown}."
            return RequestRefused(sent_on, f"Correct {address}.")
        return self.api.refusal(where, status, said)

    def _sleep(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise Interrupted("The robot was asked to stop.")

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        seconds = float(
            wait_exponential_jitter(multiplier=self._first_wait, max=60, jitter=self._first_wait)(
                state
            )
        )
        seconds = next_wait(
            seconds, error.retry_after if isinstance(error, RetriableError) else None
        )
        if isinstance(error, RateLimited):
            self.throttle.slow_down(seconds)
        return seconds

    def _before_sleep(self, state: RetryCallState) -> None:
        self.retries += 1
        error = state.outcome.exception() if state.outcome else None
        log.warning(
            "Try %d failed: %s Again in %.1f s.", state.attempt_number, error, state.upcoming_sleep
        )


def _keep(error: OfAnswer, response: requests.Response, raw: bytes) -> None:
    error.status, error.headers = response.status_code, response.headers
    error.raw = raw[:LARGEST_ERROR]


def _where(method: str, url: str) -> str:
    return f"{method} {mask_path(url)}"
