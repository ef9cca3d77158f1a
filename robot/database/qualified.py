"""The robot's statements name its tables plainly; on SQL Server each name is given its schema here.

Without it a login's own default schema would decide which `clients` is meant.
"""

from __future__ import annotations

import re
from functools import lru_cache

from robot.database.scripts import OUR_NAMES, quoted

_OURS = re.compile(rf"(?i)\b(FROM|JOIN|INTO|UPDATE)\s+({'|'.join(OUR_NAMES)})\b(?!\s*\.)")


@lru_cache(maxsize=512)
def qualified(sql: str, schema: str) -> str:
    """The statement with the schema before each of our tables. Names that bear one already are left alone."""
    return _OURS.sub(lambda found: f"{found[1]} {quoted(schema)}.{found[2]}", sql)
