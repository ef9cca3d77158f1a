"""`test-alert` tries every channel that is set, and `check` says of each how it stands."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from alerts.watching_receivers import HttpReceiver
from proof.machine import Machine, ago
from servers import sqlite_only

pytestmark = sqlite_only("it is about files and the network")
Operator = Callable[..., Machine]


def line(machine: Machine, name: str) -> str:
    return next(line for line in machine.out.splitlines() if line[7:].startswith(f"{name}: "))


def test_a_marked_test_goes_to_every_channel_and_leaves_the_health_checks_state(
    operator: Operator,
) -> None:
    with HttpReceiver() as health, HttpReceiver() as exports, HttpReceiver() as chat:
        machine = operator(
            days=1,
            HEALTHCHECK_URL=health.url,
            EXPORT_HEALTHCHECK_URL=exports.url,
            ALERT_WEBHOOK_URL=chat.url,
        )
        assert machine.run("test-alert") == 0
        assert [receiver.paths for receiver in (health, exports)] == [["/a-secret-path/log"]] * 2
        assert b"TEST: API 3C Robot" in chat.received[0][2]
    for name in ("HEALTHCHECK_URL", "EXPORT_HEALTHCHECK_URL", "ALERT_WEBHOOK_URL"):
        assert line(machine, name).startswith("ok")
    assert "secret-path" not in machine.out


def test_a_channel_that_does_not_take_it_is_named_and_the_others_are_tried(
    operator: Operator,
) -> None:
    with HttpReceiver(says="OK (not found)") as health, HttpReceiver(404) as chat:
        machine = operator(
            days=1,
            HEALTHCHECK_URL=health.url,
            ALERT_WEBHOOK_URL=chat.url,
            ALERT_EMAIL_TO="somebody@example.com",
            ALERT_EMAIL_SERVER="127.0.0.1",
            ALERT_EMAIL_PORT=9,
        )
        assert machine.run("test-alert") == 1
    assert "OK (not found)" in line(machine, "HEALTHCHECK_URL")
    assert "HTTP 404" in line(machine, "ALERT_WEBHOOK_URL")
    assert line(machine, "ALERT_EMAIL_TO").startswith("FAILED")


def test_without_a_channel_it_says_which_settings_make_one(operator: Operator) -> None:
    machine = operator(days=1)
    assert machine.run("test-alert") == 2
    assert "ALERT_WEBHOOK_URL" in machine.err


def test_check_says_of_each_channel_how_it_stands(operator: Operator) -> None:
    with HttpReceiver(says="OK") as health, HttpReceiver(says="ok") as chat:
        machine = operator(days=1, HEALTHCHECK_URL=health.url, ALERT_WEBHOOK_URL=chat.url)
        machine.run("check")
        assert line(machine, "HEALTHCHECK_URL").startswith("ok")
        assert line(machine, "ALERT_WEBHOOK_URL").startswith("warn")
        assert "test-alert" in line(machine, "ALERT_WEBHOOK_URL")
        assert not chat.received  # nobody is told anything by check
        assert machine.run("test-alert") == 0
        machine.run("check")
        assert line(machine, "ALERT_WEBHOOK_URL").startswith("ok")


def test_a_message_that_did_not_arrive_is_a_warning_and_a_line_of_check_that_fails(
    operator: Operator, caplog: pytest.LogCaptureFixture
) -> None:
    failed = (
        "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP"
        " error 429"
    )
    with HttpReceiver(says="OK (not found)") as health, HttpReceiver(says=failed) as chat:
        machine = operator(days=1, broken=1, HEALTHCHECK_URL=health.url, ALERT_WEBHOOK_URL=chat.url)
        assert machine.sync(ago(1)) == 3
        told = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
        assert any(
            "HEALTHCHECK_URL could not be told" in each and "not found" in each for each in told
        )
        assert any("ALERT_WEBHOOK_URL could not be told" in each and "429" in each for each in told)
        assert machine.run("check") == 1
    assert "OK (not found)" in line(machine, "HEALTHCHECK_URL")
    assert "did not arrive" in line(machine, "ALERT_WEBHOOK_URL")


def test_a_mail_server_that_refuses_the_login_is_told_by_check(operator: Operator) -> None:
    machine = operator(
        days=1,
        ALERT_EMAIL_TO="somebody@example.com",
        ALERT_EMAIL_SERVER="127.0.0.1",
        ALERT_EMAIL_PORT=9,
    )
    assert machine.run("check") == 1
    assert line(machine, "ALERT_EMAIL_TO").startswith("FAILED")
