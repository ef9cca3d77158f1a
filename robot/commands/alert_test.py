"""`test-alert`: a marked test to everybody who would be told of a failure."""

from __future__ import annotations

import socket

import typer
from rich.text import Text

from robot import alerts
from robot.alerts import Report
from robot.commands.context import Context
from robot.errors import ConfigurationError, ExitCode
from robot.runtime.masking import mask
from robot.windows import event_log


def test_alert(context: Context) -> ExitCode:
    """Send the test; a line for each channel. Success only when all of them took it.

    Raises ConfigurationError where none is set.
    """
    settings = context.settings()
    channels = alerts.tests(settings)
    report = Report(
        "test",
        "with errors",
        f"TEST: API 3C Robot on {socket.gethostname()}",
        (
            "This is a test, sent by the command test-alert. Nothing failed: whoever reads it"
            " would be told of a failure."
        ),
    ).safe()
    in_event_log = event_log.report(f"{report.subject}\n\n{report.body}", kind=event_log.WARNING)
    if not channels and not in_event_log:
        raise ConfigurationError(
            "No channel is set: nobody would be told of a failure.",
            "Fill in HEALTHCHECK_URL, ALERT_WEBHOOK_URL or ALERT_EMAIL_TO.",
        )
    failed = 0
    if in_event_log:
        context.out.print(Text.assemble(("ok     ", "green"), "Event Log: an entry was written"))
    for name, send in channels.items():
        try:
            send(report)
            line, style, sign = "took the test; look whether it arrived", "green", "ok"
        except (OSError, ValueError) as error:
            line, style, sign = mask(str(error)), "red", "FAILED"
            failed += 1
        context.out.print(Text.assemble((f"{sign:7}", style), f"{name}: {line}"), soft_wrap=True)
    return ExitCode.FAILED if failed else ExitCode.SUCCESS


def cli(context: typer.Context) -> None:
    """Send a marked test to the health checks, the chat and the mail that the settings name."""
    raise typer.Exit(test_alert(context.obj))
