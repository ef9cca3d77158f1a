"""Lists of which the API's total, or two readings that agree, prove less than it seems."""

from __future__ import annotations

from dataclasses import replace

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
