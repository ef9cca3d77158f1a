"""An empty database for each test: a SQLite file. A fixture for SQL Server would stand beside `repository`."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from proof.machine import Machine, clear_environment, simulated

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


@pytest.fixture
def operator(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Machine]]:
    """Give a machine whose API has so many days of so many calls."""
    clear_environment(monkeypatch)
    with ExitStack() as stack:

        def start(days: int = 2, per_day: int = 60, broken: int = 0, **settings: Any) -> Machine:
            simulator = stack.enter_context(simulated(days, per_day, broken=broken))
            return Machine(simulator, tmp_path, capsys, **settings)

        yield start
