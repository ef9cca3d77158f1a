"""Who is told what, and when; and that nobody who is told can hold up or break an execution."""

from __future__ import annotations

import logging
import threading
import time

import pytest
from watching_receivers import HttpReceiver

from robot.alerts import Report, Watcher
from robot.runtime import masking
from robot.settings import IsolatedSettings

GOOD = Report("calls", "good", "calls COMPLETED_SUCCESS", "all is well")
PARTLY = Report("calls", "with errors", "calls COMPLETED_WITH_ERRORS", "3 rejected")
FAILED = Report("calls", "failed", "calls FAILED", "the API is down")


@pytest.fixture
def told():
    return []


@pytest.fixture
def watcher(tmp_path, told):
    return Watcher(None, {"somebody": told.append}, tmp_path / "data" / "watching.json")


def test_failures_and_the_first_success_after_them_are_told(watcher, told):
    for report in (GOOD, GOOD, FAILED, FAILED, PARTLY, GOOD, GOOD):
        watcher.ended(report)
    assert [report.subject for report in told] == [
        "calls FAILED",
        "calls FAILED",
        "calls COMPLETED_WITH_ERRORS",
        "calls COMPLETED_SUCCESS (works again)",
    ]


def test_a_job_recovers_from_its_own_failure_only(watcher, told):
    watcher.ended(FAILED)
    watcher.ended(Report("export", "good", "export COMPLETED_SUCCESS", ""))
    assert [report.job for report in told] == ["calls"]


def test_the_memory_outlives_the_process(watcher, told, tmp_path):
    watcher.ended(FAILED)
    Watcher(None, {"somebody": told.append}, tmp_path / "data" / "watching.json").ended(GOOD)
    assert [report.outcome for report in told] == ["failed", "good"]


def test_a_damaged_memory_is_no_memory(watcher, told):
    watcher.memory.parent.mkdir()
    watcher.memory.write_text("[1, 2")
    watcher.ended(GOOD)
    assert told == []


def test_a_memory_that_cannot_be_written_is_a_warning(watcher, told, caplog):
    watcher.memory.mkdir(parents=True)
    watcher.ended(FAILED)
    assert [report.subject for report in told] == ["calls FAILED"]
    assert "cannot be written" in caplog.text


def test_secrets_and_personal_data_are_masked_and_the_subject_stays_one_line(watcher, told):
    masking.register("the-token-of-the-manager")
    watcher.ended(
        Report(
            "calls",
            "failed",
            "calls\r\nBcc: x@example.com",
            "the-token-of-the-manager (11) 99999-8888",
        )
    )
    assert told[0].subject == "calls Bcc: x@example.com"
    assert told[0].body == "*** (**) *****-**88"


def test_the_health_check_hears_start_success_and_failure_in_this_order(tmp_path):
    with HttpReceiver() as receiver:
        settings = IsolatedSettings(
            healthcheck_url=receiver.url, db_file=str(tmp_path / "robot.db")
        )
        for report in (GOOD, FAILED, PARTLY):
            watcher = Watcher.from_settings(settings)
            watcher.started("it begins")
            watcher.ended(report)
    path = "/a-secret-path"
    assert receiver.paths == [
        f"{path}/start",
        path,
        f"{path}/start",
        f"{path}/fail",
        f"{path}/start",
        f"{path}/fail",
    ]
    assert receiver.received[1][2] == b"calls COMPLETED_SUCCESS\n\nall is well"
    assert list(tmp_path.iterdir()) == []  # nothing to remember without alerts


def test_nobody_is_told_by_default(tmp_path):
    watcher = Watcher.from_settings(IsolatedSettings(db_file=str(tmp_path / "robot.db")))
    watcher.started("x")
    watcher.ended(FAILED)
    assert (watcher.ping, dict(watcher.alerts)) == (None, {})


def test_who_never_answers_delays_an_execution_by_its_share_of_time_and_no_more(tmp_path, caplog):
    with HttpReceiver(hold=threading.Event()) as receiver:
        settings = IsolatedSettings(
            healthcheck_url=receiver.url,
            alert_webhook_url=receiver.url,
            db_file=str(tmp_path / "robot.db"),
        )
        watcher = Watcher.from_settings(settings)
        watcher.longest_seconds = 0.5
        began = time.monotonic()
        watcher.started("x")
        assert time.monotonic() - began < 5, "it waited, to the end of the request's own time"
        watcher.ended(FAILED)
        assert 0.5 <= time.monotonic() - began < 7  # of the 8 that a request would wait
    assert "HEALTHCHECK_URL, ALERT_WEBHOOK_URL did not answer in time" in caplog.text


def test_who_cannot_be_reached_is_a_warning_without_the_address(tmp_path, caplog):
    with HttpReceiver() as receiver:
        url = receiver.url
    settings = IsolatedSettings(
        healthcheck_url=url,
        alert_webhook_url=url,
        alert_email_to="ana@example.com",
        alert_email_server="127.0.0.1",
        alert_email_port=9,
        db_file=str(tmp_path / "robot.db"),
    )
    watcher = Watcher.from_settings(settings)
    watcher.started("x")
    watcher.ended(FAILED)
    warned = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert {warning.split(" ")[0] for warning in warned} == {
        "HEALTHCHECK_URL",
        "ALERT_WEBHOOK_URL",
        "ALERT_EMAIL_TO",
    }
    assert "secret-path" not in caplog.text


def test_a_defect_in_a_channel_is_a_warning(watcher, caplog):
    def defect(_report):
        raise ZeroDivisionError("of the channel")

    watcher.alerts = {"somebody": defect}
    watcher.ended(FAILED)
    assert "somebody could not be told: ZeroDivisionError" in caplog.text
