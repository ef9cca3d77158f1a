"""Reaching a SQL Server, and what is said when it refuses."""

from dataclasses import replace

import pytest
from pydantic import SecretStr
from rows import COVERAGE, batch, call, line

from robot.database import sqlserver
from robot.database.sqlserver import SqlServerEngine
from robot.errors import AnotherExecutionRunning, ConfigurationError, FatalError, RetriableError

pytestmark = pytest.mark.sqlserver
WRONG = "wr0ng;pass}word"


def with_settings(database, **values):
    return replace(database, settings=database.settings.model_copy(update=values))


def test_a_wrong_password_is_told_and_not_shown(server_database):
    with pytest.raises(FatalError, match=r"refused the login.*DB_PASSWORD") as told:
        with_settings(server_database, db_password=SecretStr(WRONG)).repository()
    assert WRONG not in repr(told.value) + repr(told.value.__cause__)


def test_an_unknown_database_is_told(server_database):
    with pytest.raises(FatalError, match=r"no such database.*DB_DATABASE"):
        with_settings(server_database, db_database="no_such_database").repository()


def test_an_unknown_host_is_told_after_the_tries(server_database, monkeypatch):
    monkeypatch.setattr(sqlserver, "LOGIN_SECONDS", 1)
    with pytest.raises(
        RetriableError, match=r"no-such-host\.invalid.*cannot be reached.*DB_SERVER"
    ):
        with_settings(server_database, db_server="no-such-host.invalid").repository()


def test_a_driver_that_is_not_there_is_told(server_database):
    with pytest.raises(FatalError, match=r"driver cannot be loaded.*DB_DRIVER"):
        with_settings(server_database, db_driver="/no/such/libmsodbcsql.so").repository()
    with pytest.raises(ConfigurationError, match=r"not installed\. Installed:"):
        with_settings(server_database, db_driver="ODBC Driver 99 for SQL Server").repository()


def test_a_port_after_a_colon_is_understood(server_database, sql_server):
    host, port = sql_server.host_and_port
    repository = with_settings(server_database, db_server=f"{host}:{port}").repository()
    assert "driver" in repository.describe()
    repository.close()


def test_the_operators_own_keywords_are_taken(server_database):
    repository = with_settings(
        server_database, db_connection_extra=SecretStr("APP=mine;WSID=there;")
    ).repository()
    cursor = repository._engine.cursor()
    assert cursor.execute("SELECT APP_NAME()").fetchone()[0] == "mine"
    cursor.close()
    repository.close()


def test_a_session_that_somebody_ended_is_made_anew(server_database):
    repository = server_database.repository()
    repository._engine._connection.close()
    stored = repository.store(batch([call("a")]), COVERAGE, line(), set())
    assert stored.tables["calls"].inserted == 1
    repository.close()


def test_nothing_stays_open_between_two_transactions(server_database):
    repository = server_database.repository()
    repository.store(batch([call("a")]), COVERAGE, line(), set())
    repository.recall("anything")
    cursor = repository._engine.cursor()
    assert cursor.execute("SELECT @@TRANCOUNT").fetchone()[0] == 0
    cursor.close()
    repository.close()


def test_nothing_runs_on_a_connection_that_came_without_its_lock(
    server_database, monkeypatch, tmp_path
):
    """The connection is lost, and the lock cannot be asked for at the first try."""
    repository = server_database.repository()
    other = server_database.elsewhere(tmp_path / "elsewhere").repository()
    acquire, calls = SqlServerEngine.acquire, []

    def fails_once(engine, job):
        calls.append(job)
        if len(calls) == 1:
            raise RetriableError("the server is short of memory (701)")
        return acquire(engine, job)

    with repository.lock("calls"):
        repository._engine.close()
        monkeypatch.setattr(SqlServerEngine, "acquire", fails_once)
        repository.remember("x", "y")
        assert len(calls) == 2
        monkeypatch.undo()
        with pytest.raises(AnotherExecutionRunning), other.lock("calls"):
            pass
    repository.close()
    other.close()
