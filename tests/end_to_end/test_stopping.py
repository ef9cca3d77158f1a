"""Asked to stop while something is in the way: a locked database, an answer that hangs, a terminal
that is gone.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from servers import Database
from support_app import ROOT, TOKEN, App

from robot.commands import schedule
from robot.commands.context import Context, Session
from robot.simulators.threec import Fault, Simulator, make_calls
from robot.threec.listed import CALLS_JOB

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="signals between processes are POSIX's"
)
DAY = date(2026, 9, 15)
PERIOD = ("--start", str(DAY), "--end", str(DAY))
AT_ONCE = 25  # seconds for what takes three; a driver's own wait is 30, an API's answer 100


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(make_calls([DAY], 120), token=TOKEN) as running:
        yield running


@pytest.fixture
def database(tmp_path: Path) -> Database:
    """A SQLite file with its tables."""
    found = Database.of_file(tmp_path / "robot.db")
    found.repository().close()
    (tmp_path / "robot.db.calls.lock").unlink()
    return found


@pytest.fixture
def app(simulator: Simulator, database: Database, tmp_path: Path) -> App:
    return App(tmp_path, BASE_URL=simulator.url, PER_PAGE=2, API_CONCURRENCY=1)


def wait_until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 100
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def locked(database: Database) -> sqlite3.Connection:
    """Another program, which writes and does not come to an end."""
    other = sqlite3.connect(database.settings.db_file, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    return other


def hanging(simulator: Simulator) -> Callable[[], bool]:
    """From now on no answer comes; whether one is waited for."""
    simulator.use_faults([Fault("timeout_before", times=None, seconds=100)])
    return lambda: bool(simulator.requests)


def hanging_at_page(simulator: Simulator, page: int) -> Callable[[], bool]:
    """No answer to this page comes; whether it is waited for."""
    simulator.use_faults([Fault("timeout_before", page=page, times=None, seconds=100)])
    return lambda: any(request.page == page for request in simulator.requests)


def test_a_start_that_waits_for_a_locked_database_hears_it(app: App, database: Database) -> None:
    with closing(locked(database)):
        process = app.start("run", *PERIOD)
        wait_until((app.folder / "robot.db.calls.lock").exists)
        process.send_signal(signal.SIGTERM)
        code, shown = app.finish(process, AT_ONCE)
    assert code == 130, shown
    assert "A defect" not in shown
    assert database.query("SELECT * FROM execution_logs") == []


def test_an_execution_whose_database_is_locked_hears_it_and_the_next_start_goes_on(
    app: App, simulator: Simulator, database: Database
) -> None:
    asked = hanging_at_page(simulator, 6)
    process = app.start("run", *PERIOD)
    wait_until(asked)
    with closing(locked(database)):
        process.send_signal(signal.SIGTERM)
        code, shown = app.finish(process, AT_ONCE)
    assert code == 130, shown
    assert "could not be written: The robot was asked to stop." in shown
    assert database.query("SELECT status FROM execution_logs") == [("RUNNING",)]
    simulator.use_faults([])
    code, shown = app.run("run", *PERIOD)
    assert code == 0, shown
    assert database.query("SELECT status, exit_code FROM execution_logs") == [
        ("FAILED", 130),
        ("COMPLETED_SUCCESS", 0),
    ]


def test_a_schedule_that_cannot_remember_its_run_lets_it_be(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    stop = threading.Event()
    stop.set()
    session = Session(Context(Path()), database.settings, stop)
    began = time.monotonic()
    with closing(locked(database)):
        schedule._remember(session, CALLS_JOB, "a moment")
    assert time.monotonic() - began < AT_ONCE
    assert "cannot be remembered: The robot was asked to stop." in caplog.text


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_an_audit_hears_it_while_an_answer_hangs(app: App, simulator: Simulator, name: str) -> None:
    asked = hanging(simulator)
    process = app.start("audit", *PERIOD)
    wait_until(asked)
    process.send_signal(signal.Signals[name])
    code, shown = app.finish(process, AT_ONCE)
    assert code == 130, shown
    assert name in shown


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_check_is_left_with_a_word(app: App, simulator: Simulator, name: str) -> None:
    asked = hanging(simulator)
    process = app.start("check")
    wait_until(asked)
    process.send_signal(signal.Signals[name])
    _, err = process.communicate(timeout=AT_ONCE)
    assert (process.returncode, err) == (130, f"{name}: stopped.\n")


def test_a_status_that_waits_for_the_database_is_left_with_a_word(
    app: App, database: Database
) -> None:
    with closing(sqlite3.connect(database.settings.db_file, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")  # in this mode it locks out those who read, too
        process = app.start("status")
        wait_until((app.folder / "logs" / "api_robot_main.log").exists)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=AT_ONCE)
    assert (process.returncode, err) == (130, "SIGINT: stopped.\n")


def test_a_proof_is_left_with_a_word_and_leaves_nothing_behind(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "app.py"), "prove"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    wait_until(lambda: list(tmp_path.glob("robot-prove-*/case.db")))
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=AT_ONCE)
    assert (process.returncode, err.splitlines()[-1]) == (130, "SIGTERM: stopped.")
    assert list(tmp_path.iterdir()) == []


def test_a_terminal_that_is_closed_ends_the_execution_in_order(
    app: App, simulator: Simulator, database: Database
) -> None:
    import fcntl
    import pty
    import termios

    asked = hanging_at_page(simulator, 6)
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "app.py"), "--env-file", str(app.env_file), "run", *PERIOD],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(slave, termios.TIOCSCTTY, 0),
    )
    os.close(slave)
    wait_until(asked)
    os.close(master)
    assert process.wait(AT_ONCE) == 130
    assert database.query("SELECT status, exit_code FROM execution_logs") == [("FAILED", 130)]
