"""`app.py ddl`: the scripts for a DBA, with no `.env`, no token and no database."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import datetime

from support_app import ROOT

from robot.database import Repository
from robot.database.scripts import read_scripts
from robot.database.sqlite import SqliteEngine


def ddl(*arguments):
    return subprocess.run(
        [sys.executable, str(ROOT / "app.py"), "ddl", *arguments],
        capture_output=True,
        encoding="utf-8",
        cwd="/",
        timeout=150,
    )


def test_it_prints_every_script_whole_and_in_order():
    shown = ddl()
    assert shown.returncode == 0
    places = [shown.stdout.index(text.rstrip()) for _, text in read_scripts("sqlserver")]
    assert places == sorted(places)
    assert all(f"-- sql/sqlserver/{name}" in shown.stdout for name, _ in read_scripts("sqlserver"))


def _tables(connection):
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return {name: connection.execute(f"PRAGMA table_info({name})").fetchall() for (name,) in names}


def test_of_sqlite_it_prints_what_the_scripts_come_to_and_a_second_time_changes_nothing():
    text = ddl("--database", "sqlite").stdout
    with (
        closing(sqlite3.connect(":memory:")) as by_hand,
        closing(sqlite3.connect(":memory:")) as own,
    ):
        for _, script in read_scripts("sqlite"):
            own.executescript(script)
        for _ in range(2):
            by_hand.executescript(text)
            assert _tables(by_hand) == _tables(own)
        remembered = by_hand.execute("SELECT script FROM schema_versions").fetchall()
    assert sorted(name for (name,) in remembered) == sorted(
        name for name, _ in read_scripts("sqlite")
    )


def test_the_robot_takes_the_tables_that_were_made_by_hand_as_its_own(tmp_path):
    repository = Repository(SqliteEngine(tmp_path / "robot.db"), lambda: datetime(2026, 9, 16))
    with closing(sqlite3.connect(tmp_path / "robot.db")) as by_hand:
        by_hand.executescript(ddl("--database", "sqlite").stdout)
    repository.prepare("calls")
    assert repository.survey().due == ()
    repository.close()


def test_another_database_is_a_wrong_option():
    shown = ddl("--database", "oracle")
    assert shown.returncode == 2
    assert "sqlserver or sqlite" in shown.stderr


def test_it_prints_them_for_another_schema_and_makes_that_first(tmp_path):
    given = ddl("--schema", "robo").stdout
    # another wrong line is no matter here
    (tmp_path / ".env").write_text("DB_SCHEMA=robo\nPER_PAGE=wrong\n", "utf-8")
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
