"""An e-mail, over SMTP with TLS.

A deadline bounds the whole, as with every exchange (`robot.http.deadline`).
"""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Any, Literal

from robot.alerts.report import Report
from robot.http import deadline
from robot.http.deadline import Deadline
from robot.http.roots import Roots

Security = Literal["starttls", "tls", "none"]
TIMEOUT_SECONDS = 8.0  # for each next byte
DEADLINE_SECONDS = 5 * TIMEOUT_SECONDS
_PORTS: dict[Security, int] = {"starttls": 587, "tls": 465, "none": 25}


@dataclass(frozen=True)
class MailServer:
    """How to reach the mail server, and as whom.

    `port` 0 = the usual one of its security. `roots` vouch for it.
    """

    host: str
    port: int
    security: Security
    username: str = ""
    password: str = ""
    roots: Roots = field(default_factory=Roots)


def send(server: MailServer, sender: str, receivers: tuple[str, ...], report: Report) -> None:
    """Send one message. Raises OSError (smtplib's and ssl's errors are) when it cannot be
    delivered.

    The server's certificate is checked, and nothing goes out before the connection is encrypted
    (but for "none").
    """
    with _session(server) as smtp:
        smtp.send_message(_message(sender, receivers, report))


def reach(server: MailServer) -> None:
    """Connect and log in, and send nothing. Raises OSError as `send` does."""
    with _session(server):
        pass


@contextmanager
def _session(server: MailServer) -> Iterator[smtplib.SMTP]:
    with Deadline(DEADLINE_SECONDS) as limit:
        try:
            with _connect(server) as smtp:
                if server.username:
                    smtp.login(server.username, server.password)
                yield smtp
        except OSError:
            if limit.passed:
                raise TimeoutError("the mail server did not answer in time") from None
            raise


class _Smtp(smtplib.SMTP):
    def connect(self, *arguments: Any, **options: Any) -> tuple[int, bytes]:
        deadline.watch(self)
        return super().connect(*arguments, **options)


class _SmtpOverTls(smtplib.SMTP_SSL):
    def connect(self, *arguments: Any, **options: Any) -> tuple[int, bytes]:
        deadline.watch(self)
        return super().connect(*arguments, **options)


def _connect(server: MailServer) -> smtplib.SMTP:
    port = server.port or _PORTS[server.security]
    if server.security == "tls":
        return _SmtpOverTls(
            server.host, port, timeout=TIMEOUT_SECONDS, context=server.roots.context()
        )
    smtp = _Smtp(server.host, port, timeout=TIMEOUT_SECONDS)
    if server.security == "starttls":
        try:
            smtp.starttls(context=server.roots.context())
        except BaseException:
            smtp.close()
            raise
    return smtp


def _message(sender: str, receivers: tuple[str, ...], report: Report) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = report.subject
    message["From"] = sender
    message["To"] = ", ".join(receivers)
    message["Date"] = formatdate(localtime=True)
    message["Message-ID"] = make_msgid(domain="api-3c-robot.invalid")
    message.set_content(report.body)
    return message
