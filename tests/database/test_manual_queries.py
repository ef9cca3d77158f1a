"""The queries of the operator's manual, as they stand there, on a real T-SQL server."""

from __future__ import annotations

import re
import threading
from datetime import date, datetime
from pathlib import Path

import pytest
from servers import Database
from support import fast_transport

from robot.commands.progress import PlainLines
from robot.database import open_repository
from robot.period import windows_of_days
from robot.simulators.threec import Simulator, make_calls
from robot.sync.execution import Execution
from robot.threec.calls import CallsApi
from robot.threec.calls_job import CallsJob

MANUAL = Path(__file__).resolve().parents[2] / "docs" / "manual-do-operador.md"
QUERIES = re.findall(r"```sql\n(.*?)```", MANUAL.read_text(encoding="utf-8"), flags=re.DOTALL)
READ = [date(2026, 9, 14), date(2026, 9, 15), date(2026, 9, 18)]
NOW = datetime(2026, 9, 20, 12, 0, 0)
CALLS = 100


@pytest.mark.sqlserver
def test_every_query_answers(new_server_database: Database) -> None:
    repository = open_repository(new_server_database.settings)
    try:
        with Simulator(make_calls(READ, CALLS)) as simulator:
            job = CallsJob(
                CallsApi(fast_transport(), simulator.url), (), per_page=100, concurrency=4
            )
            Execution(job, repository, lambda: NOW, PlainLines(), threading.Event()).run(
                windows_of_days(READ)
            )
        cursor = repository._engine.cursor()
        answers = []
        for query in QUERIES:
            cursor.execute(query)
            answers.append(cursor.fetchall())
        cursor.execute(
            QUERIES[4].replace("GETDATE()", f"CAST('{NOW:%Y%m%d %H:%M:%S}' AS DATETIME)")
        )
        missing_then = cursor.fetchall()
    finally:
        repository.close()
    (
        hours,
        campaigns,
        agents,
        incomplete,
        missing,
        executions,
        costs,
        qualifications,
        rejections,
        states,
        exports,
    ) = answers
    assert sum(row[1] for row in hours) == CALLS
    assert sum(row[2] for row in campaigns) == len(READ) * CALLS
    assert agents
    assert incomplete == []
    assert tuple(missing[0]) == ("", date(2026, 9, 16), date(2026, 9, 17))
    assert [tuple(row) for row in missing_then] == [
        ("", date(2026, 9, 16), date(2026, 9, 17)),
        ("", date(2026, 9, 19), date(2026, 9, 19)),
    ]
    assert [row[4] for row in executions] == ["COMPLETED_SUCCESS"]
    assert sum(row[3] for row in costs) > 0
    assert qualifications
    assert rejections == []
    assert states
    assert exports == []
