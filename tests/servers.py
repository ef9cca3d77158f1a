"""The databases that the tests run on: a SQLite file, or a database of its own on the server in
TEST_SQLSERVER.

TEST_SQLSERVER is an ODBC connection string of a login that may create databases, for example
`DRIVER={ODBC Driver 18 for SQL
Server};SERVER=localhost,1433;UID=sa;PWD=…;TrustServerCertificate=yes`.
"""

from __future__ import annotations

import os
import re
import sqlite3
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from robot.cells.tables import ALL_TABLES
from robot.database import Repository, open_engine
from robot.database.engine import Engine
from robot.settings import IsolatedSettings

VARIABLE = "TEST_SQLSERVER"
NOW = datetime(2026, 9, 16, 2, 0, 0)


_ON_SERVER = pytest.param("sqlserver", marks=pytest.mark.sqlserver)
BOTH = ("sqlite", _ON_SERVER)  # what a fixture that opens a database is parametrised by


def sqlite_only(why: str) -> pytest.MarkDecorator:
    """The test, or with `pytestmark` the module, runs on SQLite alone, and says why."""
    assert why
    return pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def server_only(why: str) -> pytest.MarkDecorator:
    """The test runs on the server alone, and says why."""
    assert why
    return pytest.mark.parametrize("database", [_ON_SERVER], indirect=True)


class Clock:
    """Stands still until told to go on."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **parts: int) -> None:
        self.now += timedelta(**parts)


def keywords(text: str) -> dict[str, str]:
    """An ODBC connection string taken apart; keywords in lower case."""
    pairs = re.findall(r"\s*([^=;]+?)\s*=\s*(\{(?:[^}]|\}\})*\}|[^;]*)(?:;|$)", text)
    return {
        name.lower(): value[1:-1].replace("}}", "}") if value.startswith("{") else value.strip()
        for name, value in pairs
    }


@dataclass(frozen=True)
class Server:
    """A SQL Server, as TEST_SQLSERVER names it."""

    driver: str
    address: str
    username: str
    password: str
    encrypt: str = "yes"
    trust: bool = True
    trusted_connection: bool = False

    @classmethod
    def from_text(cls, text: str) -> Server:
        words = keywords(text)
        yes = {"yes", "true", "1", "mandatory"}
        encrypt = words.get("encrypt", "yes").lower()
        return cls(
            driver=words.get("driver", ""),
            address=words.get("server", ""),
            username=words.get("uid", ""),
            password=words.get("pwd", ""),
            encrypt="strict" if encrypt == "strict" else "yes" if encrypt in yes else "no",
            trust=words.get("trustservercertificate", "yes").lower() in yes,
            trusted_connection=words.get("trusted_connection", "no").lower() in yes,
        )

    @property
    def host_and_port(self) -> tuple[str, int]:
        host, _, port = self.address.removeprefix("tcp:").partition(",")
        return host, int(port or 1433)

    def variables(self, database: str) -> dict[str, str]:
        """The robot's settings for one database of this server."""
        return {
            "DB_SERVER": self.address,
            "DB_DATABASE": database,
            "DB_USERNAME": self.username,
            "DB_PASSWORD": self.password,
            "DB_DRIVER": self.driver,
            "DB_ENCRYPT": self.encrypt,
            "DB_TRUST_SERVER_CERTIFICATE": "yes" if self.trust else "no",
            "DB_TRUSTED_CONNECTION": "yes" if self.trusted_connection else "no",
        }

    def settings(self, database: str, folder: Path, **more: Any) -> IsolatedSettings:
        values = {name.lower(): value for name, value in self.variables(database).items()}
        values["db_password"] = SecretStr(self.password)
        return IsolatedSettings(
            **{**values, "db_file": folder / "robot.db", "log_dir": folder / "logs", **more}
        )

    def connect(self, database: str = "master") -> Any:
        """A plain connection in autocommit."""
        import pyodbc

        pyodbc.pooling = False
        from robot.database.connection_string import Driver, choose_driver, connection_string

        settings = self.settings(database, Path())
        driver = Driver(self.driver) if self.driver else choose_driver("", pyodbc.drivers())
        return pyodbc.connect(connection_string(settings, driver), autocommit=True, timeout=15)

    @contextmanager
    def new_database(self) -> Iterator[str]:
        """A database that is dropped again."""
        name = f"robot_test_{uuid.uuid4().hex[:12]}"
        with closing(self.connect()) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        try:
            yield name
        finally:
            with closing(self.connect()) as connection:
                # sessions that a test left open are cut, where the server knows how
                with suppress(Exception):
                    connection.execute(
                        f"ALTER DATABASE {name} SET SINGLE_USER WITH ROLLBACK IMMEDIATE"
                    )
                _drop(connection, name)


def _drop(connection: Any, name: str) -> None:
    """Drop a database, once the sessions that are ending have left it; those that stay are
    ended.
    """
    start = time.monotonic()
    while True:
        try:
            connection.execute(f"DROP DATABASE {name}")
        except Exception:
            waited = time.monotonic() - start
            if waited > 30:
                raise
            if waited > 5:
                _end_sessions(connection, name)
            time.sleep(0.2)
        else:
            return


def _end_sessions(connection: Any, name: str) -> None:
    """End whoever is in this database still: a query that nobody waits for any more may count on
    for hours.
    """
    sql = "SELECT session_id FROM sys.dm_exec_sessions WHERE database_id = DB_ID(?)"
    for (session,) in connection.execute(sql, name).fetchall():
        with suppress(Exception):  # it ended by itself meanwhile
            connection.execute(f"KILL {session}")


def server() -> Server | None:
    """The server in TEST_SQLSERVER, if there is one."""
    text = os.environ.get(VARIABLE, "")
    return Server.from_text(text) if text else None


@dataclass(frozen=True)
class Database:
    """One database, and the ways into it."""

    settings: IsolatedSettings
    variables: dict[str, str]
    clock: Clock

    @classmethod
    def of_file(cls, file: Path) -> Database:
        """A SQLite file, which need not be there."""
        settings = IsolatedSettings(db_file=file, log_dir=file.parent / "logs")
        return cls(settings, {"DB_FILE": str(file), "DB_SERVER": ""}, Clock())

    @classmethod
    def on(cls, server: Server, name: str, folder: Path) -> Database:
        """A database of the server, for a robot whose files are in `folder`."""
        return cls(server.settings(name, folder), server.variables(name), Clock())

    @property
    def on_server(self) -> bool:
        return bool(self.settings.db_server)

    def engine(self) -> Engine:
        return open_engine(self.settings)

    def repository(
        self, engine: Engine | None = None, stop: threading.Event | None = None
    ) -> Repository:
        """Connected, its tables made, its retries without waits."""
        repository = Repository(engine or self.engine(), self.clock, stop=stop, first_wait=0)
        try:
            repository.prepare()
        except BaseException:
            repository.close()
            raise
        return repository

    def settings_with(self, **values: Any) -> IsolatedSettings:
        """The settings of a robot on this database, with these besides."""
        return IsolatedSettings(**{**self.settings.model_dump(exclude_unset=True), **values})

    def query(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Ask, or change, on a connection of its own.

        Plain SQL that both databases take; moments as SQLite's text.
        """
        with closing(self._connection()) as connection:
            cursor = connection.execute(sql, parameters)
            rows = (
                [tuple(map(_plain, row)) for row in cursor.fetchall()] if cursor.description else []
            )
            if not self.on_server:
                connection.commit()
            return rows

    def _connection(self) -> Any:
        if not self.on_server:
            return sqlite3.connect(self.settings.db_file)
        return Server.from_text(os.environ[VARIABLE]).connect(self.settings.db_database)

    def value(self, sql: str, *parameters: Any) -> Any:
        return self.query(sql, *parameters)[0][0]

    def tables(self) -> set[str]:
        """The tables that stand."""
        if self.on_server:
            return {
                name.lower()
                for (name,) in self.query("SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES")
            }
        return {
            name for (name,) in self.query("SELECT name FROM sqlite_master WHERE type = 'table'")
        }

    def settle(self) -> str:
        """Wait until a killed robot's session is gone: the server may be at its last statement.

        Gives what is wrong.
        """
        engine = self.engine()
        engine.connect()
        end = time.monotonic() + 30
        try:
            while not engine.acquire("calls"):
                if time.monotonic() > end:
                    return "the lock of the killed robot is held still"
            engine.release()
        finally:
            engine.close()
        return ""

    def empty(self) -> None:
        """Remove every row."""
        if self.on_server:
            empty(Server.from_text(os.environ[VARIABLE]), self.settings.db_database)
            return
        for ending in ("", "-wal", "-shm"):
            Path(f"{self.settings.db_file}{ending}").unlink(missing_ok=True)

    def elsewhere(self, folder: Path) -> Database:
        """The same database for a robot in another folder, as on another machine: only the
        database's lock is shared.
        """
        file = self.settings.db_file if not self.on_server else folder / "robot.db"
        return replace(self, settings=self.settings.model_copy(update={"db_file": file}))


def _plain(cell: Any) -> Any:
    return cell.isoformat(sep=" ") if isinstance(cell, datetime) else cell


def empty(server: Server, database: str) -> None:
    """Remove every row of the robot's tables that stand."""
    with closing(server.connect(database)) as connection:
        standing = {
            str(row[0]).lower()
            for row in connection.execute(
                "SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES"
            ).fetchall()
        }
        for table in reversed(ALL_TABLES):
            if table.name in standing and table.name != "schema_versions":
                connection.execute(f"DELETE FROM {table.name}")
