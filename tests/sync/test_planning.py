"""What a scheduled execution covers, and what it says of days that it no longer reaches."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial

import pytest
from support import days

from robot.database import Coverage, Outcome, Repository, WindowLine
from robot.database.days import Asked, DayOf, DayStore, Span
from robot.database.records import campaigns_text
from robot.database.statuses import ExecutionStatus, WindowStatus
from robot.period import Period, whole
from robot.settings import IsolatedSettings
from robot.sync.planning import remember_schedule, scheduled_windows
from robot.threec.day_words import reading_command

TODAY = date(2026, 9, 20)
YESTERDAY = TODAY - timedelta(days=1)
TOO_OLD = "too old for CATCH_UP_DAYS"


def read(
    repository: Repository, *read_days: date, on: date, status="COMPLETE", campaigns=()
) -> None:
    """One execution of `on`'s night that read these days."""
    at = datetime.combine(on, datetime.min.time()) + timedelta(hours=2)
    period = Period(whole(read_days[0]).start, whole(read_days[-1]).end)
    scope = Coverage("calls", campaigns_text(campaigns), period)
    execution = repository.start_execution(scope, "robot@here, process 1", None)
    for day in read_days:
        repository.conclude_window(
            scope, WindowLine.of_day(day, WindowStatus(status), execution, at, at)
        )
    repository.finish_execution(execution, Outcome(ExecutionStatus.COMPLETED_SUCCESS, 0))


def due(
    repository: Repository, today: date = TODAY, *, campaigns=(), catch_up=31, manual=()
) -> list[date]:
    settings = IsolatedSettings(manual_campaign_ids=manual)
    found = scheduled_windows(
        *(repository, "calls", campaigns_text(campaigns), today),
        lookback=2,
        catch_up=catch_up,
        to_fill=partial(reading_command, settings, campaigns_text(campaigns)),
    )
    return [window.day for window in found]


def night(repository: Repository, today: date, campaigns=()) -> None:
    """A scheduled execution, whose every day is proven."""
    found = due(repository, today, campaigns=campaigns)
    remember_schedule(
        repository, "calls", campaigns_text(campaigns), today, lookback=2, catch_up=31
    )
    read(repository, *found, on=today, campaigns=campaigns)


@pytest.mark.parametrize(("many", "back"), [(1, 400), (1, 60), (1, 20), (28, 400), (28, 60)])
def test_a_period_that_was_read_by_hand_long_ago_is_no_absence(
    repository, caplog, many, back
) -> None:
    read(repository, *days(many, last=TODAY - timedelta(days=back)), on=TODAY)
    assert due(repository) == days(3, last=YESTERDAY)
    night(repository, TODAY)
    assert due(repository, TODAY + timedelta(days=1)) == days(3, last=TODAY)
    assert TOO_OLD not in caplog.text


def test_a_period_that_is_read_by_hand_beside_the_schedule_is_no_absence(
    repository, caplog
) -> None:
    night(repository, TODAY - timedelta(days=1))
    read(repository, *days(5, last=TODAY - timedelta(days=90)), on=TODAY - timedelta(days=80))
    night(repository, TODAY)
    assert due(repository, TODAY + timedelta(days=1)) == days(3, last=TODAY)
    assert TOO_OLD not in caplog.text


def test_an_absence_of_the_schedule_is_caught_up_and_what_is_too_old_is_told(
    repository, caplog
) -> None:
    night(repository, TODAY - timedelta(days=41))  # it came to the day 42 days ago
    assert due(repository) == days(31, last=YESTERDAY)
    first, last = TODAY - timedelta(days=41), TODAY - timedelta(days=32)
    assert f"10 day(s) from {first} to {last} are not complete, and {TOO_OLD}" in caplog.text
    assert f"run --start {first} --end {last}" in caplog.text


def test_the_command_that_fills_an_absence_names_the_campaigns_that_run_would_not_read(
    repository, caplog
) -> None:
    night(repository, TODAY - timedelta(days=41), campaigns=(5, 6))
    due(repository, campaigns=(5, 6))
    due(repository, campaigns=(5, 6), manual=(5, 6))
    with_option, without = (record.getMessage().partition(" run ")[2] for record in caplog.records)
    assert with_option.endswith(" --campaigns=5,6")
    assert "campaigns" not in without


def test_each_stretch_of_an_absence_has_its_own_command(repository, caplog) -> None:
    night(repository, TODAY - timedelta(days=50))
    read(repository, TODAY - timedelta(days=40), on=TODAY - timedelta(days=20))
    due(repository)
    assert [record.getMessage().partition(" day(s)")[0] for record in caplog.records] == ["10", "8"]


def test_a_database_of_an_earlier_version_keeps_its_schedule_by_its_habit(repository) -> None:
    """It has no line in scheduled_days: every night two or three days were read, the last one ten
    nights ago.
    """
    for back in (14, 13, 12, 11):
        read(
            repository,
            *days(3, last=TODAY - timedelta(days=back + 1)),
            on=TODAY - timedelta(days=back),
        )
    assert due(repository) == days(11, last=YESTERDAY)
    night(repository, TODAY)
    assert repository.read("SELECT scope, first_day, last_day FROM scheduled_days") == [
        ("", str(TODAY - timedelta(days=17)), str(YESTERDAY))
    ]


def test_a_day_that_somebody_read_and_that_failed_is_read_again(repository) -> None:
    failed = TODAY - timedelta(days=20)
    read(repository, failed, on=TODAY - timedelta(days=1), status="FAILED")
    assert due(repository) == [failed, *days(3, last=YESTERDAY)]
    assert due(repository, catch_up=10) == days(3, last=YESTERDAY)


def test_days_that_somebody_asked_for_and_that_were_not_reached_are_read(repository) -> None:
    asked = Asked(7, "", Span(TODAY - timedelta(days=40), TODAY - timedelta(days=25)))
    DayStore(repository, "calls").ask(asked, datetime(2026, 9, 19, 8, 0, 0))
    assert due(repository, catch_up=27) == [
        *days(3, last=TODAY - timedelta(days=25)),
        *days(3, last=YESTERDAY),
    ]
    assert due(repository, catch_up=27, campaigns=(5,)) == days(3, last=YESTERDAY)


def test_a_day_that_was_read_for_all_campaigns_is_not_caught_up_for_one(repository) -> None:
    night(repository, TODAY - timedelta(days=10), campaigns=(5,))
    read(repository, *days(5, last=TODAY - timedelta(days=5)), on=TODAY)
    assert due(repository, campaigns=(5,)) == [TODAY - timedelta(days=10), *days(4, last=YESTERDAY)]


def test_a_day_that_was_given_up_is_neither_read_again_nor_told(repository, caplog) -> None:
    night(repository, TODAY - timedelta(days=41))
    gone = {DayOf(day) for day in days(11, last=TODAY - timedelta(days=31))}
    DayStore(repository, "calls").give_up(gone, "ana")
    assert due(repository) == days(30, last=YESTERDAY)
    assert TOO_OLD not in caplog.text


def test_yesterday_is_read_though_it_was_given_up(repository) -> None:
    """For late edits every execution reads it, and whatever it proves is no longer given up."""
    read(repository, YESTERDAY, on=TODAY, status="FAILED")
    DayStore(repository, "calls").give_up({DayOf(YESTERDAY)}, "ana")
    assert due(repository) == days(3, last=YESTERDAY)
