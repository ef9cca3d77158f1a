"""Which database the settings ask for: `DB_SERVER` set → SQL Server; empty → the embedded SQLite
file.
"""

from __future__ import annotations

import threading
from functools import partial

from robot.database import odbc
from robot.database.engine import Engine
from robot.database.repository import Repository
from robot.database.sqlite import SqliteEngine
from robot.period import now
from robot.settings import Settings


def open_engine(settings: Settings, stop: threading.Event | None = None) -> Engine:
    """The engine for these settings, not yet connected.

    Raises ConfigurationError where ODBC is missing.
    """
    if not settings.db_server:
        return SqliteEngine(settings.db_file, stop)
    odbc.require()
    from robot.database.sqlserver import SqlServerEngine

    return SqlServerEngine.from_settings(settings)


def open_repository(settings: Settings, stop: threading.Event | None = None) -> Repository:
    """The repository for these settings, not yet connected; its stamps are local to `TIMEZONE`."""
    return Repository(open_engine(settings, stop), partial(now, settings.timezone), stop=stop)
