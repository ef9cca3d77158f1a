"""The ODBC connection string of a SQL Server: which driver, and every value escaped.

Nobody but `SqlServerEngine.connect` sees the finished string: it holds the password.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass

from robot.database.odbc import DOWNLOAD, install_driver
from robot.errors import ConfigurationError, MissingSoftware
from robot.settings import Settings

log = logging.getLogger(__name__)

_LEGACY = "SQL Server"
# the best first;
# https://learn.microsoft.com/sql/connect/odbc/windows/release-notes-odbc-sql-server-windows
_PREFERRED = (
    "ODBC Driver 18 for SQL Server",
    "ODBC Driver 17 for SQL Server",
    "ODBC Driver 13.1 for SQL Server",
    "ODBC Driver 13 for SQL Server",
    "ODBC Driver 11 for SQL Server",
    "SQL Server Native Client 11.0",
    "SQL Server Native Client 10.0",
    _LEGACY,
)
LOGIN_SECONDS = 15


@dataclass(frozen=True)
class Driver:
    """An ODBC driver by its installed name, or by the path of its library."""

    name: str

    @property
    def legacy(self) -> bool:
        """Whether it is the one that Windows brings along, of the year 2000."""
        return self.name.casefold() == _LEGACY.casefold()

    @property
    def version(self) -> int | None:
        """Major version of Microsoft's driver, None when the name does not tell."""
        found = re.search(r"ODBC Driver (\d+)|msodbcsql-?(\d+)", self.name, re.IGNORECASE)
        return int(found[1] or found[2]) if found else None


def choose_driver(wanted: str, installed: Sequence[str]) -> Driver:
    """The driver that `DB_DRIVER` names, or the best installed one.

    Raises ConfigurationError, listing those that are.
    """
    wanted = wanted.strip().removeprefix("{").removesuffix("}")
    if "/" in wanted or (wanted.lower().endswith(".dll") and "\\" in wanted):
        return Driver(wanted)  # a library by its path: the driver manager takes it as it is
    by_name = {name.casefold(): name for name in installed}
    if wanted:
        if wanted.casefold() not in by_name:
            raise MissingSoftware(
                (
                    f'DB_DRIVER: the ODBC driver "{wanted}" is not installed. Installed:'
                    f" {_listed(installed)}."
                ),
                (
                    "Name one of them, leave DB_DRIVER empty for the best one, or install it from"
                    f" {DOWNLOAD}"
                ),
            )
        return Driver(by_name[wanted.casefold()])
    for name in _PREFERRED:
        if name.casefold() in by_name:
            driver = Driver(by_name[name.casefold()])
            if driver.legacy:
                log.warning(
                    (
                        "Only the legacy ODBC driver is installed: slow, and without TLS 1.2."
                        " Install 18: %s"
                    ),
                    DOWNLOAD,
                )
            return driver
    raise MissingSoftware(
        f"No ODBC driver for SQL Server is installed. Installed: {_listed(installed)}.",
        install_driver(),
    )


def _listed(installed: Sequence[str]) -> str:
    return ", ".join(installed) or "none"


def server_address(server: str) -> str:
    """The address as ODBC wants it: a port follows a comma there, though everybody writes
    `host:1433`.
    """
    with_port = re.fullmatch(r"(?:tcp:)?([^:,\\\s]+):(\d+)", server.strip())
    return f"{with_port[1]},{with_port[2]}" if with_port else server.strip()


def connection_string(settings: Settings, driver: Driver) -> str:
    """The whole string. It holds the password: never log it. Raises ConfigurationError."""
    if settings.db_encrypt == "strict" and driver.version is not None and driver.version < 18:
        raise ConfigurationError(
            (
                'DB_ENCRYPT: "strict" needs ODBC Driver 18 or later; the driver here is'
                f' "{driver.name}".'
            ),
            "Write DB_ENCRYPT=yes, or install the newer driver.",
        )
    pairs = [
        ("SERVER", server_address(settings.db_server)),
        ("DATABASE", settings.db_database),
        *_login(settings),
        ("APP", "API 3C Robot"),
        ("Encrypt", settings.db_encrypt),
        ("TrustServerCertificate", "yes" if settings.db_trust_server_certificate else "no"),
        # how the driver learns the types of a #table's columns; without it, it asks in vain, once
        # for each column
        # https://github.com/mkleehammer/pyodbc/wiki/Tips-and-Tricks-by-Database-Platform
        ("UseFMTONLY", "yes"),
        # the robot makes a lost connection anew by itself: a silent new session would have neither
        # lock nor #tables
        ("ConnectRetryCount", "0"),
    ]
    # of a keyword that is given twice, ODBC takes the first: so the operator's own win
    extra = settings.db_connection_extra.get_secret_value().strip().strip(";")
    ours = ";".join(f"{keyword}={escaped(value)}" for keyword, value in pairs)
    return ";".join(part for part in (f"DRIVER={escaped(driver.name)}", extra, ours) if part) + ";"


def _login(settings: Settings) -> list[tuple[str, str]]:
    if settings.db_trusted_connection:
        return [("Trusted_Connection", "yes")]
    return [("UID", settings.db_username), ("PWD", settings.db_password.get_secret_value())]


def escaped(value: str) -> str:
    """A value between braces, so that `;`, `=` and `{` mean themselves; a closing brace is doubled
    (ODBC's rule).
    """
    return "{" + value.replace("}", "}}") + "}"
