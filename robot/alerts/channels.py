"""Whom the settings name: the health checks, the chat, the mail.

What became of the last alert is remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from pydantic import SecretStr

from robot.alerts import healthcheck, mail, webhook
from robot.alerts.deliveries import Delivery, last, note
from robot.alerts.report import Report
from robot.http import Network
from robot.runtime.escaping import escape
from robot.runtime.masking import mask
from robot.settings import Settings

HEALTH_SETTINGS = tuple(name for name in Settings.model_fields if name.endswith("healthcheck_url"))


def health_check(
    settings: Settings, setting: str
) -> Callable[[healthcheck.Signal, str], None] | None:
    """What pings the health check of this setting; None where it is empty, or there is none."""
    address: SecretStr = getattr(settings, setting) if setting else SecretStr("")
    if not address.get_secret_value():
        return None
    return partial(healthcheck.ping, address.get_secret_value(), network=Network.of(settings))


def alerts(settings: Settings) -> dict[str, Callable[[Report], None]]:
    """What sends a report to the chat and by mail, each by the name of its setting."""
    found: dict[str, Callable[[Report], None]] = {}
    if hook := settings.alert_webhook_url.get_secret_value():
        send = partial(
            webhook.send, hook, settings.alert_webhook_format, network=Network.of(settings)
        )
        found["ALERT_WEBHOOK_URL"] = _noted(settings, "ALERT_WEBHOOK_URL", send)
    if settings.alert_email_to:
        sender = settings.alert_email_from or settings.alert_email_to[0]
        post = partial(mail.send, _mail_server(settings), sender, settings.alert_email_to)
        found["ALERT_EMAIL_TO"] = _noted(settings, "ALERT_EMAIL_TO", post)
    return found


def tests(settings: Settings) -> dict[str, Callable[[Report], None]]:
    """What sends a marked test to each channel that is set.

    To a health check as a line of its log: its state stays.
    """
    checks: dict[str, Callable[[Report], None]] = {}
    for setting in HEALTH_SETTINGS:
        if (ping := health_check(settings, setting)) is not None:
            checks[setting.upper()] = partial(_to_log, ping)
    return checks | alerts(settings)


def states(settings: Settings) -> Mapping[str, Callable[[], str | None]]:
    """By channel: what says how it stands, as far as that can be known without telling anybody
    anything.

    The health checks and the mail server are asked. Of a chat, what became of the last message;
    None before the first. Each raises OSError, with the reason, where somebody would not be told.
    """
    found: dict[str, Callable[[], str | None]] = {}
    for setting in HEALTH_SETTINGS:
        if (ping := health_check(settings, setting)) is not None:
            found[setting.upper()] = partial(_asked, ping)
    if settings.alert_webhook_url.get_secret_value():
        found["ALERT_WEBHOOK_URL"] = partial(_last_told, settings, "ALERT_WEBHOOK_URL")
    if settings.alert_email_to:
        found["ALERT_EMAIL_TO"] = partial(_mail_state, settings)
    return found


def _asked(ping: Callable[[healthcheck.Signal, str], None]) -> str:
    ping("/log", "check: the robot can reach this health check.")
    return "answers"


def _mail_state(settings: Settings) -> str | None:
    mail.reach(_mail_server(settings))
    told = _last_told(settings, "ALERT_EMAIL_TO")
    return f"the mail server takes the login; {told}" if told else None


def _last_told(settings: Settings, channel: str) -> str | None:
    found = last(_memory(settings), channel)
    if found is None:
        return None
    when = datetime.fromisoformat(found.at).astimezone(settings.timezone)
    if found.failed is not None:
        raise OSError(f"the message of {when:%Y-%m-%d %H:%M} did not arrive: {found.failed}")
    return f"the message of {when:%Y-%m-%d %H:%M} arrived"


def _to_log(ping: Callable[[healthcheck.Signal, str], None], report: Report) -> None:
    ping("/log", f"{report.subject}\n\n{report.body}")


def _mail_server(settings: Settings) -> mail.MailServer:
    return mail.MailServer(
        settings.alert_email_server,
        settings.alert_email_port,
        settings.alert_email_security,
        settings.alert_email_username,
        settings.alert_email_password.get_secret_value(),
        Network.of(settings).roots,
    )


def _memory(settings: Settings) -> Path:
    return settings.db_file.parent / "deliveries.json"


def _noted(
    settings: Settings, channel: str, send: Callable[[Report], None]
) -> Callable[[Report], None]:
    """The same, and what became of it is remembered."""

    def sending(report: Report) -> None:
        failed: str | None = None
        try:
            send(report)
        except Exception as error:
            failed = escape(mask(str(error) or type(error).__name__))
            raise
        finally:
            note(
                _memory(settings),
                channel,
                Delivery(datetime.now(UTC).isoformat(timespec="seconds"), failed),
            )

    return sending
