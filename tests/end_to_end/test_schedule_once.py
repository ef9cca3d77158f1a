"""`schedule --once` as a process: it waits for its next try, and a Ctrl+C ends that wait."""

import time

from support_app import App


def test_a_failure_is_waited_out_and_ctrl_c_ends_the_wait(database, tmp_path):
    app = App(
        tmp_path,
        BASE_URL="http://127.0.0.1:9/api/v1/calls",
        API_MAX_ATTEMPTS=1,
        **database.variables,
    )
    process = app.start("schedule", "--once")
    log = tmp_path / "logs" / "api_robot_main.log"
    end = time.monotonic() + 100
    while (
        not (log.exists() and "tried again at" in log.read_text(encoding="utf-8"))
        and time.monotonic() < end
    ):
        time.sleep(0.05)
    assert process.poll() is None, "it waits"
    app.interrupt(process)
    code, shown = app.finish(process, timeout=100)
    assert code == 130, shown
    assert "The scheduled execution failed: tried again at" in shown
    assert "(1 of 3)" in shown
    assert database.query("SELECT status FROM execution_logs") == [("FAILED",)]


def test_without_retries_a_failure_ends_at_once(database, tmp_path):
    app = App(
        tmp_path,
        BASE_URL="http://127.0.0.1:9/api/v1/calls",
        API_MAX_ATTEMPTS=1,
        SCHEDULE_RETRIES=0,
        **database.variables,
    )
    code, shown = app.run("schedule", "--once")
    assert code == 1, shown
    assert "tried again" not in shown
