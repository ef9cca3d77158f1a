"""The requests that the clients of 3C Plus may send. Whatever else they are asked for is refused
before it is sent.

The API has traps: a GET that switches a user off, a DELETE that empties every list of a campaign, a
report whose PUT changes the queue (vendor's API description). So nothing is sent to a path only
because somebody has put it together.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from robot.errors import ConfigurationError, FatalError

_ID = r"\d+"
_LIST = "/campaigns/{campaign_id}/lists/{list_id}"

# method, path below the API's root; a name in braces stands for a number
KNOWN = (
    ("GET", "/calls"),
    ("GET", "/me"),
    ("GET", "/campaigns"),
    ("GET", "/campaigns/{campaign_id}/lists"),
    ("POST", "/authenticate"),
    ("POST", "/campaigns/{campaign_id}/lists"),
    ("POST", f"{_LIST}/mailing_sync.json"),
    ("POST", f"{_LIST}/mailing.json"),
    ("PUT", f"{_LIST}/updateWeight"),
)

# refused even where the caller names the path, beside every DELETE and PATCH
_NEVER = (
    ("GET", r"/users/[^/]+/(?:de)?activate"),
    ("PUT", r"/receptive_queues/.*"),
    ("PUT", r"/company/.*"),
    ("PUT", r"/campaigns/[^/]+/(?:pause|resume)"),
    ("PUT", r"/campaigns/[^/]+"),
    ("POST", r"/company/generate-bill"),
)


class KnownRequests:
    """What may be asked of one API, below each of its `roots`.

    `add` is for paths that a caller names himself.
    """

    def __init__(self, *roots: str) -> None:
        self._roots = tuple(dict.fromkeys(root.rstrip("/") for root in roots))
        self._known = {(method, _pattern(path)) for method, path in KNOWN}

    def add(self, method: str, path: str) -> None:
        """Allow this path, too. Raises ConfigurationError for one that does harm."""
        path = f"/{path.lstrip('/')}"
        if _does_harm(method, path):
            raise ConfigurationError(
                f"{method} {path} is never sent: it would change or remove things at 3C Plus."
            )
        self._known.add((method, _pattern(path)))

    def require(self, method: str, url: str) -> None:
        """Raise FatalError unless the request is known."""
        for root in self._roots:
            path = url.removeprefix(root)
            if path != url and any(
                method == m and pattern.fullmatch(path) for m, pattern in self._known
            ):
                return
        raise FatalError(
            (
                f"{method} {url.partition('?')[0]} was not sent: it is none of the requests that"
                " the robot knows."
            ),
            (
                "A further path of the API is named to the client first (endpoints=,"
                " THREEC_LOGOUT_PATH)."
            ),
        )


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"\{\w+\}", path)
    return re.compile(_ID.join(map(re.escape, parts)))


def _does_harm(method: str, path: str) -> bool:
    plain = re.sub(r"/+", "/", unquote(re.split(r"[?#]", path)[0])).rstrip("/")
    if method not in {"GET", "POST", "PUT"} or "/." in plain:
        return True
    return any(method == m and re.fullmatch(pattern, plain, re.IGNORECASE) for m, pattern in _NEVER)
