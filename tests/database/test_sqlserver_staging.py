"""Rows on their way into a SQL Server: what does not reach the staging table is missed, and sent
again.
"""

import pytest
from rows import COVERAGE, batch, call, line
from servers import server_only

from robot.database import Counts, staging
from robot.errors import RetriableError

pytestmark = server_only("SQLite needs no staging table")
CALLS = [call(f"{n:05}") for n in range(40)]


@pytest.fixture
def lossy(monkeypatch):
    """Loses the second chunk of ten, as many times as are said in the list."""
    times, chunks = [], staging.chunks

    def some(table, rows):
        for place, chunk in enumerate(chunks(table, rows, 10)):
            if place == 1 and times:
                times.pop()
            else:
                yield chunk

    monkeypatch.setattr(staging, "chunks", some)
    return times


def test_a_batch_of_which_a_chunk_was_lost_is_staged_again(repository, database, lossy):
    lossy.append("once")
    stored = repository.store(batch(CALLS), COVERAGE, line(), set())
    assert stored.tables["calls"] == Counts(inserted=len(CALLS))
    assert repository.retries == 1
    assert database.value("SELECT COUNT(*) FROM calls") == len(CALLS)


def test_a_batch_that_never_arrives_whole_is_not_stored_at_all(repository, database, lossy):
    lossy += ["again"] * 99
    with pytest.raises(RetriableError, match=r"30 of 40 rows reached #robot_calls"):
        repository.store(batch(CALLS), COVERAGE, line(), set())
    assert database.value("SELECT COUNT(*) FROM calls") == 0
