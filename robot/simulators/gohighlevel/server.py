"""The server: routes, rates and faults."""

import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from robot.simulators.answer import Answer
from robot.simulators.faults import Fault, FaultKind, FaultPlan
from robot.simulators.gohighlevel.answers import fault_answer, json_answer, refusal
from robot.simulators.gohighlevel.contacts import Contacts
from robot.simulators.gohighlevel.tokens import LOCATION, TokenDesk
from robot.simulators.listener import Listener

HOST = "127.0.0.1"
INTERVAL = timedelta(seconds=10)


@dataclass(frozen=True)
class Received:
    """One request: `status` is what it was answered with, 0 where the answer was cut off."""

    method: str
    path: str
    content: Any
    version: str
    status: int


class GoHighLevelSimulator:
    """A GoHighLevel from `start` to `stop`, also as a context manager; any thread may use it.

    `clock` gives moments with an offset: tokens end and rates recover by it. `per_interval` and
    `per_day` are the rates. `fields` are the contacts' own fields by id. `private_token` opens
    LOCATION without OAuth. `on_token` is called in the server's thread when the answer of the token
    endpoint is ready and not yet sent: the place to kill who waits for it.
    """

    def __init__(
        self,
        contacts: Sequence[dict[str, Any]] = (),
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        lifetime_seconds: int = 86_399,
        per_interval: int = 100,
        per_day: int = 200_000,
        fields: Mapping[str, str] | None = None,
        private_token: str = "",
        faults: Sequence[Fault] = (),
        on_token: Callable[[], None] | None = None,
        port: int = 0,
    ) -> None:
        self.tokens = TokenDesk(clock, lifetime_seconds=lifetime_seconds)
        self.contacts = Contacts(contacts, clock)
        self.on_token = on_token
        self.per_interval = per_interval
        self.per_day = per_day
        self._fields = dict(fields or {})
        self._private_token = private_token
        self._clock = clock
        self._plan = FaultPlan(faults)
        self._lock = threading.Lock()
        self._recent: deque[datetime] = deque()
        self._received: list[Received] = []
        self._listener = Listener(HOST, port, self._respond)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Listen; a simulator that was stopped starts again on the port it had."""
        self._listener.start()

    def stop(self) -> None:
        """Close the port and every connection."""
        self._listener.stop()

    @property
    def base_url(self) -> str:
        """The API's root, what GHL_BASE_URL should be. Known once started."""
        return f"http://{HOST}:{self._listener.port}"

    @property
    def received(self) -> list[Received]:
        """Every request so far."""
        with self._lock:
            return list(self._received)

    def use_faults(self, faults: Sequence[Fault]) -> None:
        """Forget the faults so far, and suffer these."""
        self._plan = FaultPlan(faults)

    def _respond(
        self, method: str, target: str, headers: Mapping[str, str], content: Any
    ) -> tuple[Answer, Fault | None]:
        path = unquote(urlsplit(target).path)
        version = headers.get("version", "")
        fault = self._plan.take(path, None, None, frozenset())
        answer = fault_answer(fault) if fault else None
        if answer is None:
            answer = self._answer(method, path, headers, content, version)
        if fault and fault.kind == FaultKind.STATUS_500_AFTER:
            answer = refusal(500, "Internal server error")
        if path == "/oauth/token" and self.on_token:
            self.on_token()
        cut = fault is not None and fault.kind == FaultKind.RESET_BEFORE
        with self._lock:
            status = 0 if cut else answer.status
            self._received.append(Received(method, path, content, version, status))
        return answer, fault

    def _answer(
        self, method: str, path: str, headers: Mapping[str, str], content: Any, version: str
    ) -> Answer:
        if (method, path) == ("POST", "/oauth/token"):
            return json_answer(*self.tokens.answer(content, version))
        if not version:
            return refusal(401, "version header was not found.")
        token = headers.get("authorization", "").removeprefix("Bearer ")
        private = bool(self._private_token) and token == self._private_token
        location = LOCATION if private else self.tokens.location_of(token)
        if location is None:
            message = "Invalid token: access token is invalid"
            return refusal(401, message)
        allowed, rate = self._rate()
        if not allowed:
            answer = refusal(429, "Too Many Requests")
        else:
            answer = self._data(method, path, content, location)
        return replace(answer, headers=rate)

    def _data(self, method: str, path: str, content: Any, location: str) -> Answer:
        match method, path.strip("/").split("/"):
            case "POST", ["contacts", "search"]:
                return json_answer(*self.contacts.search(location, content))
            case "GET", ["contacts", contact_id]:
                found = self.contacts.get(contact_id)
                if found is None or found["locationId"] != location:
                    message = f"Contact with id {contact_id} not found"
                    return refusal(400, message)
                return json_answer(200, {"contact": found, "traceId": "trace-demo"})
            case "GET", ["locations", wanted, "customFields"] if wanted == location:
                fields = [{"id": key, "name": name} for key, name in self._fields.items()]
                return json_answer(200, {"customFields": fields})
            case _, ["locations", *_]:
                message = "The token does not have access to this location."
                return refusal(403, message)
        return refusal(404, f"Cannot {method} {path}")

    def _rate(self) -> tuple[bool, tuple[tuple[str, str], ...]]:
        """Whether the rate allows one more, and the headers that tell it."""
        now = self._clock()
        with self._lock:
            while self._recent and self._recent[0] <= now - timedelta(days=1):
                self._recent.popleft()
            lately = sum(moment > now - INTERVAL for moment in self._recent)
            allowed = lately < self.per_interval and len(self._recent) < self.per_day
            if allowed:
                self._recent.append(now)
                lately += 1
            today = len(self._recent)
            first = self._recent[0] if self._recent else now
        reset = max(timedelta(0), first + timedelta(days=1) - now)
        return allowed, (
            ("X-RateLimit-Limit-Daily", str(self.per_day)),
            ("X-RateLimit-Daily-Remaining", str(self.per_day - today)),
            ("X-RateLimit-Daily-Reset", str(round(reset.total_seconds() * 1000))),
            ("X-RateLimit-Interval-Milliseconds", str(round(INTERVAL.total_seconds() * 1000))),
            ("X-RateLimit-Max", str(self.per_interval)),
            ("X-RateLimit-Remaining", str(max(0, self.per_interval - lately))),
        )
