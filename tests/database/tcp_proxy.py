"""A TCP proxy before the server that cuts a connection at a chosen message, so that the other side
sees a reset.

It is a process of its own: pyodbc asks the server for the types of parameters with Python's lock
held, and a thread of the same process could pass nothing on meanwhile.
"""

from __future__ import annotations

import socket
import struct
import subprocess
import sys
import threading
from contextlib import suppress
from enum import Enum

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER of zero seconds: close() sends RST


class Cut(Enum):
    """When the connection is cut, seen from one message of the client."""

    BEFORE = "before the server has it"
    DURING = "when the server has it, and no answer has come"
    AFTER = "when the server has answered, and the answer is lost"


class TcpProxy:
    """The proxy, seen from the test."""

    def __init__(self, host: str, port: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, host, str(port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = int(self._ask())

    def __enter__(self) -> TcpProxy:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def _ask(self, *words: object) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        if words:
            print(*words, file=self._process.stdin, flush=True)
        return self._process.stdout.readline()

    def cut_at(self, message: int, how: Cut) -> None:
        """Cut, once, at the client's message of that number, counted from 1 and from now."""
        self._ask("cut", message, how.name)

    def fall_silent_at(self, message: int) -> None:
        """From that message of the client's on pass nothing on, on this connection, and keep it
        open.
        """
        self._ask("silence", message)

    @property
    def cuts(self) -> int:
        """How often it has cut since it was told to."""
        return int(self._ask("cuts"))


class _Proxy:
    """Listens on a loopback port and passes everything on, until told to cut.

    Every connection has two threads.
    """

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._cut: Cut | None = None
        self._left = 0
        self._left_to_silence = 0
        self.cuts = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_at(self, message: int, how: Cut) -> None:
        with self._lock:
            self._cut, self._left, self.cuts = how, message, 0

    def fall_silent_at(self, message: int) -> None:
        with self._lock:
            self._left_to_silence, self.cuts = message, 0

    def _silence_due(self) -> bool:
        with self._lock:
            self._left_to_silence -= 1
            self.cuts += self._left_to_silence == 0
            return self._left_to_silence == 0

    def _due(self) -> Cut | None:
        with self._lock:
            self._left -= 1
            if self._cut is None or self._left != 0:
                return None
            self.cuts += 1
            how, self._cut = self._cut, None
            return how

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self._target)
            except OSError:
                _reset(client)
                continue
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = _Connection(client, server)
            threading.Thread(target=self._to_server, args=(connection,), daemon=True).start()
            threading.Thread(target=connection.to_client, daemon=True).start()

    def _to_server(self, connection: _Connection) -> None:
        try:
            while data := connection.client.recv(1 << 16):
                if self._silence_due():
                    while connection.client.recv(1 << 16):
                        pass
                    break
                how = self._due()
                if how is Cut.BEFORE:
                    break
                if how is not None:
                    connection.mute.set()
                connection.server.sendall(data)
                if how is Cut.AFTER:
                    # the first part of a long message has no answer of its own
                    connection.answered.wait(1)
                if how is not None:
                    break
        except OSError:
            pass
        connection.reset()


class _Connection:
    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.client, self.server = client, server
        self.mute = threading.Event()
        self.answered = threading.Event()

    def to_client(self) -> None:
        try:
            while data := self.server.recv(1 << 16):
                if self.mute.is_set():
                    self.answered.set()
                else:
                    self.client.sendall(data)
        except OSError:
            pass
        self.reset()

    def reset(self) -> None:
        _reset(self.client)
        _reset(self.server)


def _reset(end: socket.socket) -> None:
    with suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        end.shutdown(socket.SHUT_RDWR)
    end.close()


def _serve(host: str, port: str) -> None:
    proxy = _Proxy(host, int(port))
    print(proxy.port, flush=True)
    for line in sys.stdin:
        match line.split():
            case ["cut", message, how]:
                proxy.cut_at(int(message), Cut[how])
                print("ready", flush=True)
            case ["silence", message]:
                proxy.fall_silent_at(int(message))
                print("ready", flush=True)
            case _:
                print(proxy.cuts, flush=True)


if __name__ == "__main__":
    _serve(*sys.argv[1:])
