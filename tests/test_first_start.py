"""The first double click on an executable: `.env` is written once, and never over one that stands."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from rich.console import Console

from robot.cli import main
from robot.commands import first_start
from robot.commands.context import Context
from robot.errors import ConfigurationError
from robot.resources import resource

EXAMPLE = Path(__file__).resolve().parent.parent / ".env.example"


@pytest.fixture
def executable(tmp_path, monkeypatch):
    """This program, as if it were an executable in an empty folder, with its own files unpacked elsewhere."""
    inside = tmp_path / "unpacked"
    inside.mkdir()
    (inside / ".env.example").write_bytes(EXAMPLE.read_bytes())
    folder = tmp_path / "robô"
    folder.mkdir()
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "_MEIPASS", str(inside), raising=False)
    monkeypatch.setattr(sys, "executable", str(folder / "app"))
    monkeypatch.delenv("MANAGER_TOKEN", raising=False)
    return folder


def test_the_settings_are_written_and_the_lines_to_fill_are_told(executable, capsys):
    assert main([]) == 2
    assert (executable / ".env").read_bytes() == EXAMPLE.read_bytes()
    shown = capsys.readouterr().out
    assert str(executable / ".env") in shown
    for name in ("MANAGER_TOKEN", "DB_SERVER", "DB_DATABASE", "DB_USERNAME, DB_PASSWORD"):
        assert name in shown


@pytest.mark.skipif(sys.platform == "win32", reason="on Windows the folder's rights count: task install closes it")
def test_the_settings_that_will_hold_secrets_are_their_users_alone(executable):
    before = os.umask(0o022)
    try:
        main([])
    finally:
        os.umask(before)
    assert (executable / ".env").stat().st_mode & 0o777 == 0o600


def test_the_second_start_asks_for_the_token(executable, capsys):
    main([])
    (executable / ".env").write_text("MANAGER_TOKEN=\nPER_PAGE=7\n")
    assert main([]) == 2
    assert "MANAGER_TOKEN: is empty" in capsys.readouterr().err
    assert (executable / ".env").read_text() == "MANAGER_TOKEN=\nPER_PAGE=7\n"


def test_settings_in_the_environment_are_no_first_start(executable, monkeypatch):
    monkeypatch.setenv("MANAGER_TOKEN", "x")
    assert first_start.is_first_start(Context.for_file(None)) is False


def test_a_folder_that_cannot_be_written_is_told_in_portuguese(executable, monkeypatch):
    context = Context(executable / "missing folder" / ".env", Console(), Console())
    with pytest.raises(ConfigurationError, match="não pode ser criado"):
        first_start.write_settings(context)


def test_notepad_gets_its_line_ends_and_its_mark(executable, monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    first_start.write_example(executable / ".env")
    written = (executable / ".env").read_bytes()
    assert written.startswith(b"\xef\xbb\xbf")
    assert written.count(b"\r\n") == written.count(b"\n") == EXAMPLE.read_text(encoding="utf-8").count("\n")


def test_an_env_inside_serves_until_one_stands_beside(executable):
    inside = resource(".env")
    assert Context.for_file(None).env_file == executable / ".env"
    inside.write_text("MANAGER_TOKEN=inside\n")
    assert Context.for_file(None).env_file == inside
    (executable / ".env").write_text("MANAGER_TOKEN=beside\n")
    assert Context.for_file(None).env_file == executable / ".env"
