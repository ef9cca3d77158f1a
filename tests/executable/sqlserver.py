"""One execution of the executable into SQL Server, through the driver manager of its system."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pyodbc
from program import Program

from robot.simulators.threec import DEMO_TOKEN, Simulator, make_calls

CALLS = 500


def _parts(connection_string: str) -> dict[str, str]:
    """Keywords of an ODBC connection string, in upper case."""
    found = re.findall(r"(\w+)\s*=\s*(\{(?:[^}]|\}\})*\}|[^;]*)", connection_string)
    return {name.upper(): value.removeprefix("{").removesuffix("}") for name, value in found}


def into_sql_server(make: Callable[[str], Program], connection_string: str) -> str:
    """A database of its own, one execution with the newest driver, a second one that writes
    nothing.
    """
    parts = _parts(connection_string)
    database = f"try_app_{os.getpid()}"
    connection = pyodbc.connect(connection_string, autocommit=True)
    try:
        connection.execute(f"CREATE DATABASE {database}")
        try:
            return _execute(make("sql server"), parts, database, connection)
        finally:
            connection.execute(f"USE master; DROP DATABASE {database}")
    finally:
        connection.close()


def _execute(
    program: Program, parts: dict[str, str], database: str, connection: pyodbc.Connection
) -> str:
    yesterday = datetime.now(ZoneInfo("America/Sao_Paulo")).date() - timedelta(days=1)
    known = {"DRIVER", "SERVER", "DATABASE", "UID", "PWD", "ENCRYPT"}
    extra = "".join(f"{name}={value};" for name, value in parts.items() if name not in known)
    with Simulator(make_calls([yesterday - timedelta(days=1), yesterday], CALLS)) as simulator:
        program.settings(
            MANAGER_TOKEN=DEMO_TOKEN,
            BASE_URL=simulator.url,
            EXECUTION_MODE="manual",
            DB_SERVER=parts["SERVER"],
            DB_DATABASE=database,
            DB_USERNAME=parts["UID"],
            DB_PASSWORD=parts["PWD"],
            DB_ENCRYPT=parts.get("ENCRYPT", "yes"),
            DB_CONNECTION_EXTRA=extra,
        )
        variables = (
            {name: str(Path(os.environ["WINE_APP"], "odbc")) for name in ("ODBCSYSINI",)}
            if program.wine
            else {}
        )
        check = program.run("check", **variables)
        assert check.code == 0, check
        first, second = program.run(**variables), program.run(**variables)
    assert first.code == 0, first
    assert second.code == 0, second
    assert f"{CALLS} unchanged" in second.text, second.text
    assert parts["PWD"] not in check.text + first.text
    stored = connection.execute(f"SELECT COUNT(*) FROM {database}.dbo.calls").fetchone()
    assert stored is not None
    assert stored[0] == CALLS, stored
    driver = next(line for line in check.text.splitlines() if "Database:" in line)
    return f"{CALLS} calls; {driver.strip()}"
