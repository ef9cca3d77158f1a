"""A console that cannot be written: what is stored, and the exit code, stay as they were."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support import days

from robot.commands import consoles
from robot.simulators.threec import DEMO_TOKEN, Simulator, make_calls

ROOT = Path(__file__).parent.parent.parent
FULL = Path("/dev/full")


@pytest.fixture
def command(robot):
    """`run` of one day of five calls, by the robot as a process."""
    day = str(days(1)[0])
    return [*robot, "run", "--start", day, "--end", day]


@pytest.fixture
def robot(tmp_path):
    """The robot as a process, without its command."""
    with Simulator(make_calls(days(1), 5)) as simulator:
        env_file = tmp_path / ".env"
        settings = {
            "BASE_URL": simulator.url,
            "MANAGER_TOKEN": DEMO_TOKEN,
            "DB_FILE": tmp_path / "r.db",
        }
        settings["LOG_DIR"] = tmp_path / "logs"
        env_file.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        yield [sys.executable, str(ROOT / "app.py"), "--env-file", str(env_file)]


def logged(folder: Path) -> str:
    return (folder / "logs" / "api_robot_main.log").read_text(encoding="utf-8")


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_a_full_disk_under_a_redirection_changes_nothing(command, tmp_path, name):
    with FULL.open("w") as full:
        streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, name: full}
        ended = subprocess.run(command, **streams, timeout=120, check=False)
    assert ended.returncode == 0
    assert "COMPLETED_SUCCESS" in logged(tmp_path)
    assert f"{name} cannot be written any more" in logged(tmp_path)


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
def test_a_log_that_cannot_be_written_either_changes_nothing(command, tmp_path):
    (tmp_path / "logs").write_text("no folder")
    with FULL.open("w") as full:
        ended = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=full, text=True, timeout=120, check=False
        )
    assert ended.returncode == 0
    assert "COMPLETED_SUCCESS" in ended.stdout


def test_a_reader_that_has_gone_changes_nothing(command, tmp_path):
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    process.stdout.close()
    assert process.wait(120) == 0
    assert "COMPLETED_SUCCESS" in logged(tmp_path)


def started_with(redirection: str, command: list[str]) -> subprocess.CompletedProcess[str]:
    """Its end, where a shell started it so."""
    line = ["sh", "-c", f'exec "$@" {redirection}', "sh", *command]
    return subprocess.run(line, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell closes them")
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_streams_that_are_closed_from_the_start_change_nothing(command, tmp_path, closed):
    ended = started_with(closed, command)
    assert ended.returncode == 0, ended.stderr
    assert "COMPLETED_SUCCESS" in logged(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell closes them")
def test_a_status_for_a_person_that_nobody_sees_is_no_failure(robot):
    ended = started_with(">&-", [*robot, "status"])
    assert ended.returncode == 0, ended.stderr


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("redirection", ["> /dev/full", ">&-"])
@pytest.mark.parametrize(
    "arguments", ["ddl", "status --json", "task xml", "audit --json", "--version"]
)
def test_an_output_that_is_the_whole_purpose_is_missed(robot, arguments, redirection):
    ended = started_with(redirection, [*robot, *arguments.split()])
    assert ended.returncode == 1
    assert "The output could not be written" in ended.stderr
    assert "Unexpected" not in ended.stderr


def test_in_place_of_a_stream_that_is_not_there_stands_one_that_is_no_terminal(monkeypatch):
    """As Python has it in a Windows process without a console, where `nul` takes itself for a
    terminal.
    """
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    consoles.make_streams_forgiving()
    with sys.stdin, sys.stdout, sys.stderr:
        consoles.output().print("nobody reads this: ☎")
        assert sys.stdin.read() == ""
        assert not any(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))
