"""A DBA audits every table by triggers that count rows of their own: what the robot knows of its
writing stays true.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from desk import Desk
from servers import NOW, Database
from support import DAY

import robot.simulators.threec.mailing as answers
from robot.cells.tables import ALL_TABLES, Table
from robot.simulators.threec import Simulator, make_calls

ROBOT = Path(__file__).resolve().parents[2] / "robot"
CALLS = 40
CONTENT = {
    "calls": "id, campaign_id, qualification, row_hash",
    "mailing_data": "call_id, identifier, row_hash",
    "rejected_records": "job, record_id, payload_hash, resolved_execution_id",
    "sync_windows": "job, day, status, api_total, distinct_ids, stored, rejected, execution_id",
    "execution_logs": "id, job, status, exit_code, total_records, successful_records,"
    " failed_records, inserted_records,"
    " updated_records, unchanged_records",
    "clients": "external_id, name, phones",
    "dialer_export_items": "external_id, status, records",
    "dialer_export_requests": "status, records, imported, filtered",
    "dialer_exports": "campaign_id, filtered_records",
}


def watch(database: Database, table: Table) -> None:
    """An audit trigger as it is often written: without NOCOUNT, its last statement touches no
    row.
    """
    if database.on_server:
        database.query(
            f"CREATE TRIGGER dbo.tr_audit_{table.name} ON dbo.{table.name} AFTER INSERT, UPDATE,"
            " DELETE AS BEGIN"
            f" INSERT INTO dbo.auditoria (what) VALUES (N'{table.name}'), (N'{table.name}');"
            " UPDATE dbo.auditoria SET what = N'never' WHERE 1 = 0 END"
        )
        return
    for event in ("INSERT", "UPDATE", "DELETE"):
        database.query(
            f"CREATE TRIGGER tr_{event}_{table.name} AFTER {event} ON {table.name} BEGIN"
            f" INSERT INTO auditoria (what) VALUES ('{table.name}'), ('{table.name}');"
            " UPDATE auditoria SET what = 'never' WHERE 1 = 0; END"
        )


def watch_all(database: Database) -> None:
    identity = "INT IDENTITY (1, 1)" if database.on_server else "INTEGER"
    database.query(f"CREATE TABLE auditoria (id {identity} PRIMARY KEY, what NVARCHAR(50))")
    for table in ALL_TABLES:
        watch(database, table)


def a_week_of_work(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[tuple]]:
    """Every job, with something rejected, refused, changed, tried again and interrupted; what the
    tables hold then.
    """
    database, simulator = desk.database, desk.simulator
    codes = [desk.sync(DAY)]
    simulator.update_call(simulator.calls[3]["id"], qualification="Retornar")
    codes += [desk.sync(DAY, "--again"), desk.run("rejected", "retry")]
    codes += [desk.load("1;Ana Lima;11999998888", "2;Bia Souza;999", "3;Cid;11977776666")]
    codes += [
        desk.load("1;Ana de Lima;11999998888", "2;Bia Souza;11988887777", "3;Cid;11977776666")
    ]
    with monkeypatch.context() as refusing:
        refusing.setattr(
            answers,
            "invalid_items",
            lambda content: (
                {"phone": ["inválido"]}
                if any(item["identifier"] == "2" for item in content)
                else {}
            ),
        )
        codes += [desk.send()]
    codes += [desk.send()]
    assert codes == [3, 3, 3, 3, 0, 3, 0], desk.told
    repository = database.repository()
    repository.remember("schedule", "first")
    repository.remember("schedule", "second")
    database.query(
        "INSERT INTO execution_logs (execution_date, status, job) VALUES (?, 'RUNNING', 'calls')",
        NOW if database.on_server else str(NOW),
    )
    found = repository.fail_interrupted("calls")
    remembered = repository.recall("schedule")
    repository.close()
    rows = {
        table: sorted(database.query(f"SELECT {names} FROM {table}"), key=str)
        for table, names in CONTENT.items()
    }
    return {**rows, "remembered": [(remembered, found)]}


@pytest.fixture
def desk(database, tmp_path, capsys, monkeypatch):
    calls = make_calls([DAY], CALLS, odd=False)
    calls[7]["id"] = None  # no row can be made of it
    with Simulator(calls) as simulator:
        yield Desk(database, simulator, tmp_path, capsys, monkeypatch)


def test_every_job_tells_and_keeps_the_same_with_audit_triggers_on_every_table(
    desk, monkeypatch, request, tmp_path
):
    calm = a_week_of_work(desk, monkeypatch)
    watched = desk.database
    if watched.on_server:
        watched = request.getfixturevalue("new_server_database")
    else:
        watched = Database.of_file(tmp_path / "watched.db")
    watched.repository().close()
    watch_all(watched)
    calls = make_calls([DAY], CALLS, odd=False)
    calls[7]["id"] = None
    with Simulator(calls) as simulator:
        desk.database, desk.simulator = watched, simulator
        desk.set()
        watched_rows = a_week_of_work(desk, monkeypatch)
    assert watched_rows == calm
    assert calm["remembered"] == [("second", 1)]
    assert len(calm["rejected_records"]) == 3
    touched = {what for (what,) in watched.query("SELECT DISTINCT what FROM auditoria")}
    assert touched >= set(CONTENT) | {"robot_state"}


def test_an_error_that_a_trigger_raises_behind_a_row_count_is_not_taken_for_success(
    database, repository
):
    if database.on_server:
        database.query(
            "CREATE TRIGGER dbo.tr_late ON dbo.robot_state AFTER INSERT AS BEGIN"
            " SET NOCOUNT OFF; SELECT 1 AS seen; UPDATE dbo.robot_state SET name = name WHERE 1 ="
            " 0;"
            " THROW 50001, N'the audit is closed', 1; END"
        )
    else:
        database.query(
            "CREATE TRIGGER tr_late AFTER INSERT ON robot_state BEGIN SELECT RAISE(ABORT, 'the"
            " audit is closed'); END"
        )
    try:
        with pytest.raises(Exception, match="the audit is closed"):
            repository.remember("schedule", "value")
        assert repository.recall("schedule") is None
    finally:
        database.query("DROP TRIGGER tr_late")


def test_nothing_in_the_robot_asks_a_driver_for_a_row_count():
    for path in sorted(ROBOT.rglob("*.py")):
        assert not re.search(r"\browcount\b", path.read_text("utf-8")), path


def test_nothing_in_the_robot_writes_past_the_engine():
    for path in sorted(ROBOT.rglob("*.py")):
        text = path.read_text("utf-8")
        assert not re.search(r"\.execute(?:many)?\(\s*f?\"(?:INSERT|UPDATE|DELETE)\b", text), path
