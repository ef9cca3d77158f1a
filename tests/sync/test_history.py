"""The lock and the history line of work without windows: whatever happens, `execution_logs` tells
it.
"""

import pytest
from support import NOW

from robot.database import Coverage
from robot.errors import AnotherExecutionRunning, ExitCode, FatalError, Interrupted
from robot.period import Period
from robot.sync.history import Ending, recorded

COVERAGE = Coverage("dialer_export", "5", Period(NOW, NOW), campaign_ids="5")


def line(database):
    return database.query(
        "SELECT status, exit_code, total_records, error_message FROM execution_logs ORDER BY id"
        " DESC"
    )[0]


def fill(**values):
    def work(ending: Ending) -> None:
        for name, value in values.items():
            setattr(ending, name, value)

    return work


@pytest.mark.parametrize(
    ("values", "status", "code"),
    [
        ({}, "COMPLETED_NO_DATA", 0),
        ({"total": 3, "successful": 3}, "COMPLETED_SUCCESS", 0),
        ({"total": 3, "failed": 1}, "COMPLETED_WITH_ERRORS", 3),
        ({"total": 3, "problems": ["one is unknown"]}, "COMPLETED_WITH_ERRORS", 3),
    ],
)
def test_the_end_is_judged_by_what_was_done(repository, database, values, status, code):
    ending = recorded(repository, COVERAGE, fill(**values))
    assert (ending.status, ending.exit_code) == (status, code)
    assert line(database)[:3] == (status, code, values.get("total", 0))


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (FatalError("the token is refused: Bearer abcdefgh12345678", "Check it."), 1, "Bearer ***"),
        (Interrupted("stop"), 130, "interrupted"),
    ],
)
def test_an_error_ends_it_and_is_told_masked(repository, database, error, code, told):
    def work(ending: Ending) -> None:
        ending.total = 7
        raise error

    ending = recorded(repository, COVERAGE, work)
    assert ending.exit_code == code
    assert line(database)[:3] == ("FAILED", code, 7)
    assert told in line(database)[3]


def test_a_defect_is_written_and_raised_again(repository, database):
    def work(ending: Ending) -> None:
        raise ZeroDivisionError("a defect")

    with pytest.raises(ZeroDivisionError):
        recorded(repository, COVERAGE, work)
    assert line(database) == ("FAILED", 1, 0, "unexpected ZeroDivisionError: a defect")


def test_a_line_whose_process_died_is_failed_by_the_next(repository, database):
    repository.start_execution(COVERAGE, "nobody, process 1", None)
    recorded(repository, COVERAGE, fill())
    found = database.query("SELECT status, exit_code FROM execution_logs ORDER BY id")
    assert found == [("FAILED", 130), ("COMPLETED_NO_DATA", 0)]


def test_a_second_one_touches_nothing(repository, database):
    other = database.repository()
    with other.lock("dialer_export"), pytest.raises(AnotherExecutionRunning) as caught:
        recorded(repository, COVERAGE, fill())
    other.close()
    assert caught.value.exit_code is ExitCode.ALREADY_RUNNING
    assert database.query("SELECT COUNT(*) FROM execution_logs") == [(0,)]
