"""The robot as a process, into a SQL Server."""

import time
from datetime import date, timedelta

import pytest
from support_app import TOKEN, App

from robot.demo import Simulator, make_calls

pytestmark = [pytest.mark.sqlserver, pytest.mark.timeout(300)]
DAY = date(2026, 9, 15)
CALLS = make_calls([DAY - timedelta(days=1), DAY], 150)
PERIOD = {"MANUAL_START_DATE": "2026-09-14", "MANUAL_END_DATE": "15/09/2026"}


@pytest.fixture
def simulator():
    with Simulator(CALLS, token=TOKEN) as running:
        yield running


@pytest.fixture
def make_app(server_database, simulator, tmp_path):
    apps = []

    def make(folder="robot", **settings):
        (tmp_path / folder).mkdir(exist_ok=True)
        apps.append(App(tmp_path / folder, BASE_URL=simulator.url, **{**server_database.variables, **PERIOD, **settings}))
        return apps[-1]

    yield make
    for app in apps:
        assert TOKEN not in app.everything_written()
        assert server_database.settings.db_password.get_secret_value() not in app.everything_written()
        assert "Traceback" not in "".join(app.outputs)


def wait_until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def test_a_period_is_stored_and_a_second_run_writes_nothing(make_app, server_database):
    app = make_app()
    code, shown = app.run("run")
    assert code == 0, shown
    assert "300 inserted, 0 updated, 0 unchanged" in shown
    assert server_database.value("SELECT COUNT(*) FROM calls") == 300
    assert server_database.query("SELECT day, status, stored FROM sync_windows ORDER BY day") == [
        ("2026-09-14", "COMPLETE", 150),
        ("2026-09-15", "COMPLETE", 150),
    ]
    code, shown = app.run("run")
    assert code == 0, shown
    assert "0 inserted, 0 updated, 300 unchanged" in shown
    code, shown = app.run("check")
    assert code == 0, shown
    code, shown = app.run("status")
    assert code == 0, shown
    assert "Days complete" in shown


def test_a_second_robot_leaves_with_4_and_names_the_first(make_app, simulator, tmp_path):
    simulator.latency_seconds = 0.05
    slow = make_app(PER_PAGE=2, API_CONCURRENCY=1)
    process = slow.start("run")
    wait_until(lambda: len(simulator.requests) > 3)
    for folder in ("robot", "another machine"):  # by the host's lock file, and by the database's lock alone
        code, shown = make_app(folder, PER_PAGE=2, API_CONCURRENCY=1).run("run")
        assert code == 4, shown
        assert f"process {process.pid}" in shown
    slow.interrupt(process)
    assert slow.finish(process)[0] == 130


def test_a_holder_that_is_killed_frees_the_lock_and_is_gone_on_with(make_app, simulator, server_database):
    simulator.latency_seconds = 0.02
    app = make_app(PER_PAGE=2, API_CONCURRENCY=1)
    process = app.start("run")
    wait_until(lambda: len(simulator.requests) > 90)  # the first day is 75 pages
    process.kill()
    app.finish(process)
    simulator.latency_seconds = 0
    code, shown = app.run("run")
    assert code == 0, shown
    assert server_database.value("SELECT COUNT(*) FROM calls") == 300
    found = server_database.query("SELECT status, exit_code FROM execution_logs ORDER BY id")
    assert found == [("FAILED", 130), ("COMPLETED_SUCCESS", 0)]


def test_a_wrong_password_ends_with_1_and_a_fix(make_app):
    app = make_app(DB_PASSWORD="wr0ng-and-secret")
    code, shown = app.run("run")
    assert code == 1, shown
    assert "refused the login" in shown
    assert "DB_PASSWORD" in shown
    assert "wr0ng-and-secret" not in app.everything_written()
