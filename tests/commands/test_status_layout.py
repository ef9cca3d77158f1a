"""`status` on a console: nothing wraps at 120 columns, and at 80 it can be read; what failed says
why.
"""

from __future__ import annotations

import os
import subprocess
from datetime import date, timedelta

import pytest
from clocks import robot_at, started_at
from proof.machine import NOON, Machine, ago, clear_environment, simulated
from servers import Database, sqlite_only

from robot.simulators.threec import Fault, FaultKind

MANY = ",".join(map(str, range(1, 60)))


@pytest.fixture
def machine(database: Database, tmp_path, capsys, monkeypatch):
    """Yesterday is proven, two old days failed, another was given up; the campaigns are many."""
    clear_environment(monkeypatch)
    with started_at(NOON), simulated(2, 1500) as simulator:
        machine = Machine(
            simulator,
            tmp_path,
            database,
            capsys,
            API_MAX_ATTEMPTS=1,
            PER_PAGE=500,
            CAMPAIGN_IDS=MANY,
        )
        failing = [ago(number) for number in (400, 300, 200)]
        simulator.use_faults([Fault(FaultKind.STATUS_500, day=day, times=None) for day in failing])
        for day in (400, 300, 200, 1):
            machine.sync(ago(day), ago(day), f"--campaigns={MANY}")
        machine.run("days", "give-up", "--start", ago(200), "--end", ago(200))
        machine.run("run", "--start", f"{ago(2)} 08:00:00", "--end", f"{ago(2)} 12:00:00")
        machine.sync(ago(9), ago(3))
        yield machine


def at(machine: Machine, width: int, *arguments: str) -> list[str]:
    """What `status` prints on a terminal of this width."""
    pty = pytest.importorskip("pty", reason="Windows has no pseudo-terminals", exc_type=ImportError)
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(width), "TERM": "dumb", "PYTHONUTF8": "1"}
    command = [*robot_at(NOON), "--env-file", machine.env_file, "status", *arguments]
    with subprocess.Popen(
        [*map(str, command)], stdout=theirs, stderr=theirs, env=environment
    ) as process:
        os.close(theirs)
        told = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # Linux says so of a terminal that nobody holds any more
                break
            if not piece:
                break
            told += piece
    os.close(ours)
    assert process.returncode == 0, told
    return told.decode().splitlines()


def texts(lines: list[str]) -> list[str]:
    """Without what is never cut: commands that are typed, and the path of the database."""
    return [
        line
        for line in lines
        if "Read again" not in line and "Database:" not in line and "days give-up" not in line
    ]


@sqlite_only("it is about the console")
@pytest.mark.parametrize("width", [80, 120, 200])
def test_no_line_is_wider_than_the_terminal_and_none_than_120(machine: Machine, width: int) -> None:
    lines = at(machine, width)
    assert max(map(len, texts(lines))) <= min(width, 120)
    assert "…" not in "".join(lines), "nothing is cut, either"
    rows = [line for line in lines if f" {ago(9)} – {ago(3)} " in line]
    assert len(rows) == 1
    assert "COMPLETED_NO_DATA" in rows[0], "a row is one line"


@sqlite_only("it is about the console")
def test_what_is_piped_is_no_wider_than_120(machine: Machine) -> None:
    assert machine.run("status") == 0
    assert max(map(len, texts(machine.out.splitlines()))) <= 120


@sqlite_only("it is about the console")
def test_a_reason_stands_beside_what_failed(machine: Machine) -> None:
    assert machine.run("status") == 0
    lines = machine.out.splitlines()
    row = next(
        place for place, line in enumerate(lines) if f" {ago(400)} " in line and "FAILED" in line
    )
    assert "HTTP 500" in lines[row + 1]
    (day,) = [line for line in lines if line.startswith(f"  {ago(400)}  FAILED")]
    assert "HTTP 500" in day
    assert f"{ago(2)} 08:00–12:00" in machine.out


@sqlite_only("it is about the console")
def test_days_that_alternate_are_folded_between_two_dates(machine: Machine) -> None:
    for day in range(5, 30, 2):
        machine.rows("DELETE FROM sync_windows WHERE day = ?", str(ago(day)))
    for day in range(10, 30, 2):
        machine.sync(ago(day))
    lines = at(machine, 80)
    start = next(place for place, line in enumerate(lines) if line.startswith("Days complete"))
    told = " ".join(lines[start : start + 4])
    assert f"{ago(28)}" in told
    assert max(map(len, texts(lines))) <= 80


def test_dates_are_days(machine: Machine) -> None:
    assert machine.run("status", "--json") == 0
    told = machine.json()
    for day in (*told["days_complete"], *told["days_incomplete"], *told["days_never_read"]):
        assert date.fromisoformat(day) < ago(0) + timedelta(1)
    assert list(told["days_incomplete"]) == [str(ago(400)), str(ago(300)), str(ago(2))]
    assert told["campaigns"] == list(range(1, 60))
