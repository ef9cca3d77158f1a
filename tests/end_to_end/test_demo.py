"""The newcomer's first command, in a copy of the project, twice.

It writes a file, and meets no server.
"""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from support_app import ROOT


@pytest.fixture
def clone(tmp_path):
    for name in ("robot", "sql"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "app.py", tmp_path)
    return tmp_path


def demo(clone):
    return subprocess.run(
        [sys.executable, str(clone / "app.py"), "demo"],
        cwd="/",
        capture_output=True,
        text=True,
        timeout=150,
    )


def test_the_demo_stores_two_thousand_calls_and_a_second_one_writes_nothing(clone):
    first = demo(clone)
    assert first.returncode == 0, first.stderr
    assert "2,000 inserted, 0 updated, 0 unchanged" in first.stdout
    second = demo(clone)
    assert second.returncode == 0, second.stderr
    assert "0 inserted, 0 updated, 2,000 unchanged" in second.stdout
    query = first.stdout[first.stdout.index("SELECT") :]
    with closing(sqlite3.connect(clone / "data" / "demo.db")) as connection:
        hours = connection.execute(query).fetchall()
    assert sum(row[1] for row in hours) == 2000
    assert (clone / "logs" / "api_robot_main.log").exists()
    assert (clone / "logs" / "api_robot_errors.log").read_text(encoding="utf-8") == ""


def test_the_demo_never_meets_the_operators_settings(clone):
    (clone / ".env").write_text(
        "DB_SERVER=production\nMANAGER_TOKEN=real\nDB_DATABASE=x\nPER_PAGE=nonsense\n"
    )
    assert demo(clone).returncode == 0
