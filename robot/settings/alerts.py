"""The settings of those who are told: health checks, a chat, the mail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import SecretStr
from pydantic_settings import BaseSettings

from robot.settings.readers import ADDRESS, Address, Lower, Receivers
from robot.settings.setting import Rules, setting


class AlertSettings(BaseSettings):
    """Who is told of executions, and how."""

    healthcheck_url: Address = setting(
        SecretStr(""),
        ADDRESS,
        (
            "Address pinged at the start and end of each execution of the calls (Healthchecks'"
            " protocol)"
        ),
    )
    export_healthcheck_url: Address = setting(
        SecretStr(""),
        ADDRESS,
        "Address of its own, pinged at the start and end of each export to the dialer",
    )
    alert_webhook_url: Address = setting(
        SecretStr(""), ADDRESS, "Chat address told of failures (Slack, Teams, …)"
    )
    alert_webhook_format: Annotated[Literal["auto", "text", "teams"], Lower] = setting(
        "auto",
        "auto, text or teams",
        "What the chat takes: {text} or a Teams card; auto = by its address",
    )
    alert_email_to: Receivers = setting(
        (), "e-mail addresses separated by commas", "Who is sent an e-mail at failures"
    )
    alert_email_from: str = setting(
        "", "an e-mail address", "Sender of those e-mails; empty = the first receiver"
    )
    alert_email_server: str = setting("", "the name of a mail server", "Mail server (SMTP)")
    alert_email_port: int = setting(
        0,
        "a port, or 0 for the usual one",
        "Its port; 0 = 587 starttls, 465 tls, 25 none",
        ge=0,
        le=65535,
    )
    alert_email_security: Annotated[Literal["starttls", "tls", "none"], Lower] = setting(
        "starttls",
        "starttls, tls or none",
        "How the connection to the mail server is encrypted",
    )
    alert_email_username: str = setting(
        "", "a login of the mail server", "Login; empty = without one"
    )
    alert_email_password: SecretStr = setting(
        SecretStr(""), "the login's password", "Password of that login"
    )


def problems(raw: Mapping[str, str]) -> list[str]:
    """What is missing, and what contradicts something else."""
    rules = Rules(AlertSettings, raw)
    if rules.is_set("ALERT_EMAIL_TO"):
        rules.need("ALERT_EMAIL_SERVER", ", though ALERT_EMAIL_TO is set")
    if (
        rules.is_set("ALERT_EMAIL_USERNAME")
        and rules.value("ALERT_EMAIL_SECURITY").lower() == "none"
    ):
        rules.problems.append(
            "ALERT_EMAIL_SECURITY: read 'none', though ALERT_EMAIL_USERNAME is set; expected"
            " starttls or tls"
        )
    return rules.problems
