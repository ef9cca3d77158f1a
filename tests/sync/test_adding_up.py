"""What several readings find adds up: an API without an order, a list with a call twice; what is
told as missing.
"""

from __future__ import annotations

import threading
from collections import Counter
from random import Random

from liar import liar, page_of, record
from support import DAY, execute

from robot.database.statuses import ExecutionStatus
from robot.errors import ExitCode

COUNT = 120


def calls_of(count=COUNT):
    return [record(number * 60, str(DAY)) for number in range(count)]


class AnotherOrder:
    """Sorts anew at each request, in an order that only the request and how often it came
    decide.
    """

    def __init__(self, calls):
        self.calls = calls
        self.times = Counter()

    def __call__(self, asked):
        question = (asked.page, asked.per_page)
        self.times[question] += 1
        order = list(self.calls)
        Random(f"{question} {self.times[question]}").shuffle(order)
        return page_of(order, asked)


def window(database):
    return database.query("SELECT status, api_total, distinct_ids, detail FROM sync_windows")[0]


def test_an_api_that_sorts_anew_at_each_request_is_complete_with_every_call(database):
    with liar(AnotherOrder(calls_of())) as api:
        summary = execute(api, database, per_page=50)
        again = execute(api, database, per_page=50)
    assert summary.status is again.status is ExecutionStatus.COMPLETED_SUCCESS
    assert window(database)[:3] == ("COMPLETE", COUNT, COUNT)
    assert "another order at each request" in window(database)[3]
    assert database.value("SELECT COUNT(*) FROM calls") == COUNT
    counts = again.tally.stored.tables["calls"]
    assert (counts.inserted, counts.updated, counts.unchanged) == (0, 0, COUNT)


def test_a_call_that_the_list_holds_twice_is_proven_with_a_note(database):
    calls = calls_of(25)
    calls.insert(17, {**calls[3], "agent": "B"})
    with liar(lambda asked: page_of(calls, asked)) as api:
        summary = execute(api, database, per_page=10)
        sizes = {asked.per_page for asked in api.asked if asked.per_page > 1}
        again = execute(api, database, per_page=10)
    assert summary.status is again.status is ExecutionStatus.COMPLETED_SUCCESS
    assert window(database)[:3] == ("COMPLETE", 26, 25)
    assert "holds 1 record(s) twice" in window(database)[3]
    # pages of ten and of five both begin one at the tenth place, between the two
    assert sizes == {10, 5, 9}
    assert database.value("SELECT COUNT(*) FROM calls") == 25
    assert again.tally.stored.tables["calls"].updated == 0


def test_a_call_that_one_page_size_hides_is_found_by_another(database):
    """Each page begins with the last call of the page before: one call in ten is never shown, and
    none is missing.
    """
    calls = calls_of(40)

    def answer(asked):
        first = (asked.page - 1) * asked.per_page
        shown = [
            *calls[:first],
            *([calls[first - 1]] if first and asked.per_page > 1 else calls[first : first + 1]),
        ]
        return page_of([*shown, *calls[first + 1 :]], asked)

    with liar(answer) as api:
        summary = execute(api, database, per_page=10)
    assert summary.status is ExecutionStatus.COMPLETED_SUCCESS, summary.message
    assert database.value("SELECT COUNT(*) FROM calls") == 40


def test_pages_that_come_short_at_other_places_each_time_add_up(database):
    calls = calls_of(60)

    def answer(asked):
        status, body = page_of(calls, asked)
        if asked.page == 2 and asked.per_page > 1:
            del body["data"][-5:]
        return status, body

    with liar(answer) as api:
        summary = execute(api, database, per_page=20)
    assert summary.status is ExecutionStatus.COMPLETED_SUCCESS, summary.message
    assert database.value("SELECT COUNT(*) FROM calls") == 60


def without(calls, hidden):
    """An API that never shows these calls, and counts them."""

    def answer(asked):
        status, body = page_of(calls, asked)
        if asked.per_page > 1:
            body["data"] = [call for call in body["data"] if call not in hidden]
        return status, body

    return answer


def test_what_is_told_as_missing_is_what_the_database_lacks(database):
    """Not what a reading lacked: the calls of an earlier execution are there."""
    calls = calls_of(60)
    with liar(lambda asked: page_of(calls, asked)) as api:
        execute(api, database, per_page=20)
    with liar(without(calls, calls[25:28])) as api:
        summary = execute(api, database, per_page=20)
    assert summary.exit_code is ExitCode.WITH_ERRORS
    assert "INCOMPLETE, 57 of 60 records received; the database has as many" in (
        summary.message or ""
    )


def test_how_many_the_database_lacks_is_told_in_numbers(database):
    calls = calls_of(60)
    with liar(without(calls, calls[25:28])) as api:
        summary = execute(api, database, per_page=20)
    assert database.value("SELECT COUNT(*) FROM calls") == 57
    assert "INCOMPLETE, 57 of 60 records received; 3 missing in the database" in (
        summary.message or ""
    )


def test_a_second_reading_that_fails_does_not_hide_what_the_first_one_brought(database):
    """The first reading brings every call and one of them twice; from then on the API is down."""
    calls = calls_of(60)
    calls.insert(30, calls[3])
    behind_the_end = threading.Event()

    def answer(asked):
        if behind_the_end.is_set():
            return 500, {}
        if asked.per_page == 1:
            behind_the_end.set()
        return page_of(calls, asked)

    with liar(answer) as api:
        summary = execute(api, database, per_page=20, max_attempts=2)
    assert summary.exit_code is ExitCode.WITH_ERRORS
    assert window(database)[:3] == ("INCOMPLETE", 61, 60)
    assert (
        "60 of 61 records received in 2 readings, 0 in the last one; then the API failed"
        in window(database)[3]
    )
    assert database.value("SELECT COUNT(*) FROM calls") == 60
