"""Bringing a database up to the scripts in `sql/`: each is run once, in order, and remembered in `schema_versions`."""

from __future__ import annotations

import logging
from datetime import datetime

from robot.database.engine import Engine
from robot.errors import FatalError, RetriableError
from robot.program import command
from robot.tables import ALL_TABLES, SCHEMA_VERSIONS

log = logging.getLogger(__name__)

# another process may have run the same script just before us
_REMEMBER = """
    INSERT INTO schema_versions (script, applied_at)
    SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM schema_versions WHERE script = ?)
"""


def missing_scripts(engine: Engine) -> list[tuple[str, str]]:
    """The scripts that this database has not seen."""
    applied: set[str] = set()
    if SCHEMA_VERSIONS.name in engine.tables_standing():
        cursor = engine.cursor()
        cursor.execute("SELECT script FROM schema_versions")
        applied = {row[0] for row in cursor.fetchall()}
    return [(name, text) for name, text in engine.scripts() if name not in applied]


def migrate(engine: Engine, now: datetime) -> None:
    """Run what is missing, one transaction a script. A database that has everything is only read.

    Raises FatalError, naming the script, when the login may not create.
    """
    for name, text in missing_scripts(engine):
        log.info("Running %s on %s.", name, engine.name)
        try:
            engine.begin()
            engine.run_script(text)
            engine.write(_REMEMBER, (name, now, name))
            engine.commit()
        except Exception as error:
            engine.rollback()
            meaning = engine.translate(error)
            if meaning is None:
                raise
            if isinstance(meaning, RetriableError):
                raise meaning from error
            raise FatalError(
                f"The tables could not be prepared ({name}): {meaning.message}",
                f'Give the login the right to create, or let a DBA run sql/{name} ("{command("ddl")}" prints it).',
            ) from error


def verify(engine: Engine) -> None:
    """Raises FatalError, naming them, where tables or columns are gone that the scripts once made.

    They are not made anew: it is for somebody to know that rows are lost.
    """
    standing = engine.columns_standing()
    there = {table for table, _ in standing}
    gone = [f"the table {table.name}" for table in ALL_TABLES if table.name not in there]
    gone += [
        f"the column {table.name}.{name}"
        for table in ALL_TABLES
        for name in table.column_names
        if table.name in there and (table.name, name.lower()) not in standing
    ]
    if gone:
        raise FatalError(
            f"{engine.name} lacks {', '.join(gone)}.",
            "Restore the database from a backup; or make what is missing as the scripts have it"
            f' ("{command("ddl --database sqlite")}", or sqlserver, prints them), and read the days again that were in it'
            f' ("{command("run --start … --end … --again")}").',
        )
