"""One HTTP answer of a simulator, ready to be sent."""

from dataclasses import dataclass

JSON_TYPE = "application/json"
HTML_TYPE = "text/html; charset=UTF-8"


@dataclass(frozen=True)
class Answer:
    """Status, body, and the headers beside its type and length."""

    status: int
    body: bytes
    content_type: str = JSON_TYPE
    headers: tuple[tuple[str, str], ...] = ()
