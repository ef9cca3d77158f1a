"""The repository of the database that a test runs on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from servers import Database

from robot.database import Repository


@pytest.fixture
def repository(database: Database) -> Iterator[Repository]:
    """Its tables made."""
    repository = database.repository()
    yield repository
    repository.close()
