"""The operator's manual: complete, its links alive, its ten queries really run and their answers
checked.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest
import sqlglot
from servers import Database
from support import execute

from robot.database.statuses import ExecutionStatus, WindowStatus
from robot.errors import ExitCode
from robot.period import windows_of_days
from robot.settings import Settings
from robot.simulators.threec import Fault, Simulator, make_calls

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
MANUAL = (DOCS / "manual-do-operador.md").read_text(encoding="utf-8")
PAGES = sorted(DOCS.glob("*.md"))
QUERIES = re.findall(r"\*\*(\d+)\. (.*?\?)\*\*.*?\n\n```sql\n(.*?)```", MANUAL, flags=re.DOTALL)
NOW = datetime(2026, 9, 20, 12, 0, 0)
READ = [date(2026, 9, 14), date(2026, 9, 15), date(2026, 9, 18)]  # 16 and 17 were never read


@pytest.mark.parametrize("name", [name.upper() for name in Settings.model_fields])
def test_every_setting_is_explained(name):
    assert re.search(rf"^\|[^|]*`{name}`", MANUAL, flags=re.MULTILINE), (
        "in the first column of a table"
    )


def test_the_contents_list_every_section():
    listed = re.findall(r"^- \[(\d+\. .*?)\]\(#", MANUAL, flags=re.MULTILINE)
    assert listed == re.findall(r"^## (\d+\. .*)$", MANUAL, flags=re.MULTILINE)
    assert len(listed) > 10


@pytest.mark.parametrize("page", [*PAGES, ROOT / "README.md"], ids=lambda page: page.name)
def test_no_query_writes_a_date_that_a_portuguese_login_reads_otherwise(page):
    """'2026-09-01' is the 9th of January for a DATETIME under DATEFORMAT dmy; '20260901' is one day
    everywhere.

    https://learn.microsoft.com/sql/t-sql/data-types/datetime-transact-sql, "ISO 8601" and
    "unseparated".
    """
    for query in re.findall(r"```sql\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL):
        assert re.findall(r"'\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}[^']*'", query) == []


@pytest.mark.parametrize("status", [*ExecutionStatus, *WindowStatus])
def test_every_status_is_explained(status):
    assert f"`{status}`" in MANUAL


@pytest.mark.parametrize("code", list(ExitCode))
def test_every_exit_code_has_its_line(code):
    assert re.search(rf"^\| {int(code)} \|", MANUAL, flags=re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_and_picture_leads_somewhere(page):
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)]+)\)", text):
        if target.startswith("https://"):
            continue
        file, _, anchor = target.partition("#")
        assert (page.parent / file).exists() if file else True, target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", text, flags=re.MULTILINE)
            anchors = {
                re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings
            }
            assert anchor in anchors, target


@pytest.mark.parametrize(
    "picture", sorted((DOCS / "pictures").glob("*.svg")), ids=lambda picture: picture.stem
)
def test_every_picture_is_used_and_shows_nothing_of_the_machine_that_drew_it(picture):
    assert f"(pictures/{picture.name})" in MANUAL
    text = picture.read_text(encoding="utf-8")
    assert "/tmp/" not in text
    assert str(ROOT) not in text


@pytest.fixture(scope="module")
def calls():
    return make_calls(READ, 300, odd=True)


@pytest.fixture(scope="module")
def database(calls, tmp_path_factory):
    """Two days that are complete, a third that is not.

    On a server: tests/database/test_manual_queries.py.
    """
    database = Database.of_file(tmp_path_factory.mktemp("manual") / "robot.db")
    with Simulator(calls) as simulator:
        execute(simulator, database, windows_of_days(READ[:2]), now=NOW)
        simulator.use_faults([Fault("status_500", day=READ[2], times=None)])
        execute(simulator, database, windows_of_days(READ[2:]), now=NOW, max_attempts=1)
    connection = sqlite3.connect(database.settings.db_file)
    yield connection
    connection.close()


def answer(database, number):
    """The rows of a query of the manual, translated from SQL Server's dialect, as dictionaries."""
    sql = next(sql for found, _, sql in QUERIES if found == str(number))
    # sqlglot does not know how
    sql = sql.replace("DATEPART(hour, call_date)", "CAST(SUBSTRING(call_date, 12, 2) AS INT)")
    sql = re.sub(r"'(\d{4})(\d\d)(\d\d)'", r"'\1-\2-\3'", sql)  # SQLite compares dates as texts
    sql = sql.replace("GETDATE()", f"'{NOW}'")
    (translated,) = sqlglot.transpile(sql, read="tsql", write="sqlite")
    cursor = database.execute(translated)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def test_there_are_ten_queries_numbered_through():
    assert [int(number) for number, _, _ in QUERIES] == list(range(1, 11))


@pytest.mark.parametrize("number", range(1, 11))
def test_every_query_runs(database, number):
    answer(database, number)


def test_calls_per_hour(database):
    found = answer(database, 1)
    stored = database.execute(
        "SELECT call_date, has_agent FROM calls WHERE call_date LIKE '2026-09-15%'"
    ).fetchall()
    hours = Counter(int(moment[11:13]) for moment, _ in stored)
    assert {int(row["hora"]): row["chamadas"] for row in found} == hours
    assert sum(row["com_agente"] for row in found) == sum(with_agent for _, with_agent in stored)
    assert [int(row["hora"]) for row in found] == sorted(hours)


def test_conversion_by_campaign(database):
    found = {row["campaign_id"]: row for row in answer(database, 2)}
    for campaign, total, conversions in database.execute(
        "SELECT campaign_id, COUNT(*), SUM(is_conversion) FROM calls GROUP BY campaign_id"
    ):
        assert (found[campaign]["chamadas"], found[campaign]["conversoes"]) == (total, conversions)
        assert float(found[campaign]["conversao_por_cento"]) == pytest.approx(
            100 * conversions / total, abs=0.01
        )


def test_agents_talking_time(database):
    seconds = Counter()
    for agent, spoken in database.execute(
        "SELECT agent, speaking_with_agent_time FROM calls WHERE agent IS NOT NULL"
    ):
        parts = spoken.split(":") if spoken else []
        seconds[agent] += (
            sum(int(part) * unit for part, unit in zip(parts, (3600, 60, 1), strict=True))
            if len(parts) == 3
            else 0
        )
    found = answer(database, 3)
    assert {row["agente"]: int(row["minutos_falados"]) for row in found} == {
        a: s // 60 for a, s in seconds.items()
    }
    assert max(seconds.values()) > 60


def test_days_that_are_not_complete(database):
    (row,) = answer(database, 4)
    assert (row["dia"], row["status"]) == ("2026-09-18", "FAILED")
    assert "500" in row["motivo"]


def test_days_that_were_never_read(database):
    database.execute(
        "INSERT INTO sync_windows (job, scope, window_key, day, status, execution_id, started_at)"
        " SELECT job, '5,6', window_key, day, status, execution_id, started_at FROM sync_windows"
        " WHERE day <> '2026-09-15'"
    )
    found = [tuple(str(value)[:10] for value in row.values()) for row in answer(database, 5)]
    database.rollback()
    assert found == [
        ("", "2026-09-16", "2026-09-17"),
        ("", "2026-09-19", "2026-09-19"),  # up to yesterday
        ("5,6", "2026-09-15", "2026-09-17"),
        ("5,6", "2026-09-19", "2026-09-19"),
    ]


def test_the_last_executions(database):
    found = answer(database, 6)
    assert [row["status"] for row in found] == ["FAILED", "COMPLETED_SUCCESS"]
    assert found[1]["novas"] == found[1]["recebidas"] == 600


def test_what_a_campaign_cost(database):
    costs = Counter()
    for campaign, value in database.execute(
        "SELECT campaign_id, billed_value FROM calls WHERE billed_value IS NOT NULL"
    ):
        costs[campaign] += float(value.replace(",", "."))
    found = {row["campaign_id"]: float(row["custo"]) for row in answer(database, 7)}
    assert found == pytest.approx(dict(costs), abs=0.01)
    assert sum(costs.values()) > 0


def test_qualifications(database):
    assert (
        sum(row["chamadas"] for row in answer(database, 8))
        == (database.execute("SELECT COUNT(qualification) FROM calls").fetchone()[0])
    )


def test_rejections_that_stand(database):
    database.execute(
        "INSERT INTO rejected_records (job, record_id, reason, payload, payload_hash, created_at,"
        " resolved_at) VALUES"
        " ('calls', 'a', 'no date', '{}', '1', '2026-09-15 02:00:00', NULL),"
        " ('calls', 'b', 'no date', '{}', '2', '2026-09-15 02:00:00', '2026-09-16 02:00:00')"
    )
    assert [row["chamada"] for row in answer(database, 9)] == ["a"]


def test_conversions_by_state(database):
    found = answer(database, 10)
    assert (
        sum(row["chamadas"] for row in found)
        == database.execute("SELECT COUNT(*) FROM mailing_data").fetchone()[0]
    )
    assert [row["conversoes"] for row in found] == sorted(
        (row["conversoes"] for row in found), reverse=True
    )
