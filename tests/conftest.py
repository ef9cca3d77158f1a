"""One suite, two databases: `database` runs a test on SQLite and, marked `sqlserver`, on the server
in TEST_SQLSERVER.

`servers.sqlite_only(why)` and `servers.server_only(why)` keep a test, or a module, to one of the
two.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import without_odbc
from servers import BOTH, VARIABLE, Database, Server, empty, server

from robot.database import Repository

if (
    sys.platform != "win32" and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
):  # the suite runs under nohup
    # else every process that a test starts would ignore it, too
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


if "MOVED_TO" in os.environ and "MOVED_BY_SECONDS" not in os.environ:
    raise pytest.UsageError(
        "MOVED_TO is set, and the clock has not moved: PYTHONPATH lacks tests/moved_clock"
    )


hypothesis.settings.register_profile("whatever the machine's speed", deadline=None)
hypothesis.settings.load_profile("whatever the machine's speed")


def pytest_configure(config: pytest.Config) -> None:
    without_odbc.register(config)


ON_A_SERVER_SECONDS = 900  # a busy T-SQL server takes a minute to make the tables alone


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("sqlserver") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(ON_A_SERVER_SECONDS))


@pytest.fixture(scope="session")
def sql_server() -> Server:
    """The server in TEST_SQLSERVER; skips where there is none."""
    found = server()
    if found is None:
        pytest.skip(f"{VARIABLE} holds no ODBC connection string of a T-SQL server")
    without_odbc.odbc()
    return found


@pytest.fixture(scope="session")
def _shared_name(sql_server: Server) -> Iterator[str]:
    with sql_server.new_database() as name:
        yield name


@pytest.fixture
def server_database(sql_server: Server, _shared_name: str, tmp_path: Path) -> Database:
    """A database on the server, shared by the tests of this process one after the other, empty at
    the start of each.
    """
    empty(sql_server, _shared_name)
    return Database.on(sql_server, _shared_name, tmp_path)


@pytest.fixture
def new_server_database(sql_server: Server, tmp_path: Path) -> Iterator[Database]:
    """A database on the server for one test alone: no table in it."""
    with sql_server.new_database() as name:
        yield Database.on(sql_server, name, tmp_path)


@pytest.fixture(params=BOTH)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """An empty database, of each kind in turn."""
    if request.param == "sqlserver":
        found: Database = request.getfixturevalue("server_database")
        return found
    return Database.of_file(tmp_path / "robot.db")


@pytest.fixture
def repository(database: Database) -> Iterator[Repository]:
    """The repository of the database that a test runs on, its tables made."""
    repository = database.repository()
    yield repository
    repository.close()
