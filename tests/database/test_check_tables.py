"""`check` sees what a DBA added to our tables, and what a certificate that nobody checks allows."""

from __future__ import annotations

import pytest
from desk import Desk
from servers import BOTH, Database
from support import DAY

from robot.commands.check_database import certificate
from robot.settings import IsolatedSettings
from robot.simulators.threec import Simulator, make_calls


@pytest.fixture(params=BOTH)
def own(request, tmp_path) -> Database:
    """A database for this test alone, since its tables are changed."""
    if request.param == "sqlserver":
        found: Database = request.getfixturevalue("new_server_database")
        return found
    return Database.of_file(tmp_path / "robot.db")


@pytest.fixture
def desk(own, tmp_path, capsys, monkeypatch):
    with Simulator(make_calls([DAY], 5, odd=False)) as simulator:
        yield Desk(own, simulator, tmp_path, capsys, monkeypatch)


def line(desk: Desk, name: str) -> str:
    return next(text for text in desk.told.splitlines() if f" {name}: " in text)


def test_tables_as_the_scripts_make_them_are_in_nobodys_way(desk):
    assert desk.run("check") == 0
    assert line(desk, "Tables") == "ok     Tables: nothing of anybody else's keeps a row out"


def test_what_may_refuse_a_row_is_told_with_its_name(desk, own):
    desk.run("check")
    own.query("CREATE UNIQUE INDEX ux_company ON calls (sid)")
    told = ["ux_company"]
    if own.on_server:
        own.query("ALTER TABLE dbo.calls ALTER COLUMN agent NVARCHAR(5) NULL")
        own.query("ALTER TABLE dbo.mailing_data ADD CONSTRAINT ck_company CHECK (cep <> N'x')")
        told += [
            "dbo.calls.agent is NVARCHAR(5), narrower than the robot's NVARCHAR(255)",
            "CHECK constraint ck_company",
        ]
    assert desk.run("check") == 1
    shown = line(desk, "Tables")
    assert shown.startswith("FAILED")
    assert all(words in shown for words in told)
    assert "DB_SCHEMA" in shown


@pytest.mark.sqlserver
def test_a_column_without_which_nothing_can_be_stored_is_told(
    new_server_database, tmp_path, capsys, monkeypatch
):
    new_server_database.repository().close()
    new_server_database.query("ALTER TABLE dbo.calls ADD loja INT NOT NULL")
    with Simulator([]) as simulator:
        desk = Desk(new_server_database, simulator, tmp_path, capsys, monkeypatch)
        assert desk.run("check") == 1
    assert "nothing can be stored: the column dbo.calls.loja" in line(desk, "Tables")


def test_somebody_elses_clients_are_told_and_no_failure_until_exports_are_wanted(desk, own):
    own.query("CREATE TABLE clients (id INT)")
    assert desk.run("check") == 0
    assert "exports and the import of clients cannot run here" in line(desk, "Tables")
    desk.set(EXPORT_CRON="0 8 * * *", EXPORT_CAMPAIGN_ID=5)
    assert desk.run("check") == 1
    assert line(desk, "Tables").startswith("FAILED")


def test_what_somebody_elses_table_demands_is_no_matter_of_ours(desk, own):
    own.query("CREATE TABLE clients (id INT NOT NULL, nome NVARCHAR(99) NOT NULL, cpf NVARCHAR(3))")
    own.query("CREATE UNIQUE INDEX ux_company ON clients (nome)")
    assert desk.run("check") == 0
    assert line(desk, "Tables").startswith("ok     Tables: exports and the import of clients")
    assert "refused" not in line(desk, "Tables")
    assert "DBA" not in line(desk, "Tables")


def test_a_view_of_the_exports_name_is_told_of_the_exports_alone(desk, own):
    own.query("CREATE TABLE t (id INT)")
    own.query("CREATE VIEW export_results AS SELECT id FROM t")
    assert desk.run("check") == 0
    assert ": exports cannot run here: " in line(desk, "Tables")
    assert "export_results is a view of another program" in line(desk, "Tables")


FAR = (
    "db.empresa.local",
    "10.0.0.5,1433",
    "tcp:db:1433",
    "DB\\SQLEXPRESS",
    "np:\\\\db\\pipe\\sql\\query",
    "localhost.evil.com",
)
HERE = (
    "localhost",
    ".",
    "(local)",
    "127.0.0.1,1433",
    ".\\SQLEXPRESS",
    "tcp:localhost:1433",
    "::1",
    "LOCALHOST\\X",
)


@pytest.mark.parametrize("server", FAR)
def test_a_certificate_that_is_not_checked_is_told_of_a_server_elsewhere(server):
    def told(**settings: object) -> str:
        return certificate(IsolatedSettings(db_server=server, db_database="x", **settings))

    assert "can pass for it, and read the password" in told()
    assert told(db_trust_server_certificate=False) == ""
    assert told(db_encrypt="strict") == ""
    assert "DB_ENCRYPT=no" in told(db_encrypt="no")


@pytest.mark.parametrize("server", HERE)
def test_it_is_no_matter_on_this_host(server):
    assert certificate(IsolatedSettings(db_server=server, db_database="x")) == ""
