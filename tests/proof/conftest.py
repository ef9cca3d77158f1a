"""An empty database for each test: a SQLite file. A fixture for SQL Server would stand beside `repository`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from robot.database import Repository
from robot.database.sqlite import SqliteEngine
from robot.proof.cases import NOW


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    """An empty database with its tables."""
    repository = Repository(SqliteEngine(tmp_path / "robot.db"), lambda: NOW, first_wait=0.001)
    repository.prepare()
    yield repository
    repository.close()
