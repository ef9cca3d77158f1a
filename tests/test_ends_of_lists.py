"""Lists whose end is not where the API's total says, or that cannot be asked for what stands behind it."""

from __future__ import annotations

from liar import liar, page_of, record
from support import DAY, execute

from robot.errors import ExitCode


def status_and_detail(database):
    return database.query("SELECT status, detail FROM sync_windows")[0]


def test_a_total_that_is_the_limit_is_found_out_where_all_calls_are_of_one_morning(database):
    """On a Saturday one half of the day has them all: its total is the same limit, and proves no more."""
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
