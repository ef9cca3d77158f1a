"""The settings of the database: a SQL Server, or the embedded one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, SecretStr
from pydantic_settings import BaseSettings

from robot.settings.readers import YES_NO, FolderOrFile, Lower, YesNo
from robot.settings.setting import Rules, setting

_YES = {"yes", "true", "1", "on", "y", "sim", "s"}


def schema_name(value: str) -> str:
    """The name as a statement holds it between brackets. `dbo` in any case is the standard one."""
    if not re.fullmatch(r"[^\W\d][\w$#@ -]{0,127}", value) or value.lower() in {
        "sys",
        "information_schema",
    }:
        raise ValueError("no name of a schema that can be used")
    return "dbo" if value.lower() == "dbo" else value


class DatabaseSettings(BaseSettings):
    """Which database, and as whom."""

    db_server: str = setting(
        "", "a host, host,port or host\\instance", "SQL Server; empty = the embedded database"
    )
    db_database: str = setting("", "the name of a database", "Database on that server")
    db_schema: Annotated[str, AfterValidator(schema_name)] = setting(
        "dbo",
        "the name of a schema, like robo",
        "Schema of the robot's tables in that database; SQLite has none",
    )
    db_username: str = setting(
        "", "a login of the SQL Server", "Login; not needed with DB_TRUSTED_CONNECTION"
    )
    db_password: SecretStr = setting(SecretStr(""), "the login's password", "Password of the login")
    db_driver: str = setting(
        "", "the name of an installed ODBC driver", "ODBC driver; empty = the best installed one"
    )
    db_trusted_connection: YesNo = setting(
        False, YES_NO, "Log in as the Windows user that runs the robot"
    )
    db_encrypt: Annotated[Literal["yes", "no", "strict"], Lower] = setting(
        "yes", "yes, no or strict", "Encrypt the connection"
    )
    db_trust_server_certificate: YesNo = setting(
        True, YES_NO, "Accept a certificate that no authority signed (as SQL Server's own)"
    )
    db_connection_extra: SecretStr = setting(
        SecretStr(""),
        "ODBC keywords, like MultiSubnetFailover=yes;",
        "Further ODBC keywords, taken as they are",
    )
    db_file: FolderOrFile = setting(
        "data/robot.db", "the path of a file", "The embedded database (SQLite)"
    )


def problems(raw: Mapping[str, str]) -> list[str]:
    """What is missing, and what contradicts something else."""
    rules = Rules(DatabaseSettings, raw)
    rules.refuse_examples("DB_SERVER", "DB_DATABASE", "DB_USERNAME", "DB_PASSWORD")
    if rules.is_set("DB_SERVER"):
        rules.need("DB_DATABASE", ", though DB_SERVER is set")
        if rules.value("DB_TRUSTED_CONNECTION").lower() not in _YES:
            why = ", though DB_SERVER is set and DB_TRUSTED_CONNECTION is not"
            rules.need("DB_USERNAME", why)
            rules.need("DB_PASSWORD", why)
    elif names := [
        name for name in ("DB_DATABASE", "DB_USERNAME", "DB_PASSWORD") if rules.is_set(name)
    ]:
        beside = " and ".join(names)
        rules.tell(
            "DB_SERVER",
            f"is empty, though {beside} is set",
            f"; or {beside} empty too, for the embedded database",
        )
    return rules.problems


def warnings(settings: DatabaseSettings) -> list[str]:
    """What holds, and should be looked at."""
    if settings.db_schema != "dbo" and not settings.db_server:
        return ["DB_SCHEMA means nothing without DB_SERVER: the embedded database has no schemas."]
    return []
