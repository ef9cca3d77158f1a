"""`ddl`: the scripts that make the robot's tables, for a DBA who runs them by hand. Needs no token and no database."""

from __future__ import annotations

import sys

from robot.database.scripts import read_scripts
from robot.errors import ConfigurationError, ExitCode

DATABASES = ("sqlserver", "sqlite")


def ddl(database: str) -> ExitCode:
    """Print them all, in order, ready for sqlcmd, Management Studio or sqlite3."""
    if database not in DATABASES:
        problem = f"--database: read {database!r}; expected {' or '.join(DATABASES)}"
        raise ConfigurationError("1 wrong option(s).", problems=(problem,))
    for name, text in read_scripts(database):
        sys.stdout.write(f"-- sql/{database}/{name}\n{text.rstrip()}\n\n")
    sys.stdout.flush()
    return ExitCode.SUCCESS
