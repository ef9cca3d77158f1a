"""What only Windows has, tried under Wine: a console of its own, its closing, log-off, the task's XML, the Event Log."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from program import Program, Started

from robot.demo import DEMO_TOKEN, Simulator, make_calls


def _windows(path: Path) -> str:
    return "Z:" + str(path).replace("/", "\\")


def _helper(script: str, *arguments: str, interpreter: str = "python.exe") -> subprocess.Popen[str]:
    """Start a script of this folder in the Windows Python. Its streams are no files: Wine's Python dies of those."""
    python = Path(os.environ["WINDOWS_PYTHON"], interpreter)
    return subprocess.Popen(
        ["wine", python, _windows(Path(__file__).with_name(script)), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _said(helper: subprocess.Popen[str], seconds: float = 90) -> str:
    try:
        said, _ = helper.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        helper.kill()
        raise
    return said.strip()


def end_session(_started: Started) -> None:
    """As Windows does at log-off and shutdown: to the window of the robot that nobody sees."""
    helper = _helper("end_session.py")
    said = _said(helper)
    assert helper.returncode == 0, said


def double_click(make: Callable[[str], Program]) -> str:
    """The window waits for Enter when the desktop opened it, and for nobody when a script did."""
    clicked, scripted = make("clicked"), make("scripted")
    said = _said(_helper("double_click.py", _windows(clicked.executable), "enter", interpreter="explorer.exe"))
    assert said.splitlines() == ["title: API 3C Robot: ended with exit code 2", "ended after it with 2"], said
    assert (clicked.folder / ".env").exists()
    said = _said(_helper("double_click.py", _windows(scripted.executable), "enter"))
    assert said == "ended by itself with 2", said
    return "waits for Enter after a double click; never when a script started it"


def closed_window(make: Callable[[str], Program]) -> str:
    """Closing the window in the middle of an execution ends it as Ctrl+C does."""
    program = make("closed window")
    yesterday = datetime.now(ZoneInfo("America/Sao_Paulo")).date() - timedelta(days=1)
    with Simulator(make_calls([yesterday - timedelta(days=1), yesterday], 300), latency_seconds=0.5) as simulator:
        program.settings(MANAGER_TOKEN=DEMO_TOKEN, BASE_URL=simulator.url, EXECUTION_MODE="manual", PER_PAGE=2)
        helper = _helper("double_click.py", _windows(program.executable), "close", interpreter="explorer.exe")
        try:
            end = time.monotonic() + 60
            while len(simulator.requests) < 6:
                assert time.monotonic() < end, "the execution never began"
                time.sleep(0.1)
            (program.folder / "go").touch()
        finally:
            said = _said(helper)
    assert said.splitlines() == ["title: API 3C Robot: executing", "ended after it with 130"], said
    (status,) = program.query("SELECT status, exit_code, error_message FROM execution_logs")
    assert status[:2] == ("FAILED", 130), status
    assert "interrupted" in status[2], status
    return "ended with 130, and the history says so"


def task_and_event_log(make: Callable[[str], Program]) -> str:
    """The task's XML is printed; a failure is told to the Event Log, which does no harm (Wine shows nothing of it)."""
    program = make("task")
    xml = program.run("task", "xml", "--at", "03:30")
    assert xml.code == 0, xml
    assert "T03:30:00" in xml.text, xml.text
    assert "\\task\\app.exe</Command>" in xml.text, xml.text
    assert "<Arguments>schedule --once</Arguments>" in xml.text, xml.text
    program.settings(MANAGER_TOKEN=DEMO_TOKEN, BASE_URL="http://127.0.0.1:9", API_MAX_ATTEMPTS=1)
    failed = program.run("schedule", "--once")
    assert failed.code == 1, failed
    assert "Traceback" not in failed.text, failed.text
    return "task xml, and a failure with an entry in the Event Log"
