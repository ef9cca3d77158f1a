"""Nothing of somebody else's is altered: what bears a name of ours is looked at before anything is
changed.
"""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from desk import Desk
from servers import BOTH, Database, sqlite_only
from support import DAY

from robot.cells.tables import ALL_TABLES
from robot.database.catalog import Catalog, Standing
from robot.database.ownership import needed_by, survey
from robot.database.scripts import OUR_NAMES, VIEW, made_by, part_of, pieces, read_scripts
from robot.errors import ConfigurationError, FatalError
from robot.simulators.threec import Simulator, make_calls

CALLS = 20
JOBS = ("calls", "clients_import", "dialer_export")
OF_THE_EXPORT = {"clients", "dialer_exports", "dialer_export_items", "dialer_export_requests"}
SPEC = json.loads((Path(__file__).parent.parent / "data" / "spec_columns.json").read_text("utf-8"))


@pytest.fixture(params=BOTH)
def place(request, tmp_path) -> Database:
    """A database of each kind in which nothing of ours stands."""
    if request.param == "sqlserver":
        found: Database = request.getfixturevalue("new_server_database")
        return found
    return Database.of_file(tmp_path / "company.db")


@pytest.fixture
def desk(place, tmp_path, capsys, monkeypatch):
    with Simulator(make_calls([DAY], CALLS, odd=False)) as simulator:
        yield Desk(place, simulator, tmp_path, capsys, monkeypatch)


def identity(database: Database) -> str:
    return "INT IDENTITY (1, 1) PRIMARY KEY" if database.on_server else "INTEGER PRIMARY KEY"


def indexes_on(database: Database, table: str) -> list[str]:
    if database.on_server:
        sql = (
            "SELECT name FROM sys.indexes WHERE object_id = OBJECT_ID(?) AND is_primary_key = 0"
            " AND name IS NOT NULL"
        )
        return [name for (name,) in database.query(sql, table)]
    return [name for (name,) in database.query("SELECT name FROM pragma_index_list(?)", table)]


def drop_index(database: Database, index: str) -> None:
    database.query(
        f"DROP INDEX {index} ON mailing_data" if database.on_server else f"DROP INDEX {index}"
    )


@pytest.mark.parametrize(
    "columns", ["nome NVARCHAR(100)", "external_id NVARCHAR(50), nome NVARCHAR(100)"]
)
def test_calls_run_beside_a_companys_own_clients_and_the_export_refuses_by_name(
    desk, place, columns
):
    place.query(f"CREATE TABLE clients (id {identity(place)}, {columns})")
    assert desk.sync(DAY) == 0
    assert place.value("SELECT COUNT(*) FROM calls") == CALLS
    assert place.tables().isdisjoint(OF_THE_EXPORT - {"clients"})
    assert desk.run("status") == 0
    assert "clients is a table of another program" in desk.told
    for command in (("export", "--campaign", "5", "--yes"), ("clients", "import", _file(desk))):
        assert desk.run(*command) == 2
        assert "clients is a table of another program" in desk.told
        assert ("DB_SCHEMA" if place.on_server else "DB_FILE") in desk.told
    assert desk.sync(DAY, "--again") == 0
    assert indexes_on(place, "clients") == []
    for _ in range(2):  # the company's own rows are no concern of ours
        place.query("INSERT INTO clients (nome) VALUES ('Ana')")


def _file(desk: Desk) -> Path:
    path = desk.folder / "carteira.csv"
    path.write_text("id;nome;fone\n1;Ana;11999998888\n", "utf-8")
    return path


@pytest.mark.parametrize("name", ["calls", "mailing_data"])
def test_clients_are_imported_beside_a_companys_own_calls(desk, place, name, monkeypatch):
    place.query(f"CREATE TABLE {name} (id {identity(place)}, quem NVARCHAR(100))")
    assert desk.load("1;Ana Lima;11999998888") == 0
    assert place.value("SELECT COUNT(*) FROM clients") == 1
    assert place.tables().isdisjoint(
        {"calls", "mailing_data", "dialer_exports", "dialer_export_items"} - {name}
    )
    for command in (("run", "--start", DAY, "--end", DAY), ("export", "--campaign", "5", "--yes")):
        assert desk.run(*command) == 2
        assert f"{name} is a table of another program" in desk.told
    assert desk.run("status") == 0
    with monkeypatch.context() as standing:
        engine = place.engine()
        standing.setattr(
            type(engine), "run_script", lambda *_: pytest.fail("what stands is made again")
        )
        assert desk.load("1;Ana de Lima;11999998888", "2;Bia Souza;11988887777") == 0
    assert place.value("SELECT name FROM clients WHERE external_id = '1'") == "Ana de Lima"
    assert indexes_on(place, name) == []
    place.query(f"INSERT INTO {name} (quem) VALUES ('Ana')")


def test_what_was_left_out_is_made_when_the_company_has_moved_its_table(desk, place):
    place.query(f"CREATE TABLE calls (id {identity(place)}, quem NVARCHAR(100))")
    assert desk.load("1;Ana Lima;11999998888") == 0
    place.query("DROP TABLE calls")
    assert desk.sync(DAY) == 0
    assert desk.run("check") == 0
    repository = place.repository()
    repository.prepare("dialer_export")
    repository.close()
    assert place.value("SELECT COUNT(*) FROM schema_versions") == len(place.engine().scripts())
    assert (
        place.value("SELECT COUNT(*) FROM calls"),
        place.value("SELECT COUNT(*) FROM clients"),
    ) == (CALLS, 1)


def test_a_preview_of_an_import_refuses_somebody_elses_clients_by_name(desk, place):
    place.query("CREATE TABLE clients (id INT, external_id NVARCHAR(50))")
    assert desk.run("clients", "import", _file(desk), "--preview") == 2
    assert "clients is a table of another program" in desk.told


@pytest.mark.parametrize("of_another", [*sorted(OUR_NAMES)])
@pytest.mark.parametrize("scripts", ["sqlite", "sqlserver"])
def test_whatever_is_foreign_a_job_lacks_nothing_of_its_own_and_nothing_else_is_made(
    of_another, scripts
):
    """By the scripts alone: what is run beside one foreign table makes all that the jobs need that
    can run.
    """
    texts = read_scripts(scripts)
    catalog = Catalog({of_another: Standing(of_another, "sequence")})
    found = survey(catalog, texts, (), "dbo.")
    made = set().union(*(made_by(text).objects for _, text in found.due))
    named = set().union(*(made_by(text).names for _, text in found.due))
    able = [needed_by(job) for job in JOBS if not found.obstacle(job)]
    assert made & set(OUR_NAMES) == set().union(*able)  # a system's own script makes its own
    assert of_another not in named
    assert {job for job in JOBS if of_another in needed_by(job)} == {
        job for job in JOBS if found.obstacle(job)
    }
    assert all(of_another in found.obstacle(job) for job in JOBS if found.obstacle(job))


@pytest.mark.parametrize("scripts", ["sqlite", "sqlserver"])
def test_where_nothing_is_foreign_every_script_is_run_as_it_stands(scripts):
    texts = read_scripts(scripts)
    assert survey(Catalog(), texts, (), "").due == tuple(texts)
    for _, text in texts:
        assert "".join(pieces(text)).split() == re.sub(r"(?m)^GO$", "", text).split()
        assert [piece.strip() for piece in pieces(part_of(text, bool))] == [
            piece.strip() for piece in pieces(text)
        ]


def test_a_table_that_every_job_needs_and_is_anothers_refuses_before_anything_is_made(desk, place):
    place.query("CREATE TABLE schema_versions (version INT, installed_on DATETIME)")
    before = place.tables()
    assert desk.sync(DAY) == 2
    assert "schema_versions is a table of another program" in desk.told
    assert "Traceback" not in desk.told
    assert place.tables() == before


@pytest.mark.parametrize("kind", ["view", "index"])
def test_what_is_no_table_is_named(place, kind):
    place.query("CREATE TABLE atendimentos (id INT)")
    if kind == "view":
        place.query("CREATE VIEW calls AS SELECT id FROM atendimentos")
        told = "calls is a view, not a table"
    elif place.on_server:
        place.query("CREATE PROCEDURE robot_state AS SELECT 1")
        told = "robot_state is a procedure, not a table"
    else:
        place.query("CREATE INDEX robot_state ON atendimentos (id)")
        told = "robot_state is an index, not a table"
    before = place.tables()
    with pytest.raises(ConfigurationError, match=told):
        place.repository()
    assert place.tables() == before


def test_a_view_of_the_views_name_keeps_the_export_away_only(desk, place):
    place.query("CREATE TABLE t (id INT)")
    place.query(f"CREATE VIEW {VIEW} AS SELECT id FROM t")
    assert desk.sync(DAY) == 0
    assert desk.run("export", "--campaign", "5", "--yes") == 2
    assert f"{VIEW} is a view of another program" in desk.told


def test_an_index_that_an_earlier_robot_left_on_somebody_elses_table_is_told(desk, place):
    place.query(f"CREATE TABLE clients (id {identity(place)}, external_id NVARCHAR(50))")
    place.query("CREATE UNIQUE INDEX ux_clients_external_id ON clients (external_id)")
    assert desk.sync(DAY) == 0
    assert desk.run("export", "--campaign", "5", "--yes") == 2
    assert "an earlier robot put its index ux_clients_external_id" in desk.told


def test_an_index_of_our_name_that_is_not_ours_is_told(place):
    place.repository().close()
    place.query(
        "DROP INDEX ux_mailing_data_call_id ON mailing_data"
        if place.on_server
        else "DROP INDEX ux_mailing_data_call_id"
    )
    place.query("CREATE INDEX ux_mailing_data_call_id ON mailing_data (campaign_id)")
    place.query("DELETE FROM schema_versions WHERE script LIKE '0002%'")
    repository = place.repository()
    with pytest.raises(
        ConfigurationError, match=r"ux_mailing_data_call_id: .*is not unique, on campaign_id"
    ):
        repository.prepare("calls")
    repository.close()


@sqlite_only("names of indexes are one space in a SQLite file")
def test_an_index_of_our_name_on_another_table_is_told(database):
    database.query("CREATE TABLE t (id INT)")
    database.query("CREATE UNIQUE INDEX ux_mailing_data_call_id ON t (id)")
    with pytest.raises(ConfigurationError, match="t has one of this name"):
        database.repository()
    assert database.tables() == {"t"}


@pytest.mark.sqlserver
def test_a_constraint_of_our_name_on_another_table_is_told(new_server_database):
    new_server_database.query(
        "CREATE TABLE dbo.customers (id INT NOT NULL, CONSTRAINT pk_clients PRIMARY KEY (id))"
    )
    repository = new_server_database.repository()
    repository.prepare("calls")
    with pytest.raises(
        ConfigurationError, match=r"pk_clients is the name of a constraint of dbo\.customers"
    ):
        repository.prepare("dialer_export")
    repository.close()


@pytest.mark.sqlserver
def test_the_robot_of_the_specification_is_taken_over_even_without_some_columns(
    new_server_database,
):
    for name in ("calls", "mailing_data", "execution_logs"):
        first = (
            "NVARCHAR(50) NOT NULL PRIMARY KEY"
            if name == "calls"
            else "INT IDENTITY (1, 1) PRIMARY KEY"
        )
        kept = [
            (column, kind)
            for column, kind in SPEC[name]
            if column not in {"transcription", "socio", "number"}
        ]
        columns = ", ".join(
            f"{column} {first if column == 'id' else kind}" for column, kind in kept
        )
        new_server_database.query(f"CREATE TABLE dbo.{name} ({columns})")
    repository = new_server_database.repository()
    repository.prepare("calls")
    repository.close()


def test_a_damaged_table_of_ours_is_not_taken_for_anothers(place):
    place.repository().close()
    place.query(
        "DROP INDEX ix_mailing_data_identifier ON mailing_data"
        if place.on_server
        else "DROP INDEX ix_mailing_data_identifier"
    )
    place.query(f"DROP VIEW {VIEW}")
    place.query("ALTER TABLE mailing_data DROP COLUMN identifier")
    with pytest.raises(FatalError, match=r"lacks .*mailing_data\.identifier"):
        place.repository()


def test_a_database_that_a_newer_robot_prepared_is_refused_with_2(desk, place):
    place.repository().close()
    moment = "2026-09-01 00:00:00" if not place.on_server else "20260901"
    place.query(
        "INSERT INTO schema_versions (script, applied_at) VALUES ('threec/0042_newer.sql', ?)",
        moment,
    )
    before = place.value("SELECT COUNT(*) FROM execution_logs")
    for command in (
        ("run", "--start", DAY, "--end", DAY),
        ("clients", "import", _file(desk)),
        ("status",),
    ):
        assert desk.run(*command) == 2
        assert "newer robot" in desk.told
        assert "threec/0042_newer.sql" in desk.told
    assert place.value("SELECT COUNT(*) FROM execution_logs") == before


@sqlite_only("a server's databases bear no mark")
@pytest.mark.parametrize("mark", ["application_id", "calls"])
def test_a_file_of_another_program_is_left_as_it_is_to_the_last_byte(database, mark):
    file = database.settings.db_file
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE calls (id INTEGER PRIMARY KEY, who TEXT)")
        if mark == "application_id":
            connection.execute("PRAGMA application_id = 252006673")
        connection.commit()
    before = file.read_bytes()
    with pytest.raises((ConfigurationError, FatalError), match="another program"):
        database.repository()
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir() if path.suffix != ".lock"] == [file.name]


def test_every_table_is_needed_by_a_job():
    jobs = [needed_by(job) for job in JOBS]
    assert set().union(*jobs) == {table.name for table in ALL_TABLES} | {VIEW}
    assert "clients" not in needed_by("calls")
