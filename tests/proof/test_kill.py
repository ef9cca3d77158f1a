"""kill -9 at random moments of a back-fill, as a process: nothing lost, nothing doubled, nothing
read twice.

`KILL_ROUNDS=200 KILL_SEED=1 pytest tests/proof/test_kill.py -s` prints every seed and how many
pages were saved.
"""

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from servers import BOTH, Database

from robot.trials import kill_rounds
from robot.trials.killing import PAGES
from robot.trials.stores import OpenStore, Store, sqlite_file

FIRST_SEED = int(os.environ.get("KILL_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)


@pytest.fixture(params=BOTH)
def kind(request: pytest.FixtureRequest) -> str:
    """Which database."""
    return str(request.param)


@pytest.fixture
def open_store(kind: str, request: pytest.FixtureRequest) -> OpenStore:
    """Opens a database without a table for each round: a kill may also meet the making of the
    tables.
    """
    if kind == "sqlite":
        return sqlite_file
    server = request.getfixturevalue("sql_server")

    @contextmanager
    def on_server(folder: Path) -> Iterator[Store]:
        with server.new_database() as name:
            yield Database.on(server, name, folder)

    return on_server


@pytest.mark.timeout(600 + 20 * int(os.environ.get("KILL_ROUNDS", "0")))
def test_a_killed_back_fill_goes_on_where_it_stopped(
    kind: str, open_store: OpenStore, tmp_path: Path
) -> None:
    number = int(os.environ.get("KILL_ROUNDS", "8" if kind == "sqlite" else "3"))
    rounds = []
    for done in kill_rounds(tmp_path, range(FIRST_SEED, FIRST_SEED + number), open_store):
        rounds.append(done)
        print(
            f"seed {done.seed}: killed at page {done.page} + {done.delay * 1000:.0f} ms"
            f" ({done.killed}),"
            f" {done.rows_before} rows and {done.days_complete} days stood, {done.pages_saved} of"
            f" {PAGES} pages saved",
            "; ".join(done.broken),
        )
    assert {done.seed: done.broken for done in rounds if done.broken} == {}
    assert sum(done.killed for done in rounds) >= number // 2, (
        "too few were killed in time to prove anything"
    )
    print(
        f"{sum(done.killed for done in rounds)} killed,"
        f" {sum(done.pages_saved for done in rounds)} pages saved"
    )
