"""The answers of AtendeAqui: its errors of today and of older parts, its pages, and what stands in
front of it when it is in trouble.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from robot.simulators.answer import HTML_TYPE, Answer
from robot.simulators.faults import Fault, FaultKind

HTML_PAGE = "<!DOCTYPE html>\n<html><body><h1>Estamos em manutenção</h1></body></html>\n"
STATUS = {
    "FLOW_NOT_FOUND": 404,
    "PROGRESS_NOT_FOUND": 404,
    "NOT_FOUND": 404,
    "STEP_NOT_FOUND": 400,
    "STEP_NOT_SKIPPABLE": 400,
    "VALIDATION_ERROR": 400,
    "ORIGIN_NOT_ALLOWED": 403,
    "PERMISSION_DENIED": 403,
    "AUTH_REQUIRED": 401,
    "TOKEN_EXPIRED": 401,
}
_FAULT_CODES = {401: "AUTH_REQUIRED", 403: "PERMISSION_DENIED"}


class Refused(Exception):
    """The API refuses a request: one of its codes. `errors` are those of fields, by their names."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        errors: Mapping[str, Sequence[str]] | None = None,
        problems: Sequence[str] = (),
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.errors = errors
        self.problems = problems


@dataclass(frozen=True)
class Asked:
    """What a handler is told of a request; `content` is its JSON."""

    query: Mapping[str, Sequence[str]] = field(default_factory=dict)
    content: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def first(self, name: str) -> str:
        """The first value of a parameter; empty where it is not given."""
        return next(iter(self.query.get(name, ())), "")

    @property
    def fields(self) -> dict[str, Any]:
        """The object that was sent. Raises Refused for anything else."""
        if not isinstance(self.content, dict):
            raise Refused("VALIDATION_ERROR", "Envie um objeto JSON.")
        return self.content


@dataclass(frozen=True)
class Style:
    """How answers look: lists without an envelope, errors as older parts write them."""

    bare_lists: bool = False
    legacy_errors: bool = False


def ok(body: Any, status: int = 200) -> Answer:
    """A JSON answer."""
    return Answer(status, json.dumps(body, ensure_ascii=False).encode())


def nothing() -> Answer:
    """204."""
    return Answer(204, b"")


def refusal(refused: Refused, style: Style) -> Answer:
    """An error in one of its forms."""
    status = STATUS[refused.code]
    if refused.problems:
        return ok({"problems": list(refused.problems)}, status)
    if not style.legacy_errors:
        return ok({"error": {"code": refused.code, "message": refused.message}}, status)
    if refused.errors:
        return ok({name: list(words) for name, words in refused.errors.items()}, status)
    return ok({"detail": refused.message}, status)


def paged(records: Sequence[Any], asked: Asked, style: Style, *, cap: int, url: str) -> Answer:
    """One page; a page behind the last is 404, as in Django, where lists have an envelope."""
    page, size = _whole(asked, "page", 1), min(_whole(asked, "page_size", 50), cap)
    found = records[(page - 1) * size : page * size]
    if style.bare_lists:
        return ok(found)
    if not found and page > 1:
        raise Refused("NOT_FOUND", "Página inválida.")
    more = page * size < len(records)
    following = f"{url}?page={page + 1}&page_size={size}" if more else None
    return ok({"count": len(records), "next": following, "previous": None, "results": found})


def _whole(asked: Asked, name: str, usual: int) -> int:
    words = asked.first(name) or str(usual)
    if not words.isdecimal() or int(words) < 1:
        raise Refused("VALIDATION_ERROR", f"{name} inválido.")
    return int(words)


def fault_answer(fault: Fault) -> Answer | None:
    """The answer that a fault puts in the place of the right one; None where it changes or cuts
    the right one.
    """
    headers = () if fault.retry_after is None else (("Retry-After", str(fault.retry_after)),)
    match fault.kind:
        case FaultKind.STATUS_500_AFTER | FaultKind.STATUS_500_HALFWAY:
            return None
        case FaultKind.STATUS_524:
            return Answer(524, HTML_PAGE.encode(), HTML_TYPE)
        case FaultKind.HTML_200:
            return Answer(200, HTML_PAGE.encode(), HTML_TYPE)
        case FaultKind.EMPTY_BODY:
            return Answer(200, b"", HTML_TYPE)
        case FaultKind.WRONG_SHAPE:
            return Answer(200, fault.body.encode())
        case kind if kind.startswith("status_") and kind[7:].isdecimal():
            status = int(kind[7:])
            code = _FAULT_CODES.get(status, "RATE_LIMITED" if status == 429 else "SERVER_ERROR")
            body = {"error": {"code": code, "message": f"HTTP {status}"}}
            return Answer(status, json.dumps(body).encode(), headers=headers)
    return None
