"""A server on loopback that a test gives its very bytes: what no HTTP library would send."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

JSON = b'{"data": []}'


def response(
    status: str, body: bytes = JSON, *headers: str, content_type: str = "application/json"
) -> bytes:
    """The bytes of a whole answer, like `response("403 Forbidden", b"{}")`; the connection ends
    with it.
    """
    told = (
        f"Content-Type: {content_type}",
        f"Content-Length: {len(body)}",
        "Connection: close",
        *headers,
    )
    return (
        f"HTTP/1.1 {status}\r\n".encode()
        + "".join(f"{line}\r\n" for line in told).encode()
        + b"\r\n"
        + body
    )


@dataclass
class RawServer:
    """Where it listens, and the heads of the requests that came."""

    port: int
    heads: list[str] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/v1/calls"


Talk = Callable[[socket.socket, RawServer], None]


@contextmanager
def raw_server(talk: Talk) -> Iterator[RawServer]:
    """Serve each connection with `talk(connection, server)`, in a thread of its own."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = RawServer(listener.getsockname()[1])
    threads: list[threading.Thread] = []

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):  # whoever asks may hang up at any moment
            talk(connection, server)

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:  # closed: the test is over
                return
            thread = threading.Thread(target=serve, args=(connection,), daemon=True)
            threads.append(thread)
            thread.start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield server
    finally:
        server.stopping.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)  # wakes up accept()
        listener.close()
        accepting.join(10)
        for thread in threads:
            thread.join(10)


def read_request(connection: socket.socket, server: RawServer) -> str:
    """Read one request, body included; return its head."""
    raw = b""
    while b"\r\n\r\n" not in raw:
        some = connection.recv(65536)
        if not some:
            raise ConnectionError("nothing more is asked")
        raw += some
    head, _, body = raw.partition(b"\r\n\r\n")
    length = next(
        (
            int(line[15:])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        ),
        0,
    )
    while len(body) < length:
        body += connection.recv(65536)
    server.heads.append(head.decode("latin-1"))
    return server.heads[-1]


@contextmanager
def answers(*raw: bytes) -> Iterator[RawServer]:
    """A server that gives each request the next of these answers, the last one for ever."""
    lock = threading.Lock()

    def talk(connection: socket.socket, server: RawServer) -> None:
        with lock:
            read_request(connection, server)
            answer = raw[min(len(server.heads), len(raw)) - 1]
        connection.sendall(answer)

    with raw_server(talk) as server:
        yield server
