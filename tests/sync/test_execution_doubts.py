"""Answers that look like a success and prove nothing; windows that fail beside others that do
not.
"""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from liar import liar, page_of, record
from support import DAY, days, execute

from robot.database.statuses import ExecutionStatus, WindowStatus
from robot.errors import ExitCode
from robot.period import Period, whole, windows_of_days
from robot.simulators.threec import Fault, Simulator, make_calls
from robot.sync.planning import manual_windows
from robot.threec.call_rows import CallRows, normalize_call
from robot.threec.calls_job import digest_calls

ZONE = ZoneInfo("America/Sao_Paulo")


def statuses(database):
    return dict(database.query("SELECT day, status FROM sync_windows ORDER BY day"))


@pytest.mark.parametrize(
    ("campaigns", "changes"),
    [((), {"call_date": "2026-09-01 10:00:00"}), ((5,), {"campaign_id": 99})],
    ids=["day", "campaign"],
)
def test_an_answer_to_another_question_is_no_success(database, campaigns, changes):
    others = [record(number, str(DAY), **changes) for number in range(50)]
    with liar(lambda asked: page_of(others, asked)) as api:
        summary = execute(api, database, campaigns=campaigns)
    assert summary.exit_code is ExitCode.WITH_ERRORS
    assert statuses(database) == {str(DAY): "INCOMPLETE"}
    assert "none of the records that came was asked for" in (summary.message or "")


@pytest.mark.parametrize("campaigns", [(), (5,)])
def test_a_day_that_was_full_and_comes_empty_is_no_success_with_campaigns_either(
    database, campaigns
):
    calls = [record(number, str(DAY)) for number in range(30)]
    with liar(lambda asked: page_of(calls, asked)) as api:
        assert execute(api, database, campaigns=campaigns).exit_code is ExitCode.SUCCESS
        calls.clear()
        summary = execute(api, database, campaigns=campaigns)
        assert summary.exit_code is ExitCode.WITH_ERRORS
        assert "the database holds 30" in (summary.message or "")
        others = execute(api, database, campaigns=(6,))
    # nobody has ever seen a call of that campaign
    assert others.status is ExecutionStatus.COMPLETED_NO_DATA


def test_a_total_that_is_the_limit_of_what_the_api_shows_is_no_proof(database):
    calls = [record(number * 200, str(DAY)) for number in range(400)]

    def answer(asked):
        within = [call for call in calls if asked.start <= call["call_date"] <= asked.end]
        if asked.page * asked.per_page > 300:
            return 422, {
                "status": 422,
                "detail": "Result window is too large, from + size must be less than 300",
            }
        return page_of(within, asked, total=min(len(within), 300))

    with liar(answer) as api:
        summary = execute(api, database)
    assert summary.exit_code is ExitCode.WITH_ERRORS
    assert statuses(database) == {str(DAY): "INCOMPLETE"}
    assert "300" in (summary.message or "")
    assert "400" in (summary.message or "")


def test_an_api_that_refuses_pages_behind_its_last_one_is_still_believed(database):
    calls = [record(number * 200, str(DAY)) for number in range(400)]

    def answer(asked):
        within = [call for call in calls if asked.start <= call["call_date"] <= asked.end]
        return (
            page_of(within, asked)
            if (asked.page - 1) * asked.per_page < len(within)
            else (404, {"detail": "no such page"})
        )

    with liar(answer) as api:
        assert execute(api, database).status is ExecutionStatus.COMPLETED_SUCCESS
    assert database.value("SELECT COUNT(*) FROM calls") == 400


def test_a_total_that_is_always_too_low_is_found_out_behind_the_end(database):
    calls = [record(number, str(DAY)) for number in range(120)]

    def answer(asked):
        return page_of(calls, asked, total=100)

    with liar(answer) as api:
        summary = execute(api, database, per_page=50)
    assert summary.exit_code is ExitCode.WITH_ERRORS
    assert statuses(database) == {str(DAY): "INCOMPLETE"}


def test_a_day_that_the_api_refuses_is_named_and_the_others_are_read(database):
    refused = days(3)[1]

    def answer(asked):
        if asked.day == str(refused):
            return 422, {"status": 422, "detail": "the period is too old"}
        return page_of([record(number, asked.day) for number in range(5)], asked)

    with liar(answer) as api:
        summary = execute(api, database, windows_of_days(days(3)))
    assert summary.exit_code is ExitCode.WITH_ERRORS
    assert list(statuses(database).values()) == ["COMPLETE", "FAILED", "COMPLETE"]
    assert f"{refused}: FAILED" in (summary.message or "")
    assert "the period is too old" in (summary.message or "")


def test_old_days_that_fail_do_not_keep_the_newer_ones_from_being_read(database):
    with Simulator(make_calls(days(6), 20)) as simulator:
        simulator.use_faults([Fault("status_500", day=day, times=None) for day in days(6)[:4]])
        summary = execute(simulator, database, windows_of_days(days(6)), max_attempts=2)
    assert summary.exit_code is ExitCode.WITH_ERRORS
    assert list(statuses(database).values()) == ["FAILED"] * 4 + ["COMPLETE"] * 2


def test_only_failures_in_a_row_end_an_execution(database):
    with Simulator(make_calls(days(9), 5)) as simulator:
        simulator.use_faults([Fault("status_500", day=day, times=None) for day in days(9)[::2]])
        execute(simulator, database, windows_of_days(days(9)), max_attempts=2)
    assert list(statuses(database).values()) == ["FAILED", "COMPLETE"] * 4 + ["FAILED"]


def test_a_record_that_changes_back_between_two_readings_keeps_its_last_form(database):
    """The first reading is in doubt; in the second one the record is as the database has it
    already.
    """
    calls = make_calls([DAY], 60, odd=False)
    with Simulator(calls) as simulator:
        changed, before = calls[0]["id"], "Retornar depois"
        simulator.update_call(changed, qualification=before)
        execute(simulator, database)
        first_reading = [True]

        def on_page(request):
            if request.page == 2 and first_reading:
                first_reading.clear()
                simulator.update_call(changed, qualification=before)

        simulator.update_call(changed, qualification="for a moment")
        simulator.use_faults([Fault("total_changed", page=3, count=1)])
        simulator.on_page = on_page
        summary = execute(simulator, database, per_page=20)
    assert summary.status is ExecutionStatus.COMPLETED_SUCCESS
    assert database.value("SELECT qualification FROM calls WHERE id = ?", changed) == before


@pytest.mark.parametrize("batch_rows", [20, 2000], ids=["stored between", "still waiting"])
def test_a_window_read_twice_counts_each_record_once(database, monkeypatch, batch_rows):
    monkeypatch.setattr(type(database.engine()), "batch_rows", batch_rows)
    with Simulator(make_calls([DAY], 60, odd=False)) as simulator:
        for inserted in (60, 0):
            simulator.use_faults([Fault("total_changed", page=3, count=1)])
            counts = execute(simulator, database, per_page=20).tally.stored.tables["calls"]
            assert (counts.inserted, counts.updated) == (inserted, 0)
            assert counts.stored == 60


def test_an_end_in_the_future_is_cut_at_now_and_no_day_to_come_is_complete(database):
    noon = datetime.combine(DAY, datetime.min.time()) + timedelta(hours=12)
    wanted = manual_windows(noon - timedelta(days=1), noon + timedelta(days=3), noon)
    assert wanted[-1].period.end == noon
    with Simulator(make_calls(days(2), 10), now=lambda: noon) as simulator:
        execute(simulator, database, wanted, now=noon)
        assert statuses(database) == {str(DAY - timedelta(days=1)): "PARTIAL", str(DAY): "PARTIAL"}
        # not even where the whole of a day was asked for before it was over
        execute(simulator, database, windows_of_days([DAY]), now=noon)
    assert statuses(database)[str(DAY)] == WindowStatus.PARTIAL


def test_asking_to_stop_does_not_wait_for_an_answer_under_way(database):
    let_go, stop = threading.Event(), threading.Event()

    def answer(asked):
        let_go.wait(60)
        return page_of([], asked)

    with liar(answer) as api:
        threading.Timer(0.3, stop.set).start()
        began = time.monotonic()
        summary = execute(api, database, stop=stop)
        seconds = time.monotonic() - began
        let_go.set()
    assert summary.exit_code is ExitCode.INTERRUPTED
    assert seconds < 30  # of the 60 that the answer takes


def test_a_call_with_only_an_offset_date_is_taken_at_the_accounts_own_time():
    late = record(
        1, str(DAY), call_date=None, call_date_rfc3339=f"{DAY + timedelta(days=1)}T01:00:00Z"
    )
    digest = digest_calls(whole(DAY), frozenset(), [late], zone=ZONE)
    assert digest.outside_period == 0
    found = normalize_call(late, ZONE)
    assert isinstance(found, CallRows)
    assert datetime.combine(DAY, datetime.min.time()) + timedelta(hours=22) in found.call.cells
    unzoned = normalize_call(late)
    assert isinstance(unzoned, CallRows)
    assert datetime.combine(DAY, datetime.min.time()) + timedelta(hours=25) in unzoned.call.cells


@pytest.mark.parametrize("seconds", [0, 1, 2, 86399])
def test_two_halves_make_up_a_period(seconds):
    start = datetime(2026, 9, 15)
    period = Period(start, start + timedelta(seconds=seconds))
    halves = period.halves()
    assert (halves[0].start, halves[-1].end) == (period.start, period.end)
    assert all(
        later.start - earlier.end == timedelta(seconds=1) for earlier, later in pairwise(halves)
    )
    assert len(halves) == (2 if seconds else 1)
