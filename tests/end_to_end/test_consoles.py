"""A console that cannot be written: what is stored, and the exit code, stay as they were."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support import days

from robot.demo import DEMO_TOKEN, Simulator, make_calls

ROOT = Path(__file__).parent.parent.parent
FULL = Path("/dev/full")


@pytest.fixture
def command(tmp_path):
    """`run` of one day of five calls, by the robot as a process."""
    with Simulator(make_calls(days(1), 5)) as simulator:
        env_file = tmp_path / ".env"
        settings = {"BASE_URL": simulator.url, "MANAGER_TOKEN": DEMO_TOKEN, "DB_FILE": tmp_path / "r.db"}
        settings["LOG_DIR"] = tmp_path / "logs"
        env_file.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        day = str(days(1)[0])
        yield [sys.executable, str(ROOT / "app.py"), "--env-file", str(env_file), "run", "--start", day, "--end", day]


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


def test_a_reader_that_has_gone_changes_nothing(command, tmp_path):
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    process.stdout.close()
    assert process.wait(120) == 0
    assert "COMPLETED_SUCCESS" in logged(tmp_path)
