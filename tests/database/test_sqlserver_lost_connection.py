"""A connection that is cut at any message, before, during and after COMMIT: right rows, right
counts, one history line.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pyodbc
import pytest
from rows import COVERAGE, batch, call, line, mailing
from servers import Database
from tcp_proxy import Cut, TcpProxy

from robot.cells.rejection import Rejection
from robot.cells.tables import CALLS
from robot.database import Counts, Outcome, Repository, sqlserver
from robot.database.statuses import ExecutionStatus, WindowStatus
from robot.errors import FatalError, RetriableError

pytestmark = [pytest.mark.sqlserver, pytest.mark.timeout(900)]
FURTHEST = 80  # messages: more than any of these needs


@pytest.fixture
def proxy(sql_server):
    with TcpProxy(*sql_server.host_and_port) as proxy:
        yield proxy


@pytest.fixture
def direct(server_database):
    repository = server_database.repository()
    yield repository
    repository.close()


@pytest.fixture
def behind_proxy(server_database: Database, proxy: TcpProxy, direct):
    settings = server_database.settings.model_copy(update={"db_server": f"127.0.0.1,{proxy.port}"})
    repository = replace(server_database, settings=settings).repository()
    with repository.lock("calls"):
        yield repository
    repository.close()


def at_every_message(proxy: TcpProxy, how: Cut, attempt: Callable[[int], None]) -> int:
    """Run `attempt` with the cut at its 1st, 2nd, … message, until one ends without being cut.

    Returns the messages.
    """
    for message in range(1, FURTHEST):
        proxy.cut_at(message, how)
        attempt(message)
        if not proxy.cuts:
            return message - 1
    raise AssertionError("it never ends")


@pytest.mark.parametrize("how", Cut)
def test_a_batch_is_stored_once_wherever_the_connection_is_cut(
    how, proxy, behind_proxy: Repository, direct, server_database
):
    before = [call(f"{n}-{key}") for n in range(1, FURTHEST) for key in "abc"]
    direct.store(
        batch(before, [mailing(f"{n}-a") for n in range(1, FURTHEST)]), COVERAGE, line(), set()
    )
    expected = {CALLS.key_of(row): row.hash for row in before}

    def attempt(n: int) -> None:
        same, changed, new = (
            f"{n}-a",
            call(f"{n}-b", version="2", feedback="x" * 3000),
            [call(f"{n}-{key}") for key in "de"],
        )
        calls = [call(same), changed, call(f"{n}-c"), *new]
        mailings = [mailing(same, version="2"), mailing(f"{n}-d")]
        stored = behind_proxy.store(
            batch(calls, mailings, [Rejection(None, "no id", f'{{"n": {n}}}')]),
            COVERAGE,
            line(),
            set(),
        )
        assert stored.tables == {"calls": Counts(2, 1, 2), "mailing_data": Counts(1, 1, 0)}, (
            f"cut at {n}"
        )
        assert stored.rejected == 1
        expected.update({CALLS.key_of(row): row.hash for row in calls})

    messages = at_every_message(proxy, how, attempt)
    assert messages > 8  # staging, BEGIN, upserts, the window, COMMIT
    assert dict(server_database.query("SELECT id, row_hash FROM calls")) == expected
    mailed = dict(server_database.query("SELECT call_id, row_hash FROM mailing_data"))
    done = range(1, messages + 2)
    assert {key: value for key, value in mailed.items() if value[-1] == "2"} == {
        f"{n}-a": f"{n}-a-2" for n in done
    }
    assert len(mailed) == FURTHEST - 1 + len(done)
    assert server_database.value("SELECT COUNT(*) FROM rejected_records") == len(done)
    assert behind_proxy.retries >= messages


@pytest.mark.parametrize("how", Cut)
def test_an_execution_has_one_line_wherever_the_connection_is_cut(
    how, proxy, behind_proxy, server_database
):
    numbers = []

    def attempt(n: int) -> None:
        server_database.clock.advance(seconds=1)
        number = behind_proxy.start_execution(COVERAGE, "robot", None)
        behind_proxy.finish_execution(
            number, Outcome(ExecutionStatus.COMPLETED_SUCCESS, 0, total=n)
        )
        behind_proxy.conclude_window(
            COVERAGE, line(number, status=WindowStatus.COMPLETE, api_total=n)
        )
        numbers.append((number, "COMPLETED_SUCCESS", n))

    messages = at_every_message(proxy, how, attempt)
    assert messages > 8
    assert (
        server_database.query("SELECT id, status, total_records FROM execution_logs ORDER BY id")
        == numbers
    )
    assert server_database.query("SELECT status, api_total FROM sync_windows") == [
        ("COMPLETE", messages + 1)
    ]


def test_the_lock_is_held_again_after_a_lost_connection(
    proxy, behind_proxy, server_database, tmp_path
):
    proxy.cut_at(1, Cut.DURING)
    assert behind_proxy.recall("anything") is None
    assert proxy.cuts == 1
    other = server_database.elsewhere(tmp_path / "another machine").engine()
    other.connect()
    assert not other.acquire("calls")
    other.close()


def test_a_connection_that_has_gone_dead_is_not_tried_again_but_made_anew(
    proxy, behind_proxy, server_database, tmp_path
):
    """The other end keeps it open and answers nothing: the driver's limit ends the wait, HYT00."""
    dead = behind_proxy._engine._connection
    dead.timeout = 2  # this connection's limit alone: a new one has the usual
    proxy.fall_silent_at(2)
    stored = behind_proxy.store(batch([call("a"), call("b")]), COVERAGE, line(), set())
    assert proxy.cuts == 1
    assert stored.tables["calls"] == Counts(2, 0, 0)
    assert behind_proxy.retries == 1
    assert behind_proxy._engine._connection is not dead
    other = server_database.elsewhere(tmp_path / "another machine").engine()
    other.connect()
    assert not other.acquire("calls")  # the lock came along
    other.close()


def test_a_lock_that_somebody_took_meanwhile_ends_the_execution(
    proxy, behind_proxy, server_database, tmp_path, monkeypatch
):
    monkeypatch.setattr(sqlserver, "_ACQUIRE_AGAIN_SECONDS", 1)
    other = server_database.elsewhere(tmp_path / "another machine").engine()
    other.connect()
    # as if the server had noticed, and somebody had been quicker
    behind_proxy._engine._connection.close()
    behind_proxy._engine.close()
    assert other.acquire("calls")
    with pytest.raises(FatalError, match="another execution took the lock"):
        behind_proxy.recall("anything")
    other.close()


def test_a_server_that_stays_away_is_given_up_after_five_tries(server_database, monkeypatch):
    monkeypatch.setattr(sqlserver, "LOGIN_SECONDS", 1)
    settings = server_database.settings.model_copy(update={"db_server": "127.0.0.1:1"})
    with pytest.raises(RetriableError, match=r"cannot be reached.*DB_SERVER") as told:
        replace(server_database, settings=settings).repository()
    assert server_database.settings.db_password.get_secret_value() not in str(told.value)


# -- locks


class _Stop:
    """Instead of waiting before the next try, does something."""

    def __init__(self, act: Callable[[], None]) -> None:
        self._act = act

    def is_set(self) -> bool:
        return False

    def wait(self, _: float) -> bool:
        self._act()
        return False


def test_a_row_that_another_program_holds_is_waited_for_and_tried_again(
    server_database, monkeypatch
):
    greeting = sqlserver._GREETING.replace(str(sqlserver._LOCK_SECONDS * 1000), "300")
    monkeypatch.setattr(sqlserver, "_GREETING", greeting)
    holder = server_database._connection()
    repository = server_database.repository()
    repository._transactions._stop = _Stop(holder.rollback)
    repository.store(batch([call("a")]), COVERAGE, line(), set())
    holder.autocommit = False
    holder.execute("UPDATE calls SET number = '1' WHERE id = 'a'")
    stored = repository.store(batch([call("a", version="2")]), COVERAGE, line(), set())
    assert stored.tables["calls"] == Counts(0, 1, 0)
    assert repository.retries == 1
    assert server_database.query("SELECT number, row_hash FROM calls") == [(None, "a-2")]
    holder.close()
    repository.close()


@pytest.mark.parametrize(
    "arguments",
    [
        (
            "40001",
            (
                "[40001] [Microsoft][ODBC Driver 18 for SQL Server][SQL Server]Transaction was"
                " deadlocked. (1205) (SQLExecute)"
            ),
        ),
        (
            "HYT00",
            (
                "[HYT00] [Microsoft][ODBC Driver 18 for SQL Server]Query timeout expired (0)"
                " (SQLExecDirectW)"
            ),
        ),
        (
            "42000",
            (
                "[42000] [Microsoft][ODBC Driver 18 for SQL Server][SQL Server]Log full. (9002)"
                " (SQLExecute)"
            ),
        ),
    ],
    ids=["deadlock", "time-out", "log full"],
)
def test_a_batch_that_the_server_broke_off_is_stored_by_the_next_try(
    server_database, monkeypatch, arguments
):
    """A deadlock cannot be ordered from a server: here its error is raised, after the statement
    ran, in its place.
    """
    repository = server_database.repository()
    engine = repository._engine
    upsert, errors = engine.upsert, [pyodbc.Error(*arguments)] * 2

    def broken_off(*given):
        upsert(*given)
        if errors:
            raise errors.pop()
        return Counts(inserted=2)

    monkeypatch.setattr(engine, "upsert", broken_off)
    session, timed_out = engine._connection, arguments[0] == "HYT00"
    stored = repository.store(batch([call("a"), call("b")]), COVERAGE, line(), set())
    assert stored.tables["calls"] == Counts(2, 0, 0)
    assert repository.retries == 2
    assert server_database.value("SELECT COUNT(*) FROM calls") == 2
    assert (
        engine._connection is session
    ) is not timed_out  # one that did not answer is not asked again
    repository.close()


def test_the_clock_of_a_repeated_batch_is_the_one_that_was_stored(server_database):
    repository = server_database.repository()
    moment = server_database.clock.now
    repository.store(batch([call("a")]), COVERAGE, line(), set())
    server_database.clock.now = moment + timedelta(days=1)
    repository.store(batch([call("a")]), COVERAGE, line(), set())
    assert server_database.query("SELECT created_at, updated_at FROM calls") == [
        (str(moment), str(moment))
    ]
    repository.close()
