"""Lists of which the API's total, or two readings that agree, prove less than it seems."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from liar import liar, page_of, record
from support import DAY, execute

from robot.errors import ExitCode


def status_and_detail(database):
    return database.query("SELECT status, detail FROM sync_windows")[0]


def test_a_total_that_is_the_limit_is_found_out_where_all_calls_are_of_one_morning(database):
    """On a Saturday one half of the day has them all: its total is the same limit, and proves no
    more.
    """
    eight_o_clock, most = 8 * 3600, 300
    calls = [record(eight_o_clock + number * 10, str(DAY)) for number in range(400)]

    def answer(asked):
        within = [call for call in calls if asked.start <= call["call_date"] <= asked.end]
        if asked.page * asked.per_page > most:
            return 422, {"status": 422, "detail": "Result window is too large"}
        return page_of(within, asked, total=min(len(within), most))

    with liar(answer) as api:
        summary = execute(api, database)
    assert summary.exit_code is ExitCode.WITH_ERRORS
    status, detail = status_and_detail(database)
    assert status == "INCOMPLETE"
    assert "the total moved between 300 and" in detail


def test_calls_of_one_second_are_believed_though_no_half_of_the_day_has_fewer(database):
    calls = [{**record(3600, str(DAY)), "id": f"call {number}"} for number in range(30)]

    def answer(asked):
        within = [call for call in calls if asked.start <= call["call_date"] <= asked.end]
        behind = (asked.page - 1) * asked.per_page >= max(1, len(within))
        return (404, {"detail": "no such page"}) if behind else page_of(within, asked)

    with liar(answer) as api:
        assert execute(api, database).exit_code is ExitCode.SUCCESS
    assert database.value("SELECT COUNT(*) FROM calls") == 30


def test_a_record_of_a_list_whose_total_is_none_proves_nothing(database):
    with liar(lambda asked: page_of([record(1, str(DAY))], asked, total=0)) as api:
        summary = execute(api, database)
    assert summary.exit_code is ExitCode.WITH_ERRORS
    status, detail = status_and_detail(database)
    assert status == "INCOMPLETE"
    assert "1 of 0 records received" in detail
    assert database.value("SELECT COUNT(*) FROM calls") == 1


def test_a_call_shown_on_both_sides_of_a_border_hides_no_other_of_its_second(database):
    """The order of calls of one second depends on where a page begins; half of the page size has
    the same border again.
    """
    calls = [record(number, str(DAY)) for number in range(250)]
    calls[100]["call_date"] = calls[99]["call_date"]
    swapped = [*calls[:99], calls[100], calls[99], *calls[101:]]

    def answer(asked):
        return page_of(calls if (asked.page - 1) * asked.per_page < 100 else swapped, asked)

    with liar(answer) as api:
        summary = execute(api, database)
    assert summary.exit_code is ExitCode.SUCCESS
    assert database.value("SELECT COUNT(*) FROM calls") == 250
    assert status_and_detail(database) == ("COMPLETE", None)


def test_a_call_that_a_list_holds_twice_is_known_also_where_a_page_begins_between_the_two(database):
    calls = [record(number, str(DAY)) for number in range(250)]
    calls.insert(100, calls[99])
    with liar(lambda asked: page_of(calls, asked)) as api:
        summary = execute(api, database)
    assert summary.exit_code is ExitCode.SUCCESS
    assert database.value("SELECT COUNT(*) FROM calls") == 250
    status, detail = status_and_detail(database)
    assert status == "COMPLETE"
    assert "holds 1 record(s) twice" in detail


def test_a_page_too_large_whose_parts_are_empty_ends_no_list(database):
    """The API knows one page size, whatever is asked for, and tells no total: half a page lies
    elsewhere for it.
    """
    calls = [record(number, str(DAY)) for number in range(150)]
    calls[120]["feedback"] = "x" * 200_000

    def answer(asked):
        status, body = page_of(calls, replace(asked, per_page=100))
        del body["meta"]["pagination"]["total"]
        return status, body

    with liar(answer) as api:
        summary = execute(api, database, largest_body=100_000)
    assert summary.exit_code is ExitCode.WITH_ERRORS
    status, detail = status_and_detail(database)
    assert status == "INCOMPLETE"
    assert "page(s) 2 could not be read" in detail


@pytest.mark.parametrize("told", [True, False], ids=["told", "not told"])
def test_a_total_too_low_is_found_out_where_the_api_knows_one_page_size(database, told):
    calls = [record(number, str(DAY)) for number in range(120)]

    def answer(asked):
        status, body = page_of(calls, replace(asked, per_page=15), total=90)
        if not told:
            del body["meta"]["pagination"]["per_page"]
        return status, body

    with liar(answer) as api:
        summary = execute(api, database)
    assert summary.exit_code is ExitCode.WITH_ERRORS
    status, detail = status_and_detail(database)
    assert status == "INCOMPLETE"
    assert "records behind the 90" in detail


@pytest.mark.parametrize("count", [90, 100])
def test_an_api_that_knows_one_page_size_and_tells_the_truth_is_believed(database, count):
    calls = [record(number, str(DAY)) for number in range(count)]
    with liar(lambda asked: page_of(calls, replace(asked, per_page=15))) as api:
        assert execute(api, database).exit_code is ExitCode.SUCCESS
    assert database.value("SELECT COUNT(*) FROM calls") == count


# -- an API that refuses a page size that it does not know


def refusing_other_sizes(calls, *sizes, status=422):
    """It knows these page sizes, and refuses any other one, whatever stands on the page."""

    def answer(asked):
        if asked.per_page not in sizes:
            return status, {"status": status, "detail": "The selected per_page is invalid."}
        within = [call for call in calls if asked.start <= call["call_date"] <= asked.end]
        return page_of(within, asked)

    return answer


@pytest.mark.parametrize("status", [400, 404, 422])
def test_an_api_that_refuses_other_page_sizes_is_read_at_the_one_that_it_knows(database, status):
    calls = [record(number, str(DAY)) for number in range(250)]
    with liar(refusing_other_sizes(calls, 100, status=status)) as api:
        assert execute(api, database).exit_code is ExitCode.SUCCESS
    assert database.value("SELECT COUNT(*) FROM calls") == 250
    assert status_and_detail(database) == ("COMPLETE", None)


@pytest.mark.parametrize(
    "sizes", [(100,), (1, 100)], ids=["of one record too", "but of one record"]
)
def test_a_second_reading_falls_back_to_the_usual_page_size(database, sizes):
    """The first reading sees a total that moves; the second one, at half the page size, is
    refused.
    """
    calls = [record(number, str(DAY)) for number in range(250)]
    known = refusing_other_sizes(calls, *sizes)
    moved = []

    def answer(asked):
        status, body = known(asked)
        if status == 200 and asked.page == 2 and asked.per_page == 100 and not moved:
            moved.append(True)
            body["meta"]["pagination"]["total"] += 1
        return status, body

    with liar(answer) as api:
        summary = execute(api, database)
    assert moved
    assert summary.exit_code is ExitCode.SUCCESS, summary.message
    assert database.query("SELECT status, distinct_ids, passes FROM sync_windows") == [
        ("COMPLETE", 250, 2)
    ]
    assert 50 in {asked.per_page for asked in api.asked}


def test_without_another_page_size_a_call_that_the_list_holds_twice_is_not_proven(database):
    calls = [record(number, str(DAY)) for number in range(250)]
    calls.insert(40, calls[3])
    with liar(refusing_other_sizes(calls, 1, 100)) as api:
        summary = execute(api, database)
    assert summary.exit_code is ExitCode.WITH_ERRORS
    status, detail = status_and_detail(database)
    assert status == "INCOMPLETE"
    assert "250 of 251 records received" in detail
    assert database.value("SELECT COUNT(*) FROM calls") == 250


def test_a_total_too_low_is_found_out_where_the_api_refuses_other_page_sizes(database):
    calls = [record(number, str(DAY)) for number in range(120)]

    def answer(asked):
        if asked.per_page != 100:
            return 422, {"status": 422, "detail": "The selected per_page is invalid."}
        return page_of(calls, asked, total=90)

    with liar(answer) as api:
        summary = execute(api, database)
    assert summary.exit_code is ExitCode.WITH_ERRORS
    assert status_and_detail(database)[0] == "INCOMPLETE"


def test_a_second_reading_that_is_refused_altogether_keeps_what_the_first_one_brought(database):
    calls = [record(number, str(DAY)) for number in range(250)]
    calls.insert(40, calls[3])
    behind_the_end = []

    def answer(asked):
        if behind_the_end:
            return 422, {"status": 422, "detail": "not now"}
        if asked.per_page == 1:
            behind_the_end.append(True)
        return page_of(calls, asked)

    with liar(answer) as api:
        summary = execute(api, database)
    assert summary.exit_code is ExitCode.WITH_ERRORS
    status, detail = status_and_detail(database)
    assert status == "INCOMPLETE"
    assert "250 of 251 records received" in detail
    assert "not now" in detail


@pytest.mark.parametrize("place", [0, 120])
def test_a_page_too_large_of_an_api_that_refuses_smaller_ones_fails_its_day_with_both_reasons(
    database, place
):
    calls = [record(number, str(DAY)) for number in range(150)]
    calls[place]["feedback"] = "x" * 200_000
    with liar(refusing_other_sizes(calls, 1, 100)) as api:
        summary = execute(api, database, largest_body=100_000)
    assert summary.exit_code is ExitCode.FAILED
    status, detail = status_and_detail(database)
    assert status == "FAILED"
    assert "per_page is invalid" in detail
    assert "too large" in detail or "more than" in detail
    assert database.value("SELECT COUNT(*) FROM calls") == (0 if place == 0 else 100)


# -- an API that ignores the dates, and sends all that it has


def history(count, first=date(2020, 1, 1)):
    """So many calls, a hundred a day, none of them near DAY."""
    return [
        record(number % 100, str(first + timedelta(days=number // 100))) for number in range(count)
    ]


@pytest.mark.parametrize("totals", [True, False], ids=["totals", "no totals"])
def test_a_history_that_nobody_asked_for_is_not_read_to_its_end(database, totals):
    asked_for = {}
    for count in (20_000, 40_000):
        calls = history(count)

        def answer(asked, calls=calls):
            status, body = page_of(calls, asked)
            if not totals:
                body["meta"] = {}
            return status, body

        with liar(answer) as api:
            summary = execute(api, database)
        asked_for[count] = len(api.asked)
        assert summary.exit_code is ExitCode.WITH_ERRORS
        status, detail = status_and_detail(database)
        assert status == "INCOMPLETE"
        assert "the API ignores the dates" in detail
        if totals:
            assert f"of {count} records received" in detail
            assert database.value("SELECT api_total FROM sync_windows") == count
        assert 1000 < database.value("SELECT distinct_ids FROM sync_windows") < 2000
    assert max(asked_for.values()) < 20  # of the 200 and 400 pages that there are


def test_calls_that_were_asked_for_are_stored_before_a_history_is_left(database):
    calls = [*[record(number, str(DAY)) for number in range(150)], *history(10_000)]
    with liar(lambda asked: page_of(calls, asked)) as api:
        summary = execute(api, database)
    assert summary.exit_code is ExitCode.WITH_ERRORS
    assert database.value("SELECT COUNT(*) FROM calls") == 150
    assert database.value("SELECT status FROM sync_windows") == "INCOMPLETE"
    assert len(api.asked) < 30


def test_among_many_calls_of_the_day_those_of_other_days_end_no_reading(database):
    """One in three is far off: the day is in doubt, and all of its calls are stored."""
    calls = history(1500)
    for number in range(3000):
        calls.insert(number // 2 * 3, record(number, str(DAY)))
    with liar(lambda asked: page_of(calls, asked)) as api:
        summary = execute(api, database)
    assert summary.exit_code is ExitCode.WITH_ERRORS
    assert database.value("SELECT COUNT(*) FROM calls") == 3000
    assert "1500 records are dated more than a day outside" in status_and_detail(database)[1]
