"""The answers of 3C Plus: its envelopes, its errors, and what stands in front of it when it is in
trouble.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from robot.simulators.answer import HTML_TYPE, Answer
from robot.simulators.faults import Fault, FaultKind
from robot.simulators.threec.records import to_json

TITLES = {
    400: ("Bad Request", "Requisição inválida."),
    401: ("Unauthorized", "Não autenticado."),
    403: ("Forbidden", "Você não tem permissão para acessar este recurso."),
    422: ("Unprocessable Entity", "Os dados informados são inválidos."),
    429: ("Too Many Requests", "Muitas requisições."),
    500: ("Internal Server Error", "Erro interno do servidor."),
    502: ("Bad Gateway", "Bad gateway."),
    503: ("Service Unavailable", "Serviço indisponível."),
}

BUSY_TEXT = "Muitas requisições, aguarde 5 segundos..."
CLOUDFLARE_524 = (
    '<!DOCTYPE html>\n<html lang="en-US"><head><title>app.3c.plus | 524: A timeout'
    " occurred</title></head>\n"
    "<body><h1>A timeout occurred <small>Error code 524</small></h1><p>Cloudflare Ray ID:"
    " 8f00ba4</p></body></html>\n"
)
HTML_PAGE = (
    "<!DOCTYPE html>\n<html><head><title>3C Plus</title></head><body><h1>Estamos em"
    " manutenção</h1></body></html>\n"
)


def envelope(
    data: Sequence[bytes], pagination: Mapping[str, Any] | None, transaction: str
) -> bytes:
    """A page as the API sends it: rendered records inside the envelope; without `meta` when there
    is no pagination.
    """
    head = (
        b'{"status":200,"title":"OK","detail":"","transaction_id":'
        + to_json(transaction)
        + b',"data":['
    )
    tail = b"" if pagination is None else b',"meta":' + to_json({"pagination": pagination})
    return b"".join((head, b",".join(data), b"]", tail, b"}"))


def ok(data: Any, transaction: str, status: int = 200) -> Answer:
    """An answer whose `data` is one value, as `GET /me` gives it."""
    return Answer(status, to_json({"status": status, "data": data, "transaction_id": transaction}))


def refusal(
    status: int,
    transaction: str,
    errors: Mapping[str, list[str]] | None = None,
    *,
    detail: str | None = None,
) -> Answer:
    """An error in the API's envelope; PHP writes an empty map of errors as `[]`."""
    title, usual = TITLES[status]
    body = {"status": status, "title": title, "detail": detail or usual, "errors": errors or []}
    return Answer(status, to_json({**body, "transaction_id": transaction}))


def fault_answer(fault: Fault, transaction: str) -> Answer | None:
    """The answer that a fault puts in the place of the right one; None for faults that change or
    cut the right one.
    """
    headers = () if fault.retry_after is None else (("Retry-After", str(fault.retry_after)),)
    match fault.kind:
        case FaultKind.STATUS_524:
            return Answer(524, CLOUDFLARE_524.encode(), HTML_TYPE, (("Server", "cloudflare"),))
        case FaultKind.STATUS_422_BUSY:
            return refusal(422, transaction, detail=BUSY_TEXT)
        case FaultKind.EMPTY_BODY:
            return Answer(200, b"", HTML_TYPE)
        case FaultKind.HTML_200:
            return Answer(200, HTML_PAGE.encode(), HTML_TYPE)
        case FaultKind.WRONG_SHAPE:
            return Answer(200, fault.body.encode())
        case FaultKind.STATUS_500_AFTER | FaultKind.STATUS_500_HALFWAY:
            return None  # the right answer is built first: that is the point
        case kind if kind.startswith("status_"):
            answer = refusal(int(kind.removeprefix("status_")), transaction)
            return replace(answer, headers=headers)
    return None
