"""Real servers to be told: HTTP, and SMTP with TLS."""

from __future__ import annotations

import socket
import ssl
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


@dataclass
class HttpReceiver:
    """Answers each POST with `status` and what it `says`, after `hold` is set where it is given,
    and keeps what came.
    """

    status: int = 200
    hold: threading.Event | None = None
    says: str = ""
    received: list[tuple[str, str, bytes]] = field(default_factory=list)

    def __enter__(self) -> Self:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.received.append((self.path, self.headers["Content-Type"], body))
                if receiver.hold:
                    receiver.hold.wait(30)
                self.send_response(receiver.status)
                said = receiver.says.encode()
                self.send_header("Content-Length", str(len(said)))
                self.send_header("Location", "/elsewhere")
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.hold:
            self.hold.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/a-secret-path"

    @property
    def paths(self) -> list[str]:
        return [path for path, _, _ in self.received]


class _Keeper:
    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.encrypted: list[bool] = []

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd calls it so
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        self.encrypted.append(server.transport.get_extra_info("sslcontext") is not None)
        return "250 kept"


class MailReceiver:
    """A mail server with STARTTLS, or with TLS from the first byte; wants this login."""

    def __init__(
        self, context: ssl.SSLContext, *, starttls: bool, login: tuple[str, str] | None = None
    ) -> None:
        self._keeper = _Keeper()

        def allowed(
            _server: object, _session: object, _envelope: object, _mechanism: str, data: Any
        ) -> AuthResult:
            given = (
                (data.login.decode(), data.password.decode())
                if isinstance(data, LoginPassword)
                else None
            )
            return AuthResult(success=given == login, handled=False)

        options: dict[str, Any] = {"authenticator": allowed, "auth_required": True} if login else {}
        if starttls:
            options |= {"tls_context": context, "require_starttls": True}
        elif login:
            options |= {"auth_require_tls": False}
        self._controller = Controller(
            self._keeper,
            hostname="127.0.0.1",
            port=0,
            ssl_context=None if starttls else context,
            **options,
        )

    def __enter__(self) -> Self:
        # aiosmtpd greets itself at the port that it was given, and with 0 would find nobody there
        self._controller._trigger_server = lambda: socket.create_connection(
            ("127.0.0.1", self.port)
        ).close()
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    @property
    def port(self) -> int:
        return int(self._controller.server.sockets[0].getsockname()[1])

    @property
    def messages(self) -> list[EmailMessage]:
        return self._keeper.messages

    @property
    def encrypted(self) -> list[bool]:
        return self._keeper.encrypted
