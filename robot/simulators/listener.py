"""The simulator's socket: HTTP/1.1 with keep-alive, a thread a connection, and the faults that
happen on the wire.
"""

import json
import os
import socket
import struct
import sys
import threading
from collections.abc import Callable, Mapping
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any
from urllib.parse import parse_qsl

from robot.simulators.answer import JSON_TYPE, Answer
from robot.simulators.faults import Fault, FaultKind

POLL_SECONDS = 0.02  # how long `stop` may have to wait for the accepting thread
RESET_AFTER_SECONDS = (
    0.03  # an RST may overtake what was sent; this lets the client see its half first
)
LINGER = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)  # on, for 0 seconds
GOODBYE_SECONDS = (
    2.0  # how long `stop` waits for the connections' threads, which end as soon as they notice
)

Respond = Callable[[str, str, Mapping[str, str], Any], tuple[Answer, Fault | None]]


class Listener:
    """Accepts connections and hands each request to `respond(method, target, headers, content)`.

    `headers` by their names in small letters; `content` is the body, JSON or form, as read; None
    without one. `respond` gives the answer and the fault under which it is to be sent. The port
    stays the same over stop and start.
    """

    def __init__(self, host: str, port: int, respond: Respond) -> None:
        self.port = port
        self._host = host
        self._respond = respond
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Open the port. Raises OSError when it is taken; nothing when already started."""
        with self._lock:
            if self._server:
                return
            self._stopping.clear()
            self._server = _Server(self._host, self.port, self._respond, self._stopping)
            self.port = self._server.server_port
            self._thread = threading.Thread(
                target=self._server.serve_forever,
                args=(POLL_SECONDS,),
                name="simulator",
                daemon=True,
            )
            self._thread.start()

    def stop(self) -> None:
        """Close the port and all connections; nothing when already stopped."""
        with self._lock:
            if not self._server or not self._thread:
                return
            self._stopping.set()
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
            self._server.drop_connections(GOODBYE_SECONDS)
            self._server = self._thread = None

    def sleep(self, seconds: float) -> bool:
        """Wait, or less when stopped meanwhile; True when stopped."""
        return self._stopping.wait(seconds)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # On Windows this option would let a second server take a port that is in use.
    allow_reuse_address = os.name != "nt"
    request_queue_size = 128

    def __init__(self, host: str, port: int, respond: Respond, stopping: threading.Event) -> None:
        self.respond = respond
        self.stopping = stopping
        self._open: set[socket.socket] = set()
        self._changed = threading.Condition()
        self._mine = threading.local()
        super().__init__((host, port), _Handler)

    def server_bind(self) -> None:
        """Bind without the look-up of the host's name, which can take seconds where DNS is slow."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, so that it can be dropped, and serve it in a thread."""
        with self._changed:
            self._open.add(request)
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve a connection, in its own thread."""
        self._mine.connection = request
        super().process_request_thread(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Close a connection."""
        super().shutdown_request(request)
        with self._changed:
            self._open.discard(request)
            self._changed.notify_all()

    def drop_connections(self, seconds: float) -> None:
        """Cut every open connection and wait, `seconds` at most, until their threads have let go of
        them.

        The caller's own connection is cut too, but not waited for: `stop` may come from `on_page`.
        """
        mine = {getattr(self._mine, "connection", None)}
        with self._changed:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # the client was quicker
            self._changed.wait_for(lambda: self._open <= mine, seconds)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that went away; everything else is a mistake of the simulator, and
        is printed.
        """
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_PATCH(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def log_message(self, *_: Any) -> None:
        """Stay silent: `Simulator.requests` tells what happened."""

    def version_string(self) -> str:
        return "nginx"

    def _serve(self) -> None:
        content = self._read_content()
        answer, fault = self.server.respond(self.command, self.path, _lower(self.headers), content)
        if self.server.stopping.is_set():
            self.close_connection = True
            return
        head = self._head(answer, fault)
        body = answer.body
        half = len(body) // 2
        match fault and fault.kind:
            case FaultKind.RESET_BEFORE:
                self._reset()
            case FaultKind.RESET_IN_BODY:
                self.wfile.write(head + body[:half])
                self.server.stopping.wait(RESET_AFTER_SECONDS)
                self._reset()
            case FaultKind.SHORT_BODY:
                self.wfile.write(head + body[:half])
                self.close_connection = True
            case FaultKind.TRUNCATED_JSON:
                self.wfile.write(head + body[:half])
            case FaultKind.TIMEOUT_BEFORE:
                self._send_slowly([head + body], fault, first=True)
            case FaultKind.TIMEOUT_IN_BODY:
                self._send_slowly([head + body[:half], body[half:]], fault)
            case FaultKind.TRICKLE:
                step = max(1, -(-len(body) // max(1, fault.count if fault else 1)))
                self._send_slowly(
                    [head, *(body[n : n + step] for n in range(0, len(body), step))], fault
                )
            case _:
                self.wfile.write(head + body)

    def _head(self, answer: Answer, fault: Fault | None) -> bytes:
        length = len(answer.body)
        if fault and fault.kind == FaultKind.TRUNCATED_JSON:
            length //= 2
        headers = [
            ("Content-Type", answer.content_type),
            ("Content-Length", str(length)),
            *answer.headers,
        ]
        names = {name for name, _ in headers}
        if "Server" not in names:
            headers.append(("Server", self.version_string()))
        headers.append(("Date", self.date_time_string()))
        reason = self.responses.get(answer.status, ("",))[0]
        lines = [
            f"HTTP/1.1 {answer.status} {reason}",
            *(f"{name}: {value}" for name, value in headers),
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _send_slowly(
        self, pieces: list[bytes], fault: Fault | None, *, first: bool = False
    ) -> None:
        for n, piece in enumerate(pieces):
            if fault and (n or first) and self.server.stopping.wait(fault.seconds):
                self.close_connection = True
                return
            self.wfile.write(piece)

    def _reset(self) -> None:
        """End the connection with RST: lingering for 0 seconds throws away what was not sent, and
        says so.
        """
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER)
        socket.close(self.connection.detach())

    def _read_content(self) -> Any:
        """A body's JSON, or the fields of a form; None for what cannot be read."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if not body:
            return None
        if self.headers.get_content_type() == JSON_TYPE:
            try:
                return json.loads(body)
            except ValueError:
                return None
        return dict(parse_qsl(body.decode("utf-8", "replace")))


def _lower(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
