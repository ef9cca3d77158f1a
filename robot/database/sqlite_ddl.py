"""What the scripts of SQLite come to, as one that may be run again and again.

SQLite knows no `ADD COLUMN IF NOT EXISTS`, so the numbered scripts, run by hand a second time,
would break off in the middle.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

from robot.database.scripts import read_scripts

_CREATE = re.compile(r"\ACREATE (TABLE|VIEW|INDEX|UNIQUE INDEX) ")


def sqlite_ddl() -> str:
    """The statements that make what is missing of the tables, indexes and views, and tell the robot
    which scripts they stand for.
    """
    scripts = read_scripts("sqlite")
    with closing(sqlite3.connect(":memory:")) as connection:
        for _, text in scripts:
            connection.executescript(text)
        made = connection.execute(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
            " ORDER BY rowid"
        ).fetchall()
    statements = [_CREATE.sub(r"CREATE \1 IF NOT EXISTS ", sql) + ";\n" for (sql,) in made]
    statements += [
        "INSERT INTO schema_versions (script, applied_at)"
        f" SELECT '{name}', DATETIME('now', 'localtime')"
        f" WHERE NOT EXISTS (SELECT 1 FROM schema_versions WHERE script = '{name}');\n"
        for name, _ in scripts
    ]
    return "\n".join(statements)
