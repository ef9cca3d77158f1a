"""What several tests need: a fixed clock, a transport that does not wait, one execution in this
process.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from servers import Database

from robot.commands.context import Session
from robot.commands.progress import PlainLines
from robot.http import Bearer, Transport
from robot.http.throttle import Throttle
from robot.period import Window, windows_of_days
from robot.simulators.threec import DEMO_TOKEN, Request, Simulator
from robot.sync.execution import Execution, Summary
from robot.sync.kinds import Asked
from robot.sync.windows import Listener
from robot.threec.api import api_of
from robot.threec.calls import CallsApi
from robot.threec.calls_job import CallsJob
from robot.threec.known import KnownRequests
from robot.threec.service_tokens import Refusals, kind_of

NOW = datetime(2026, 9, 20, 12, 0, 0)
DAY = date(2026, 9, 15)
FAST = 0.001  # seconds: the first wait between two tries


class Gate:
    """A simulator's `on_page`: whoever asks for a page waits until it is opened.

    `reached`: somebody waits.
    """

    def __init__(self) -> None:
        self.reached = threading.Event()
        self._opened = threading.Event()

    def __call__(self, _request: Request) -> None:
        self.reached.set()
        self._opened.wait(150)

    def open(self) -> None:
        self._opened.set()


def days(count: int, last: date = DAY) -> list[date]:
    """`count` days up to `last`, oldest first."""
    return [last - timedelta(days=back) for back in range(count - 1, -1, -1)]


def fast_transport(
    token: str = DEMO_TOKEN, stop: threading.Event | None = None, **values: Any
) -> Transport:
    """A transport that waits milliseconds where the real one waits seconds."""
    throttle = Throttle(values.pop("concurrency", 4), stop=stop)
    api = api_of(Bearer(token), KnownRequests(), Refusals(kind_of(token)))
    api = replace(api, require_known=lambda *_: None)
    return Transport(api, throttle=throttle, stop=stop, **{"first_wait": FAST, **values})


def execute(
    simulator: Simulator,
    database: Database,
    windows: Sequence[Window] | None = None,
    *,
    campaigns: tuple[int, ...] = (),
    now: datetime = NOW,
    per_page: int = 100,
    stop: threading.Event | None = None,
    listener: Listener | None = None,
    again: bool = False,
    **transport: Any,
) -> Summary:
    """One execution of `calls` into this database, in this process."""
    stop = stop or threading.Event()
    database.clock.now = now
    repository = database.repository(stop=stop)
    http = fast_transport(stop=stop, **transport)
    job = CallsJob(CallsApi(http, simulator.url), campaigns, per_page=per_page, concurrency=4)
    try:
        execution = Execution(job, repository, database.clock, listener or PlainLines(), stop)
        return execution.run(windows or windows_of_days([DAY]), again=again)
    finally:
        repository.close()


@contextmanager
def always(status: int, body: bytes, **headers: str) -> Iterator[str]:
    """A server that gives every GET and POST the same answer; its address."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Nothing."""

        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.do_GET()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
    )
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api/v1/calls"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def asked_for(session: Session, days: Sequence[date]) -> Asked:
    """The calls of these days, as an execution asks for them."""
    settings = session.settings
    return Asked(
        lambda stop: CallsJob.from_settings(settings, (), stop), lambda _: windows_of_days(days)
    )
