"""What a transport is told of its API, and what it tells of an answer: without a vendor's name."""

from __future__ import annotations

import itertools
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from robot.http import (
    Api,
    ApiUnavailable,
    AuthenticationRefused,
    Bearer,
    Credentials,
    Quota,
    QuotaSpent,
    RateLimited,
    RenewableToken,
    RequestRefused,
    Throttle,
    TokenExpired,
    Transport,
)

HTTP = Path(__file__).resolve().parents[2] / "robot" / "http"


class Heard:
    """A server that notes what it hears, and answers what `answer(heard)` says."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.url = ""


@contextmanager
def server(answer: Callable[[Heard], tuple[int, dict[str, str], Any]]) -> Iterator[Heard]:
    heard = Heard()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            heard.requests.append((self.command, self.path, dict(self.headers)))
            status, headers, body = answer(heard)
            raw = json.dumps(body).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(raw))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    heard.url = f"http://127.0.0.1:{http.server_port}/things"
    try:
        yield heard
    finally:
        http.shutdown()
        http.server_close()


def transport(api: Api, **options: Any) -> Transport:
    return Transport(
        api, throttle=Throttle(2, api.quota), first_wait=0.001, max_attempts=2, **options
    )


def test_no_file_of_the_transport_names_a_vendor():
    vendor = re.compile("3c|manager_token|muitas requisi", re.IGNORECASE)
    found = {file.name: vendor.search(file.read_text("utf-8")) for file in HTTP.glob("*.py")}
    named = {f"{name}: {match[0]}" for name, match in found.items() if match}
    assert named == set()


def test_headers_of_the_api_of_the_token_and_of_one_request_travel_together():
    with server(lambda _: (200, {"X-Left": "41"}, {})) as heard:
        http = transport(Api(headers={"Version": "2021-07-28"}, auth=Bearer("secret-of-a-test")))
        answer = http.send("GET", heard.url, headers={"X-Flow-Key": "k"})
        http.close()
    (_, _, headers) = heard.requests[0]
    assert headers["Version"] == "2021-07-28"
    assert headers["Authorization"] == "Bearer secret-of-a-test"
    assert headers["X-Flow-Key"] == "k"
    assert answer.headers["x-left"] == "41"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, TokenExpired),
        (403, AuthenticationRefused),
        (422, RequestRefused),
        (429, RateLimited),
        (500, ApiUnavailable),
    ],
)
def test_an_error_keeps_status_code_headers_and_body(status, kind):
    body = {"code": "LIMIT_REACHED", "message": "too much"}
    with server(lambda _: (status, {"X-Trace": "7"}, body)) as heard:
        http = transport(Api())
        with pytest.raises(kind) as caught:
            http.send("GET", heard.url)
        http.close()
    error = caught.value
    assert (error.status, error.code, error.body) == (status, "LIMIT_REACHED", body)
    assert json.loads(error.raw) == body
    assert error.headers["x-trace"] == "7"


def test_an_api_has_words_of_its_own_for_too_many_requests_and_for_what_is_wrong():
    body = {"fault": {"text": "slower, please"}}
    with server(lambda _: (422, {}, body)) as heard:
        http = transport(
            Api(
                too_many=lambda status, said: status == 422 and "slower" in said,
                explain=lambda body: body["fault"]["text"],
            )
        )
        with pytest.raises(RateLimited):
            http.send("GET", heard.url)
        http.close()


def test_a_refused_token_is_renewed_by_the_auth_object_itself_and_the_request_goes_once_more():
    numbers = itertools.count(1)

    def answer(heard: Heard) -> tuple[int, dict[str, str], Any]:
        carried = heard.requests[-1][2]["X-Key"]
        expired = carried == "key-1" and len(heard.requests) > 1
        return (401, {}, {}) if expired else (200, {}, {})

    auth = RenewableToken(
        lambda: f"key-{next(numbers)}", lambda token: Credentials(headers={"X-Key": token})
    )
    with server(answer) as heard:
        http = transport(Api(auth=auth))
        for _ in range(3):
            http.get(heard.url)
        http.close()
    assert [headers["X-Key"] for _, _, headers in heard.requests] == [
        *("key-1", "key-1", "key-2", "key-2"),
    ]


def test_more_requests_than_a_day_allows_are_not_sent():
    with server(lambda _: (200, {}, {})) as heard:
        http = transport(Api(quota=Quota(per_day=3)))
        for _ in range(3):
            http.get(heard.url)
        with pytest.raises(QuotaSpent, match="3 requests of a day are spent"):
            http.get(heard.url)
        http.close()
    assert len(heard.requests) == 3


def test_a_day_later_there_is_room_again():
    now = 0.0
    throttle = Throttle(1, Quota(per_day=1), clock=lambda: now)
    with throttle.turn():
        pass
    with pytest.raises(QuotaSpent), throttle.turn():
        pass
    now = 24 * 3600.0
    with throttle.turn():
        pass


def test_headers_of_an_answer_may_ask_for_a_pause():
    def pause(headers: Any) -> float:
        return 10.0 if headers.get("X-RateLimit-Remaining") == "0" else 0.0

    now = 0.0
    stop = threading.Event()
    throttle = Throttle(1, Quota(pause_after=pause), stop=stop, clock=lambda: now)
    throttle.answered({"X-RateLimit-Remaining": "5"})
    with throttle.turn():
        pass
    throttle.answered({"X-RateLimit-Remaining": "0"})
    begun = threading.Event()

    def ask() -> None:
        with throttle.turn():
            begun.set()

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    assert not begun.wait(0.3)
    now = 10.0
    asking.join(10)
    assert begun.is_set()
