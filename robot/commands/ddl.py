"""`ddl`: the scripts that make the robot's tables, for a DBA who runs them by hand.

Needs no token and no database.
"""

from __future__ import annotations

import os
from typing import Annotated

import typer

from robot.commands import consoles
from robot.commands.context import Context
from robot.database.scripts import STANDARD_SCHEMA, in_schema, make_schema, read_scripts
from robot.database.sqlite_ddl import sqlite_ddl
from robot.errors import ConfigurationError, ExitCode
from robot.settings import envfile, schema_name

DATABASES = ("sqlserver", "sqlite")


def ddl(context: Context, database: str, schema: str | None = None) -> ExitCode:
    """Print them all, in order, ready for sqlcmd or Management Studio; of SQLite what they come to,
    for sqlite3. Either may be run again.

    For the schema that is given, or DB_SCHEMA, or dbo. Of the settings only that one is read.
    """
    if database not in DATABASES:
        problem = f"--database: read {database!r}; expected {' or '.join(DATABASES)}"
        raise ConfigurationError("1 wrong option(s).", problems=(problem,))
    schema = _schema(context, schema) if database == "sqlserver" else STANDARD_SCHEMA
    out = consoles.output()
    if schema != STANDARD_SCHEMA:
        out.file.write(f"-- the schema of the robot\n{make_schema(schema)};\nGO\n\n")
    if database == "sqlite":
        out.file.write(sqlite_ddl())
    else:
        for name, text in read_scripts(database):
            out.file.write(f"-- sql/{database}/{name}\n{in_schema(text, schema).rstrip()}\n\n")
    out.file.flush()
    consoles.require_written(out)
    return ExitCode.SUCCESS


def _schema(context: Context, given: str | None) -> str:
    """The one that is given, or that of DB_SCHEMA.

    What else is wrong in a `.env` is no matter here.
    """
    name = "--schema"
    value = given
    if value is None:
        name, value = "DB_SCHEMA", os.environ.get("DB_SCHEMA", "")
    if not value and name == "DB_SCHEMA":
        try:
            value = envfile.read(context.env_file).values.get("DB_SCHEMA", "")
        except OSError:
            value = ""
        value = value or STANDARD_SCHEMA
    try:
        return schema_name(value.strip())
    except ValueError as error:
        problem = f"{name}: read {value!r} ({error}); expected the name of a schema, like robo"
        raise ConfigurationError("1 wrong option(s).", problems=(problem,)) from None


def cli(
    context: typer.Context,
    database: Annotated[str, typer.Option(help="sqlserver or sqlite.")] = "sqlserver",
    schema: Annotated[
        str | None, typer.Option(help="For another schema than DB_SCHEMA says.")
    ] = None,
) -> None:
    """Print the scripts that make the tables, for a DBA. Needs no token, no database."""
    raise typer.Exit(ddl(context.obj, database, schema))
