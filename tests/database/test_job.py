"""The whole job `calls`, in this process, from the simulator into both databases."""

import threading
from datetime import datetime, timedelta

import pytest
from support import DAY, days, fast_transport

from robot.commands.progress import PlainLines
from robot.demo import Fault, Simulator, make_calls
from robot.errors import ExitCode
from robot.execution import Execution
from robot.jobs import CallsJob
from robot.period import windows_of_days
from robot.statuses import ExecutionStatus
from robot.threec.calls import CallsApi

PER_DAY = 120
WINDOWS = windows_of_days(days(2))


@pytest.fixture
def simulator():
    with Simulator(make_calls(days(2), PER_DAY)) as running:
        yield running


def execute(database, simulator, windows=WINDOWS):
    database.clock.now = max(database.clock.now, datetime(2026, 9, 20, 12, 0, 0))
    repository = database.repository()
    job = CallsJob(CallsApi(fast_transport(), simulator.url), (), per_page=50, concurrency=4)
    try:
        return Execution(job, repository, database.clock, PlainLines(), threading.Event()).run(windows)
    finally:
        repository.close()


def counts(summary, name="calls"):
    found = summary.tally.stored.tables[name]
    return found.inserted, found.updated, found.unchanged


def content(database):
    return sorted(database.query("SELECT id, row_hash, created_at, updated_at FROM calls"))


def test_two_days_are_stored_proven_and_remembered(database, simulator):
    summary = execute(database, simulator)
    assert (summary.status, summary.exit_code) == (ExecutionStatus.COMPLETED_SUCCESS, ExitCode.SUCCESS)
    assert counts(summary) == (2 * PER_DAY, 0, 0)
    assert database.query("SELECT day, status, api_total, stored FROM sync_windows ORDER BY day") == [
        (str(DAY - timedelta(days=1)), "COMPLETE", PER_DAY, PER_DAY),
        (str(DAY), "COMPLETE", PER_DAY, PER_DAY),
    ]
    line = "SELECT status, total_records, successful_records, failed_records, inserted_records FROM execution_logs"
    assert database.query(line) == [("COMPLETED_SUCCESS", 240, 240, 0, 240)]


def test_a_second_execution_writes_no_row(database, simulator):
    execute(database, simulator)
    before = content(database)
    database.clock.advance(hours=1)
    assert counts(execute(database, simulator)) == (0, 0, 2 * PER_DAY)
    assert content(database) == before


def test_only_what_changed_is_written(database, simulator):
    execute(database, simulator)
    before = {row[0]: row for row in content(database)}
    database.clock.advance(hours=1)
    edited = simulator.calls[7]["id"]
    simulator.replace_calls(
        [{**call, "feedback": "editado 😀"} if call["id"] == edited else call for call in simulator.calls]
    )
    assert counts(execute(database, simulator)) == (0, 1, 2 * PER_DAY - 1)
    moved = [row[0] for row in content(database) if row != before[row[0]]]
    assert moved == [edited]
    assert database.value("SELECT feedback FROM calls WHERE id = ?", edited) == "editado 😀"


def test_faults_of_the_api_cost_no_row(database, simulator):
    simulator.use_faults([Fault("status_500", page=2), Fault("short_page", page=2, count=9), Fault("html_200", page=3)])
    summary = execute(database, simulator)
    assert summary.exit_code is ExitCode.SUCCESS
    assert database.value("SELECT COUNT(*) FROM calls") == 2 * PER_DAY
    assert summary.retries >= 2


def test_a_record_that_cannot_become_a_row_is_kept_and_told(database, simulator):
    calls = simulator.calls
    simulator.replace_calls([{**calls[0], "id": None}, *calls[1:]])
    summary = execute(database, simulator)
    assert (summary.status, summary.exit_code) == (ExecutionStatus.COMPLETED_WITH_ERRORS, ExitCode.WITH_ERRORS)
    assert database.query("SELECT status, exit_code, failed_records FROM execution_logs") == [
        ("COMPLETED_WITH_ERRORS", 3, 1)
    ]
    assert database.value("SELECT COUNT(*) FROM rejected_records") == 1
    assert database.value("SELECT COUNT(*) FROM calls") == 2 * PER_DAY - 1
