import itertools
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot.period import Period, days_due, parse_end, parse_start, text, whole, windows

DAY = date(2026, 9, 15)


@pytest.mark.parametrize("text", ["2026-09-15", "15/09/2026", " 2026-09-15 "])
def test_a_date_alone_is_its_whole_day(text):
    assert Period(parse_start(text), parse_end(text)) == whole(DAY)


def test_a_date_with_time_is_taken_to_the_second():
    assert (
        parse_start("2026-09-15 10:20:30")
        == parse_end("2026-09-15 10:20:30")
        == datetime(2026, 9, 15, 10, 20, 30)
    )


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-02-30", "31/02/2026", "2026-09-15T10:00", "09/15/2026"]
)
def test_what_is_no_date_is_refused_by_name(text):
    with pytest.raises(ValueError, match="is not a date"):
        parse_start(text)


@pytest.mark.parametrize("text", ["0226-11-22", "1999-12-31 23:59:59", "01/01/1700", "0001-01-01"])
def test_a_year_before_any_dialer_is_refused(text):
    with pytest.raises(ValueError, match="before the year 2000"):
        parse_start(text)
    with pytest.raises(ValueError, match="before the year 2000"):
        parse_end(text)


def test_a_year_is_written_with_four_digits():
    assert text(datetime(226, 1, 2, 3, 4, 5)) == "0226-01-02 03:04:05"


def test_an_end_before_the_start_is_refused():
    with pytest.raises(ValueError, match="before the start"):
        Period(datetime(2026, 9, 15), datetime(2026, 9, 14))


def test_a_period_is_cut_into_days_the_first_and_last_of_which_may_be_parts():
    cut = list(windows(Period(datetime(2026, 9, 14, 22), datetime(2026, 9, 16, 1))))
    assert [str(window) for window in cut] == [
        "2026-09-14 22:00:00–23:59:59",
        "2026-09-15",
        "2026-09-16 00:00:00–01:00:00",
    ]
    assert [window.whole_day for window in cut] == [False, True, False]


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2050, 1, 1)),
    st.timedeltas(timedelta(0), timedelta(days=400)),
)
def test_windows_cover_a_period_without_gap_or_overlap(start, length):
    start = start.replace(microsecond=0)
    period = Period(start, start + timedelta(seconds=int(length.total_seconds())))
    cut = list(windows(period))
    assert cut[0].period.start == period.start
    assert cut[-1].period.end == period.end
    for before, after in itertools.pairwise(cut):
        assert after.period.start - before.period.end == timedelta(seconds=1)
        assert after.day - before.day == timedelta(days=1)


def test_a_first_scheduled_execution_covers_yesterday_and_the_days_of_late_edits():
    assert days_due(date(2026, 9, 20), set(), None, lookback=2, catch_up=31) == [
        date(2026, 9, d) for d in (17, 18, 19)
    ]


def test_missed_days_are_caught_up_oldest_first():
    complete = {date(2026, 9, d) for d in (10, 11, 12, 14)}
    due = days_due(date(2026, 9, 20), complete, date(2026, 9, 10), lookback=0, catch_up=31)
    assert due == [date(2026, 9, d) for d in (13, 15, 16, 17, 18, 19)]


def test_catching_up_ends_where_the_setting_says():
    due = days_due(date(2026, 9, 20), set(), date(2026, 1, 1), lookback=0, catch_up=3)
    assert due == [date(2026, 9, d) for d in (17, 18, 19)]
