"""An e-mail, over SMTP with TLS."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Literal

from robot.watching.report import Report

Security = Literal["starttls", "tls", "none"]
TIMEOUT_SECONDS = 8.0
_PORTS: dict[Security, int] = {"starttls": 587, "tls": 465, "none": 25}


@dataclass(frozen=True)
class MailServer:
    """How to reach the mail server, and as whom. `port` 0 = the usual one of its security."""

    host: str
    port: int
    security: Security
    username: str = ""
    password: str = ""


def send(server: MailServer, sender: str, receivers: tuple[str, ...], report: Report) -> None:
    """Send one message. Raises OSError (smtplib's and ssl's errors are) when it cannot be delivered.

    The server's certificate is checked, and nothing goes out before the connection is encrypted (but for "none").
    """
    with _connect(server) as smtp:
        if server.username:
            smtp.login(server.username, server.password)
        smtp.send_message(_message(sender, receivers, report))


def _connect(server: MailServer) -> smtplib.SMTP:
    port = server.port or _PORTS[server.security]
    if server.security == "tls":
        return smtplib.SMTP_SSL(server.host, port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
    smtp = smtplib.SMTP(server.host, port, timeout=TIMEOUT_SECONDS)
    if server.security == "starttls":
        try:
            smtp.starttls(context=ssl.create_default_context())
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
