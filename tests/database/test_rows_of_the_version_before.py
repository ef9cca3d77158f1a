"""Rows that the version before wrote: 32 digits in `row_hash`, nothing in `record_hash`.

The scripts leave them as they are, and the robot knows them until they are written next.
"""

from __future__ import annotations

import pytest
from servers import Database
from support import DAY, execute

from robot.cells.tables import CALLS, MAILING_DATA
from robot.database.contents import forget_hashes
from robot.simulators.threec import Simulator, make_calls
from robot.threec import calls_job

TABLES = (CALLS, MAILING_DATA)
COUNT = 40


def rows(database: Database):
    return {
        table.name: database.query(f"SELECT * FROM {table.name} ORDER BY id") for table in TABLES
    }


@pytest.fixture
def normalized(monkeypatch):
    """The ids of the records that are normalized."""
    found, normalize = [], calls_job.normalize_call

    def noted(record, *others):
        found.append(record["id"])
        return normalize(record, *others)

    monkeypatch.setattr(calls_job, "normalize_call", noted)
    return found


def test_a_row_that_changes_gets_the_hashes_of_today_and_the_others_stay(database, normalized):
    records = make_calls([DAY], COUNT, odd=False)
    with Simulator(records) as simulator:
        execute(simulator, database)
        _make_old(database)
        stood = rows(database)
        normalized.clear()
        again = execute(simulator, database)
        assert (again.status, normalized) == ("COMPLETED_SUCCESS", [])
        assert rows(database) == stood
        changed = simulator.calls[3]["id"]
        simulator.update_call(changed, qualification="Retornar")
        execute(simulator, database)
        assert normalized == [changed]
    hashes = {
        key: (len(content), record and record[0])
        for key, content, record in database.query("SELECT id, row_hash, record_hash FROM calls")
    }
    assert hashes.pop(changed) == (20, "1")
    assert set(hashes.values()) == {(32, None)}


def _make_old(database: Database) -> None:
    for table in TABLES:
        (key,) = table.key
        for name, content, record in database.query(
            f"SELECT {key}, row_hash, record_hash FROM {table.name}"
        ):
            database.query(
                f"UPDATE {table.name} SET row_hash = ?, record_hash = NULL WHERE {key} = ?",
                *(content + record[1:], name),
            )


def test_a_row_of_another_form_is_read_the_careful_way(database, normalized):
    with Simulator(make_calls([DAY], COUNT, odd=False)) as simulator:
        execute(simulator, database)
        for table in TABLES:
            database.query(f"UPDATE {table.name} SET record_hash = 'x'")
        stood = rows(database)
        normalized.clear()
        execute(simulator, database)
        assert len(normalized) == COUNT
        assert rows(database) == stood  # its content is the same: it is not written


def test_what_is_to_be_written_again_is_known_by_no_hash(database, normalized):
    with Simulator(make_calls([DAY], COUNT, odd=False)) as simulator:
        execute(simulator, database)
        one = simulator.calls[0]["id"]
        database.query("UPDATE calls SET mode = 'by hand' WHERE id = ?", one)
        repository = database.repository()
        forget_hashes(repository, {CALLS: [one]})
        repository.close()
        normalized.clear()
        execute(simulator, database)
        assert normalized == [one]
    told = database.value("SELECT mode FROM calls WHERE id = ?", one)
    assert told == simulator.calls[0]["mode"]
