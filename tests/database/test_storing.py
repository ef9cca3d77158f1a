"""How a window's rows are gathered into batches."""

from __future__ import annotations

import pytest
from rows import DAY, SCOPE, batch, call, line, mailing

from robot.database import Repository
from robot.jobs.job import Digest
from robot.period import Window
from robot.storing import WindowStore
from robot.tables import CALLS, CALLS_FAMILY, MAILING_DATA


@pytest.fixture
def batches(monkeypatch):
    """The sizes of the batches that are stored: (calls, mailing rows)."""
    sizes, store = [], Repository.store

    def counted(repository, what, *others):
        sizes.append(tuple(len(rows) for rows in what.rows.values()))
        return store(repository, what, *others)

    monkeypatch.setattr(Repository, "store", counted)
    return sizes


@pytest.mark.parametrize("known", [False, True], ids=["all new", "only the mailing rows are new"])
@pytest.mark.parametrize("page", [400, 1000, 2000])
def test_no_batch_is_larger_than_the_engine_asks_for(database, batches, page, known):
    repository = database.repository()
    calls = [call(f"{n:05}") for n in range(6000)]
    if known:
        for start in range(0, len(calls), 2000):
            repository.store(batch(calls[start : start + 2000]), SCOPE, line(), set())
    batches.clear()
    store = WindowStore(repository, SCOPE, CALLS_FAMILY, Window(DAY, SCOPE.period), line(), set())
    for start in range(0, len(calls), page):
        rows = calls[start : start + page]
        store.add(Digest([row[0] for row in rows], {CALLS: rows, MAILING_DATA: [mailing(row[0]) for row in rows]}))
    store.flush()
    assert [len(calls) * (not known), len(calls)] == [sum(sizes) for sizes in zip(*batches, strict=True)]
    assert max(max(sizes) for sizes in batches) <= repository.batch_rows
    assert len(batches) == 3
    repository.close()
