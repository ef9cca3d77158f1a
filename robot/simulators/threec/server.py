"""The simulator: an HTTP server that answers as the API of 3C Plus does, from records in memory,
with faults on demand.
"""

import itertools
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Literal, Self
from urllib.parse import parse_qs, urlsplit

from robot.simulators.answer import Answer
from robot.simulators.faults import Fault, FaultKind, FaultPlan
from robot.simulators.listener import Listener
from robot.simulators.threec.access import DEMO_TOKEN, SERVICE_TOKENS, Access, ServiceToken
from robot.simulators.threec.answers import envelope, fault_answer, ok, refusal
from robot.simulators.threec.campaigns import campaigns_page
from robot.simulators.threec.dates import Dates
from robot.simulators.threec.lists import MailingLists
from robot.simulators.threec.login import User, login_answer, profile
from robot.simulators.threec.mailing import mailing_answer
from robot.simulators.threec.pages import Links, Paging, build_page
from robot.simulators.threec.queries import (
    InvalidQuery,
    read_calls_query,
    read_page,
    until,
)
from robot.simulators.threec.records import Records, to_json
from robot.simulators.threec.request import Request, pages_served

PREFIX = "/api/v1"
HOST = "127.0.0.1"


class Simulator:
    """A 3C Plus of its own, from `start` to `stop`, also as a context manager; any thread may use
    it.

    `per_page_cap` limits the records of a page; with `echo_cap` the answers admit to it, without it
    they repeat what was asked for (`total_pages` always counts real pages). `simple_pagination`
    leaves the totals out always, not only when asked to. `order="random"` sorts anew at each
    request. `dates` and `listed_late` are those of `Records`. `now`, when given, returns local
    time: later calls have not happened yet, and are not served. `lists` holds the campaigns' lists
    and the contacts sent; phones in `blocked` are filtered, told with a motive and, with
    `names_filtered`, with the contact. `on_page` is called in the server's thread before each page
    of calls is built: the place to change the calls under the reader's feet.
    """

    def __init__(
        self,
        calls: Iterable[Any],
        *,
        token: str = DEMO_TOKEN,
        service_tokens: Sequence[ServiceToken] = SERVICE_TOKENS,
        personal_ended: bool = False,
        latency_seconds: float = 0.0,
        per_page_cap: int | None = None,
        echo_cap: bool = True,
        simple_pagination: bool = False,
        links: Links = "next",
        order: Literal["asc", "desc", "random"] = "asc",
        dates: Dates = "local",
        listed_late: timedelta = timedelta(0),
        campaign_ids_work: bool = True,
        faults: Sequence[Fault] = (),
        port: int = 0,
        user: str = "demo",
        password: str = "demo",  # noqa: S107 - opens the simulator only
        second_factor: bool = False,
        blocked: Sequence[str] = (),
        names_filtered: bool = False,
        now: Callable[[], datetime] | None = None,
        on_page: Callable[[Request], None] | None = None,
    ) -> None:
        self.on_page = on_page
        self.latency_seconds = latency_seconds
        self.access = Access(token, tuple(service_tokens), personal_ended)
        self._user = User(user, password, second_factor)
        self.lists = MailingLists(blocked)
        self._names_filtered = names_filtered
        self._logins = 0
        self._campaign_ids_work = campaign_ids_work
        self._now = now
        self._records = Records(
            calls, descending=order == "desc", dates=dates, listed_late=listed_late
        )
        self._paging = Paging(
            per_page_cap, echo_cap, simple_pagination, links, shuffled=order == "random"
        )
        self._plan = FaultPlan(faults)
        self._requests: list[Request] = []
        self._lock = threading.Lock()
        self._transactions = itertools.count(1)
        self._listener = Listener(HOST, port, self._answer)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Listen.

        A simulator that was stopped starts again on the port it had. Raises OSError when the port
        is taken.
        """
        self._listener.start()

    def stop(self) -> None:
        """Close the port and every connection, in the middle of an answer too."""
        self._listener.stop()

    @property
    def base_url(self) -> str:
        """The API's root, as `http://127.0.0.1:PORT/api/v1`. Known once started."""
        return f"http://{HOST}:{self._listener.port}{PREFIX}"

    @property
    def url(self) -> str:
        """The address of the calls, what BASE_URL should be."""
        return f"{self.base_url}/calls"

    @property
    def token(self) -> str:
        """The personal token."""
        return self.access.personal

    def expire_token(self) -> None:
        """Know the token no longer, as after a change of password; the next login gives another."""
        with self._lock:
            self._logins += 1
            self.access.personal = f"demo-token-number-{self._logins:042}"

    @property
    def requests(self) -> list[Request]:
        """Every request so far, in the order of their answers: each is noted before its first byte
        is sent.
        """
        with self._lock:
            return list(self._requests)

    @property
    def fired(self) -> dict[Fault, int]:
        """How often each fault has happened."""
        return self._plan.fired

    @property
    def calls(self) -> list[Any]:
        """The records that are served now."""
        return self._records.all()

    def pages_served(self, day: date | None = None) -> int:
        """How many pages of calls were answered with 200, of any period or of those that hold
        `day`.
        """
        return pages_served(self.requests, day)

    def use_faults(self, faults: Sequence[Fault]) -> None:
        """Forget the faults so far, and their counts, and suffer these."""
        self._plan = FaultPlan(faults)

    def replace_calls(self, calls: Iterable[Any]) -> None:
        """Serve these records and no others."""
        self._records.replace(calls)

    def add_call(self, call: Any) -> None:
        """Serve one record more."""
        self._records.add(call)

    def update_call(self, call_id: str, **changes: Any) -> None:
        """Serve a call with other values. Raises KeyError for an unknown id."""
        self._records.update(call_id, changes)

    def remove_call(self, call_id: str) -> None:
        """Serve a call no longer. Raises KeyError for an unknown id."""
        self._records.remove(call_id)

    def _answer(
        self, method: str, target: str, headers: Mapping[str, str], content: Any
    ) -> tuple[Answer, Fault | None]:
        """Answer one request.

        The fault is what is left for the listener to do: to delay, to cut, to reset.
        """
        split = urlsplit(target)
        query = parse_qs(split.query, keep_blank_values=True)
        entry = self.access.enter(headers, query, split.path.removeprefix(PREFIX))
        request = Request(method, split.path, query, entry)
        answer, request, fault = self._route(request, content)
        if self.latency_seconds:
            self._listener.sleep(self.latency_seconds)
        status = 0 if fault and fault.kind == FaultKind.RESET_BEFORE else answer.status
        with self._lock:
            self._requests.append(
                replace(request, status=status, fault=fault.kind if fault else None)
            )
        return answer, fault

    def _route(self, request: Request, content: Any) -> tuple[Answer, Request, Fault | None]:
        transaction = f"{next(self._transactions):032x}"
        match request.method, request.path.removeprefix(PREFIX):
            case "POST", "/authenticate":
                return self._harmed(
                    request,
                    lambda: login_answer(content, self._user, self.token, transaction),
                    transaction,
                )
            case "GET", "/calls" | "/me" | "/campaigns" as path:
                if not request.authorization_ok:
                    return self._not_let_in(request, transaction)
            case method, path:
                return self._mailing(request, method, path, content, transaction)
        try:
            if path == "/calls":
                return self._calls(request, transaction)
            if path == "/campaigns":
                page, per_page = read_page(request.query)
                request = replace(request, page=page, per_page=per_page)
                return self._harmed(
                    request,
                    lambda: self._campaigns(page, per_page, transaction),
                    transaction,
                )
        except InvalidQuery as invalid:
            return refusal(422, transaction, invalid.errors), request, None
        return self._harmed(
            request, lambda: ok(profile(request.entry.role, self.token), transaction), transaction
        )

    def _mailing(
        self, request: Request, method: str, path: str, content: Any, transaction: str
    ) -> tuple[Answer, Request, Fault | None]:
        asked = (self.lists, method, path, request.query)
        build = mailing_answer(
            *(*asked, content, transaction),
            url=self.base_url + path,
            names_filtered=self._names_filtered,
        )
        if build is None:
            return Answer(404, to_json({"message": "Not Found"})), request, None
        if not request.authorization_ok:
            return self._not_let_in(request, transaction)
        request = replace(request, records=len(content) if isinstance(content, list) else 0)
        fault = self._plan.take(request.path, request.page, request.days, request.campaigns)
        if fault and fault.kind == FaultKind.STATUS_500_HALFWAY and isinstance(content, list):
            half = content[: len(content) // 2]
            build = mailing_answer(*asked, half, transaction) or build
        try:
            answer = (fault and fault_answer(fault, transaction)) or build()
        except InvalidQuery as invalid:
            return refusal(422, transaction, invalid.errors), request, None
        if fault and fault.kind in {FaultKind.STATUS_500_AFTER, FaultKind.STATUS_500_HALFWAY}:
            answer = refusal(500, transaction)
        return answer, request, fault

    def _not_let_in(self, request: Request, transaction: str) -> tuple[Answer, Request, None]:
        entry = request.entry
        return refusal(entry.status, transaction, detail=entry.detail), request, None

    def _harmed(
        self, request: Request, build: Callable[[], Answer], transaction: str
    ) -> tuple[Answer, Request, Fault | None]:
        fault = self._plan.take(request.path, request.page, request.days, request.campaigns)
        answer = (fault and fault_answer(fault, transaction)) or build()
        if fault and fault.kind == FaultKind.STATUS_500_AFTER:
            answer = refusal(500, transaction)
        return answer, request, fault

    def _calls(self, request: Request, transaction: str) -> tuple[Answer, Request, Fault | None]:
        query = read_calls_query(request.query, campaign_ids_work=self._campaign_ids_work)
        query = replace(query, selection=replace(query.selection, agents=request.entry.agents))
        request = replace(
            request,
            page=query.page,
            per_page=query.per_page,
            days=query.days,
            campaigns=query.campaigns,
        )
        if self.on_page:
            self.on_page(request)
        fault = self._plan.take(request.path, request.page, request.days, request.campaigns)
        if fault and (answer := fault_answer(fault, transaction)):
            return answer, request, fault
        data, pagination = build_page(
            self._records, until(query, self._now), self._paging, self.url, fault
        )
        return (
            Answer(200, envelope(data, pagination, transaction)),
            replace(request, records=len(data)),
            fault,
        )

    def _campaigns(self, page: int, per_page: int, transaction: str) -> Answer:
        url = f"{self.base_url}/campaigns"
        data, pagination = campaigns_page(self.calls, page, per_page, url, self._paging.links)
        return Answer(200, envelope(data, pagination, transaction))
