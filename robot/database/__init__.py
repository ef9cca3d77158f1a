"""The databases: tables made from `sql/`, rows upserted, executions, windows and rejections
remembered.

Nothing here knows an API or a normalizer; what is stored comes as rows of `robot.cells.tables`.
"""

from robot.database.contents import (
    Content,
    digest_of,
    forget_hashes,
    read_contents,
    read_contents_of,
)
from robot.database.engine import Counts, Engine
from robot.database.opening import open_engine, open_repository
from robot.database.records import (
    OUTSIDE,
    Batch,
    Coverage,
    ExecutionLine,
    Outcome,
    RejectionLine,
    Stored,
    WindowLine,
)
from robot.database.repository import Repository

__all__ = [
    "OUTSIDE",
    "Batch",
    "Content",
    "Counts",
    "Coverage",
    "Engine",
    "ExecutionLine",
    "Outcome",
    "RejectionLine",
    "Repository",
    "Stored",
    "WindowLine",
    "digest_of",
    "forget_hashes",
    "open_engine",
    "open_repository",
    "read_contents",
    "read_contents_of",
]
