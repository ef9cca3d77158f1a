"""What a command loads, and what it does without."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

LOADED = """
import runpy, sys
sys.argv = ["app.py", *sys.argv[1:]]
try:
    runpy.run_path("app.py", run_name="__main__")
except SystemExit:
    pass
print(*sys.modules)
"""
SPREADSHEETS = {
    *("openpyxl", "xlsxwriter"),
    *("robot.customers.files.text", "robot.customers.files.workbook"),
}


def loaded_by(*arguments: str) -> set[str]:
    ended = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(ended.stdout.split())


def test_the_version_is_told_without_settings_engine_database_or_network():
    loaded = loaded_by("--version")
    assert "robot.cli" in loaded
    assert not loaded & {
        *("requests", "pydantic_settings", "concurrent_log_handler", "phonenumbers", "schedule"),
        *("robot.settings", "robot.sync", "robot.database", "robot.http", "robot.simulators"),
    }


@pytest.mark.parametrize("command", ["run", "schedule"])
def test_what_runs_unattended_loads_no_reader_of_spreadsheets(command):
    loaded = loaded_by(command, "--help")
    assert "robot.sync.execution" in loaded
    assert not loaded & SPREADSHEETS
