"""The toy job, over the real command line: whatever goes over the jobs goes over it, and knows
nothing of it.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from proof.machine import clear_environment
from servers import Database

from robot import jobs
from robot.cli import main
from robot.database import Repository
from robot.database.scripts import pieces
from robot.simulators.threec import DEMO_TOKEN, Fault, Simulator
from toy.api import PATH, Asked, ToyApi, order, orders, serving
from toy.listed import TOY

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = Path(__file__).resolve().parent
SQL = HERE / "sql"
COUNT = 45  # orders; five pages


class Robot:
    """The robot with the toy on its list, in this process; no setting of 3C Plus."""

    def __init__(
        self, folder: Path, database: Database, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self._env_file = folder / "toy.env"
        self._capsys = capsys
        self.told = ""
        given = {"LOG_DIR": folder / "logs", **database.variables}
        lines = (f"{name}='{value}'\n" for name, value in given.items())
        self._env_file.write_text("".join(lines), "utf-8")
        self.arguments = ["--env-file", str(self._env_file)]

    def run(self, *arguments: str) -> int:
        code = main([*self.arguments, *arguments])
        self.told = "".join(self._capsys.readouterr())
        return code

    def json(self, *arguments: str) -> Any:
        main([*self.arguments, *arguments, "--json"])
        return json.loads(self._capsys.readouterr().out)


@pytest.fixture
def api():
    with serving(orders(COUNT)) as running:
        yield running


@pytest.fixture
def query(database, repository):
    """Asks, or changes, the database."""
    return database.query


@pytest.fixture
def robot(tmp_path, database, repository, api, capsys, monkeypatch):
    clear_environment(monkeypatch)
    monkeypatch.setenv("TOY_URL", api.url)
    monkeypatch.setattr(jobs, "JOBS", (*jobs.JOBS, TOY))
    make_tables(database, repository)
    return Robot(tmp_path, database, capsys)


def make_tables(database: Database, repository: Repository) -> None:
    """Run the toy's own scripts."""
    for table in ("toy_lines", "toy_orders"):  # a server's database is shared by the tests
        drop = f"DROP TABLE IF EXISTS {table}"
        repository.change(lambda engine, _, drop=drop: engine.cursor().execute(drop))
    kind = "sqlserver" if database.on_server else "sqlite"
    for script in sorted((SQL / kind).glob("*.sql")):
        for piece in pieces(script.read_text("utf-8")):
            repository.change(lambda engine, _, piece=piece: engine.cursor().execute(piece))


def stored(query) -> tuple[int, int]:
    """How many orders and lines are stored."""
    ((count,),), ((lines,),) = (
        query(f"SELECT COUNT(*) FROM {table}") for table in ("toy_orders", "toy_lines")
    )
    return int(count), int(lines)


def owed(api: ToyApi) -> tuple[int, int]:
    return len(api.orders), sum(len(each["lines"]) for each in api.orders)


def test_a_run_stores_every_order_with_its_lines(robot, api, query):
    assert robot.run("run", "--job", "toy_orders") == 0, robot.told
    assert stored(query) == owed(api)
    assert [asked.after for asked in api.asked] == ["", "10", "20", "30", "40"]


def test_a_second_run_writes_nothing(robot, query):
    assert robot.run("run", "--job", "toy_orders") == 0
    query("UPDATE toy_orders SET updated_at = '2001-01-01 00:00:00'")
    query("UPDATE toy_lines SET updated_at = '2001-01-01 00:00:00'")
    assert robot.run("run", "--job", "toy_orders") == 0
    assert query("SELECT DISTINCT updated_at FROM toy_orders") == [("2001-01-01 00:00:00",)]
    assert query("SELECT DISTINCT updated_at FROM toy_lines") == [("2001-01-01 00:00:00",)]


def test_two_orders_of_one_number_are_two_where_the_shop_differs(robot, api, query):
    api.orders = [order(1, "Centro"), order(1, "Norte")]
    assert robot.run("run", "--job", "toy_orders") == 0, robot.told
    assert stored(query) == (2, 6)


def test_it_takes_no_option_of_the_calls(robot, query):
    assert robot.run("run", "--job", "toy_orders", "--campaigns", "5") == 2
    assert "toy_orders takes no such option" in " ".join(robot.told.split())


def test_a_fault_that_stays_is_told_and_healed_by_the_next_execution(robot, api, query):
    api.suffer(Fault("status_500", page=3, path=PATH, times=None))
    assert robot.run("run", "--job", "toy_orders") in {1, 3}
    assert "orders" in robot.told
    told = robot.json("status", "--job", "toy_orders")
    (window,) = told["windows"]
    assert window["window"] == "orders"
    assert window["status"] in {"INCOMPLETE", "FAILED"}
    api.suffer()
    assert robot.run("run", "--job", "toy_orders") == 0, robot.told
    assert stored(query) == owed(api)


def test_what_a_killed_execution_stored_is_not_read_again(robot, api, query, monkeypatch):
    api.orders = orders(4_000)
    monkeypatch.setenv("TOY_LIMIT", "250")
    started: list[int] = []

    def kill(asked: Asked) -> None:
        if asked.after == "3750" and started:
            while not query("SELECT COUNT(*) FROM toy_orders")[0][0]:
                threading.Event().wait(0.01)
            os.kill(started.pop(), signal.SIGKILL)

    api.before = kill
    environment = {**os.environ, "PYTHONUTF8": "1"}
    paths = [str(ROOT), str(ROOT / "tests"), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment["PYTHONPATH"] = os.pathsep.join(paths)
    process = subprocess.Popen(
        [sys.executable, "-m", "toy.app", *robot.arguments, "run", "--job", "toy_orders"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    started.append(process.pid)
    assert process.wait(timeout=150) == -signal.SIGKILL
    before = len(api.asked)
    assert robot.run("run", "--job", "toy_orders") == 0, robot.told
    assert int(api.asked[before].after or 0) > 0, "it went on from the stored cursor"
    assert stored(query) == owed(api)


def test_a_rejected_order_is_kept_and_stored_by_retry_once_it_can_be(robot, api, query):
    api.orders.append({"shop": "Centro", "number": "46", "customer": "?", "lines": []})
    assert robot.run("run", "--job", "toy_orders") == 3, robot.told
    assert robot.run("rejected", "list", "--job", "toy_orders") == 0
    assert "it has no number" in robot.told
    assert robot.run("rejected", "retry", "--job", "toy_orders") == 3
    query("UPDATE rejected_records SET payload = replace(payload, '\"46\"', '46')")
    assert robot.run("rejected", "retry", "--job", "toy_orders") == 0, robot.told
    assert stored(query) == owed(api)


def test_audit_names_what_differs_and_heals_it(robot, api, query):
    assert robot.run("run", "--job", "toy_orders") == 0
    assert robot.run("audit", "--job", "toy_orders") == 0, robot.told
    query("UPDATE toy_orders SET customer = 'altered' WHERE number = 7")
    query("UPDATE toy_lines SET amount = 99 WHERE number = 11 AND place = 2")
    assert robot.run("audit", "--job", "toy_orders") == 3
    assert "Centro|7" in robot.told
    assert "Centro|11" in robot.told
    assert robot.run("audit", "--job", "toy_orders", "--fix") == 0, robot.told
    assert query("SELECT customer FROM toy_orders WHERE number = 7") == [("Cliente 7",)]


def test_an_order_that_vanished_is_kept_and_told_by_audit(robot, api, query):
    assert robot.run("run", "--job", "toy_orders") == 0
    gone = api.orders.pop(4)
    assert robot.run("run", "--job", "toy_orders") in {0, 3}
    assert stored(query)[0] == COUNT
    assert robot.run("audit", "--job", "toy_orders") == 3
    assert f"only here: Centro|{gone['number']}" in robot.told


def test_a_scheduled_execution_takes_its_turn(robot, api, query, monkeypatch):
    monkeypatch.setenv("TOY_CRON", "0 2 * * *")
    monkeypatch.setenv("MANAGER_TOKEN", DEMO_TOKEN)
    monkeypatch.setenv("SCHEDULE_RETRIES", "0")
    with Simulator([]) as simulator:
        monkeypatch.setenv("BASE_URL", simulator.url)
        assert robot.run("schedule", "--once") == 0, robot.told
    assert stored(query) == owed(api)


def test_status_tells_of_it_alone_and_beside_the_others(robot, query):
    assert robot.run("run", "--job", "toy_orders") == 0
    assert robot.run("status", "--job", "toy_orders") == 0
    assert "The last executions of the orders" in robot.told
    assert "Windows proven: 1 of 1." in robot.told
    told = robot.json("status")
    assert told["jobs"]["toy_orders"]["windows"][0]["status"] == "COMPLETE"


def test_the_robot_knows_nothing_of_the_toy():
    """What it costs is its folder, its SQL, which stands there too, and one line of the list."""
    told = [
        path
        for folder in ("robot", "sql", "tests")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in {".py", ".sql"} and re.search(r"\b[Tt]oy", path.read_text("utf-8"))
    ]
    assert {path.parent for path in told} <= {HERE, HERE / "sql/sqlite", HERE / "sql/sqlserver"}
    lines = (HERE / "app.py").read_text("utf-8").splitlines()
    assert [line for line in lines if "JOBS" in line] == [
        "jobs.JOBS = (*jobs.JOBS, TOY)  # the one line"
    ]
