"""The answers of GoHighLevel, and what stands in front of it when it is in trouble."""

import json
from typing import Any

from robot.simulators.answer import HTML_TYPE, Answer
from robot.simulators.faults import Fault, FaultKind

_PAGE = b"<!DOCTYPE html>\n<html><head><title>Just a moment...</title></head><body></body></html>\n"
_MESSAGES = {
    401: "Invalid token: access token is invalid",
    403: "The token does not have access to this location.",
    429: "Too Many Requests",
}


def json_answer(status: int, body: Any) -> Answer:
    """A body as JSON."""
    return Answer(status, json.dumps(body, ensure_ascii=False).encode())


def refusal(status: int, message: Any) -> Answer:
    """An error as version 2021-07-28 words it: a text, or with a 422 a list of texts."""
    return json_answer(status, {"statusCode": status, "message": message})


def fault_answer(fault: Fault) -> Answer | None:
    """The answer that a fault puts in the place of the right one, for which nothing is done; None
    for faults that change or cut the right one.
    """
    match fault.kind:
        case FaultKind.EMPTY_BODY:
            return Answer(200, b"", HTML_TYPE)
        case FaultKind.HTML_200:
            return Answer(200, _PAGE, HTML_TYPE)
        case FaultKind.WRONG_SHAPE:
            return Answer(200, fault.body.encode())
        case FaultKind.STATUS_524:
            return Answer(524, _PAGE, HTML_TYPE)
        case FaultKind.STATUS_422_BUSY:
            return refusal(422, ["Too Many Requests"])
        case FaultKind.STATUS_500_AFTER | FaultKind.STATUS_500_HALFWAY:
            return None  # the right answer is built first: that is the point
        case kind if kind.startswith("status_"):
            status = int(kind.removeprefix("status_"))
            return refusal(status, _MESSAGES.get(status, "Internal server error"))
    return None
