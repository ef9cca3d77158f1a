"""The calls job logs in by itself where there is a user and no token, and once more when the token
dies in mid-run.
"""

import threading

import pytest
from end_to_end.support_app import App
from support import NOW, days

from robot.commands.progress import PlainLines
from robot.database import open_repository
from robot.database.statuses import ExecutionStatus
from robot.errors import ConfigurationError
from robot.period import windows_of_days
from robot.settings.check import load
from robot.simulators.threec import Fault, Simulator, make_calls
from robot.sync.execution import Execution
from robot.threec.calls_job import CallsJob

PER_DAY = 150
LOGIN = {
    "manager_token": "",
    "threec_user": "demo",
    "threec_password": "demo",
    "threec_company_domain": "demo",
}


@pytest.fixture
def simulator():
    with Simulator(make_calls(days(3), PER_DAY)) as running:
        yield running


def execute(simulator, database, **values):
    settings = database.settings_with(
        base_url=simulator.url, **{**LOGIN, "api_concurrency": 8, "per_page": 25, **values}
    )
    stop = threading.Event()
    repository = open_repository(settings, stop)
    try:
        job = CallsJob.from_settings(settings, (), stop)
        return Execution(job, repository, lambda: NOW, PlainLines(), stop).run(
            windows_of_days(days(3))
        )
    finally:
        repository.close()


def logins(simulator):
    return sum(request.path.endswith("/authenticate") for request in simulator.requests)


@pytest.mark.parametrize("api_auth", ["header", "query"])
def test_the_job_logs_in_once_for_all_its_threads(simulator, database, api_auth):
    assert (
        execute(simulator, database, api_auth=api_auth).status is ExecutionStatus.COMPLETED_SUCCESS
    )
    assert logins(simulator) == 1
    assert database.value("SELECT COUNT(*) FROM calls") == 3 * PER_DAY


def test_a_token_that_dies_in_mid_run_is_replaced_once_and_nothing_is_lost(simulator, database):
    pages = []

    def die_after_seven_pages(request):
        pages.append(request)
        if len(pages) == 7:
            simulator.expire_token()

    simulator.on_page = die_after_seven_pages
    summary = execute(simulator, database)
    assert summary.status is ExecutionStatus.COMPLETED_SUCCESS
    assert logins(simulator) == 2
    assert database.value("SELECT COUNT(*) FROM calls") == 3 * PER_DAY


def test_a_login_that_is_refused_ends_the_execution_with_its_reason(simulator, database):
    summary = execute(simulator, database, threec_password="wrong-password")
    assert summary.status is ExecutionStatus.FAILED
    assert "THREEC_PASSWORD" in (summary.hint or "")
    assert logins(simulator) == 1
    assert "wrong-password" not in database.value("SELECT error_message FROM execution_logs")


def test_a_manager_token_is_preferred_to_a_login(simulator, database):
    execute(simulator, database, manager_token=simulator.token)
    assert logins(simulator) == 0


def test_a_token_that_dies_in_mid_run_without_a_login_ends_it(simulator, database):
    simulator.use_faults([Fault("status_401", times=None, skip=5)])
    assert (
        execute(simulator, database, manager_token=simulator.token).status is ExecutionStatus.FAILED
    )


def test_app_py_needs_a_token_or_a_whole_login(simulator, database, tmp_path):
    app = App(
        tmp_path, MANAGER_TOKEN="", BASE_URL=simulator.url, THREEC_USER="demo", **database.variables
    )
    code, told = app.run("run", "--start", "2026-09-15", "--end", "2026-09-15")
    assert code == 2
    assert "THREEC_PASSWORD: is empty" in told
    assert "THREEC_COMPANY_ID: is empty" in told
    login = {"THREEC_USER": "demo", "THREEC_PASSWORD": "demo", "THREEC_COMPANY_ID": "10"}
    app = App(tmp_path, MANAGER_TOKEN="", BASE_URL=simulator.url, **login, **database.variables)
    code, told = app.run("run", "--start", "2026-09-15", "--end", "2026-09-15")
    assert code == 0, told
    assert database.value("SELECT COUNT(*) FROM calls") == PER_DAY
    assert simulator.token not in app.everything_written()


def test_neither_token_nor_user_is_told(tmp_path, monkeypatch):
    for name in ("MANAGER_TOKEN", "THREEC_USER"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path / ".env", {"threec"})
    assert any(
        "MANAGER_TOKEN: is empty, and THREEC_USER too" in problem
        for problem in caught.value.problems
    )
