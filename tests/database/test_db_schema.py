"""DB_SCHEMA: every statement goes to the robot's own schema, whatever stands in dbo under the same
names.
"""

from __future__ import annotations

import pytest
from desk import Desk
from pydantic import ValidationError
from servers import Database
from support import DAY

from robot.cells.tables import ALL_TABLES
from robot.database.qualified import qualified
from robot.database.scripts import OUR_NAMES, in_schema, read_scripts
from robot.settings import IsolatedSettings
from robot.settings.check import load
from robot.simulators.threec import Simulator, make_calls

CALLS = 30
SCHEMA = "Robô 3C"


@pytest.fixture
def in_its_schema(new_server_database):
    """A database in whose dbo every name of ours is a table of the company's, with one row."""
    for name in OUR_NAMES:
        new_server_database.query(f"CREATE TABLE dbo.{name} (own INT)")
        new_server_database.query(f"INSERT INTO dbo.{name} (own) VALUES (1)")
    settings = new_server_database.settings.model_copy(update={"db_schema": SCHEMA})
    return Database(
        settings, {**new_server_database.variables, "DB_SCHEMA": SCHEMA}, new_server_database.clock
    )


@pytest.mark.sqlserver
def test_every_job_runs_in_a_schema_of_its_own_and_touches_nothing_else(
    in_its_schema, tmp_path, capsys, monkeypatch
):
    calls = make_calls([DAY], CALLS, odd=False)
    calls[7]["id"] = None
    with Simulator(calls) as simulator:
        desk = Desk(in_its_schema, simulator, tmp_path, capsys, monkeypatch)
        assert desk.sync(DAY) == 3
        simulator.update_call(simulator.calls[3]["id"], qualification="Retornar")
        assert desk.sync(DAY, "--again") == 3
        assert desk.run("audit", "--start", DAY, "--end", DAY) == 3  # the record without an id
        assert desk.run("rejected", "retry") == 3
        assert desk.load("1;Ana Lima;11999998888", "2;Bia Souza;11988887777") == 0
        assert desk.send() == 0
        assert desk.run("export", "resolve") == 0
        assert desk.run("status") == 0
        assert f"schema {SCHEMA}" in desk.told
    database = in_its_schema
    assert database.value(f"SELECT COUNT(*) FROM [{SCHEMA}].calls") == CALLS - 1
    assert database.value(f"SELECT SUM(sent) FROM [{SCHEMA}].export_results") == 2
    for name in OUR_NAMES:
        assert database.query(f"SELECT own FROM dbo.{name}") == [(1,)]


@pytest.mark.sqlserver
def test_two_robots_in_two_schemas_of_one_database_do_not_keep_each_other_away(
    new_server_database, tmp_path
):
    other = new_server_database.elsewhere(tmp_path / "other")
    other = Database(
        other.settings.model_copy(update={"db_schema": "robo"}), other.variables, other.clock
    )
    first, second = new_server_database.repository(), other.repository()
    with first.lock("calls"), second.lock("calls"):
        first.remember("schedule", "first")
        second.remember("schedule", "second")
    assert (first.recall("schedule"), second.recall("schedule")) == ("first", "second")
    first.close()
    second.close()


@pytest.mark.parametrize("name", OUR_NAMES)
def test_every_name_of_ours_is_given_its_schema(name):
    for word in ("FROM", "JOIN", "INTO", "UPDATE", "DELETE FROM"):
        assert qualified(f"{word} {name} x", "robo") == f"{word} [robo].{name} x"
    assert (
        qualified(f"SELECT {name}.id FROM dbo.{name}", "robo")
        == f"SELECT {name}.id FROM dbo.{name}"
    )
    assert qualified(f"FROM {name}", "dbo") == f"FROM dbo.{name}"


def test_no_word_of_dbo_is_left_in_a_script_for_another_schema():
    for name, text in read_scripts("sqlserver"):
        assert "dbo" not in in_schema(text, "robo"), name
        assert in_schema(text, "dbo") == text
        assert not any(f" {table.name} (" in in_schema(text, "robo") for table in ALL_TABLES)


@pytest.mark.parametrize(
    "name", ["", "a]b", "a'b", "sys", "INFORMATION_SCHEMA", "a.b", "1a", "a;b", 'a"b', "x" * 129]
)
def test_a_name_that_no_statement_could_hold_is_refused(name):
    with pytest.raises(ValidationError):
        IsolatedSettings(db_schema=name)


def test_dbo_is_dbo_in_any_case():
    assert IsolatedSettings(db_schema="DBO").db_schema == "dbo"


def test_it_means_nothing_to_the_embedded_database_which_is_told(tmp_path, monkeypatch):
    for name in ("DB_SERVER", "DB_SCHEMA"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / ".env").write_text("DB_SCHEMA=robo\n", "utf-8")
    _, warnings = load(tmp_path / ".env")
    assert any("DB_SCHEMA means nothing" in warning for warning in warnings)
