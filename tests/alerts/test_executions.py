"""A whole execution, run as the command does, watched over real HTTP."""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest
from servers import sqlite_only
from support import asked_for
from watching_receivers import HttpReceiver

from robot.commands.context import Context, Session
from robot.commands.run import execute
from robot.database.statuses import ExecutionStatus
from robot.errors import AnotherExecutionRunning, FatalError
from robot.simulators.threec import DEMO_TOKEN, Simulator, make_calls
from robot.threec.listed import CALLS_JOB


@pytest.fixture
def receiver():
    with HttpReceiver() as receiver:
        yield receiver


@pytest.fixture
def simulator():
    with Simulator([]) as simulator:
        yield simulator


@pytest.fixture
def run(database, tmp_path, receiver, simulator):
    """Execute yesterday with these settings; returns the summary."""

    def once(**values):
        settings = database.settings_with(
            **{
                "base_url": simulator.url,
                "manager_token": DEMO_TOKEN,
                "healthcheck_url": receiver.url,
                "alert_webhook_url": receiver.url + "/chat",
                "api_max_attempts": 1,
                **values,
            }
        )
        session = Session(Context.for_file(tmp_path / ".env"), settings, threading.Event())
        yesterday = session.now().date() - timedelta(days=1)
        simulator.replace_calls(make_calls([yesterday], 20))
        return execute(session, CALLS_JOB, asked_for(session, [yesterday]))

    return once


def chat(receiver):
    return [
        json.loads(body)["text"] for path, _, body in receiver.received if path.endswith("/chat")
    ]


def pings(receiver):
    return [
        path.removeprefix("/a-secret-path") for path in receiver.paths if not path.endswith("/chat")
    ]


def test_a_success_is_pinged_with_its_summary_and_told_to_nobody(run, receiver):
    assert run().status is ExecutionStatus.COMPLETED_SUCCESS
    assert pings(receiver) == ["/start", ""]
    assert b"20 inserted" in receiver.received[1][2]
    assert chat(receiver) == []


def test_a_refused_token_is_told_and_the_recovery_too(run, receiver):
    assert run(manager_token="wrong-token-0123456789").status is ExecutionStatus.FAILED
    assert run().status is ExecutionStatus.COMPLETED_SUCCESS
    assert pings(receiver) == ["/start", "/fail", "/start", ""]
    failed, again = chat(receiver)
    assert "calls FAILED" in failed
    assert "401" in failed
    assert "wrong-token" not in failed
    assert "calls COMPLETED_SUCCESS (works again)" in again


@sqlite_only("a folder stands where the file should")
def test_a_database_that_cannot_be_opened_is_told_though_nothing_began(run, receiver, tmp_path):
    (tmp_path / "folder.db").mkdir()
    with pytest.raises(FatalError):
        run(db_file=str(tmp_path / "folder.db"))
    assert pings(receiver) == ["/fail"]
    assert "FAILED before it began" in chat(receiver)[0]


def test_a_second_instance_disturbs_nobody(run, receiver, repository):
    run()
    seen = len(receiver.received)
    with repository.lock("calls"), pytest.raises(AnotherExecutionRunning):
        run()
    assert len(receiver.received) == seen
