"""The robot as the operator meets it: a process, a `.env`, an API over HTTP, a database file or a
server.
"""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import date, timedelta

import pytest
from servers import server_only, sqlite_only
from support_app import PASSWORD, ROOT, TOKEN, App

from robot import __version__
from robot.simulators.threec import Fault, Simulator, make_calls

pytestmark = pytest.mark.timeout(300)
DAY = date(2026, 9, 15)
CALLS = make_calls([DAY - timedelta(days=1), DAY], 120)
PERIOD = {"MANUAL_START_DATE": "2026-09-14", "MANUAL_END_DATE": "15/09/2026"}
NO_DATABASE = sqlite_only("it comes to no database at all")


@pytest.fixture
def simulator():
    with Simulator(CALLS, token=TOKEN) as running:
        yield running


@pytest.fixture
def make_app(database, tmp_path):
    """Start robots on one database, each in a folder, as on a machine of its own."""
    apps = []

    def make(simulator=None, folder="robot", **settings):
        url = simulator.url if simulator else "http://127.0.0.1:9/api/v1/calls"
        (tmp_path / folder).mkdir(exist_ok=True)
        apps.append(App(tmp_path / folder, BASE_URL=url, **{**database.variables, **settings}))
        return apps[-1]

    yield make
    for app in apps:  # whatever a test did: no secret anywhere, and no traceback on the console
        written = app.everything_written()
        for secret in (TOKEN, PASSWORD, database.settings.db_password.get_secret_value()):
            assert not secret or secret not in written
        assert "Traceback" not in "".join(app.outputs)


def wait_until(condition, seconds=100):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def test_a_manual_execution_with_dates_and_campaigns(make_app, simulator, database):
    app = make_app(simulator, EXECUTION_MODE="manual", MANUAL_CAMPAIGN_IDS="5,6", **PERIOD)
    code, shown = app.run()
    due = sum(call["campaign_id"] in (5, 6, "5", "6") for call in CALLS)
    assert code == 0, shown
    assert "COMPLETED_SUCCESS" in shown
    assert database.query("SELECT COUNT(*) FROM calls") == [(due,)]
    assert database.query("SELECT campaign_ids, total_records FROM execution_logs") == [
        ("5,6", due)
    ]


@pytest.mark.skipif(
    sys.platform == "win32", reason="on Windows the folder's rights count: task install closes it"
)
def test_whatever_the_robot_makes_is_its_users_alone(make_app, simulator, tmp_path):
    before = os.umask(0o022)
    try:
        app = make_app(simulator, LOG_DIR=tmp_path / "robot" / "new" / "logs", **PERIOD)
        assert app.run("run")[0] == 0
        assert app.run("rejected", "export", str(tmp_path / "robot" / "rejected.jsonl"))[0] == 0
    finally:
        os.umask(before)
    made = [path for path in app.folder.rglob("*") if path != app.env_file]
    assert {path.stat().st_mode & 0o777 for path in made if path.is_dir()} == {0o700}
    # a lock file may be 0700
    assert {path.stat().st_mode & 0o677 for path in made if path.is_file()} == {0o600}


def test_options_win_over_the_settings(make_app, simulator, database):
    app = make_app(simulator, **PERIOD)
    code, shown = app.run("run", "--start", "2026-09-15", "--end", "2026-09-15", "--campaigns", "5")
    assert code == 0, shown
    stored = database.query("SELECT campaign_id, call_date FROM calls")
    assert {(campaign, moment[:10]) for campaign, moment in stored} == {(5, "2026-09-15")}


def test_a_manual_execution_without_dates_reads_yesterday(make_app, simulator, database):
    app = make_app(simulator, EXECUTION_MODE="manual")
    code, shown = app.run(clock="2026-09-16 10:00:00")
    assert code == 0, shown
    assert database.query("SELECT start_date, end_date, total_records FROM execution_logs") == [
        ("2026-09-15 00:00:00", "2026-09-15 23:59:59", 120)
    ]


# app.py, which stands still as soon as it is about to load one module
_STANDS_STILL = """
import runpy, sys, time
class StandStill:
    def find_spec(self, name, path=None, target=None):
        if name == module:
            print("about to load it", flush=True)
            time.sleep(60)
module, program, *arguments = sys.argv[1:]
sys.meta_path.insert(0, StandStill())
sys.path.insert(0, program.rpartition("/")[0])
sys.argv = [program, *arguments]
runpy.run_path(program, run_name="__main__")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals between processes are POSIX's")
@pytest.mark.parametrize(
    "module", ["robot.cli", "requests", "pydantic", "robot.settings", "robot.commands.check"]
)
def test_ctrl_c_while_the_modules_load_leaves_with_130_and_says_nothing(tmp_path, module):
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            _STANDS_STILL,
            module,
            ROOT / "app.py",
            "--env-file",
            tmp_path / "none.env",
            "check",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "about to load it\n"
    process.send_signal(signal.SIGINT)
    assert (*process.communicate(timeout=50), process.returncode) == ("", "", 130)


def test_a_scheduled_execution_begins_at_its_minute_and_the_loop_ends_with_130(
    make_app, simulator, database
):
    app = make_app(simulator, CRON_SCHEDULE="0 2 * * *", LOOKBACK_DAYS=1)
    process = app.start(clock="2026-09-16 01:59:58", leap=app.folder / "leap")
    wait_until(lambda: "The next execution begins" in app.logged())
    (app.folder / "leap").touch()
    wait_until(lambda: len(simulator.requests) >= 4)
    wait_until(
        lambda: database.query("SELECT status FROM execution_logs") == [("COMPLETED_SUCCESS",)]
    )
    wait_until(lambda: database.query("SELECT COUNT(*) FROM robot_state") == [(1,)])
    app.interrupt(process)
    code, shown = app.finish(process)
    assert code == 130, shown
    assert "The next execution begins on Wednesday, 2026-09-16 at 02:00" in shown
    assert "The next execution begins on Thursday, 2026-09-17 at 02:00" in shown
    assert database.query("SELECT day, status FROM sync_windows ORDER BY day") == [
        ("2026-09-14", "COMPLETE"),
        ("2026-09-15", "COMPLETE"),
    ]


def test_a_wrong_token_is_said_and_the_history_keeps_it(make_app, simulator, database):
    app = make_app(simulator, MANAGER_TOKEN=TOKEN + "x", **PERIOD)
    code, shown = app.run("run")
    assert code == 1
    assert "refuses the token" in shown
    assert "MANAGER_TOKEN" in shown
    assert database.query("SELECT status, exit_code FROM execution_logs") == [("FAILED", 1)]


def test_an_api_that_is_down_is_said(make_app):
    app = make_app(API_MAX_ATTEMPTS=1, **PERIOD)
    code, shown = app.run("run")
    assert code == 1
    assert "no connection" in shown


@NO_DATABASE
def test_a_bad_env_is_told_line_by_line_and_nothing_is_touched(make_app, simulator, database):
    app = make_app(
        simulator,
        PER_PAGE="many",
        TIMEZONE="Mars",
        DB_PASSWORD=PASSWORD.replace("'", ""),
        MANUAL_END_DATE="2026-09-15",
    )
    code, shown = app.run("run")
    assert code == 2
    for name in ("PER_PAGE", "TIMEZONE", "MANUAL_START_DATE"):
        assert f"{name}: " in shown
    assert not simulator.requests
    assert not database.settings.db_file.exists()


@NO_DATABASE
@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "--start", "2026-09-15"],
        ["run", "--start", "soon", "--end", "later"],
        ["run", "--campaigns", "a,b"],
        ["run", "--start", "2126-09-15", "--end", "2126-09-16"],
        ["fly"],
        ["run", "--nothing"],
        ["simulator", "--port", "99999"],
    ],
)
def test_a_wrong_command_line_exits_with_2(make_app, simulator, arguments):
    code, _ = make_app(simulator).run(*arguments)
    assert code == 2


@pytest.fixture
def in_the_middle(simulator):
    """The answer to a page of the second day hangs; the function waits until it is asked for."""
    simulator.use_faults([Fault("timeout_before", day=DAY, page=20, times=None, seconds=100)])
    hangs = (20, (DAY, DAY))
    return lambda: wait_until(
        lambda: hangs in [(request.page, request.days) for request in simulator.requests]
    )


def test_ctrl_c_in_the_middle_ends_with_130_and_the_next_start_goes_on(
    make_app, simulator, database, in_the_middle
):
    app = make_app(simulator, PER_PAGE=2, API_CONCURRENCY=1, **PERIOD)
    process = app.start("run")
    in_the_middle()
    app.interrupt(process)
    code, shown = app.finish(process)
    assert code == 130, shown
    assert database.query("SELECT status, exit_code FROM execution_logs") == [("FAILED", 130)]
    stored = database.query("SELECT COUNT(*) FROM calls")[0][0]
    assert 120 <= stored < 240
    simulator.use_faults([])
    seen = len(simulator.requests)
    code, shown = app.run("run")
    assert code == 0, shown
    assert database.query("SELECT COUNT(*) FROM calls") == [(240,)]
    assert {request.days[0] for request in simulator.requests[seen:]} == {DAY}


@pytest.mark.skipif(sys.platform == "win32", reason="signals between processes are POSIX's")
def test_a_second_request_to_stop_leaves_at_once_and_the_next_start_says_what_became_of_it(
    make_app, simulator, database
):
    app = make_app(simulator, PER_PAGE=2, API_CONCURRENCY=1, **PERIOD)
    simulator.use_faults([Fault("timeout_before", page=5, times=None, seconds=60)])
    process = app.start("run")
    wait_until(lambda: any(request.page == 5 for request in simulator.requests))
    # both requests reach it in one moment: it leaves a page that hangs within 0.2 s of the first
    # one
    for number in (signal.SIGSTOP, signal.SIGINT, signal.SIGTERM, signal.SIGCONT):
        process.send_signal(number)
    code, shown = app.finish(process, timeout=50)  # of the 60 that the page hangs
    assert code == 130, shown
    simulator.use_faults([])
    code, shown = app.run("run")
    assert code == 0, shown
    assert "marked FAILED (interrupted)" in shown
    assert database.query("SELECT status, exit_code FROM execution_logs ORDER BY id") == [
        ("FAILED", 130),
        ("COMPLETED_SUCCESS", 0),
    ]


def test_a_second_run_writes_nothing(make_app, simulator, database):
    app = make_app(simulator, **PERIOD)
    code, shown = app.run("run")
    assert code == 0, shown
    assert "240 inserted, 0 updated, 0 unchanged" in shown
    assert database.query("SELECT day, status, stored FROM sync_windows ORDER BY day") == [
        ("2026-09-14", "COMPLETE", 120),
        ("2026-09-15", "COMPLETE", 120),
    ]
    before = database.query("SELECT * FROM calls ORDER BY id")
    code, shown = app.run("run")
    assert code == 0, shown
    assert "0 inserted, 0 updated, 240 unchanged" in shown
    assert database.query("SELECT * FROM calls ORDER BY id") == before


def test_a_second_instance_leaves_with_4_and_names_the_first(make_app, simulator):
    simulator.latency_seconds = 1  # two minutes for its 120 pages: it is stopped long before
    app = make_app(simulator, PER_PAGE=2, API_CONCURRENCY=1, **PERIOD)
    process = app.start("run")
    wait_until(lambda: simulator.requests)
    for folder in (
        "robot",
        "another machine",
    ):  # on a server: by the host's lock file, and by the database's lock alone
        code, shown = make_app(simulator, folder, **PERIOD).run("run")
        assert code == 4, shown
        assert f"process {process.pid}" in shown
    app.interrupt(process)
    assert app.finish(process)[0] == 130


def test_a_holder_that_is_killed_frees_the_lock_and_is_gone_on_with(
    make_app, simulator, database, in_the_middle
):
    app = make_app(simulator, PER_PAGE=2, API_CONCURRENCY=1, **PERIOD)
    process = app.start("run")
    in_the_middle()
    process.kill()
    app.finish(process)
    simulator.use_faults([])
    seen = len(simulator.requests)
    code, shown = app.run("run")
    assert code == 0, shown
    assert {request.days[0] for request in simulator.requests[seen:]} == {DAY}
    assert database.query("SELECT COUNT(*) FROM calls") == [(240,)]
    found = database.query("SELECT status, exit_code FROM execution_logs ORDER BY id")
    assert found == [("FAILED", 130), ("COMPLETED_SUCCESS", 0)]


@server_only("a file has no password")
def test_a_wrong_password_ends_with_1_and_a_fix(make_app, simulator):
    app = make_app(simulator, DB_PASSWORD="wr0ng-and-secret", **PERIOD)
    code, shown = app.run("run")
    assert code == 1, shown
    assert "refused the login" in shown
    assert "DB_PASSWORD" in shown
    assert "wr0ng-and-secret" not in app.everything_written()


def test_a_day_with_a_missing_page_is_incomplete_and_exits_with_3(make_app, simulator, database):
    simulator.use_faults([Fault("empty_data", day=DAY, page=2, times=None)])
    app = make_app(simulator, API_MAX_ATTEMPTS=1, PER_PAGE=50, **PERIOD)
    code, shown = app.run("run")
    assert code == 3, shown
    assert (
        "2026-09-15: INCOMPLETE, 70 of 120 records received; page(s) 2 could not be read" in shown
    )
    assert database.query("SELECT COUNT(*) FROM calls") == [(190,)]


def test_check_names_everything_that_holds(make_app, simulator):
    code, shown = make_app(simulator).run("check")
    assert code == 0, shown
    held = {line[7:].partition(":")[0] for line in shown.splitlines() if line.startswith("ok     ")}
    assert held >= {
        "Settings",
        "Schedule",
        "API",
        "Page size",
        "Database",
        "Rights",
        "Days",
        "Log folder",
        "Free disk",
    }
    assert "Everything holds." in shown
    assert "next runs" in shown


def test_check_tells_no_next_runs_where_nothing_is_scheduled(make_app, simulator):
    code, shown = make_app(simulator, EXECUTION_MODE="manual", CRON_SCHEDULE="30 4 * * *").run(
        "check"
    )
    assert code == 0, shown
    (line,) = [line for line in shown.splitlines() if "Schedule: " in line]
    assert "next runs" not in line
    assert "04:30" not in line
    assert "EXECUTION_MODE is manual" in line


@sqlite_only("a file that cannot be made")
def test_check_tells_the_fix_for_what_does_not_hold(make_app, simulator):
    code, shown = make_app(
        simulator, MANAGER_TOKEN=TOKEN + "x", DB_FILE="/proc/nowhere/robot.db"
    ).run("check")
    assert code == 1
    assert "FAILED API: " in shown
    assert "FAILED Database: " in shown
    assert "Check DB_FILE" in shown


def test_status_as_json_is_for_programs(make_app, simulator):
    app = make_app(simulator, LOG_LEVEL="ERROR")
    app.run("run", clock="2026-09-16 10:00:00")
    code, shown = app.run("status", "--json", clock="2026-09-17 10:00:00")
    told = json.loads(shown)
    assert code == 0
    assert told["days_complete"] == ["2026-09-15"]
    assert len(told["days_never_read"]) == 29
    assert told["executions"][0]["status"] == "COMPLETED_SUCCESS"
    assert told["next_run"] == "2026-09-18T02:00:00-03:00"


def test_status_for_a_person(make_app, simulator):
    app = make_app(simulator)
    app.run("run", clock="2026-09-16 10:00:00")
    code, shown = app.run("status", clock="2026-09-17 10:00:00")
    assert code == 0
    assert "Days complete of the last 30: 1. 2026-09-15" in shown


@NO_DATABASE
def test_the_version_is_told(make_app):
    assert make_app().run("--version") == (0, f"API 3C Robot {__version__}\n")


@NO_DATABASE
def test_another_env_file_that_does_not_exist_is_named(make_app):
    app = make_app()
    app.env_file.unlink()
    code, shown = app.run("run")
    assert code == 2
    assert "does not exist" in shown


def test_the_logs_carry_the_execution_and_no_phone_number(make_app, simulator, database):
    app = make_app(simulator, **PERIOD)
    app.run("run")
    log = (app.folder / "logs" / "api_robot_main.log").read_text(encoding="utf-8")
    number = database.value("SELECT id FROM execution_logs")
    assert f"[{number}] robot.sync.execution: Execution {number} of calls begins" in log
    assert not any(call["number"] in log for call in CALLS)
