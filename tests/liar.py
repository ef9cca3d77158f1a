"""An API of a test's own making: what the simulator would never answer."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request for a page of calls."""

    day: str
    page: int
    per_page: int
    start: str
    end: str


@dataclass
class Liar:
    """Its address, and what it was asked."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)


def record(number: int, day: str, **fields: Any) -> dict[str, Any]:
    """A call of that day, `number` seconds after midnight."""
    clock = f"{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}"
    return {
        "id": f"{day}-{number:05}",
        "call_date": f"{day} {clock}",
        "campaign_id": 5,
        "number": "551133334444",
        **fields,
    }


def page_of(
    records: list[dict[str, Any]], asked: Asked, total: int | None = None
) -> tuple[int, object]:
    """The page asked for of these records, with honest totals unless another is given."""
    first = (asked.page - 1) * asked.per_page
    pagination = {
        "total": len(records) if total is None else total,
        "per_page": asked.per_page,
        "current_page": asked.page,
    }
    return 200, {
        "status": 200,
        "data": records[first : first + asked.per_page],
        "meta": {"pagination": pagination},
    }


@contextmanager
def liar(answer: Callable[[Asked], tuple[int, object]]) -> Iterator[Liar]:
    """Serve `answer` (status and body for a request) on a free port."""
    told = Liar()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            query = {
                name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()
            }
            start, end = query["start_date"], query["end_date"]
            asked = Asked(start[:10], int(query["page"]), int(query["per_page"]), start, end)
            told.asked.append(asked)
            status, body = answer(asked)
            raw = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    told.url = f"http://127.0.0.1:{server.server_port}/calls"
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
