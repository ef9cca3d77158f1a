"""Bringing a database up to the scripts in `sql/`: each is run once, in order, and remembered in
`schema_versions`.

Before that it is looked at: whose the tables are, and whether a newer robot was here.
"""

from __future__ import annotations

import logging
from datetime import datetime

from robot.cells.tables import ALL_TABLES, CALLS
from robot.database.engine import Engine
from robot.database.ownership import Survey, needed_by, survey
from robot.errors import ConfigurationError, FatalError, RetriableError
from robot.runtime.program import command

log = logging.getLogger(__name__)

# another process may have run the same script just before us
_REMEMBER = """
    INSERT INTO schema_versions (script, applied_at)
    SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM schema_versions WHERE script = ?)
"""


def look(engine: Engine) -> Survey:
    """What stands, whose it is, and what is still to be run. Nothing is changed. Raises
    ConfigurationError.

    Refuses a database that a newer robot has prepared, and one where an earlier robot's tables
    stand in another schema.
    """
    catalog = engine.catalog(whole=False)
    scripts = engine.scripts()
    known = {name for name, _ in scripts}
    found = survey(catalog, scripts, (), engine.place)
    applied: set[str] = set()
    if found.ours:
        cursor = engine.cursor()
        cursor.execute("SELECT script FROM schema_versions")
        applied = {str(row[0]) for row in cursor.fetchall()}
        cursor.close()
    if unknown := sorted(applied - known):
        raise ConfigurationError(
            (
                f"{engine.name} was prepared by a newer robot: this one does not know"
                f" {', '.join(unknown)}."
            ),
            "Use the newer robot here, or another database.",
        )
    if catalog.table(CALLS.name) is None:
        _refuse_elsewhere(engine)
    if known - applied:  # what is to be made may be in the way of an index or a constraint
        catalog = engine.catalog()
    return survey(catalog, scripts, applied, engine.place)


def _refuse_elsewhere(engine: Engine) -> None:
    elsewhere = engine.catalog_elsewhere()
    if elsewhere is None:
        return
    schema, catalog = elsewhere
    strangers = survey(catalog, (), (), "").foreign
    ours = [
        table.name
        for table in ALL_TABLES
        if catalog.table(table.name) is not None and table.name not in strangers
    ]
    if ours:
        raise ConfigurationError(
            f"{engine.name}: in the schema {schema}, this login's own, stand(s) {', '.join(ours)};"
            " the robot's tables are in"
            f" {engine.place.rstrip('.')}.",
            f"Write DB_SCHEMA={schema}; or let the DBA move them (ALTER SCHEMA"
            f" {engine.place.rstrip('.')} TRANSFER"
            f" {schema}.{ours[0]}, and so on).",
        )


def missing_scripts(engine: Engine) -> list[tuple[str, str]]:
    """The scripts that this database has not seen, as far as they may be run."""
    return list(look(engine).due)


def migrate(engine: Engine, now: datetime) -> None:
    """Run what is missing, one transaction a script. A database that has everything is only read.

    Raises FatalError, naming the script, when the login may not create.
    """
    found = look(engine)
    for place, (name, text) in enumerate(found.due):
        log.info("Running %s on %s.", name, engine.name)
        try:
            if place == 0:
                engine.adopt()
            engine.begin()
            engine.run_script(text)
            if name not in found.in_part:
                engine.write(_REMEMBER, (name, now, name))
            engine.commit()
        except Exception as error:
            meaning = engine.translate(error)
            engine.rollback()
            if meaning is None:
                raise
            if isinstance(meaning, RetriableError):
                raise meaning from error
            raise FatalError(
                f"The tables could not be prepared ({name}): {meaning.message}",
                (
                    f"Give the login the right to create, or let a DBA run sql/{name}"
                    f' ("{command("ddl")}" prints it).'
                ),
            ) from error


def verify(found: Survey, job: str | None, name: str) -> None:
    """Raises FatalError, naming them, where tables or columns are gone that the scripts once made.

    They are not made anew: it is for somebody to know that rows are lost. What is not ours is only
    missed by who needs it.
    """
    tables = [
        table
        for table in ALL_TABLES
        if table.name not in found.foreign or table.name in needed_by(job)
    ]
    gone = [
        f"the table {table.name}" for table in tables if found.catalog.table(table.name) is None
    ]
    gone += [
        f"the column {table.name}.{column}"
        for table in tables
        if (standing := found.catalog.table(table.name)) is not None
        for column in table.column_names
        if standing.column(column) is None
    ]
    if gone:
        raise FatalError(
            f"{name} lacks {', '.join(gone)}.",
            "Restore the database from a backup; or make what is missing as the scripts have it"
            f' ("{command("ddl --database sqlite")}", or sqlserver, prints them), and read the'
            " days again that were in it"
            f' ("{command("run --start … --end … --again")}").',
        )


def refuse(found: Survey, engine: Engine, job: str | None) -> None:
    """Raises ConfigurationError where the job needs what another program has; says how to go on
    without it.
    """
    if obstacle := found.obstacle(job):
        raise ConfigurationError(
            f"{engine.name}: {obstacle}. Nothing of it was changed.", engine.another_place
        )
