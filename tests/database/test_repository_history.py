"""Executions, windows, small memories and the lock, in both databases."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from rows import COVERAGE, DAY, batch, call, line

from robot.database import Counts, Coverage, Outcome
from robot.database.records import campaigns_text
from robot.database.statuses import ExecutionStatus, WindowStatus
from robot.errors import AnotherExecutionRunning
from robot.period import Period

HOLDER = "robot@here, process 1"


def outcome(status=ExecutionStatus.COMPLETED_SUCCESS, exit_code=0, **more):
    return Outcome(status, exit_code, **more)


def begin(repository, coverage=COVERAGE, resumed_from=None, holder=HOLDER):
    return repository.start_execution(coverage, holder, resumed_from)


# -- history


def test_an_execution_is_running_until_it_is_finished(repository, database):
    number = begin(repository)
    (running,) = repository.last_executions("calls")
    assert (running.id, running.status, running.holder, running.exit_code) == (
        number,
        "RUNNING",
        HOLDER,
        None,
    )
    assert (running.start_date, running.end_date) == ("2026-09-15 00:00:00", "2026-09-15 23:59:59")
    assert (running.campaign_ids, running.execution_date) == ("", database.clock.now)
    counts = Counts(inserted=5, updated=3, unchanged=2)
    message = "ação 😀 " * 3000
    ended = outcome(
        ExecutionStatus.COMPLETED_WITH_ERRORS,
        3,
        total=12,
        successful=10,
        failed=2,
        seconds=61,
        counts=counts,
    )
    repository.finish_execution(number, replace(ended, message=message))
    (line,) = repository.last_executions("calls")
    assert (line.status, line.exit_code, line.error_message) == (
        "COMPLETED_WITH_ERRORS",
        3,
        message,
    )
    assert (
        line.total_records,
        line.successful_records,
        line.failed_records,
        line.execution_time_seconds,
    ) == (12, 10, 2, 61)
    assert database.query(
        "SELECT inserted_records, updated_records, unchanged_records FROM execution_logs"
    ) == [(5, 3, 2)]


@pytest.mark.parametrize("status", ExecutionStatus)
def test_every_word_for_a_status_fits_its_column(repository, status):
    number = begin(repository)
    repository.finish_execution(number, outcome(status))
    assert repository.last_executions("calls")[0].status == status


def test_executions_are_numbered_upwards_and_the_newest_comes_first(repository):
    numbers = []
    for n in range(3):
        numbers.append(begin(repository, holder=f"process {n}"))
    assert numbers == sorted(set(numbers))
    assert [line.id for line in repository.last_executions("calls", 2)] == numbers[:0:-1]
    assert repository.last_executions("another job") == []


def test_an_execution_resumed_from_another_says_so(repository):
    first = begin(repository)
    second = begin(repository, resumed_from=first, holder="later")
    assert repository.last_executions("calls")[0].resumed_from == first
    assert second != first


def test_executions_found_running_without_a_holder_become_failed(repository, database):
    dead, other = begin(repository), begin(repository, replace(COVERAGE, job="dialer_export"))
    assert repository.fail_interrupted("calls") == 1
    found = dict(database.query("SELECT id, status FROM execution_logs"))
    assert found == {dead: "FAILED", other: "RUNNING"}
    (line,) = repository.last_executions("calls")
    assert line.exit_code == 130
    assert "interrupted" in line.error_message
    assert repository.fail_interrupted("calls") == 0


def test_only_the_last_execution_of_the_same_scope_is_gone_on_with(repository, database):
    since = database.clock.now - timedelta(days=7)
    assert repository.interrupted_before(COVERAGE, since) is None
    cut = begin(repository)
    repository.fail_interrupted("calls")
    assert repository.interrupted_before(COVERAGE, since) == cut
    for other in (
        replace(COVERAGE, scope="5"),
        replace(COVERAGE, job="dialer_export"),
        replace(
            COVERAGE, period=Period(COVERAGE.period.start, COVERAGE.period.end + timedelta(days=1))
        ),
    ):
        assert repository.interrupted_before(other, since) is None
    assert (
        repository.interrupted_before(COVERAGE, database.clock.now + timedelta(seconds=1)) is None
    )
    ended = begin(repository, holder="later")
    repository.finish_execution(ended, outcome())
    assert repository.interrupted_before(COVERAGE, since) is None


def test_a_chain_of_interrupted_executions_knows_all_the_days_it_left_complete(repository):
    days = [date(2026, 9, n) for n in range(1, 6)]
    first = begin(repository)
    second = begin(repository, resumed_from=first, holder="second")
    third = begin(repository, resumed_from=second, holder="third")
    for day, execution, status in zip(
        days,
        (first, second, third, 9999, third),
        (
            WindowStatus.COMPLETE,
            WindowStatus.COMPLETE,
            WindowStatus.COMPLETE,
            WindowStatus.COMPLETE,
            WindowStatus.INCOMPLETE,
        ),
        strict=True,
    ):
        repository.conclude_window(COVERAGE, line(execution, day=day, status=status))
    assert repository.windows_done_by(third, "calls", "") == set(map(str, days[:3]))
    assert repository.windows_done_by(second, "calls", "") == set(map(str, days[:2]))
    assert repository.windows_done_by(third, "calls", "5") == set()


# -- windows


def window_of(repository, day=DAY, scope=""):
    return repository.windows("calls", scope, day, day).get(day)


def test_a_window_goes_from_reading_to_complete_with_its_numbers(repository, database):
    repository.store(batch([call("a")]), COVERAGE, line(4, pages=1, stored=1), set())
    assert window_of(repository) == (WindowStatus.READING, None)
    finished = database.clock.now + timedelta(seconds=9)
    repository.conclude_window(
        COVERAGE,
        line(
            4, status=WindowStatus.COMPLETE, finished_at=finished, api_total=10, distinct_ids=10,
            stored=9, rejected=1,
            pages=2, passes=1,
        ),
    )  # fmt: skip
    names = "api_total, distinct_ids, stored, rejected, pages, passes, execution_id, finished_at"
    ((*numbers, at),) = database.query(f"SELECT {names} FROM sync_windows")
    assert (numbers, str(at)) == ([10, 10, 9, 1, 2, 1, 4], str(finished))


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        # a part of a day takes nothing away from the whole
        (WindowStatus.PARTIAL, WindowStatus.COMPLETE),
        (WindowStatus.INCOMPLETE, WindowStatus.INCOMPLETE),
        (WindowStatus.FAILED, WindowStatus.FAILED),
        (WindowStatus.COMPLETE, WindowStatus.COMPLETE),
    ],
)
def test_what_becomes_of_a_complete_day_that_is_read_again(repository, later, expected):
    repository.conclude_window(COVERAGE, line(1, status=WindowStatus.COMPLETE))
    repository.conclude_window(COVERAGE, line(2, status=later, detail="why"))
    assert window_of(repository)[0] is expected


def test_reading_a_complete_day_again_leaves_it_complete_until_it_is_concluded(repository):
    repository.conclude_window(COVERAGE, line(1, status=WindowStatus.COMPLETE))
    repository.store(batch([call("a")]), COVERAGE, line(2), set())
    assert window_of(repository)[0] is WindowStatus.COMPLETE


def test_windows_of_other_campaigns_and_days_are_not_mixed_up(repository):
    five = replace(COVERAGE, scope="5,6")
    repository.conclude_window(COVERAGE, line(1, status=WindowStatus.COMPLETE))
    repository.conclude_window(five, line(1, status=WindowStatus.INCOMPLETE, detail="9 of 10"))
    repository.conclude_window(
        COVERAGE, line(1, day=date(2026, 8, 31), status=WindowStatus.COMPLETE)
    )
    assert window_of(repository, scope="5,6") == (WindowStatus.INCOMPLETE, "9 of 10")
    assert set(repository.windows("calls", "", date(2026, 9, 1), date(2026, 9, 30))) == {DAY}


def test_a_list_of_campaigns_too_long_for_its_column_still_names_its_window(repository):
    scope = campaigns_text(range(100_000, 100_200))
    many = Coverage("calls", scope, COVERAGE.period, campaign_ids=scope)
    repository.conclude_window(many, line(1, status=WindowStatus.COMPLETE))
    begin(repository, many)
    assert window_of(repository, scope=scope) == (
        WindowStatus.COMPLETE,
        None,
    )


# -- small memories


def test_a_value_is_remembered_and_replaced(repository):
    assert repository.recall("next run") is None
    repository.remember("next run", "2026-09-17 02:00")
    repository.remember("next run", "amanhã " * 2000)
    assert repository.recall("next run") == "amanhã " * 2000


def test_trying_the_rights_leaves_no_row(repository, database):
    repository.try_rights()
    assert database.query("SELECT name FROM robot_state") == []


def test_it_tells_driver_and_version(repository, database):
    assert (
        ("driver" in repository.describe())
        if database.on_server
        else ("SQLite 3" in repository.describe())
    )


# -- one execution at a time


def test_the_second_robot_is_told_who_holds_the_lock(repository, database):
    with repository.lock("calls"):
        number = begin(repository)
        second = database.repository()
        try:
            with (
                pytest.raises(
                    AnotherExecutionRunning, match=f"execution {number}, {HOLDER}, since 2026-09-16"
                ),
                second.lock("calls"),
            ):
                pass
        finally:
            second.close()


def test_the_lock_in_the_database_alone_keeps_a_robot_on_another_machine_away(
    repository, database, tmp_path
):
    other = database.elsewhere(tmp_path / "another machine").repository()
    try:
        with repository.lock("calls"):
            with pytest.raises(AnotherExecutionRunning), other.lock("calls"):
                pass
            with other.lock("dialer_export"):  # another job is another lock
                pass
        with other.lock("calls"):  # given back
            pass
    finally:
        other.close()


def test_a_lock_can_be_taken_again_after_it_was_given_back_or_refused(repository, database):
    second = database.repository()
    try:
        for _ in range(3):
            with (
                repository.lock("calls"),
                pytest.raises(AnotherExecutionRunning),
                second.lock("calls"),
            ):
                pass
            with second.lock("calls"):
                pass
    finally:
        second.close()
