"""One execution at a time: the second names the holder, touches nothing, and leaves with 4; a dead
holder holds nothing.
"""

from collections.abc import Callable, Iterator
from subprocess import Popen

import pytest
from proof.machine import Machine, ago
from servers import sqlite_only
from support import Gate

from robot.database import open_repository
from robot.trials.killing import kill, start

Operator = Callable[..., Machine]


@pytest.fixture
def machine(operator: Operator) -> Machine:
    return operator(days=1, per_day=200)


@pytest.fixture
def gate(machine: Machine) -> Iterator[Gate]:
    """No page of the API comes before it is opened."""
    gate = Gate()
    machine.simulator.on_page = gate
    yield gate
    gate.open()


@pytest.fixture
def running(machine: Machine, gate: Gate) -> Iterator[Popen[bytes]]:
    """A process of the robot that waits for its first page."""
    process = start(machine.env_file, "run", "--start", str(ago(1)), "--end", str(ago(1)))
    assert gate.reached.wait(100), "the process never began"
    yield process
    if process.poll() is None:
        kill(process)


def test_a_double_start_names_the_holder_touches_nothing_and_leaves_with_4(
    machine: Machine, running: Popen[bytes], gate: Gate
) -> None:
    assert machine.sync(ago(1)) == 4
    assert running.poll() is None, "the first one had ended: nothing was proven"
    assert f"process {running.pid}" in machine.err
    assert "not touched anything" in machine.err
    assert machine.rows("SELECT status FROM execution_logs") == [("RUNNING",)]
    assert machine.rows("SELECT COUNT(*) FROM calls") == [(0,)]
    gate.open()
    assert running.wait(100) == 0
    assert machine.rows("SELECT status FROM execution_logs") == [("COMPLETED_SUCCESS",)]
    assert machine.rows("SELECT COUNT(*) FROM calls") == [(200,)]


def test_a_lock_left_by_a_dead_process_is_free(
    machine: Machine, running: Popen[bytes], gate: Gate
) -> None:
    kill(running)
    gate.open()
    assert machine.sync(ago(1)) == 0
    assert [
        status for (status,) in machine.rows("SELECT status FROM execution_logs ORDER BY id")
    ] == [
        "FAILED",
        "COMPLETED_SUCCESS",
    ]


@sqlite_only("a file has several names")
def test_another_name_of_the_same_file_is_the_same_lock(machine: Machine) -> None:
    assert machine.sync(ago(1)) == 0
    other = machine.folder / "other" / "name.db"
    other.parent.mkdir()
    other.symlink_to(machine.database.settings.db_file)
    holder = open_repository(machine.database.settings)
    try:
        with holder.lock("calls"):
            machine.write(DB_FILE=other)
            assert machine.sync(ago(1)) == 4
    finally:
        holder.close()
    assert machine.sync(ago(1)) == 0


@sqlite_only("links of files")
def test_a_name_that_leads_to_itself_is_told(machine: Machine) -> None:
    circle = machine.folder / "circle.db"
    circle.symlink_to(circle)
    machine.write(DB_FILE=circle)
    assert machine.sync(ago(1)) == 1
    assert "cannot be opened or written" in machine.out + machine.err
    assert "nexpected" not in machine.out + machine.err
