"""The company's own query: ended when it takes too long, and when the robot is asked to stop."""

from __future__ import annotations

import signal
import sys
import threading

import pytest
from end_to_end.support_app import App
from servers import sqlite_only

from robot.errors import FatalError, Interrupted
from robot.simulators.threec import DEMO_TOKEN, Simulator
from robot.threec.dialer_export.query import clients_of_query

COUNTED = "SELECT COUNT(*) AS id, 'Ana' AS nome, '11999998888' AS fone FROM "
ENDLESS = {
    "sqlite": f"WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) {COUNTED} n",
    "sqlserver": (
        f"{COUNTED} sys.all_columns AS a CROSS JOIN sys.all_columns AS b CROSS JOIN"
        " sys.all_columns AS c"
    ),
}
QUICK = "SELECT 1 AS id, 'Ana' AS nome, '11999998888' AS fone"


@pytest.fixture
def ask(database, repository, tmp_path, monkeypatch):
    if database.on_server:
        from robot.database import sqlserver

        # a T-SQL server that reads no request to cancel while it counts, as Babelfish, is waited
        # for so long
        monkeypatch.setattr(sqlserver, "_CANCEL_SECONDS", 2)

    def ask(text: str, *, seconds: float = 60, stop: bool = False):
        stopping = threading.Event()
        if stop:
            stopping.set()
        (tmp_path / "q.sql").write_text(text, "utf-8")
        return clients_of_query(repository, tmp_path / "q.sql", stopping, seconds)

    return ask


def endless(database) -> str:
    return ENDLESS["sqlserver" if database.on_server else "sqlite"]


def test_a_query_that_takes_too_long_is_ended_and_told_with_its_setting(ask, database, repository):
    with pytest.raises(
        FatalError,
        match=r"q\.sql: the query was ended after 0\.3 seconds \(CLIENTS_QUERY_SECONDS\)",
    ):
        ask(endless(database), seconds=0.3)
    assert repository.retries == 0
    assert len(ask(QUICK)[0]) == 1  # and the connection goes on
    repository.remember("after", "it writes, too")
    assert repository.recall("after") == "it writes, too"


def test_a_wish_to_stop_ends_it(ask, database, repository):
    with pytest.raises(Interrupted):
        ask(endless(database), seconds=2, stop=True)
    assert repository.retries == 0


@sqlite_only("a server keeps a reader from nothing by itself")
def test_a_running_query_keeps_nobody_from_writing(ask, database, repository):
    class WritesFirst(threading.Event):
        """Asked, while the query runs, whether the robot is to stop."""

        def is_set(self) -> bool:
            other = database.repository()
            other.remember("meanwhile", "written")
            other.close()
            return True

    with pytest.raises(Interrupted):
        repository.ask(endless(database), 60, WritesFirst())
    assert repository.recall("meanwhile") == "written"


@sqlite_only("it cannot be told on a server without changing its tables")
def test_what_a_query_would_change_is_refused_by_the_database_itself(repository):
    with pytest.raises(FatalError, match="readonly"):
        repository.ask("INSERT INTO robot_state (name) VALUES ('x')", 60, threading.Event())
    repository.remember("name", "value")


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_running_query_and_the_export_with_130(tmp_path, number):
    (tmp_path / "q.sql").write_text(ENDLESS["sqlite"], "utf-8")
    with Simulator([]) as simulator:
        app = App(
            tmp_path,
            BASE_URL=simulator.url,
            MANAGER_TOKEN=DEMO_TOKEN,
            CLIENTS_QUERY_FILE=tmp_path / "q.sql",
        )
        process = app.start("export", "--campaign", "5", "--yes")
        assert process.stderr is not None
        for line in process.stderr:
            if "Asking the query of" in line:
                process.send_signal(number)
                break
        code, told = app.finish(process)
    assert code == 130
    assert "Traceback" not in told
