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


@pytest.mark.parametrize(
    ("arguments", "database"), [((), "sqlserver"), (("--database", "sqlite"), "sqlite")]
)
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


def test_it_prints_them_for_another_schema_and_makes_that_first(tmp_path):
    given = ddl("--schema", "robo").stdout
    (tmp_path / ".env").write_text(
        "DB_SCHEMA=robo\nPER_PAGE=wrong\n", "utf-8"
    )  # another wrong line is no matter here
    program = [sys.executable, str(ROOT / "app.py"), "--env-file", str(tmp_path / ".env"), "ddl"]
    assert (
        subprocess.run(program, capture_output=True, encoding="utf-8", timeout=60).stdout == given
    )
    assert given.index("CREATE SCHEMA [robo]") < given.index("CREATE TABLE [robo].calls")
    assert "dbo" not in given


def test_a_schema_that_is_none_is_a_wrong_option():
    shown = ddl("--schema", "a]; DROP TABLE x")
    assert shown.returncode == 2
    assert "--schema" in shown.stderr
