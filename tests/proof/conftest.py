"""A machine for each test, and a repository whose clock stands where the table of faults wants it;
on both databases.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from clocks import started_at
from proof.machine import NOON, Machine, clear_environment, simulated
from servers import Database

from robot.database import Repository
from robot.trials.cases import NOW


@pytest.fixture
def repository(database: Database) -> Iterator[Repository]:
    """An empty database with its tables."""
    database.clock.now = NOW
    repository = database.repository()
    yield repository
    repository.close()


@pytest.fixture
def operator(
    database: Database,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[..., Machine]]:
    """Give a machine whose API has so many days of so many calls; `server` holds options of its
    simulator.

    Its clock begins at `NOON`.
    """
    clear_environment(monkeypatch)
    with ExitStack() as stack:
        stack.enter_context(started_at(NOON))

        def start(
            days: int = 2,
            per_day: int = 60,
            broken: int = 0,
            server: dict[str, Any] | None = None,
            **settings: Any,
        ) -> Machine:
            simulator = stack.enter_context(
                simulated(days, per_day, broken=broken, **(server or {}))
            )
            return Machine(simulator, tmp_path, database, capsys, **settings)

        yield start
