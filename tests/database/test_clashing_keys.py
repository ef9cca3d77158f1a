"""Ids that differ by case only: different records, also for a database whose collation takes them
for one.
"""

from __future__ import annotations

import json

import pytest
from rows import COVERAGE, batch, call, line, mailing, row, window_store

from robot.cells.tables import CALLS_FAMILY, CLIENTS
from robot.database import Batch, Counts


@pytest.fixture
def ignores_case(database, repository):
    return database.value("SELECT CASE WHEN 'a' = 'A' THEN 1 ELSE 0 END") == 1


def test_two_ids_of_one_batch(repository, database, ignores_case):
    calls, mailings = (
        [call("b1"), call("a1"), call("A1")],
        [mailing("a1"), mailing("A1"), mailing("b1")],
    )
    stored = repository.store(batch(calls, mailings), COVERAGE, line(), set())
    kept = 2 if ignores_case else 3
    assert stored.tables == {"calls": Counts(inserted=kept), "mailing_data": Counts(inserted=kept)}
    assert database.value("SELECT COUNT(*) FROM calls") == kept
    assert stored.clashed == ({"a1"} if ignores_case else set())
    rejected = repository.rejections("calls")
    assert [found.record_id for found in rejected] == (["a1", "a1"] if ignores_case else [])
    assert all(
        "ignores case" in found.reason and json.loads(found.payload)["row_hash"] == "a1-1"
        for found in rejected
    )


def test_an_id_that_another_batch_stored_otherwise_is_not_overwritten(
    repository, database, ignores_case
):
    repository.store_rows(
        Batch({CLIENTS: [row(CLIENTS, "a1", name="Ana")]}), "clients_import", 1, set()
    )
    later = Batch(
        {CLIENTS: [row(CLIENTS, "a1", version="2", name="Ana B"), row(CLIENTS, "A1", name="Bia")]}
    )
    for _ in range(2):  # a second time changes nothing
        stored = repository.store_rows(later, "clients_import", 2, set())
        names = dict(database.query("SELECT external_id, name FROM clients"))
        assert names == ({"a1": "Ana B"} if ignores_case else {"a1": "Ana B", "A1": "Bia"})
        assert stored.clashed == ({"A1"} if ignores_case else set())
    assert [found.record_id for found in repository.rejections("clients_import")] == (
        ["A1"] if ignores_case else []
    )


def test_what_clashes_is_counted_as_rejected_by_its_window(repository, database, ignores_case):
    from robot.sync.job import Digest

    store = window_store(repository)
    store.add(Digest(keys=["a1", "A1"], rows={CALLS_FAMILY.parent: [call("a1"), call("A1")]}))
    store.flush()
    assert store.tally.rejected == (1 if ignores_case else 0)
