"""What a DBA demands of our tables: a row that cannot be stored is a rejection, and never takes its
batch with it.
"""

from __future__ import annotations

import json

import pytest
from desk import Desk
from rows import COVERAGE, batch, call, line, mailing, row
from servers import BOTH, Database
from support import DAY

from robot.cells.rejection import Rejection
from robot.cells.tables import CALLS, CLIENTS
from robot.database import Batch
from robot.errors import FatalError
from robot.simulators.threec import Simulator, make_calls

COUNT = 60


@pytest.fixture(params=BOTH)
def own(request, tmp_path) -> Database:
    """A database for this test alone, since its tables are changed."""
    if request.param == "sqlserver":
        found: Database = request.getfixturevalue("new_server_database")
        return found
    return Database.of_file(tmp_path / "robot.db")


@pytest.fixture
def repository(own):
    repository = own.repository()
    yield repository
    repository.close()


def demand(database: Database, table: str, rule: str) -> None:
    """A CHECK of the DBA's own; SQLite, whose tables take none later, has a trigger that demands
    the same.
    """
    if database.on_server:
        database.query(f"ALTER TABLE dbo.{table} ADD CONSTRAINT ck_company CHECK ({rule})")
        return
    for event in ("INSERT", "UPDATE"):
        new = (
            rule.replace("number", "NEW.number")
            .replace("cep", "NEW.cep")
            .replace("name", "NEW.name")
        )
        database.query(
            f"CREATE TRIGGER company_{event} BEFORE {event} ON {table} WHEN NOT ({new})"
            " BEGIN SELECT RAISE(ABORT, 'ck_company'); END"
        )


def calls(count: int = COUNT, **different):
    return [call(f"{n:03}", number=different.get(f"n{n}", f"11{n:08}")) for n in range(count)]


def test_the_rows_that_are_refused_are_rejections_and_the_others_are_stored(own, repository):
    demand(own, "calls", "number <> 'x'")
    rows = calls(n7="x", n30="x")
    mailings = [mailing(CALLS.key_of(each)) for each in rows]
    known = Rejection("999", "no row", "{}")
    stored = repository.store(batch(rows, mailings, [known]), COVERAGE, line(), set())
    assert (
        own.value("SELECT COUNT(*) FROM calls")
        == own.value("SELECT COUNT(*) FROM mailing_data")
        == COUNT - 2
    )
    assert stored.tables["calls"].inserted == COUNT - 2
    assert stored.clashed == {"007", "030"}
    kept = own.query(
        "SELECT record_id, reason, payload FROM rejected_records ORDER BY record_id, id"
    )
    assert [record_id for record_id, _, _ in kept] == ["007", "007", "030", "030", "999"]
    assert "the database refuses the row (calls): " in kept[0][1]
    assert "ck_company" in kept[0][1]
    assert json.loads(kept[0][2])["id"] == "007"
    assert own.query("SELECT status FROM sync_windows") == [("READING",)]
    assert repository.retries == 0  # what can never pass is not waited for


def test_it_is_the_same_a_second_time_and_settled_when_the_dba_gives_in(own, repository):
    demand(own, "calls", "number <> 'x'")
    rows = batch(calls(n7="x"))
    repository.store(rows, COVERAGE, line(), set())
    stored = repository.store(rows, COVERAGE, line(2), repository.open_rejections("calls"))
    assert (stored.rejected, stored.tables["calls"].unchanged) == (0, COUNT - 1)
    if own.on_server:
        own.query("ALTER TABLE dbo.calls DROP CONSTRAINT ck_company")
    else:
        own.query("DROP TRIGGER company_INSERT")
        own.query("DROP TRIGGER company_UPDATE")
    repository.store(rows, COVERAGE, line(3), repository.open_rejections("calls"))
    assert own.value("SELECT COUNT(*) FROM calls") == COUNT
    assert repository.open_rejections("calls") == set()


def test_a_unique_index_of_the_dbas_own_keeps_the_first_and_is_named(own, repository):
    own.query("CREATE UNIQUE INDEX ux_company_number ON calls (number)")
    stored = repository.store(batch(calls(n40="1100000003")), COVERAGE, line(), set())
    assert stored.clashed == {"040"}
    assert own.value("SELECT COUNT(*) FROM calls") == COUNT - 1
    reason = own.value("SELECT reason FROM rejected_records")
    assert ("ux_company_number" if own.on_server else "calls.number") in reason
    assert "1100000003" not in reason
    # each once more at once, since another program might have been quicker
    assert repository.retries <= 10


def test_a_child_that_is_refused_leaves_its_parent_stored(own, repository):
    demand(own, "mailing_data", "cep <> 'x'")
    rows = [call(key) for key in "abc"]
    mailings = [mailing("a", cep="1"), mailing("b", cep="x"), mailing("c", cep="1")]
    stored = repository.store(batch(rows, mailings), COVERAGE, line(), set())
    assert own.value("SELECT COUNT(*) FROM calls") == 3
    assert own.query("SELECT call_id FROM mailing_data ORDER BY call_id") == [("a",), ("c",)]
    assert stored.clashed == {"b"}
    assert "(mailing_data)" in own.value("SELECT reason FROM rejected_records")


@pytest.mark.sqlserver
@pytest.mark.parametrize("own", BOTH[1:], indirect=True)  # SQLite cannot change a column
def test_a_narrower_column_rejects_what_does_not_fit_and_is_named(own, repository):
    own.query("ALTER TABLE dbo.calls ALTER COLUMN agent NVARCHAR(5) NULL")
    rows = [
        call(key, agent=agent)
        for key, agent in (("a", "Ana"), ("b", "Maria da Silva"), ("c", None))
    ]
    stored = repository.store(batch(rows), COVERAGE, line(), set())
    assert stored.clashed == {"b"}
    assert own.query("SELECT id, agent FROM calls ORDER BY id") == [("a", "Ana"), ("c", None)]
    reason = own.value("SELECT reason FROM rejected_records")
    assert "agent is NVARCHAR(5)" in reason
    assert "Maria" not in reason


def test_a_column_that_must_not_be_null_stops_at_once_and_is_named(own, repository):
    if own.on_server:
        own.query("ALTER TABLE dbo.calls ADD loja INT NOT NULL")
    else:
        own.query("PRAGMA writable_schema = ON")
        repository.close()
        _sqlite_column_without_default(own)
    with pytest.raises(FatalError, match=r"calls\.loja.*must not be NULL and has no default"):
        repository.store(batch(calls()), COVERAGE, line(), set())
    assert own.value("SELECT COUNT(*) FROM calls") == 0
    assert own.value("SELECT COUNT(*) FROM rejected_records") == 0
    assert repository.retries == 0


def _sqlite_column_without_default(database: Database) -> None:
    """As a program does that makes the table anew: SQLite adds no such column to one that
    stands.
    """
    (sql,) = database.query("SELECT sql FROM sqlite_master WHERE name = 'calls'")[0]
    for statement in (
        "ALTER TABLE calls RENAME TO old_calls",
        sql.rstrip().removesuffix(")") + ", loja INT NOT NULL)",
        "DROP TABLE old_calls",
    ):
        database.query(statement)


def test_a_table_that_takes_nothing_at_all_is_told_after_a_hundred_rows(own, repository):
    demand(own, "calls", "number = 'never'")
    with pytest.raises(FatalError, match="none was taken"):
        repository.store(batch(calls(400)), COVERAGE, line(), set())
    assert own.value("SELECT COUNT(*) FROM calls") == 0


def test_the_table_of_the_rejections_that_refuses_is_an_error_and_no_search(own, repository):
    if own.on_server:
        own.query(
            "ALTER TABLE dbo.rejected_records ADD CONSTRAINT ck_company CHECK (job <> N'calls')"
        )
    else:
        own.query(
            "CREATE TRIGGER company BEFORE INSERT ON rejected_records BEGIN SELECT RAISE(ABORT,"
            " 'ck_company'); END"
        )
    with pytest.raises(FatalError, match="ck_company"):
        repository.store(
            batch(calls(), [], [Rejection("1", "no row", "{}")]), COVERAGE, line(), set()
        )
    assert own.value("SELECT COUNT(*) FROM calls") == 0


def test_the_commands_tell_it(own, repository, tmp_path, capsys, monkeypatch):
    records = make_calls([DAY], COUNT, odd=False)
    records[5]["number"] = records[6]["number"] = "x"
    demand(own, "calls", "number <> 'x'")
    demand_clients = "name <> 'Bia'" if own.on_server else None
    with Simulator(records) as simulator:
        desk = Desk(own, simulator, tmp_path, capsys, monkeypatch)
        assert desk.sync(DAY) == 3
        assert "2 record(s) rejected" in desk.told
        assert own.value("SELECT COUNT(*) FROM calls") == COUNT - 2
        assert own.query("SELECT status, rejected FROM sync_windows") == [("COMPLETE", 2)]
        assert desk.run("rejected", "list") == 0
        assert "refuses the row" in " ".join(desk.told.split())
        assert desk.run("rejected", "retry") == 3
        assert "Traceback" not in desk.told
    assert demand_clients is None or own.on_server


def test_a_client_that_is_refused_is_told_with_its_reason(own, repository):
    if own.on_server:
        own.query("ALTER TABLE dbo.clients ADD CONSTRAINT ck_company CHECK (uf <> N'XX')")
    else:
        own.query(
            "CREATE TRIGGER company BEFORE INSERT ON clients WHEN NEW.uf = 'XX' BEGIN SELECT"
            " RAISE(ABORT, 'ck_company'); END"
        )
    rows = {CLIENTS: [row(CLIENTS, "1", uf="SP"), row(CLIENTS, "2", uf="XX")]}
    stored = repository.store_rows(Batch(rows), "clients_import", 1, set())
    assert stored.clashed == {"2"}
    assert "ck_company" in stored.reasons["2"]
    assert own.query("SELECT external_id FROM clients") == [("1",)]
    assert CALLS.name not in stored.tables
