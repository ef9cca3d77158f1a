"""Whether a window closes by itself: judged from the processes that share it, and from who started
them.
"""

from __future__ import annotations

import io
import sys

import pytest

from robot.commands import consoles
from robot.errors import ExitCode
from robot.windows import closing, console, event_log

NAMES = {
    1: "explorer.exe",
    2: "app.exe",
    3: "app.exe",
    4: "cmd.exe",
    5: "svchost.exe",
    6: "powershell.exe",
}


@pytest.mark.parametrize(
    ("who", "attached", "own", "parents", "closes"),
    [
        ("a double click on the one file", [2, 3], [3, 2], {3: 2, 2: 1}, True),
        ("a double click on the folder form", [3], [3], {3: 1}, True),
        ("a command prompt", [2, 3, 4], [3, 2], {3: 2, 2: 4}, False),
        ("a .bat that was double-clicked", [2, 3, 4], [3, 2], {3: 2, 2: 4, 4: 1}, False),
        ("the Task Scheduler, with a console of its own", [2, 3], [3, 2], {3: 2, 2: 5}, False),
        ("Start-Process of a script", [2, 3], [3, 2], {3: 2, 2: 6}, False),
        ("a parent that is gone", [2, 3], [3, 2], {3: 2, 2: 99}, False),
        ("no console at all", [], [3, 2], {3: 2, 2: 1}, False),
    ],
)
def test_only_a_double_click_waits(who, attached, own, parents, closes):
    assert console.double_clicked(attached, own, NAMES, parents) is closes, who


@pytest.fixture
def opened_by_a_double_click(monkeypatch):
    monkeypatch.setattr(console, "closes_with_us", lambda: True)


@pytest.mark.parametrize(
    "code", [ExitCode.SUCCESS, ExitCode.FAILED, ExitCode.CONFIGURATION, ExitCode.WITH_ERRORS]
)
def test_it_waits_for_enter(code, opened_by_a_double_click, monkeypatch, capsys):
    keyboard = io.StringIO("\nnot read\n")
    monkeypatch.setattr(sys, "stdin", keyboard)
    consoles.wait_for_a_reader(code)
    assert "Pressione Enter" in capsys.readouterr().out
    assert keyboard.read() == "not read\n"


def test_a_closed_window_and_a_ctrl_c_are_not_waited_for(opened_by_a_double_click, capsys):
    consoles.wait_for_a_reader(ExitCode.INTERRUPTED)
    assert capsys.readouterr().out == ""


@pytest.mark.skipif(sys.platform == "win32", reason="there it does something")
def test_elsewhere_nothing_of_windows_happens():
    console.show_state("x")
    closing.watch(lambda _reason: None)
    assert console.closes_with_us() is False
    assert event_log.report("x") is False
    assert event_log.register_source() is False


@pytest.mark.parametrize("encoding", ["cp1252", "cp850", "ascii"])
def test_no_character_kills_a_console(encoding, monkeypatch):
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    monkeypatch.setattr(sys, "stdout", stream)
    consoles.make_streams_forgiving()
    consoles.output().print("│ ━ ✓ Ação 📞 漢字")
    stream.flush()
    shown = raw.getvalue().decode(encoding)
    assert "?" in shown
    assert ("Ação" in shown) == (encoding != "ascii")
