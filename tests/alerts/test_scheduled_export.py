"""Exports are told to those who watch, on a health check of their own: what the calls came to hides
nothing of it.
"""

from __future__ import annotations

import json
import threading

import pytest
from watching_receivers import HttpReceiver

from robot.commands import schedule
from robot.commands.context import Context, Session
from robot.commands.export import Options, export
from robot.customers.importing import import_clients
from robot.database import open_repository
from robot.errors import ConfigurationError, SyncError
from robot.settings import IsolatedSettings
from robot.simulators.threec import DEMO_TOKEN, Fault, Simulator
from robot.threec.dialer_export.listed import DIALER_EXPORT

BEGINS, SUCCEEDED, FAILED = "/export/start", "/export", "/export/fail"


@pytest.fixture
def receiver():
    with HttpReceiver() as receiver:
        yield receiver


@pytest.fixture
def simulator():
    with Simulator([]) as running:
        yield running


@pytest.fixture
def session(tmp_path, receiver, simulator):
    def begin(**values):
        settings = IsolatedSettings(
            **{
                "manager_token": DEMO_TOKEN,
                "base_url": simulator.url,
                "db_file": str(tmp_path / "robot.db"),
                "log_dir": str(tmp_path / "logs"),
                "export_cron": "0 8 * * *",
                "export_campaign_id": 5,
                "healthcheck_url": receiver.url + "/calls",
                "export_healthcheck_url": receiver.url + "/export",
                "alert_webhook_url": receiver.url + "/chat",
                "api_max_attempts": 1,
                **values,
            }
        )
        return Session(Context(tmp_path / ".env"), settings, threading.Event())

    return begin


@pytest.fixture
def clients(session, tmp_path):
    """Two clients to be sent."""
    now = session()
    (tmp_path / "clients.csv").write_text(
        "id;nome;fone\n1;Ana;11999998888\n2;Bia;11988887777\n", "utf-8"
    )
    repository = open_repository(now.settings)
    import_clients(tmp_path / "clients.csv", repository, now.now, now.stop)
    repository.close()


def pings(receiver):
    return [
        path.removeprefix("/a-secret-path") for path in receiver.paths if not path.endswith("/chat")
    ]


def chat(receiver):
    return [
        json.loads(body)["text"] for path, _, body in receiver.received if path.endswith("/chat")
    ]


@pytest.fixture
def by_hand(session, monkeypatch):
    """`app export` with these options."""

    def run(**options):
        begun = session()
        monkeypatch.setattr(Session, "begin", lambda context, systems: begun)
        return export(begun.context, Options(campaign=5, **options))

    return run


def test_a_scheduled_export_that_fails_before_it_begins_is_told(session, receiver, tmp_path):
    (tmp_path / "robot.db").write_text("no database at all")
    schedule._send(session(), DIALER_EXPORT)
    assert pings(receiver) == [FAILED]
    (told,) = chat(receiver)
    assert "dialer_export FAILED before it began" in told


def test_a_scheduled_export_is_pinged_at_its_start_and_success_with_what_became_of_the_contacts(
    session, clients, receiver
):
    schedule._send(session(), DIALER_EXPORT)
    assert pings(receiver) == [BEGINS, SUCCEEDED]
    assert b"Sent" in receiver.received[1][2]
    assert chat(receiver) == []


def test_unknown_contacts_are_a_failure_until_an_export_succeeds(
    session, clients, receiver, simulator
):
    simulator.use_faults([Fault("status_500_after", path="/mailing_sync.json")])
    schedule._send(session(), DIALER_EXPORT)
    schedule._send(session(), DIALER_EXPORT)  # nobody is left to be sent
    assert pings(receiver) == [BEGINS, FAILED, BEGINS, SUCCEEDED]
    failed, again = chat(receiver)
    assert "dialer_export COMPLETED_WITH_ERRORS" in failed
    assert "unknown outcome" in failed
    assert "works again" in again


def test_without_an_address_of_its_own_an_export_pings_nobody_but_alerts(
    session, receiver, tmp_path
):
    (tmp_path / "robot.db").write_text("no database at all")
    schedule._send(session(export_healthcheck_url=""), DIALER_EXPORT)
    assert pings(receiver) == []
    assert len(chat(receiver)) == 1


def test_an_export_by_the_command_is_told_too_for_the_task_scheduler_may_have_started_it(
    by_hand, clients, receiver
):
    by_hand(yes=True)
    by_hand(yes=True)  # nobody is left to be sent: it took place all the same
    assert pings(receiver) == [BEGINS, SUCCEEDED] * 2


def test_a_command_that_cannot_even_look_is_told_when_nobody_may_be_looking(
    by_hand, receiver, tmp_path
):
    (tmp_path / "robot.db").write_text("no database at all")
    with pytest.raises(SyncError):
        by_hand(dry_run=True)
    assert receiver.paths == []
    with pytest.raises(SyncError):
        by_hand(yes=True)
    assert pings(receiver) == [FAILED]


def test_a_look_that_sends_nothing_tells_nobody(by_hand, clients, receiver):
    by_hand(dry_run=True)
    with pytest.raises(ConfigurationError, match="no terminal"):
        by_hand()
    assert receiver.paths == []
