"""Another program writes to the SQLite file: the transaction is repeated, and told when it cannot
be.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import robot.database.sqlite
from robot.database import Repository
from robot.database.sqlite import SqliteEngine
from robot.errors import Interrupted, RetriableError
from robot.trials.cases import NOW


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database with its tables, where the driver itself does not wait."""
    monkeypatch.setattr(robot.database.sqlite, "_BUSY_SECONDS", 0)
    repository = Repository(SqliteEngine(tmp_path / "robot.db"), lambda: NOW)
    repository.prepare()
    repository.close()
    return tmp_path / "robot.db"


@pytest.fixture
def other(file: Path) -> Iterator[sqlite3.Connection]:
    """A program that writes, and does not come to an end."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection


def test_a_file_that_is_busy_for_a_moment_is_written_after_it(
    file: Path, other: sqlite3.Connection
) -> None:
    class EndsMeanwhile(threading.Event):
        """The wait before the second try: in it the other program ends."""

        def wait(self, timeout: float | None = None) -> bool:
            if other.in_transaction:
                other.execute("COMMIT")
            return self.is_set()

    repository = Repository(SqliteEngine(file), lambda: NOW, stop=EndsMeanwhile())
    repository.remember("name", "value")
    assert repository.recall("name") == "value"
    assert repository.retries == 1
    repository.close()


def test_a_file_that_stays_busy_is_told_with_its_name(
    file: Path, other: sqlite3.Connection
) -> None:
    repository = Repository(SqliteEngine(file), lambda: NOW, first_wait=0.001)
    with pytest.raises(RetriableError, match=r"robot\.db is busy: .*Another program writes to it"):
        repository.remember("name", "value")
    assert repository.retries == 4
    other.execute("COMMIT")
    assert repository.recall("name") is None
    repository.close()


def test_a_robot_that_is_stopping_writes_what_the_database_takes_at_once(file: Path) -> None:
    stop = threading.Event()
    stop.set()
    repository = Repository(SqliteEngine(file, stop), lambda: NOW, stop=stop)
    repository.remember("name", "value")
    assert repository.recall("name") == "value"
    repository.close()


def test_a_robot_that_is_stopping_tries_nothing_a_second_time(
    file: Path, other: sqlite3.Connection
) -> None:
    stop = threading.Event()
    stop.set()
    repository = Repository(SqliteEngine(file, stop), lambda: NOW, stop=stop)
    with pytest.raises(Interrupted, match=r"robot\.db is busy"):
        repository.remember("name", "value")
    assert repository.retries == 0
    repository.close()


def test_a_stop_before_the_next_try_is_the_end_of_them(
    file: Path, other: sqlite3.Connection
) -> None:
    class SetMeanwhile(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            self.set()
            return True

    repository = Repository(SqliteEngine(file), lambda: NOW, stop=SetMeanwhile())
    with pytest.raises(Interrupted):
        repository.remember("name", "value")
    assert repository.retries == 1
    repository.close()


def test_a_file_that_is_busy_for_less_than_its_time_is_waited_for(
    file: Path, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    class EndsAfterATurn(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            other.execute("COMMIT")
            return False

    monkeypatch.setattr(robot.database.sqlite, "_BUSY_SECONDS", 30)
    monkeypatch.setattr(robot.database.sqlite, "_TURN_SECONDS", 0)
    repository = Repository(SqliteEngine(file, EndsAfterATurn()), lambda: NOW)
    repository.remember("name", "value")
    assert repository.retries == 0
    repository.close()
