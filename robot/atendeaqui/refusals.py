"""What an answer of AtendeAqui says is wrong: its words, its code, and the error that it becomes.

Bodies of errors: `{"error": {"code", "message"}}`; from older parts (Django REST) `{"detail": "…"}`
or `{"field": ["…"]}`; a list is possible. Anything else may come from what stands between.
"""

from __future__ import annotations

import io
from http import HTTPStatus
from typing import Any

import requests
from requests.structures import CaseInsensitiveDict
from requests.utils import get_encoding_from_headers

from robot.atendeaqui.exceptions import (
    CANNOT_ASK,
    ERROR_CODE_MAP,
    INVALID_RESPONSE,
    NO_ANSWER,
    NOT_SENT,
    RATE_LIMITED,
    REDIRECTED,
    SERVER_ERROR,
    AtendeAquiError,
    AuthenticationError,
    CannotAskError,
    NoAnswerError,
    NotFoundError,
    RateLimitError,
    ServerError,
    ValidationError,
)
from robot.errors import RetriableError, SyncError
from robot.http import ApiUnavailable, BodyTooLarge, CannotAsk, NotSent
from robot.http.bodies import is_web_page
from robot.http.errors import OfAnswer
from robot.runtime.masking import mask

_LONGEST = 1000  # characters of a message


def code_of(body: Any) -> str:
    """The API's word for what is wrong; empty where it says none."""
    error = body.get("error") if isinstance(body, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    known = isinstance(code, str) or (isinstance(code, int) and not isinstance(code, bool))
    return str(code)[:100] if known else ""


def explanation(body: Any) -> str:
    """What the body of an error says, masked; empty where it says nothing."""
    return mask("; ".join(word for word in _words(body) if word))[:_LONGEST]


def _words(body: Any) -> list[str]:
    if not isinstance(body, dict):
        return _texts(body)
    error = body.get("error")
    if isinstance(error, dict):
        if error.get("message"):
            return [str(error["message"])]
        error = error.get("code")
    said = [*_texts(error)] or [*_texts(body.get("detail"))]
    fields = [word for name, value in body.items() if name != "error" for word in _texts(value)]
    return said or fields


def _texts(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]


def error_of(error: SyncError, method: str, url: str) -> AtendeAquiError:
    """The error of AtendeAqui's tree for one of the transport's."""
    writes = method != "GET"
    answer = error if isinstance(error, OfAnswer) and error.status else None
    response = _response(answer, url) if answer else None
    status = answer.status if answer else None
    if isinstance(error, CannotAsk):
        return CannotAskError(str(error), CANNOT_ASK, status, response)
    if answer and answer.status >= 400:
        return _refused(answer, response, retry_after=_wish(error), writes=writes)
    if answer and answer.status >= 300:
        return CannotAskError(str(error), REDIRECTED, status, response)
    if isinstance(error, BodyTooLarge) or answer:
        return ServerError(str(error), INVALID_RESPONSE, status, response, outcome_unknown=writes)
    if isinstance(error, NotSent):
        return NoAnswerError(str(error), NOT_SENT)
    if isinstance(error, ApiUnavailable):
        return NoAnswerError(str(error), NO_ANSWER, outcome_unknown=writes)
    return AtendeAquiError(str(error), CANNOT_ASK)


def _refused(
    answer: OfAnswer, response: requests.Response | None, *, retry_after: float | None, writes: bool
) -> AtendeAquiError:
    """By the API's code, or else by the status."""
    status, code = answer.status, code_of(answer.body)
    message = _message(answer)
    kind = ERROR_CODE_MAP.get(code)
    if kind is None:
        kind, usual = _by_status(status)
        code = code or usual
    error = kind(message, code, status, response, outcome_unknown=writes and status >= 500)
    if isinstance(error, RetriableError):
        error.retry_after = retry_after
    return error


def _by_status(status: int) -> tuple[type[AtendeAquiError], str]:
    if status in {401, 403}:
        return AuthenticationError, "AUTH_REQUIRED"
    if status == 404:
        return NotFoundError, "NOT_FOUND"
    if status == 429:
        return RateLimitError, RATE_LIMITED
    if status >= 500:
        return ServerError, SERVER_ERROR
    return ValidationError, "VALIDATION_ERROR"


def _message(answer: OfAnswer) -> str:
    if is_web_page(answer.raw):
        return f"HTTP {answer.status} with an HTML page, which is not the API's answer."
    if answer.body is not None or answer.raw.strip() == b"null":
        said = explanation(answer.body)
    else:
        said = mask(answer.raw.decode("utf-8", "replace").strip())[:_LONGEST]
    return said or f"HTTP {answer.status} without an explanation."


def _wish(error: SyncError) -> float | None:
    return error.retry_after if isinstance(error, RetriableError) else None


def _response(answer: OfAnswer, url: str) -> requests.Response:
    """The answer as `requests` has it, for those who read `error.response.json()`."""
    response = requests.Response()
    response.status_code = answer.status
    response.headers = CaseInsensitiveDict(answer.headers)
    response.url = url
    response.raw = io.BytesIO(answer.raw)
    response.encoding = get_encoding_from_headers(response.headers)
    if answer.status in set(HTTPStatus):
        response.reason = HTTPStatus(answer.status).phrase
    return response
