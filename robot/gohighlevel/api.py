"""What a transport is told of GoHighLevel."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from robot.errors import ConfigurationError, FatalError
from robot.gohighlevel.errors import refusal
from robot.http import Api, Auth, Hints, Quota
from robot.http.bodies import code_of, explanation

log = logging.getLogger(__name__)

DEFAULT_ROOT = "https://services.leadconnectorhq.com"
DEFAULT_VERSION = "2021-07-28"
V3 = "v3"

_HINTS = Hints(address="the address (GHL_BASE_URL)", too_large="Ask for fewer contacts a page.")
_EPOCH_MS = 10**11  # a number of milliseconds beyond it is a moment, no span
_TOLD_FROM = 60.0  # seconds of a pause that the log tells


def api_of(
    auth: Auth,
    version: str = DEFAULT_VERSION,
    refused: Callable[[str, int, str], FatalError] = refusal,
) -> Api:
    """GoHighLevel, opened by `auth`; `refused` explains a refused request."""
    return Api(
        "GoHighLevel",
        headers={"Version": version},
        auth=auth,
        hints=_HINTS,
        quota=Quota(pause_after=pause_after),
        refusal=refused,
        explain=explain,
        code_of=lambda body: code_of(_inner(body)),
    )


def require_root(root: str) -> str:
    """The API's root without a slash at its end. Raises ConfigurationError for what would send
    secrets unencrypted; this computer is excepted.
    """
    parts = urlsplit(root.strip())
    local = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and local)):
        raise ConfigurationError(
            "GHL_BASE_URL is no address that begins with https://.",
            f"Leave it out, or write {DEFAULT_ROOT}.",
        )
    return root.strip().rstrip("/")


def explain(body: Any) -> str:
    """What the body of an error says, in the shapes of both versions and of OAuth: texts, lists of
    texts, `{"error": {"message", "resolution"}}`.
    """
    found = _inner(body)
    if not isinstance(found, dict):
        return explanation(found)
    texts = [found.get(name) for name in ("message", "error_description", "error", "resolution")]
    words = [_one_text(each) for each in texts if isinstance(each, str | list) and each]
    return explanation({"message": "; ".join(dict.fromkeys(words))})


def _inner(body: Any) -> Any:
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else body


def _one_text(value: str | list[Any]) -> str:
    return value if isinstance(value, str) else ", ".join(str(each) for each in value)


def pause_after(headers: Mapping[str, str]) -> float:
    """For how many seconds nobody should ask: till the end of the interval when its requests are
    spent, till the daily reset when the day's are.

    Headers: https://github.com/GoHighLevel/highlevel-api-docs (rate limits); the reset is in
    milliseconds.
    """
    pause = 0.0
    if _number(headers, "X-RateLimit-Remaining") == 0:
        interval = _number(headers, "X-RateLimit-Interval-Milliseconds")
        pause = (10_000 if interval is None else interval) / 1000
    if _number(headers, "X-RateLimit-Daily-Remaining") == 0:
        reset = _number(headers, "X-RateLimit-Daily-Reset") or 0
        span = reset - time.time() * 1000 if reset > _EPOCH_MS else reset
        pause = max(pause, min(max(span, 0.0), 24 * 3_600_000) / 1000)
    if pause > _TOLD_FROM:
        log.warning("GoHighLevel: the day's requests are spent; %.0f s of pause.", pause)
    return pause


def _number(headers: Mapping[str, str], name: str) -> int | None:
    value = headers.get(name, "").strip()
    return int(value) if value.isascii() and value.isdecimal() else None
