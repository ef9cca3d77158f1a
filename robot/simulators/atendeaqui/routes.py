"""Which request of AtendeAqui means what, and who may ask it."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from robot.simulators.answer import Answer
from robot.simulators.atendeaqui import clients, flows, mails, pieces, progress
from robot.simulators.atendeaqui.access import KEY_HEADER, Access, require_key
from robot.simulators.atendeaqui.answers import Asked, Refused, Style, paged
from robot.simulators.atendeaqui.world import Flow, World

_LARGEST_PAGE_OF_CLIENTS = 50
_EVENTS = "start-step|complete-step|complete-steps|skip-step|complete|restart|abandon"
Handler = Callable[..., Answer]


def _subscribe(world: World, asked: Asked, flow: Flow, user: str) -> Answer:
    return mails.subscribe(world, asked, flow, progress.person(flow, user))


# By the method and the path below `clients/`, `onboarding/flows/SLUG/` and `onboarding/KEY/`.
# Every group is one argument.
_CLIENTS: tuple[tuple[str, str, Handler], ...] = (
    ("POST", r"", clients.create),
    ("GET", r"([^/]+)/", clients.get),
    ("PATCH", r"([^/]+)/", clients.update),
    ("GET", r"([^/]+)/team/", clients.team),
    ("POST", r"([^/]+)/add-team-member/", clients.add_member),
    ("PATCH", r"([^/]+)/update-team-member/([^/]+)/", clients.update_member),
    ("DELETE", r"([^/]+)/remove-team-member/([^/]+)/", clients.remove_member),
)
_OF_OWNERS: tuple[tuple[str, str, Handler], ...] = (
    ("GET", r"", flows.get),
    ("PATCH", r"", flows.update),
    ("GET", r"analytics/", flows.analytics),
    ("PATCH", r"progress/([^/]+)/email-subscription/", _subscribe),
    ("GET", r"email-rules/", mails.rules),
    ("POST", r"email-rules/", mails.create_rule),
    ("PATCH", r"email-rules/([^/]+)/", mails.update_rule),
    ("DELETE", r"email-rules/([^/]+)/", mails.delete_rule),
    ("GET", r"email-logs/summary/", mails.summary),
    ("POST", r"email-pieces/", pieces.create),
    ("POST", r"email-pieces/preview/", pieces.preview),
    ("GET", r"email-pieces/coverage/", pieces.coverage),
    ("GET", r"email-pieces/([^/]+)/", pieces.get),
    ("PATCH", r"email-pieces/([^/]+)/", pieces.update),
    ("DELETE", r"email-pieces/([^/]+)/", pieces.delete),
    ("POST", r"email-pieces/([^/]+)/approve/", pieces.approve),
    ("POST", r"email-pieces/([^/]+)/archive/", pieces.archive),
)
_OF_FLOWS: tuple[tuple[str, str, Handler], ...] = (
    ("GET", r"structure/", progress.structure),
    ("POST", r"start/", progress.start),
    ("GET", r"progress/([^/]+)/", progress.get),
    ("PATCH", r"progress/([^/]+)/(metadata)/", progress.tell),
    ("POST", rf"progress/([^/]+)/({_EVENTS})/", progress.tell),
)
_LISTS: dict[str, Callable[[Flow, Asked], list[dict[str, Any]]]] = {
    "progress/": lambda flow, _: progress.listed(flow),
    "email-logs/": mails.found_logs,
    "email-pieces/": pieces.found_pieces,
}


class Routes:
    """The API as one function of method and path."""

    def __init__(self, world: World, access: Access, style: Style, page_cap: int) -> None:
        self._world = world
        self._access = access
        self._style = style
        self._cap = page_cap

    def answer(self, method: str, path: str, asked: Asked, url: str) -> Answer:
        """The answer. Raises Refused."""
        room, _, rest = path.partition("/")
        if room == "clients":
            self._access.require_token(asked.headers, writes=method != "GET")
            if (method, rest) == ("GET", ""):
                return self._paged(self._world.clients, asked, url, _LARGEST_PAGE_OF_CLIENTS)
            return self._found(_CLIENTS, method, rest, asked)
        if room != "onboarding":
            raise Refused("NOT_FOUND", "Não encontrado.")
        if rest == "auth/token/" and method == "POST":
            return progress.token(self._world, asked, self._flow(asked.headers.get(KEY_HEADER, "")))
        name, _, rest = rest.partition("/")
        if name == "flows":
            return self._of_owners(method, rest, asked, url)
        flow = self._flow(unquote(name))
        require_key(asked.headers, flow.key)
        return self._found(_OF_FLOWS, method, rest, asked, flow)

    def _of_owners(self, method: str, rest: str, asked: Asked, url: str) -> Answer:
        preview = rest.endswith("/email-pieces/preview/")
        self._access.require_token(asked.headers, writes=method != "GET" and not preview)
        if (method, rest) == ("GET", ""):
            shown = [flows.shown(flow) for flow in self._world.flows]
            return self._paged(shown, asked, url, self._cap)
        slug, _, rest = rest.partition("/")
        flow = next((flow for flow in self._world.flows if flow.slug == unquote(slug)), None)
        if flow is None:
            raise Refused("FLOW_NOT_FOUND", "Flow não encontrado.")
        if method == "GET" and rest in _LISTS:
            return self._paged(_LISTS[rest](flow, asked), asked, url, self._cap)
        return self._found(_OF_OWNERS, method, rest, asked, flow)

    def _found(
        self, routes: tuple[tuple[str, str, Handler], ...], method: str, rest: str, *first: Any
    ) -> Answer:
        for allowed, pattern, handler in routes:
            found = re.fullmatch(pattern, rest) if allowed == method else None
            if found:
                return handler(self._world, *first, *map(unquote, found.groups()))
        raise Refused("NOT_FOUND", "Não encontrado.")

    def _flow(self, key: str) -> Flow:
        for flow in self._world.flows:
            if flow.key == key:
                if flow.refuses_origin:
                    raise Refused("ORIGIN_NOT_ALLOWED", "Origem não permitida.")
                return flow
        raise Refused("FLOW_NOT_FOUND", "Flow não encontrado.")

    def _paged(self, records: list[dict[str, Any]], asked: Asked, url: str, cap: int) -> Answer:
        return paged(records, asked, self._style, cap=cap, url=url)
