"""`app.py ddl`: the scripts for a DBA, with no `.env`, no token and no database."""

import subprocess
import sys

import pytest
from support_app import ROOT

from robot.database.scripts import read_scripts


def ddl(*arguments):
    return subprocess.run(
        [sys.executable, str(ROOT / "app.py"), "ddl", *arguments],
        capture_output=True,
        encoding="utf-8",
        cwd="/",
        timeout=150,
    )


@pytest.mark.parametrize(("arguments", "database"), [((), "sqlserver"), (("--database", "sqlite"), "sqlite")])
def test_it_prints_every_script_whole_and_in_order(arguments, database):
    shown = ddl(*arguments)
    assert shown.returncode == 0
    places = [shown.stdout.index(text.rstrip()) for _, text in read_scripts(database)]
    assert places == sorted(places)
    assert all(f"-- sql/{database}/{name}" in shown.stdout for name, _ in read_scripts(database))


def test_another_database_is_a_wrong_option():
    shown = ddl("--database", "oracle")
    assert shown.returncode == 2
    assert "sqlserver or sqlite" in shown.stderr
