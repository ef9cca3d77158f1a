"""The whole job `calls`, in this process, from the simulator into both databases."""

import threading
from datetime import datetime, timedelta

import pytest
from support import DAY, NOW, days, execute

from robot.database.statuses import ExecutionStatus, WindowStatus
from robot.errors import AnotherExecutionRunning, ExitCode
from robot.period import Period, Window, windows, windows_of_days
from robot.simulators.threec import Fault, Simulator, make_calls

PER_DAY = 150


@pytest.fixture(scope="module")
def three_days():
    return make_calls(days(3), PER_DAY)


@pytest.fixture
def simulator(three_days):
    with Simulator(three_days) as running:
        yield running


WINDOWS = windows_of_days(days(3))


def last_line(database):
    columns = (
        "status, exit_code, total_records, successful_records, failed_records,"
        " inserted_records, error_message"
    )
    return database.query(f"SELECT {columns} FROM execution_logs ORDER BY id DESC")[0]


def test_every_call_is_stored_and_the_history_says_so(simulator, database):
    summary = execute(simulator, database, WINDOWS)
    assert summary.status is ExecutionStatus.COMPLETED_SUCCESS
    assert summary.exit_code is ExitCode.SUCCESS
    assert database.value("SELECT COUNT(*) FROM calls") == 3 * PER_DAY
    assert last_line(database) == ("COMPLETED_SUCCESS", 0, 450, 450, 0, 450, None)
    assert database.query("SELECT start_date, end_date, campaign_ids FROM execution_logs") == [
        ("2026-09-13 00:00:00", "2026-09-15 23:59:59", "")
    ]
    assert database.query(
        "SELECT day, status, api_total, stored FROM sync_windows ORDER BY day"
    ) == [(str(day), "COMPLETE", PER_DAY, PER_DAY) for day in days(3)]


def test_a_second_execution_writes_nothing(simulator, database):
    execute(simulator, database, WINDOWS)
    before = database.query("SELECT * FROM calls ORDER BY id") + database.query(
        "SELECT * FROM mailing_data ORDER BY id"
    )
    summary = execute(simulator, database, WINDOWS, now=NOW + timedelta(hours=1))
    counts = summary.tally.stored.tables["calls"]
    assert (counts.inserted, counts.updated, counts.unchanged) == (0, 0, 450)
    assert (
        database.query("SELECT * FROM calls ORDER BY id")
        + database.query("SELECT * FROM mailing_data ORDER BY id")
        == before
    )


def test_only_what_changed_is_updated_and_only_there_updated_at_moves(simulator, database):
    execute(simulator, database, WINDOWS)
    changed = simulator.calls[10]["id"]
    simulator.update_call(changed, qualification="Retornar depois 😀")
    later = NOW + timedelta(days=1)
    summary = execute(simulator, database, WINDOWS, now=later)
    counts = summary.tally.stored.tables["calls"]
    assert (counts.inserted, counts.updated, counts.unchanged) == (0, 1, 449)
    assert database.query(
        "SELECT id, qualification, created_at FROM calls WHERE updated_at = ?", later
    ) == [(changed, "Retornar depois 😀", str(NOW))]


def test_a_change_in_the_mailing_alone_updates_the_mailing_alone(simulator, database):
    execute(simulator, database, WINDOWS)
    call = next(call for call in simulator.calls if isinstance(call["mailing_data"], dict))
    simulator.update_call(call["id"], mailing_data={**call["mailing_data"], "uf": "AC"})
    summary = execute(simulator, database, WINDOWS, now=NOW + timedelta(days=1))
    assert summary.tally.stored.tables["calls"].updated == 0
    assert summary.tally.stored.tables["mailing_data"].updated == 1


def test_faults_of_the_api_cost_no_row(simulator, database):
    simulator.use_faults(
        [
            Fault("status_500", page=2),
            Fault("short_page", page=2, count=9),
            Fault("html_200", page=1),
        ]
    )
    summary = execute(simulator, database, WINDOWS)
    assert summary.exit_code is ExitCode.SUCCESS
    assert database.value("SELECT COUNT(*) FROM calls") == 3 * PER_DAY
    assert summary.retries >= 2


def test_campaigns_are_asked_for_and_checked_on_our_side(simulator, database):
    simulator.use_faults([Fault("campaigns_ignored", times=None)])
    summary = execute(simulator, database, WINDOWS, campaigns=(5,))
    assert summary.status is ExecutionStatus.COMPLETED_SUCCESS
    assert {row[0] for row in database.query("SELECT DISTINCT campaign_id FROM calls")} == {5}
    assert summary.tally.outside_campaigns > 0
    assert database.value("SELECT campaign_ids FROM execution_logs") == "5"


def test_days_far_from_the_one_that_was_asked_for_are_left_out_and_told(simulator, database):
    simulator.use_faults([Fault("dates_ignored", times=None)])
    summary = execute(simulator, database, windows_of_days([DAY]))
    assert {moment[:10] for (moment,) in database.query("SELECT call_date FROM calls")} == set(
        map(str, days(3)[1:])
    )
    assert (summary.tally.outside_period, summary.tally.neighbours) == (PER_DAY, PER_DAY)
    assert summary.exit_code is ExitCode.WITH_ERRORS
    assert database.value("SELECT status FROM sync_windows") == "INCOMPLETE"
    assert last_line(database)[2:5] == (2 * PER_DAY, 2 * PER_DAY, 0)
    assert database.query(
        "SELECT COUNT(*), SUM(CASE WHEN reason LIKE 'outside: %' THEN 1 ELSE 0 END) FROM"
        " rejected_records"
    ) == [(20, 20)]


def test_no_call_at_all_is_completed_no_data(database):
    with Simulator([]) as simulator:
        summary = execute(simulator, database, WINDOWS)
    assert summary.status is ExecutionStatus.COMPLETED_NO_DATA
    assert summary.exit_code is ExitCode.SUCCESS
    assert {row[0] for row in database.query("SELECT status FROM sync_windows")} == {"COMPLETE"}


def test_records_that_cannot_become_rows_are_kept_and_told(database):
    with Simulator(make_calls([DAY], PER_DAY, broken=4)) as simulator:
        summary = execute(simulator, database)
        again = execute(simulator, database)
    assert summary.status is again.status is ExecutionStatus.COMPLETED_WITH_ERRORS
    assert summary.exit_code is ExitCode.WITH_ERRORS
    assert last_line(database)[2:5] == (154, 150, 4)
    assert database.value("SELECT COUNT(*) FROM rejected_records") == 4
    assert (
        database.value("SELECT COUNT(*) FROM rejected_records WHERE reason = '' OR payload = ''")
        == 0
    )


def test_a_rejected_record_that_the_api_corrects_is_stored_and_its_rejection_resolved(database):
    calls = make_calls([DAY], 10, odd=False)
    broken = {**calls[5], "call_date": "soon", "call_date_rfc3339": None}
    with Simulator([*calls[:5], broken, *calls[6:]]) as simulator:
        execute(simulator, database)
        simulator.replace_calls(calls)
        summary = execute(simulator, database)
    assert summary.status is ExecutionStatus.COMPLETED_SUCCESS
    assert database.query("SELECT resolved_execution_id FROM rejected_records") == [
        (summary.execution_id,)
    ]


def test_a_window_that_fails_does_not_stop_the_others(simulator, database):
    simulator.use_faults([Fault("status_500", day=days(3)[1], times=None)])
    summary = execute(simulator, database, WINDOWS, max_attempts=2)
    assert summary.status is ExecutionStatus.COMPLETED_WITH_ERRORS
    assert summary.exit_code is ExitCode.WITH_ERRORS
    assert database.query("SELECT day, status FROM sync_windows ORDER BY day") == [
        ("2026-09-13", "COMPLETE"),
        ("2026-09-14", "FAILED"),
        ("2026-09-15", "COMPLETE"),
    ]
    assert "2026-09-14: FAILED" in (summary.message or "")


def test_three_windows_in_a_row_and_the_newest_that_fail_end_the_execution_and_name_the_api(
    simulator, database
):
    simulator.use_faults([Fault("status_500", times=None)])
    summary = execute(simulator, database, windows_of_days(days(6)), max_attempts=2)
    assert summary.status is ExecutionStatus.FAILED
    assert summary.exit_code is ExitCode.FAILED
    assert "the API is down" in (summary.message or "")
    assert database.query("SELECT day, status FROM sync_windows ORDER BY day") == [
        (str(day), "FAILED") for day in [*days(6)[:3], days(6)[-1]]
    ]


def test_a_refused_token_ends_the_execution_at_once(simulator, database):
    simulator.use_faults([Fault("status_401", times=None)])
    summary = execute(simulator, database, WINDOWS)
    assert summary.status is ExecutionStatus.FAILED
    assert "refuses the token" in (summary.message or "")
    assert len(simulator.requests) <= 4


def test_a_day_that_is_not_over_is_never_marked_complete(simulator, database):
    noon = datetime.combine(DAY, datetime.min.time()) + timedelta(hours=12)
    cut = list(windows(Period(noon - timedelta(hours=12), noon)))
    summary = execute(simulator, database, cut, now=noon)
    assert summary.status is ExecutionStatus.COMPLETED_SUCCESS
    assert summary.windows == {WindowStatus.PARTIAL: 1}
    assert database.value("SELECT COUNT(*) FROM calls") == sum(
        c["call_date"] <= str(noon) for c in simulator.calls if c["call_date"] >= str(DAY)
    )


def test_a_part_of_a_day_read_later_does_not_take_the_days_completeness_away(simulator, database):
    execute(simulator, database)
    part = Window(DAY, Period(datetime(2026, 9, 15, 10), datetime(2026, 9, 15, 11)))
    execute(simulator, database, [part])
    assert database.value("SELECT status FROM sync_windows") == "COMPLETE"


class StopAfter:
    """A listener that asks the robot to stop after some pages."""

    def __init__(self, stop, pages):
        self.stop, self.pages = stop, pages

    def started(self, execution_id, windows, skipped):
        self.skipped = skipped

    def page(self, window, digest):
        self.pages -= 1
        if self.pages == 0:
            self.stop.set()

    def window_done(self, window, status, tally, detail):
        pass


def test_being_asked_to_stop_stores_the_batch_in_hand_and_writes_the_history(simulator, database):
    stop = threading.Event()
    summary = execute(
        simulator, database, WINDOWS, per_page=10, stop=stop, listener=StopAfter(stop, 20)
    )
    assert summary.status is ExecutionStatus.FAILED
    assert summary.exit_code is ExitCode.INTERRUPTED
    assert database.value("SELECT COUNT(*) FROM calls") == summary.stored == 200
    assert last_line(database)[:2] == ("FAILED", 130)


def test_an_interrupted_execution_goes_on_where_it_stopped(simulator, database):
    stop = threading.Event()
    interrupted = execute(
        simulator, database, WINDOWS, per_page=10, stop=stop, listener=StopAfter(stop, 20)
    )
    seen = len(simulator.requests)
    summary = execute(simulator, database, WINDOWS)
    asked = {request.days[0] for request in simulator.requests[seen:]}
    assert summary.status is ExecutionStatus.COMPLETED_SUCCESS
    assert summary.skipped == 1
    assert asked == set(days(3)[1:])
    assert database.value("SELECT COUNT(*) FROM calls") == 3 * PER_DAY
    assert (
        database.value("SELECT resumed_from FROM execution_logs ORDER BY id DESC")
        == interrupted.execution_id
    )


def test_again_reads_also_what_was_complete(simulator, database):
    stop = threading.Event()
    execute(simulator, database, WINDOWS, per_page=10, stop=stop, listener=StopAfter(stop, 20))
    assert execute(simulator, database, WINDOWS, again=True).skipped == 0


def test_an_execution_that_ended_by_itself_is_not_resumed(simulator, database):
    execute(simulator, database, WINDOWS)
    assert execute(simulator, database, WINDOWS).skipped == 0


def test_a_second_execution_at_the_same_time_is_turned_away_and_told_who_runs(simulator, database):
    repository = database.repository()
    with repository.lock("calls"), pytest.raises(AnotherExecutionRunning) as caught:
        execute(simulator, database, WINDOWS)
    repository.close()
    assert caught.value.exit_code == 4
    assert database.value("SELECT COUNT(*) FROM execution_logs") == 0


def test_an_execution_found_running_without_a_process_becomes_failed(simulator, database):
    execute(simulator, database)
    database.query("UPDATE execution_logs SET status = 'RUNNING', exit_code = NULL")
    execute(simulator, database)
    first = database.query(
        "SELECT status, exit_code, error_message FROM execution_logs ORDER BY id"
    )[0]
    assert first == ("FAILED", 130, "interrupted: the process that ran it is gone")


def test_a_defect_of_the_robot_is_written_into_the_history_before_it_is_raised(simulator, database):
    class Broken(StopAfter):
        def page(self, window, digest):
            raise ZeroDivisionError("a defect")

    with pytest.raises(ZeroDivisionError):
        execute(simulator, database, WINDOWS, listener=Broken(None, 0))
    assert last_line(database)[0] == "FAILED"
    assert "ZeroDivisionError" in last_line(database)[6]
