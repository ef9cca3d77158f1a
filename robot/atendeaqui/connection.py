"""Requests to AtendeAqui: how they are sent, what is repeated, and what comes back."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any, TypeAlias

from robot.atendeaqui.exceptions import INVALID_RESPONSE, ServerError
from robot.atendeaqui.masking import masked
from robot.atendeaqui.refusals import error_of
from robot.errors import FatalError, SyncError
from robot.http import Answer, ApiUnavailable, Transport
from robot.runtime.masking import mask_path

log = logging.getLogger(__name__)

Query: TypeAlias = Mapping[str, Any]  # None = not sent
Headers: TypeAlias = Mapping[str, str]


class _Final(FatalError):
    """A refusal that the transport would repeat: a 4xx with a web page, or a 408."""

    def __init__(self, refusal: SyncError) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


class Connection:
    """What the parts of a client send their requests through.

    Every path is below the API's root and ends with `/`. All methods raise the errors of
    `robot.atendeaqui.exceptions`, Interrupted, and ValueError for a body that is no JSON.
    """

    def __init__(self, transport: Transport, base_url: str) -> None:
        self._transport = transport
        self._base_url = base_url.rstrip("/")

    def close(self) -> None:
        """Close the pooled connections."""
        self._transport.close()

    def get(self, path: str, query: Query | None = None, headers: Headers | None = None) -> Answer:
        """Read; repeated while that may help."""
        return self._ask("GET", path, query=query, headers=headers, repeat=True)

    def post(
        self, path: str, body: Any = None, headers: Headers | None = None, *, repeat: bool = False
    ) -> Answer:
        """Send, once; `repeat` where a second time changes nothing."""
        return self._ask("POST", path, body=body, headers=headers, repeat=repeat)

    def patch(
        self, path: str, body: Any, headers: Headers | None = None, *, repeat: bool = False
    ) -> Answer:
        """Change, once; `repeat` where a second time changes nothing."""
        return self._ask("PATCH", path, body=body, headers=headers, repeat=repeat)

    def delete(self, path: str) -> None:
        """Delete, once."""
        self._ask("DELETE", path)

    def _ask(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: Any = None,
        headers: Headers | None = None,
        repeat: bool = False,
    ) -> Answer:
        url = f"{self._base_url}/{path}"
        _require_json(body)
        if log.isEnabledFor(logging.DEBUG):
            log.debug("%s %s %s", method, mask_path(url), masked(body or query or {}))

        def send() -> Answer:
            try:
                return self._transport.send(method, url, _pairs(query), body, headers=headers)
            except ApiUnavailable as error:
                if 400 <= error.status < 500:
                    raise _Final(error) from None
                if method != "GET" and 200 <= error.status < 300 and not error.raw.strip():
                    return Answer(error.status, {}, error.headers)  # done; nothing to tell
                raise

        try:
            return self._transport.repeat(send) if repeat else send()
        except _Final as final:
            raise error_of(final.refusal, method, url) from None
        except SyncError as error:
            raise error_of(error, method, url) from None


def record(answer: Answer) -> dict[str, Any]:
    """The one object of an answer; a 204 is an empty one. Raises ServerError."""
    body = {} if answer.status == 204 else answer.body
    if not isinstance(body, dict):
        raise invalid(answer, "is no object")
    return body


def records(answer: Answer) -> list[dict[str, Any]]:
    """The objects of a list: a bare one, or the `results` of a page. Raises ServerError."""
    found = answer.body.get("results") if isinstance(answer.body, dict) else answer.body
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise invalid(answer, "holds no list of objects")
    return found


def invalid(answer: Answer, what: str) -> ServerError:
    """The error for JSON that is not what was asked for."""
    return ServerError(f"The API's answer {what}.", INVALID_RESPONSE, answer.status)


def _pairs(query: Query | None) -> list[tuple[str, str | int]]:
    """The parameters in their order; one for each value of a list."""
    pairs: list[tuple[str, str | int]] = []
    for name, value in (query or {}).items():
        values = value if isinstance(value, list) else [value]
        pairs += [(name, str(each)) for each in values if each is not None]
    return pairs


def _require_json(body: Any) -> None:
    try:
        json.dumps(body, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"what is to be sent cannot be written as JSON: {error}") from None
