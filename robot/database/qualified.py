"""The robot's statements name its tables plainly; on SQL Server each name is given its schema here.

Without it a login's own default schema would decide which `clients` is meant.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from robot.database.scripts import OUR_NAMES, quoted

_OURS = re.compile(rf"(?i)\b(FROM|JOIN|INTO|UPDATE)\s+({'|'.join(OUR_NAMES)})\b(?!\s*\.)")


@lru_cache(maxsize=512)
def qualified(sql: str, schema: str) -> str:
    """The statement with the schema before each of our tables.

    Names that bear one already are left alone.
    """
    return _OURS.sub(lambda found: f"{found[1]} {quoted(schema)}.{found[2]}", sql)


class QualifyingCursor:
    """pyodbc's, for statements that name our tables plainly."""

    def __init__(self, cursor: Any, schema: str) -> None:
        self._cursor = cursor
        self._schema = schema

    @property
    def description(self) -> Any:
        return self._cursor.description

    def execute(self, sql: str, parameters: Any = (), /) -> QualifyingCursor:
        self._cursor.execute(qualified(sql, self._schema), *parameters)
        return self

    def fetchone(self) -> Any:
        return self._cursor.fetchone()

    def fetchmany(self, size: int) -> list[Any]:
        return list(self._cursor.fetchmany(size))

    def fetchall(self) -> list[Any]:
        return list(self._cursor.fetchall())

    def close(self) -> None:
        self._cursor.close()
