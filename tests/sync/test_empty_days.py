"""A day that the API lists empty, while the database holds calls of it: lost there, or listed in
the day beside it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from liar import liar, page_of, record
from support import DAY, days, execute

from robot.database.statuses import ExecutionStatus
from robot.errors import ExitCode
from robot.period import text, windows_of_days

BEFORE, SUNDAY, AFTER = days(3, DAY + timedelta(days=1))
ALL = windows_of_days([BEFORE, SUNDAY, AFTER])
EVENING = [record(21 * 3600 + number * 60, str(SUNDAY)) for number in range(30)]
OTHERS = [record(9 * 3600 + number, str(day)) for day in (BEFORE, AFTER) for number in range(130)]


def by_days_of_another_zone(calls, hours=3):
    """An API whose days begin so many hours before the account's: in UTC, for an account in São
    Paulo.
    """

    def listed_at(call):
        return text(datetime.fromisoformat(call["call_date"]) + timedelta(hours=hours))

    def answer(asked):
        return page_of(
            [call for call in calls if asked.start <= listed_at(call) <= asked.end], asked
        )

    return answer


def sunday(database):
    return database.query(
        "SELECT status, detail, api_total FROM sync_windows WHERE day = ?", str(SUNDAY)
    )[0]


def read_twice(database, calls, windows=ALL, *, hours=3, **options):
    with liar(by_days_of_another_zone(calls, hours)) as api:
        execute(api, database, ALL, **options)
        assert database.value("SELECT COUNT(*) FROM calls") == len(calls)
        asked = len(api.asked)
        summary = execute(api, database, windows, **options)
        return summary, api.asked[asked:]


@pytest.mark.parametrize("windows", [ALL, ALL[1:2]], ids=["with the days beside it", "alone"])
@pytest.mark.parametrize("campaigns", [(), (5,)])
def test_an_empty_sunday_in_utc_is_complete_though_the_database_holds_its_evening(
    database, windows, campaigns
):
    for _ in range(2):
        summary, _ = read_twice(database, [*EVENING, *OTHERS], windows, campaigns=campaigns)
        assert summary.exit_code is ExitCode.SUCCESS, summary.message
        note = "30 record(s) of this period are listed by the API in the day before or after it"
        assert sunday(database) == ("COMPLETE", note, 0)
        assert set(summary.windows) == {"COMPLETE"}
        assert sum(summary.windows.values()) == len(windows)


def test_so_is_one_whose_morning_the_day_before_lists(database):
    morning = [record(number * 60, str(SUNDAY)) for number in range(30)]
    summary, _ = read_twice(database, [*morning, *OTHERS], hours=-5)
    assert summary.exit_code is ExitCode.SUCCESS, summary.message
    assert sunday(database)[0] == "COMPLETE"


def test_the_day_beside_it_is_read_no_further_than_needed(database):
    many = [record(9 * 3600 + number, str(AFTER)) for number in range(2000)]
    _, asked = read_twice(database, [*EVENING, *many], ALL[1:2])
    # of 21 pages, and those behind the end
    assert len([each for each in asked if each.day == str(AFTER)]) < 20
    assert not [each for each in asked if each.day == str(BEFORE)]


@pytest.mark.parametrize(
    ("campaigns", "lost"), [((5,), 7), ((), 37)], ids=["never read so", "read before"]
)
def test_what_no_other_day_lists_is_lost(database, campaigns, lost):
    """Of Sunday the API has lost the day; its evening is still in Monday's list."""
    noon = [record(12 * 3600 + number, str(SUNDAY)) for number in range(7)]
    with liar(by_days_of_another_zone([*noon, *EVENING, *OTHERS])) as api:
        assert execute(api, database, ALL).exit_code is ExitCode.SUCCESS
    for _ in range(3):
        with liar(by_days_of_another_zone([*EVENING, *OTHERS])) as api:
            summary = execute(api, database, ALL, campaigns=campaigns)
        assert summary.exit_code is ExitCode.WITH_ERRORS
        assert f"{SUNDAY}: INCOMPLETE, the API has no record, the database holds {lost} of" in (
            summary.message or ""
        )


def test_a_sunday_that_had_records_of_the_evening_before_and_lost_them_is_no_success(database):
    """Nothing that is dated on Sunday is missing: what is, was listed there, and dated on Saturday
    evening.
    """
    saturdays = [record(22 * 3600 + number, str(BEFORE)) for number in range(4)]
    with liar(by_days_of_another_zone([*saturdays, *EVENING, *OTHERS])) as api:
        assert execute(api, database, ALL).exit_code is ExitCode.SUCCESS
    for _ in range(3):
        with liar(by_days_of_another_zone([*EVENING, *OTHERS])) as api:
            assert execute(api, database, ALL).exit_code is ExitCode.WITH_ERRORS
        assert sunday(database)[0] == "INCOMPLETE"


@pytest.mark.parametrize("status", [500, 422])
def test_a_day_beside_it_that_cannot_be_read_explains_nothing(database, status):
    calls = [*EVENING, *OTHERS]
    with liar(by_days_of_another_zone(calls)) as api:
        execute(api, database, ALL)
    well = by_days_of_another_zone(calls)
    with liar(
        lambda asked: (status, {"detail": "no"}) if asked.day == str(AFTER) else well(asked)
    ) as api:
        summary = execute(api, database, ALL[1:2], max_attempts=2)
    assert summary.exit_code is ExitCode.WITH_ERRORS
    assert sunday(database)[0] == "INCOMPLETE"
    with liar(well) as api:
        assert execute(api, database, ALL[1:2]).status is ExecutionStatus.COMPLETED_NO_DATA
    assert sunday(database)[0] == "COMPLETE"


def test_a_day_that_was_asked_for_and_comes_with_other_campaigns_only_stays_in_doubt(database):
    others = [record(9 * 3600 + number, str(SUNDAY), campaign_id=99) for number in range(5)]
    with liar(lambda asked: page_of(others, asked)) as api:
        summary = execute(api, database, ALL[1:2], campaigns=(5,))
    assert summary.exit_code is ExitCode.WITH_ERRORS
    assert "none of the records that came was asked for" in sunday(database)[1]


def test_what_the_database_holds_of_other_lists_does_not_make_up_for_what_is_missing(database):
    """Monday's list is three calls short.

    The database holds Sunday's evening in it, which is none of those three.
    """
    calls = [*EVENING, *OTHERS]
    with liar(by_days_of_another_zone(calls)) as api:
        execute(api, database, ALL)
    evening = [record(21 * 3600 + number * 60, str(AFTER)) for number in range(30)]
    well = by_days_of_another_zone([*calls, *evening])

    def answer(asked):
        status, body = well(asked)
        if asked.per_page > 1:
            body["data"] = [call for call in body["data"] if call["id"] not in hidden]
        return status, body

    hidden = {call["id"] for call in OTHERS[-3:]}
    tuesday = windows_of_days([AFTER + timedelta(days=1)])
    with liar(well) as api:
        execute(api, database, tuesday)
    with liar(answer) as api:
        summary = execute(api, database, ALL[2:])
    assert "INCOMPLETE, 157 of 160 records received; up to 3 missing in the database" in (
        summary.message or ""
    )
