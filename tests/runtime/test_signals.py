"""Requests to stop, with real signals sent to a real process."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap

import pytest

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="signals between processes are POSIX's"
)

_HEAD = """
    import os, signal, sys, threading, time
    from robot.runtime.signals import stop_on_signals
    stop = stop_on_signals()
    me = os.getpid()
"""


def _run(body: str, timeout: float = 100) -> subprocess.CompletedProcess[str]:
    code = textwrap.dedent(_HEAD) + textwrap.dedent(body)
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=timeout, check=False
    )


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_the_first_signal_sets_the_event_and_the_process_goes_on(name: str) -> None:
    ended = _run(f"""
        os.kill(me, signal.{name})
        assert stop.wait(60)
        print("went on")
    """)
    assert (ended.returncode, ended.stdout.strip()) == (0, "went on"), ended.stderr


def test_a_signal_that_asks_for_something_else_is_no_request_to_stop() -> None:
    ended = _run("""
        for number in (signal.SIGCHLD, signal.SIGALRM, signal.SIGUSR1, signal.SIGWINCH,
        signal.SIGRTMAX):
            signal.signal(number, lambda *_: None)  # as a library may do
            os.kill(me, number)
        print(stop.wait(0.2))
        os.kill(me, signal.SIGTERM)
        assert stop.wait(60)
        print("went on")
    """)
    assert (ended.returncode, ended.stdout.split()) == (0, ["False", "went", "on"]), ended.stderr


def test_one_ctrl_c_that_arrives_twice_is_one_request() -> None:
    ended = _run("""
        import robot.runtime.signals
        robot.runtime.signals._SAME_REQUEST_SECONDS = 1000
        for _ in range(5):
            os.kill(me, signal.SIGINT)
        assert stop.wait(60)
        print("went on")
    """)
    assert (ended.returncode, ended.stdout.strip()) == (0, "went on"), ended.stderr


def test_a_closed_terminal_that_sends_several_signals_is_no_second_request() -> None:
    ended = _run("""
        for number in (signal.SIGHUP, signal.SIGHUP, signal.SIGTERM, signal.SIGHUP):
            os.kill(me, number)
        assert stop.wait(60)
        time.sleep(0.2)
        print("went on")
    """)
    assert (ended.returncode, ended.stdout.strip()) == (0, "went on"), ended.stderr


def test_a_closed_terminal_is_nothing_to_a_process_under_nohup() -> None:
    code = textwrap.dedent(_HEAD) + "os.kill(me, signal.SIGHUP); print(stop.wait(0.2))"
    # what a process ignores, the one that it starts ignores too
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        ended = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=100, check=False
        )
    finally:
        signal.signal(signal.SIGHUP, before)
    assert (ended.returncode, ended.stdout.strip()) == (0, "False"), ended.stderr


def test_a_second_request_later_leaves_at_once_with_130() -> None:
    ended = _run("""
        os.kill(me, signal.SIGINT)
        stop.wait(60)
        os.kill(me, signal.SIGINT)
        time.sleep(60)
        print("still here")
    """)
    assert (ended.returncode, ended.stdout) == (130, ""), ended.stderr


def test_a_signal_never_locks_up_a_main_thread_that_holds_the_events_own_lock() -> None:
    ended = _run("""
        with stop._cond:                     # as Event.wait and Event.set do for a moment
            os.kill(me, signal.SIGTERM)
            time.sleep(0.05)
        assert stop.wait(60)
        print("went on")
    """)
    assert (ended.returncode, ended.stdout.strip()) == (0, "went on"), ended.stderr


def test_signals_in_a_storm_lock_nothing_up() -> None:
    ended = _run("""
        import robot.runtime.signals
        robot.runtime.signals._SAME_REQUEST_SECONDS = 1000
        def storm():
            for _ in range(3000):
                os.kill(me, signal.SIGINT)
        sender = threading.Thread(target=storm)
        sender.start()
        while sender.is_alive():
            stop.wait(0.0001)
            threading.Thread(target=lambda: None).start()
        assert stop.wait(60)
        print("went on")
    """)
    assert (ended.returncode, ended.stdout.strip()) == (0, "went on"), ended.stderr


def test_a_second_request_is_heard_while_the_main_thread_waits_inside_a_driver(tmp_path) -> None:
    """SQLite waits for another program's lock in C: no handler of Python runs there."""
    ended = _run(f"""
        import sqlite3
        other = sqlite3.connect({str(tmp_path / "r.db")!r}, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        def twice():
            time.sleep(0.5)
            os.kill(me, signal.SIGINT)
            stop.wait(60)
            os.kill(me, signal.SIGINT)
        threading.Thread(target=twice, daemon=True).start()
        try:
            sqlite3.connect({str(tmp_path / "r.db")!r}, timeout=25,
            isolation_level=None).execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            print("waited to the end")
    """)
    assert (ended.returncode, ended.stdout) == (130, ""), ended.stderr
