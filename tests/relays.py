"""What stands between the robot and the API in a company: a proxy, with or without a login, and a
server with TLS.
"""

from __future__ import annotations

import base64
import http.client
import socket
import ssl
import threading
from contextlib import suppress
from urllib.parse import urlsplit

from raw_server import RawServer, Talk, read_request, response

WANTS_LOGIN = response(
    "407 Proxy Authentication Required", b"<html>who are you?", "Proxy-Authenticate: Basic"
)


def relay(api: str, context: ssl.SSLContext | None = None) -> Talk:
    """A server, with TLS where a context is given, that answers what the server at `api`
    answers.
    """

    def talk(connection: socket.socket, server: RawServer) -> None:
        if context is None:
            _answer(connection, server, api)
        else:
            with context.wrap_socket(connection, server_side=True) as inner:
                _answer(inner, server, api)

    return talk


def proxy(api: str, login: str = "") -> Talk:
    """A proxy for which every name is the server at `api`; `login` is `user:password`, where it
    wants one.
    """
    wanted = f"Proxy-Authorization: Basic {base64.b64encode(login.encode()).decode()}"

    def talk(connection: socket.socket, server: RawServer) -> None:
        head = read_request(connection, server)
        if login and wanted not in head:
            connection.sendall(WANTS_LOGIN)
        elif head.startswith("CONNECT "):
            with socket.create_connection(
                (urlsplit(api).hostname or "", urlsplit(api).port or 0)
            ) as other:
                connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                back = threading.Thread(target=_pump, args=(other, connection), daemon=True)
                back.start()
                _pump(connection, other)
                back.join(10)
        else:
            connection.sendall(_asked_of(api, head))

    return talk


def _answer(connection: socket.socket, server: RawServer, api: str) -> None:
    connection.sendall(_asked_of(api, read_request(connection, server)))


def _asked_of(api: str, head: str) -> bytes:
    """The bytes of the answer to a GET; its connection ends with it."""
    method, target, _ = head.partition("\r\n")[0].split(" ")
    parts = urlsplit(target)
    headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:])
    asked = http.client.HTTPConnection(urlsplit(api).netloc, timeout=30)
    try:
        path = parts._replace(scheme="", netloc="").geturl()
        asked.request(method, path, headers={"Authorization": headers.get("Authorization", "")})
        answer = asked.getresponse()
        return response(f"{answer.status} {answer.reason}", answer.read())
    finally:
        asked.close()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while some := source.recv(65536):
            target.sendall(some)
        target.shutdown(socket.SHUT_WR)
