"""The first start without a command, of the executable and of app.py: `.env` is written, never over
one that stands.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from proof.machine import clear_environment
from rich.console import Console

from robot.cli import main
from robot.commands import first_start
from robot.commands.context import Context
from robot.errors import ConfigurationError
from robot.runtime.resources import resource
from robot.settings import Settings
from robot.settings.network import SHARED

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / ".env.example"


@pytest.fixture
def executable(tmp_path, monkeypatch):
    """This program, as if it were an executable in an empty folder, with its own files unpacked
    elsewhere.
    """
    inside = tmp_path / "unpacked"
    inside.mkdir()
    (inside / ".env.example").write_bytes(EXAMPLE.read_bytes())
    folder = tmp_path / "robô"
    folder.mkdir()
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "_MEIPASS", str(inside), raising=False)
    monkeypatch.setattr(sys, "executable", str(folder / "app"))
    clear_environment(monkeypatch)
    return folder


@pytest.fixture
def sources(tmp_path):
    """The program's own files in a folder of their own, as somebody copies them to a server."""
    folder = tmp_path / "robô"
    folder.mkdir()
    for name in ("robot", "sql"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("app.py", ".env.example"):
        shutil.copy2(ROOT / name, folder)
    return folder


def start(folder, *arguments, **variables):
    names = {name.upper() for name in Settings.model_fields}
    environment = {name: value for name, value in os.environ.items() if name.upper() not in names}
    ended = subprocess.run(
        [sys.executable, folder / "app.py", *arguments],
        capture_output=True,
        encoding="utf-8",
        check=False,
        cwd="/",
        env={**environment, "PYTHONUTF8": "1", **variables},
    )
    assert "Traceback" not in ended.stderr
    return ended.returncode, ended.stdout + ended.stderr


def test_app_py_writes_its_settings_and_tells_what_to_fill_like_the_executable(sources):
    code, shown = start(sources)
    assert code == 2
    assert (sources / ".env").read_bytes() == EXAMPLE.read_bytes()
    for words in (
        str(sources / ".env"),
        "MANAGER_TOKEN",
        "3cs_",
        "DB_SERVER",
        "python app.py demo",
    ):
        assert words in shown
    code, shown = start(sources)
    assert code == 2
    assert "MANAGER_TOKEN: is empty" in shown


def test_app_py_with_a_command_or_a_setting_of_the_environment_writes_nothing(sources):
    assert start(sources, "--version")[0] == 0
    for shown in (
        start(sources, "check"),
        start(sources, DB_FILE="x.db"),
        start(sources, "--env-file", "/none/.env"),
    ):
        assert shown[0] == 2
    assert not (sources / ".env").exists()


def test_the_settings_are_written_and_the_lines_to_fill_are_told(executable, capsys):
    assert main([]) == 2
    assert (executable / ".env").read_bytes() == EXAMPLE.read_bytes()
    shown = capsys.readouterr().out
    assert str(executable / ".env") in shown
    assert "./app demo" in shown
    for name in ("MANAGER_TOKEN", "DB_SERVER", "DB_DATABASE", "DB_USERNAME, DB_PASSWORD"):
        assert name in shown


@pytest.mark.skipif(
    sys.platform == "win32", reason="on Windows the folder's rights count: task install closes it"
)
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


@pytest.mark.parametrize("name", SHARED)
def test_a_proxy_or_certificates_of_the_whole_machine_are_no_settings_of_the_robot(
    executable, monkeypatch, name
):
    monkeypatch.setenv(name, "http://proxy:3128")
    assert first_start.is_first_start(Context.for_file(None)) is True


@pytest.mark.parametrize("name", ["MANAGER_TOKEN", "THREEC_USER", "DB_SERVER", "db_file"])
def test_settings_in_the_environment_are_no_first_start(executable, monkeypatch, name):
    monkeypatch.setenv(name, "x")
    assert first_start.is_first_start(Context.for_file(None)) is False


def test_a_mis_saved_env_is_told_and_no_second_file_is_written(executable, capsys):
    (executable / ".env.txt").write_text("MANAGER_TOKEN=x\n", encoding="utf-8")
    assert main([]) == 2
    assert ".env.txt" in capsys.readouterr().err
    assert not (executable / ".env").exists()


def test_a_setting_of_blanks_is_none(executable, monkeypatch):
    monkeypatch.setenv("MANAGER_TOKEN", " ")
    assert first_start.is_first_start(Context.for_file(None)) is True


def test_a_folder_that_cannot_be_written_is_told_in_portuguese(executable, monkeypatch):
    context = Context(executable / "missing folder" / ".env", Console(), Console())
    with pytest.raises(ConfigurationError, match="não pode ser criado"):
        first_start.write_settings(context)


def test_notepad_gets_its_line_ends_and_its_mark(executable, monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    first_start.write_example(executable / ".env")
    written = (executable / ".env").read_bytes()
    assert written.startswith(b"\xef\xbb\xbf")
    assert (
        written.count(b"\r\n")
        == written.count(b"\n")
        == EXAMPLE.read_text(encoding="utf-8").count("\n")
    )


def test_an_env_inside_serves_until_one_stands_beside(executable):
    inside = resource(".env")
    assert Context.for_file(None).env_file == executable / ".env"
    inside.write_text("MANAGER_TOKEN=inside\n")
    assert Context.for_file(None).env_file == inside
    (executable / ".env").write_text("MANAGER_TOKEN=beside\n")
    assert Context.for_file(None).env_file == executable / ".env"
