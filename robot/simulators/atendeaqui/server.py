"""The simulator: an HTTP server that answers as AtendeAqui does, from a world in memory, with
faults on demand.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from robot.simulators.answer import Answer
from robot.simulators.atendeaqui.access import Access
from robot.simulators.atendeaqui.answers import Asked, Refused, Style, fault_answer, ok, refusal
from robot.simulators.atendeaqui.routes import Routes
from robot.simulators.atendeaqui.world import World, make_world
from robot.simulators.faults import Fault, FaultKind, FaultPlan
from robot.simulators.listener import Listener

PREFIX = "/v1"
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Request:
    """One request as it came; `path` is below `/v1/`, still percent-encoded. `status` is 0 where
    none was sent.
    """

    method: str
    path: str
    query: Mapping[str, Sequence[str]] = field(hash=False)
    headers: Mapping[str, str] = field(hash=False)
    content: Any = field(default=None, hash=False)
    status: int = 0
    fault: str | None = None


class Simulator:
    """An AtendeAqui of its own, from `start` to `stop`, also as a context manager; any thread may
    use it.

    `bare_lists`: lists come without `results`, `count` and `next`. `legacy_errors`: errors come as
    `detail` and by fields. `page_cap`: the most of a page that is not the clients' (theirs is 50).
    `on_request` is called in the server's thread before each answer is made.
    """

    def __init__(
        self,
        world: World | None = None,
        *,
        bare_lists: bool = False,
        legacy_errors: bool = False,
        page_cap: int = 100,
        faults: Sequence[Fault] = (),
        port: int = 0,
        on_request: Callable[[Request], None] | None = None,
    ) -> None:
        self.world = world or make_world()
        self.access = Access()
        self.on_request = on_request
        self._style = Style(bare_lists, legacy_errors)
        self._plan = FaultPlan(faults)
        self._requests: list[Request] = []
        self._lock = threading.Lock()
        self._listener = Listener(HOST, port, self._answer)
        self._routes = Routes(self.world, self.access, self._style, page_cap)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Listen. Raises OSError when the port is taken."""
        self._listener.start()

    def stop(self) -> None:
        """Close the port and every connection."""
        self._listener.stop()

    @property
    def base_url(self) -> str:
        """The API's root, as `http://127.0.0.1:PORT/v1`. Known once started."""
        return f"http://{HOST}:{self._listener.port}{PREFIX}"

    @property
    def requests(self) -> list[Request]:
        """Every request so far, in the order of their answers."""
        with self._lock:
            return list(self._requests)

    @property
    def fired(self) -> dict[Fault, int]:
        """How often each fault has happened."""
        return self._plan.fired

    def use_faults(self, faults: Sequence[Fault]) -> None:
        """Forget the faults so far, and suffer these."""
        self._plan = FaultPlan(faults)

    def _answer(
        self, method: str, target: str, headers: Mapping[str, str], content: Any
    ) -> tuple[Answer, Fault | None]:
        split = urlsplit(target)
        query = parse_qs(split.query, keep_blank_values=True)
        path = split.path.removeprefix(f"{PREFIX}/")
        request = Request(method, path, query, headers, content)
        if self.on_request:
            self.on_request(request)
        fault = self._plan.take(split.path, _page(query), None, frozenset())
        answer = (fault and fault_answer(fault)) or self._built(request)
        if fault and fault.kind in {FaultKind.STATUS_500_AFTER, FaultKind.STATUS_500_HALFWAY}:
            answer = ok({"error": {"code": "SERVER_ERROR", "message": "Erro interno."}}, 500)
        status = 0 if fault and fault.kind == FaultKind.RESET_BEFORE else answer.status
        with self._lock:
            noted = replace(request, status=status, fault=fault.kind if fault else None)
            self._requests.append(noted)
        return answer, fault

    def _built(self, request: Request) -> Answer:
        asked = Asked(request.query, request.content, request.headers)
        with self._lock:
            try:
                url = f"{self.base_url}/{request.path}"
                return self._routes.answer(request.method, request.path, asked, url)
            except Refused as refused:
                return refusal(refused, self._style)


def _page(query: Mapping[str, Sequence[str]]) -> int | None:
    words = next(iter(query.get("page", ())), "")
    return int(words) if words.isdecimal() else None
