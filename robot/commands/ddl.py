"""`ddl`: the scripts that make the robot's tables, for a DBA who runs them by hand. Needs no token and no database."""

from __future__ import annotations

from robot.commands import consoles
from robot.database.scripts import read_scripts
from robot.errors import ConfigurationError, ExitCode

DATABASES = ("sqlserver", "sqlite")


def ddl(database: str) -> ExitCode:
    """Print them all, in order, ready for sqlcmd, Management Studio or sqlite3."""
    if database not in DATABASES:
        problem = f"--database: read {database!r}; expected {' or '.join(DATABASES)}"
        raise ConfigurationError("1 wrong option(s).", problems=(problem,))
    out = consoles.output()
    for name, text in read_scripts(database):
        out.file.write(f"-- sql/{database}/{name}\n{text.rstrip()}\n\n")
    out.file.flush()
    consoles.require_written(out)
    return ExitCode.SUCCESS
