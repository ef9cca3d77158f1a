"""Messages name the program as it was started, so that what they tell to run can be typed as it
stands.
"""

import ast
import re
import sys
from pathlib import Path

import pytest
from end_to_end.support_app import App

from robot.cli import main
from robot.runtime.program import command, program

ROBOT = Path(__file__).resolve().parents[2] / "robot"
COMMANDS = "run|schedule|task|check|status|audit|rejected|ddl|prove|clients|export|demo|simulator"
NAMED = re.compile(
    rf"\bapp(?:\.py|\.exe)? (?:{COMMANDS})\b|python app|\./app|app\.exe (?:{COMMANDS})\b"
)


@pytest.mark.parametrize(
    ("platform", "executable", "named"),
    [
        ("win32", "C:/robo/app.exe", "app.exe"),
        ("win32", "C:/robo/robo-3c.exe", "robo-3c.exe"),
        ("linux", "/opt/robo/app", "./app"),
        ("darwin", "/opt/robo/robo", "./robo"),
    ],
)
def test_the_executable_is_named_by_its_file(monkeypatch, platform, executable, named):
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", executable)
    monkeypatch.setattr(sys, "platform", platform)
    assert program() == named
    assert command("check") == f"{named} check"


def test_the_sources_are_named_as_python_starts_them(tmp_path):
    assert command("export resolve") == "python app.py export resolve"
    code, shown = App(tmp_path).run("nonsense")
    assert code == 2
    assert "Usage: python app.py" in shown
    assert "'python app.py --help'" in shown


def test_the_help_of_the_executable_names_the_executable(monkeypatch, capsys):
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", "/opt/robo/app")
    assert main(["task", "xml", "--help"]) == 0
    assert "Usage: ./app task xml" in capsys.readouterr().out


def test_no_message_holds_a_name_of_its_own_for_the_program():
    found = [
        f"{file.relative_to(ROBOT)}: {text}"
        for file in ROBOT.rglob("*.py")
        if file.name != "program.py"
        for text in texts(ast.parse(file.read_text(encoding="utf-8")))
        if NAMED.search(text)
    ]
    assert found == []


def texts(tree):
    """Every text of a module but its docstrings."""
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    constants = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and id(node) not in docstrings
    ]
    return [node.value for node in constants if isinstance(node.value, str)]
