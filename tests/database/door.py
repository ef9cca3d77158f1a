"""The door of a SQL Server, and nothing behind it: it shows a certificate, hears the login and
refuses it.

Microsoft's driver speaks to it as to a real one. Up to TDS 7.4 the TLS handshake travels inside
packets of PRELOGIN's type, and from then on the packets inside TLS; TDS 8.0 ("strict") begins with
TLS. Written by MS-TDS (packet header, PRELOGIN, ERROR, DONE):
https://learn.microsoft.com/openspecs/windows_protocols/ms-tds
"""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass

_PRELOGIN, _LOGIN7, _ANSWER = 0x12, 0x10, 0x04
_LAST = 0x01  # of a packet's status: the message ends with it
_TLS_RECORD = 0x16
_ENCRYPT_NOT_SUPPORTED, _ENCRYPT_REQUIRED = 0x02, 0x03
_LONGEST_SECONDS = 10


@dataclass(frozen=True)
class Refusal:
    """An error as the server numbers and words it. `level` 14: the login, 11: what it asked for."""

    number: int
    text: str
    level: int = 14

    def token(self) -> bytes:
        text, name = self.text.encode("utf-16-le"), "door".encode("utf-16-le")
        body = struct.pack("<lBBH", self.number, 1, self.level, len(self.text)) + text
        # server, no procedure, line 1
        body += bytes([len(name) // 2]) + name + b"\0" + struct.pack("<l", 1)
        return struct.pack("<BH", 0xAA, len(body)) + body


WRONG_PASSWORD = Refusal(18456, "Login failed for user 'robot'.")
NO_DATABASE = Refusal(
    4060, 'Cannot open database "calls" requested by the login. The login failed.', 11
)
_DONE_WITH_ERROR = struct.pack("<BHHQ", 0xFD, 0x0002, 0, 0)


class Door:
    """Listens on a loopback port and refuses every login.

    `logins` counts those that came as far.
    """

    def __init__(self, certificate: ssl.SSLContext | None, *refusals: Refusal) -> None:
        """Without a certificate it cannot encrypt, and says so."""
        if certificate is not None:
            # TDS 7.4's; 1.3 sends tickets after the handshake
            certificate.maximum_version = ssl.TLSVersion.TLSv1_2
            certificate.set_alpn_protocols(["tds/8.0"])
        self._certificate = certificate
        self._answer = b"".join(refusal.token() for refusal in refusals) + _DONE_WITH_ERROR
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.logins = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Door:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            client.settimeout(_LONGEST_SECONDS)
            # a driver that refuses the certificate leaves in the middle of the handshake
            with client, suppress(OSError):
                self._serve(client)

    def _serve(self, client: socket.socket) -> None:
        if self._certificate is not None and client.recv(1, socket.MSG_PEEK) == bytes(
            [_TLS_RECORD]
        ):
            with self._certificate.wrap_socket(client, server_side=True) as inside:
                self._prelogin(inside)
                self._login(inside)
            return
        self._prelogin(client)
        if self._certificate is not None:
            tunnel = _Tunnel(self._certificate, _Wire(client))
            tunnel.handshake()
            self._login(tunnel)

    def _prelogin(self, stream: socket.socket) -> None:
        """Version 16.0.1000 (SQL Server 2022), whether it encrypts, no instance, no thread, no
        MARS.
        """
        _read_message(stream)
        encryption = _ENCRYPT_NOT_SUPPORTED if self._certificate is None else _ENCRYPT_REQUIRED
        version = bytes([16, 0, 1000 >> 8, 1000 & 0xFF, 0, 0])
        options = enumerate([version, bytes([encryption]), b"\0", b"", b"\0"])
        stream.sendall(_packet(_ANSWER, _with_offsets(dict(options))))

    def _login(self, inside: ssl.SSLSocket | _Tunnel) -> None:
        kind, _ = _read_message(inside)
        if kind == _LOGIN7:
            self.logins += 1
            inside.sendall(_packet(_ANSWER, self._answer))
            inside.recv(1)  # until the driver hangs up


class _Wire:
    """The socket during the handshake: what the driver sends comes in packets."""

    def __init__(self, client: socket.socket) -> None:
        self.client = client
        self.wrapped = True

    def send(self, data: bytes) -> None:
        if data:
            self.client.sendall(_packet(_PRELOGIN, data) if self.wrapped else data)

    def receive(self) -> bytes:
        return _read_message(self.client)[1] if self.wrapped else self.client.recv(1 << 16)


class _Tunnel:
    """TLS by hand, over a wire that first wraps and then does not."""

    def __init__(self, context: ssl.SSLContext, wire: _Wire) -> None:
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._in, self._out, server_side=True)
        self._wire = wire

    def handshake(self) -> None:
        while True:
            try:
                self._tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self._wire.send(self._out.read())
                self._feed()
        self._wire.send(self._out.read())
        self._wire.wrapped = False

    def _feed(self) -> None:
        data = self._wire.receive()
        if not data:
            raise ConnectionError("the driver hung up")
        self._in.write(data)

    def recv(self, number: int) -> bytes:
        while True:
            try:
                return self._tls.read(number)
            except ssl.SSLWantReadError:
                self._feed()

    def sendall(self, data: bytes) -> None:
        self._tls.write(data)
        self._wire.send(self._out.read())


def _packet(kind: int, payload: bytes) -> bytes:
    return struct.pack(">BBHHBB", kind, _LAST, len(payload) + 8, 0, 1, 0) + payload


def _exactly(stream: socket.socket | _Tunnel, number: int) -> bytes:
    data = b""
    while len(data) < number:
        more = stream.recv(number - len(data))
        if not more:
            raise ConnectionError("the driver hung up")
        data += more
    return data


def _read_message(stream: socket.socket | _Tunnel) -> tuple[int, bytes]:
    """One message, of one packet or several: its kind and its payload."""
    payload = b""
    while True:
        kind, status, length, _, _, _ = struct.unpack(">BBHHBB", _exactly(stream, 8))
        payload += _exactly(stream, length - 8)
        if status & _LAST:
            return kind, payload


def _with_offsets(options: dict[int, bytes]) -> bytes:
    """Options as PRELOGIN wants them: where each one lies, a terminator, then the values."""
    place = len(options) * 5 + 1
    head = body = b""
    for token, value in options.items():
        head += struct.pack(">BHH", token, place + len(body), len(value))
        body += value
    return head + b"\xff" + body
