"""What only Windows has, tried under Wine: a console of its own, log-off, the task's XML, the Event
Log.

A window that is closed cannot be tried: Wine 8 ends the processes of a closed console without
asking their handlers.
"""

from __future__ import annotations

import codecs
import os
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

from program import Program, Started

from robot.simulators.threec import DEMO_TOKEN


def _windows(path: Path) -> str:
    return "Z:" + str(path).replace("/", "\\")


def _helper(script: str, *arguments: str, interpreter: str = "python.exe") -> subprocess.Popen[str]:
    """Start a script of this folder in the Windows Python.

    Its streams are no files: Wine's Python dies of those.
    """
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
    said = _said(
        _helper("double_click.py", _windows(clicked.executable), interpreter="explorer.exe")
    )
    assert said.splitlines() == [
        "title: API 3C Robot: ended with exit code 2",
        "ended after it with 2",
    ], said
    assert (clicked.folder / ".env").exists()
    said = _said(_helper("double_click.py", _windows(scripted.executable)))
    assert said == "ended by itself with 2", said
    return "waits for Enter after a double click; never when a script started it"


def task_and_event_log(make: Callable[[str], Program]) -> str:
    """The task's XML is printed and written; a failure is told to the Event Log (Wine shows nothing
    of it).
    """
    program = make("task")
    xml = program.run("task", "xml", "--at", "03:30")
    assert xml.code == 0, xml
    assert "T03:30:00" in xml.text, xml.text
    assert "\\task\\app.exe</Command>" in xml.text, xml.text
    assert "<Arguments>schedule --once</Arguments>" in xml.text, xml.text
    file = program.folder / "tarefa.xml"
    written = program.run("task", "xml", _windows(file))
    assert written.code == 0, written
    assert file.read_bytes()[:2] == codecs.BOM_UTF16_LE, file.read_bytes()[:80]
    assert ET.fromstring(file.read_bytes()).tag.endswith("}Task")
    program.settings(
        MANAGER_TOKEN=DEMO_TOKEN,
        BASE_URL="http://127.0.0.1:9",
        API_MAX_ATTEMPTS=1,
        SCHEDULE_RETRIES=0,
    )
    failed = program.run("schedule", "--once")
    assert failed.code == 1, failed
    assert "Traceback" not in failed.text, failed.text
    return "task xml, and a failure with an entry in the Event Log"
