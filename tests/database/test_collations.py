"""A DBA gave a key column another collation than the database has: its tables are joined all the
same.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rows import COVERAGE, WHOLE_DAY, batch, call, line, mailing

from robot.cells.tables import CALLS_FAMILY
from robot.database import Counts
from robot.database.exports import ExportStore

pytestmark = pytest.mark.sqlserver
SPEC = json.loads((Path(__file__).parent.parent / "data" / "spec_columns.json").read_text("utf-8"))
OTHER = "Latin1_General_BIN2"


@pytest.fixture
def repository(new_server_database):
    """Tables of the specification's robot, whose id has a collation of its own, and whose call_id
    has the database's.
    """
    for name in ("calls", "mailing_data"):
        keys = {"calls": f"NVARCHAR(50) COLLATE {OTHER} NOT NULL PRIMARY KEY"}
        first = keys.get(name, "INT IDENTITY (1, 1) PRIMARY KEY")
        columns = ", ".join(
            f"[{column}] {first if column == 'id' else kind}" for column, kind in SPEC[name]
        )
        new_server_database.query(f"CREATE TABLE dbo.{name} ({columns})")
    repository = new_server_database.repository()
    yield repository
    repository.close()


def test_rows_are_stored_compared_and_joined(repository, new_server_database):
    rows, mailings = [call("a1"), call("b1")], [mailing("a1", identifier="7")]
    stored = repository.store(batch(rows, mailings), COVERAGE, line(), set())
    assert stored.tables == {"calls": Counts(2, 0, 0), "mailing_data": Counts(1, 0, 0)}
    changed = repository.store(
        batch([call("a1", version="2"), call("b1")], mailings), COVERAGE, line(), set()
    )
    assert changed.tables == {"calls": Counts(0, 1, 1), "mailing_data": Counts(0, 0, 1)}
    # another id for this column
    apart = repository.store(batch([call("A1")]), COVERAGE, line(), set())
    assert (apart.tables["calls"], apart.clashed) == (Counts(1, 0, 0), set())
    assert set(repository.known_hashes(CALLS_FAMILY, WHOLE_DAY)[0]) == {"a1", "b1", "A1"}
    assert ExportStore(repository).called_since(WHOLE_DAY.start) == {"7"}
    assert new_server_database.query("SELECT * FROM export_results") == []
