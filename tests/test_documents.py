"""What a reader is told is complete: settings, commands, tables, statuses and exit codes."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from robot.cells.tables import ALL_TABLES
from robot.cli import app
from robot.database.statuses import ExecutionStatus, WindowStatus
from robot.errors import ExitCode
from robot.settings import Settings, envfile
from robot.settings.check import load

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / ".env.example"
NAMES = [name.upper() for name in Settings.model_fields]


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_is_in_the_example_and_in_the_readme(name):
    assert name in envfile.read(EXAMPLE).values
    assert f"| `{name}` |" in README


def test_the_example_holds_nothing_that_is_no_setting():
    assert set(envfile.read(EXAMPLE).values) == set(NAMES)


def test_the_examples_values_are_the_defaults(tmp_path, monkeypatch):
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    (tmp_path / ".env").write_bytes(EXAMPLE.read_bytes())
    read, warnings = load(tmp_path / ".env")
    (tmp_path / ".env").write_text("")
    defaults, _ = load(tmp_path / ".env")
    assert read == defaults
    assert warnings == []


def _commands() -> Iterator[str]:
    """Every command as it is typed: `status`, `days list`."""
    top = get_command(app)
    assert isinstance(top, TyperGroup)
    context = top.make_context("app", [], resilient_parsing=True)
    for name in top.list_commands(context):
        command = top.get_command(context, name)
        if isinstance(command, TyperGroup):
            yield from (f"{name} {each}" for each in command.list_commands(context))
        if not isinstance(command, TyperGroup) or command.invoke_without_command:
            yield name


COMMANDS = list(_commands())


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command):
    assert f"`{command}" in README


@pytest.mark.parametrize("table", [table.name for table in ALL_TABLES])
def test_every_table_is_in_the_readme(table):
    assert f"`{table}`" in README


@pytest.mark.parametrize("code", list(ExitCode))
def test_every_exit_code_is_in_the_readme(code):
    assert f"| {int(code)} |" in README


def test_every_promise_names_a_test_that_is_there():
    promises = README[README.index("## What it promises") : README.index("## For an operator")]
    file = ""
    named = re.findall(r"`(tests/[\w/]+\.py|…)(?:::(\w+))?`", promises)
    assert len(named) > 10
    for path, test in named:
        file = file if path == "…" else path
        text = (ROOT / file).read_text(encoding="utf-8")
        assert not test or f"def {test}(" in text, f"{file}::{test}"


@pytest.mark.parametrize("status", [*ExecutionStatus, *WindowStatus])
def test_every_status_is_in_the_readme(status):
    assert f"`{status}`" in README
