"""What the body of an answer holds."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import orjson

from robot.http.errors import ApiUnavailable
from robot.runtime.escaping import escape
from robot.runtime.masking import mask

NO_JSON = "no JSON"  # in the message of an error whose body is a page for people
_LONGEST_INTEGER = 20  # characters of one within 64 bits


def decode(raw: bytes, where: str, address: str = "the address") -> Any:
    """The JSON value of an answer's body; `where` begins the message of what is raised.

    `address` names the settings that hold the API's address. Raises ApiUnavailable.
    """
    if not raw.strip():
        raise ApiUnavailable(f"{where} with an empty body.")
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        pass
    try:
        # more lenient, for lone surrogates; a number that is none, or beyond a float's range, comes
        # as its text
        return json.loads(raw, parse_constant=str, parse_float=_float, parse_int=_integer)
    except (ValueError, RecursionError):
        kind = "an HTML page" if is_web_page(raw) else "a body that is no JSON"
        hint = f"Check {address}; it may also be a proxy's or a firewall's page."
        raise ApiUnavailable(f"{where} with {kind} ({len(raw)} bytes).", hint) from None


def is_web_page(raw: bytes) -> bool:
    """Whether the body is a page for a browser (HTML or XML), in UTF-8 or UTF-16: no answer of the
    API.
    """
    return raw.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")[:1] == b"<"


def _integer(text: str) -> float | str:
    """As orjson: beyond 64 bits, the nearest float."""
    if len(text) > _LONGEST_INTEGER:
        return _float(text)
    number = int(text)
    return number if -(2**63) <= number < 2**64 else float(number)


def _float(text: str) -> float | str:
    number = float(text)
    return number if math.isfinite(number) else text


def error_body(raw: bytes) -> Any:
    """The JSON value of an error's body; None where it is none."""
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None


def code_of(body: Any) -> str:
    """The API's own word for what is wrong: `code`, or `error` where that is a word."""
    for name in ("code", "error"):
        value = body.get(name) if isinstance(body, dict) else None
        if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
            return escape(mask(str(value)))[:100]
    return ""


def api_message(raw: bytes, explain: Callable[[Any], str] | None = None) -> str:
    """The API's own words for an error, as one sentence, masked."""
    body = error_body(raw)
    if body is None:
        return f"{len(raw)} bytes that are {NO_JSON}."
    return (explain or explanation)(body)


def explanation(body: Any) -> str:
    """What the body of an error says: its `detail`, `title` and `message`, then the `errors` of
    each field.
    """
    if not isinstance(body, dict):
        return "no explanation."
    words = [
        str(body[key]).strip().rstrip(".")
        for key in ("detail", "title", "message")
        if body.get(key)
    ]
    errors = body.get("errors")
    if isinstance(errors, dict):
        words += [f"{field}: {messages}" for field, messages in errors.items()]
    sentence = escape(mask("; ".join(dict.fromkeys(filter(None, words))) or "no explanation"))[:500]
    return sentence if sentence.endswith(("!", "?")) else f"{sentence}."
