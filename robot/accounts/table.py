"""The table `oauth_tokens`: made where it is missing, by its script.

The robot's database runs the same script with all others (`robot.database.migrations`). Here it is
run alone, for who uses a client by itself, or before the first execution; either may come first.
"""

from __future__ import annotations

from robot.database import Engine
from robot.database.scripts import scripts_folder
from robot.errors import FatalError, RetriableError

TABLE = "oauth_tokens"
_SCRIPT = "accounts/0001_oauth_tokens.sql"


def table_of(engine: Engine) -> str:
    """The table's name in a statement."""
    return f"{engine.place}{TABLE}"


def make_table(engine: Engine) -> None:
    """Make the table, unless it stands. Raises SyncError, naming the script."""
    database = "sqlserver" if engine.place else "sqlite"
    text = (scripts_folder(database) / _SCRIPT).read_text(encoding="utf-8")
    try:
        engine.adopt()
        engine.begin()
        engine.run_script(text)
        engine.commit()
    except Exception as error:
        meaning = engine.translate(error)
        engine.rollback()
        if meaning is None or isinstance(meaning, RetriableError):
            raise
        raise FatalError(
            f"The table {TABLE} could not be made: {meaning.message}",
            f"Give the login the right to create, or let a DBA run sql/{database}/{_SCRIPT}.",
        ) from error
