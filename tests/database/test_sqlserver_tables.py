"""The tables in a SQL Server: made, compared with the contract, taken over from an earlier robot,
used with few rights.
"""

import json
from contextlib import closing, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pyodbc
import pytest
from pydantic import SecretStr
from rows import COVERAGE, batch, call, line, mailing
from servers import Database

from robot.cells.tables import ALL_TABLES, CALLS, EXECUTION_LOGS, MAILING_DATA
from robot.database import Counts
from robot.database.migrations import missing_scripts
from robot.errors import AnotherExecutionRunning, ConfigurationError, FatalError

pytestmark = pytest.mark.sqlserver
SPEC = json.loads((Path(__file__).parent.parent / "data" / "spec_columns.json").read_text("utf-8"))
# its own word COMPLETED_WITH_ERRORS has 21 letters
WIDENED = {("execution_logs", "status"): "NVARCHAR(30)"}
PASSWORD = "p;w}d{='x é 9A"


def columns(database: Database, table: str) -> list[tuple[str, str]]:
    """Names and types, as INFORMATION_SCHEMA tells them."""
    found = database.query(
        "SELECT COLUMN_NAME, DATA_TYPE, CHARACTER_MAXIMUM_LENGTH FROM INFORMATION_SCHEMA.COLUMNS"
        " WHERE TABLE_SCHEMA = 'dbo' AND TABLE_NAME = ? ORDER BY ORDINAL_POSITION",
        table,
    )
    return [
        (
            name,
            kind.upper()
            + (f"({'MAX' if width == -1 else width})" if kind.lower() == "nvarchar" else ""),
        )
        for name, kind, width in found
    ]


def declared(table) -> list[tuple[str, str]]:
    return [(c.name, WIDENED.get((table.name, c.name), c.sql_type)) for c in table.columns]


def run_scripts(database: Database, count: int) -> None:
    """The first scripts, as a robot does that is killed after them."""
    engine = database.engine()
    engine.connect()
    for name, text in missing_scripts(engine)[:count]:
        engine.begin()
        engine.run_script(text)
        engine.cursor().execute(
            "INSERT INTO schema_versions (script, applied_at) VALUES (?, ?)",
            (name, datetime(2026, 9, 1)),
        )
        engine.commit()
    engine.close()


@pytest.fixture
def fresh(new_server_database):
    new_server_database.repository().close()
    return new_server_database


def test_new_tables_have_exactly_the_columns_of_the_contract_then_ours(fresh):
    for table in ALL_TABLES:
        assert columns(fresh, table.name) == declared(table)
    for table in (CALLS, MAILING_DATA, EXECUTION_LOGS):
        spec = [(name, WIDENED.get((table.name, name), kind)) for name, kind in SPEC[table.name]]
        assert columns(fresh, table.name)[: len(spec)] == spec


def test_preparing_again_runs_no_script(fresh, monkeypatch):
    repository = fresh.repository()
    monkeypatch.setattr(
        repository._engine, "run_script", lambda text: pytest.fail(f"ran {text[:50]}")
    )
    repository.prepare()
    repository.close()
    assert [
        name for (name,) in fresh.query("SELECT script FROM schema_versions ORDER BY script")
    ] == [
        "0001_tables.sql",
        "0002_take_over.sql",
        "0003_indexes.sql",
        "0004_dialer_export.sql",
        "0005_dialer_export_requests.sql",
        "0006_days.sql",
        "0007_scopes.sql",
        "0008_record_hash.sql",
        "accounts/0001_oauth_tokens.sql",
    ]


def test_the_scripts_may_be_run_by_hand_first_and_by_the_robot_afterwards(new_server_database):
    engine = new_server_database.engine()
    engine.connect()
    for _ in range(2):
        for _, text in engine.scripts():
            engine.run_script(text)
    engine.close()
    repository = new_server_database.repository()
    repository.try_rights()
    repository.close()


# -- taken over


def old_tables(database: Database) -> None:
    """The three tables as the robot of the specification made and filled them: no column of ours,
    no unique key.
    """
    types = {"id": "NVARCHAR(50) NOT NULL PRIMARY KEY"}
    identity = {"id": "INT IDENTITY(1,1) NOT NULL PRIMARY KEY"}
    for name, keys in (("calls", types), ("mailing_data", identity), ("execution_logs", identity)):
        body = ", ".join(
            f"{column} {keys.get(column, kind + ' NULL')}" for column, kind in SPEC[name]
        )
        database.query(f"CREATE TABLE dbo.{name} ({body})")
    for key in "abc":
        database.query(
            "INSERT INTO calls (id, number, call_date, agent, feedback) VALUES (?, ?, ?, ?, ?)",
            key, f"55{key}", datetime(2026, 9, 15, 8, 0, 0), "Conceição", "x" * 9000,
        )  # fmt: skip
    insert = "INSERT INTO mailing_data (call_id, cep, updated_at, razao_social) VALUES (?, ?, ?, ?)"
    old, new = datetime(2026, 9, 1), datetime(2026, 9, 2)
    for cells in (
        ("a", "1", old, "Padaria São João"),
        ("a", "2", new, "Padaria São João"),  # the newest of a's
        ("a", "3", None, "Padaria São João"),
        ("b", "4", None, "Oficina"),
        ("b", "5", None, "Oficina"),  # no dates: the higher id
        ("c", "6", old, "Mercado"),
        (None, "7", new, "sem chamada"),
    ):
        database.query(insert, *cells)
    database.query(
        "INSERT INTO execution_logs (execution_date, status, total_records) VALUES (?, ?, ?)",
        old,
        "COMPLETED_SUCCESS",
        3,
    )


def test_a_database_of_the_earlier_robot_is_taken_over_and_nothing_is_lost(new_server_database):
    database = new_server_database
    old_tables(database)
    before = database.query(
        f"SELECT {', '.join(name for name, _ in SPEC['calls'])} FROM calls ORDER BY id"
    )
    repository = database.repository()
    for table in (CALLS, MAILING_DATA, EXECUTION_LOGS):
        assert columns(database, table.name) == declared(table)
    assert (
        database.query(
            f"SELECT {', '.join(name for name, _ in SPEC['calls'])} FROM calls ORDER BY id"
        )
        == before
    )
    assert database.query("SELECT call_id, cep FROM mailing_data ORDER BY call_id") == [
        ("a", "2"),
        ("b", "5"),
        ("c", "6"),
    ]
    kept = database.query(
        "SELECT record_id, reason, payload FROM rejected_records WHERE job = 'take_over'"
    )
    payloads = {
        json.loads(payload)["cep"]: (record_id, json.loads(payload))
        for record_id, _, payload in kept
    }
    assert {cep: record_id for cep, (record_id, _) in payloads.items()} == {
        "1": "a",
        "3": "a",
        "4": "b",
        "7": None,
    }
    assert payloads["1"][1]["razao_social"] == "Padaria São João"
    assert database.query("SELECT status, total_records, job FROM execution_logs") == [
        ("COMPLETED_SUCCESS", 3, None)
    ]

    # and the robot goes on with it: old rows are brought up to date, no second one appears
    stored = repository.store(
        batch([call("a"), call("d")], [mailing("a"), mailing("d")]), COVERAGE, line(), set()
    )
    assert stored.tables == {"calls": Counts(1, 1, 0), "mailing_data": Counts(1, 1, 0)}
    assert database.query("SELECT call_id FROM mailing_data ORDER BY call_id") == [
        ("a",),
        ("b",),
        ("c",),
        ("d",),
    ]
    assert repository.open_rejections("calls") == set()
    repository.close()


def test_a_long_status_fits_a_table_that_was_taken_over(new_server_database):
    old_tables(new_server_database)
    new_server_database.repository().close()
    new_server_database.query("UPDATE execution_logs SET status = 'COMPLETED_WITH_ERRORS'")
    assert new_server_database.value("SELECT status FROM execution_logs") == "COMPLETED_WITH_ERRORS"


# -- few rights


@pytest.fixture
def low_login(sql_server, new_server_database):
    """A login that may only read and write, with a password of all the signs that ODBC minds."""
    name = f"{new_server_database.settings.db_database}_low"
    with closing(sql_server.connect()) as connection:
        connection.execute(
            f"CREATE LOGIN {name} WITH PASSWORD = '{PASSWORD.replace(chr(39), chr(39) * 2)}'"
        )
    new_server_database.query(f"CREATE USER {name} FOR LOGIN {name}")
    settings = new_server_database.settings.model_copy(
        update={"db_username": name, "db_password": SecretStr(PASSWORD)}
    )
    yield replace(new_server_database, settings=settings)
    with closing(sql_server.connect()) as connection:
        with suppress(Exception):
            connection.execute(
                f"USE {new_server_database.settings.db_database}; DROP USER {name}; USE master;"
            )
        connection.execute(f"DROP LOGIN {name}")


def grant(database: Database, login: str) -> None:
    for role in ("db_datareader", "db_datawriter"):
        with suppress(Exception):  # a server without these roles
            database.query(f"ALTER ROLE {role} ADD MEMBER {login}")
    for table in ALL_TABLES:
        database.query(f"GRANT SELECT, INSERT, UPDATE, DELETE ON dbo.{table.name} TO {login}")


def test_reading_and_writing_is_enough_where_the_tables_stand(new_server_database, low_login):
    new_server_database.repository().close()
    grant(new_server_database, low_login.settings.db_username)
    repository = low_login.repository()
    with repository.lock("calls"):
        number = repository.start_execution(COVERAGE, "robot", None)
        stored = repository.store(batch([call("a")], [mailing("a")]), COVERAGE, line(number), set())
    assert stored.tables["calls"] == Counts(1, 0, 0)
    repository.try_rights()
    repository.close()


def test_without_the_right_to_create_the_message_names_the_script_and_the_command(low_login):
    with pytest.raises(FatalError) as told:
        low_login.repository()
    assert "0001_tables.sql" in str(told.value)
    assert "python app.py ddl" in str(told.value)
    assert PASSWORD not in str(told.value)


def test_an_earlier_robot_that_still_runs_cannot_undo_the_taking_over(new_server_database):
    run_scripts(new_server_database, 2)
    new_server_database.query("INSERT INTO calls (id) VALUES ('c1')")
    new_server_database.query("INSERT INTO mailing_data (call_id) VALUES ('c1')")
    with pytest.raises(pyodbc.IntegrityError):
        new_server_database.query("INSERT INTO mailing_data (call_id) VALUES ('c1')")
    new_server_database.repository().close()


def test_tables_are_not_changed_under_the_hands_of_an_execution(new_server_database, tmp_path):
    older = new_server_database.engine()
    older.connect()
    assert older.acquire("calls")
    with pytest.raises(AnotherExecutionRunning):
        new_server_database.elsewhere(tmp_path / "another machine").repository()
    assert older.tables_standing() == set()
    older.release()
    older.close()
    new_server_database.repository().close()


def test_an_earlier_robots_tables_in_a_schema_of_the_logins_own_are_told(
    new_server_database, low_login
):
    name = low_login.settings.db_username
    new_server_database.query("CREATE SCHEMA app")
    columns = ", ".join(f"[{column}] {kind}" for column, kind in SPEC["calls"])
    new_server_database.query(f"CREATE TABLE app.calls ({columns})")
    new_server_database.query("CREATE TABLE app.clients (id INT)")  # somebody else's, and no matter
    for table in ("calls", "clients"):
        new_server_database.query(f"GRANT SELECT ON app.{table} TO {name}")
    new_server_database.query(f"ALTER USER {name} WITH DEFAULT_SCHEMA = app")
    with pytest.raises(ConfigurationError, match=r"in the schema app.* calls;.*DB_SCHEMA=app"):
        low_login.repository()
