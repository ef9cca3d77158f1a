import threading
from datetime import datetime, timedelta

import pytest
from support import DAY, NOW, days, execute, one, rows, settings_for

from robot.database import open_repository
from robot.demo import Fault, Simulator, make_calls
from robot.errors import AnotherExecutionRunning, ExitCode
from robot.period import Period, Window, windows, windows_of_days
from robot.statuses import ExecutionStatus, WindowStatus

PER_DAY = 150


@pytest.fixture(scope="module")
def three_days():
    return make_calls(days(3), PER_DAY)


@pytest.fixture
def simulator(three_days):
    with Simulator(three_days) as running:
        yield running


WINDOWS = windows_of_days(days(3))


def last_line(folder):
    columns = "status, exit_code, total_records, successful_records, failed_records, inserted_records, error_message"
    return rows(folder, f"SELECT {columns} FROM execution_logs ORDER BY id DESC")[0]


def test_every_call_is_stored_and_the_history_says_so(simulator, tmp_path):
    summary = execute(simulator, tmp_path, WINDOWS)
    assert summary.status is ExecutionStatus.COMPLETED_SUCCESS
    assert summary.exit_code is ExitCode.SUCCESS
    assert one(tmp_path, "SELECT COUNT(*) FROM calls") == 3 * PER_DAY
    assert last_line(tmp_path) == ("COMPLETED_SUCCESS", 0, 450, 450, 0, 450, None)
    assert rows(tmp_path, "SELECT start_date, end_date, campaign_ids FROM execution_logs") == [
        ("2026-09-13 00:00:00", "2026-09-15 23:59:59", "")
    ]


def test_a_second_execution_writes_nothing(simulator, tmp_path):
    execute(simulator, tmp_path, WINDOWS)
    before = rows(tmp_path, "SELECT * FROM calls ORDER BY id") + rows(tmp_path, "SELECT * FROM mailing_data ORDER BY id")
    summary = execute(simulator, tmp_path, WINDOWS, now=NOW + timedelta(hours=1))
    counts = summary.tally.stored.tables["calls"]
    assert (counts.inserted, counts.updated, counts.unchanged) == (0, 0, 450)
    assert (
        rows(tmp_path, "SELECT * FROM calls ORDER BY id") + rows(tmp_path, "SELECT * FROM mailing_data ORDER BY id")
        == before
    )


def test_only_what_changed_is_updated_and_only_there_updated_at_moves(simulator, tmp_path):
    execute(simulator, tmp_path, WINDOWS)
    changed = simulator.calls[10]["id"]
    simulator.update_call(changed, qualification="Retornar depois")
    later = NOW + timedelta(days=1)
    summary = execute(simulator, tmp_path, WINDOWS, now=later)
    counts = summary.tally.stored.tables["calls"]
    assert (counts.inserted, counts.updated, counts.unchanged) == (0, 1, 449)
    assert rows(tmp_path, "SELECT id, qualification, created_at FROM calls WHERE updated_at = ?", str(later)) == [
        (changed, "Retornar depois", str(NOW))
    ]


def test_a_change_in_the_mailing_alone_updates_the_mailing_alone(simulator, tmp_path):
    execute(simulator, tmp_path, WINDOWS)
    call = next(call for call in simulator.calls if isinstance(call["mailing_data"], dict))
    simulator.update_call(call["id"], mailing_data={**call["mailing_data"], "uf": "AC"})
    summary = execute(simulator, tmp_path, WINDOWS, now=NOW + timedelta(days=1))
    assert summary.tally.stored.tables["calls"].updated == 0
    assert summary.tally.stored.tables["mailing_data"].updated == 1


def test_campaigns_are_asked_for_and_checked_on_our_side(simulator, tmp_path):
    simulator.use_faults([Fault("campaigns_ignored", times=None)])
    summary = execute(simulator, tmp_path, WINDOWS, campaigns=(5,))
    assert summary.status is ExecutionStatus.COMPLETED_SUCCESS
    assert {row[0] for row in rows(tmp_path, "SELECT DISTINCT campaign_id FROM calls")} == {5}
    assert summary.tally.outside_campaigns > 0
    assert one(tmp_path, "SELECT campaign_ids FROM execution_logs") == "5"


def test_days_that_were_not_asked_for_are_left_out(simulator, tmp_path):
    simulator.use_faults([Fault("dates_ignored", times=None)])
    summary = execute(simulator, tmp_path, windows_of_days([DAY]))
    assert {row[0] for row in rows(tmp_path, "SELECT DISTINCT substr(call_date, 1, 10) FROM calls")} == {str(DAY)}
    assert summary.tally.outside_period == 2 * PER_DAY


def test_no_call_at_all_is_completed_no_data(tmp_path):
    with Simulator([]) as simulator:
        summary = execute(simulator, tmp_path, WINDOWS)
    assert summary.status is ExecutionStatus.COMPLETED_NO_DATA
    assert summary.exit_code is ExitCode.SUCCESS
    assert {row[0] for row in rows(tmp_path, "SELECT status FROM sync_windows")} == {"COMPLETE"}


def test_records_that_cannot_become_rows_are_kept_and_told(tmp_path):
    with Simulator(make_calls([DAY], PER_DAY, broken=4)) as simulator:
        summary = execute(simulator, tmp_path)
        again = execute(simulator, tmp_path)
    assert summary.status is again.status is ExecutionStatus.COMPLETED_WITH_ERRORS
    assert summary.exit_code is ExitCode.WITH_ERRORS
    assert last_line(tmp_path)[2:5] == (154, 150, 4)
    assert one(tmp_path, "SELECT COUNT(*) FROM rejected_records") == 4
    assert one(tmp_path, "SELECT COUNT(*) FROM rejected_records WHERE reason = '' OR payload = ''") == 0


def test_a_rejected_record_that_the_api_corrects_is_stored_and_its_rejection_resolved(tmp_path):
    calls = make_calls([DAY], 10, odd=False)
    broken = {**calls[5], "call_date": "soon", "call_date_rfc3339": None}
    with Simulator([*calls[:5], broken, *calls[6:]]) as simulator:
        execute(simulator, tmp_path)
        simulator.replace_calls(calls)
        summary = execute(simulator, tmp_path)
    assert summary.status is ExecutionStatus.COMPLETED_SUCCESS
    assert rows(tmp_path, "SELECT resolved_execution_id FROM rejected_records") == [(summary.execution_id,)]


def test_a_window_that_fails_does_not_stop_the_others(simulator, tmp_path):
    simulator.use_faults([Fault("status_500", day=days(3)[1], times=None)])
    summary = execute(simulator, tmp_path, WINDOWS, max_attempts=2)
    assert summary.status is ExecutionStatus.COMPLETED_WITH_ERRORS
    assert summary.exit_code is ExitCode.WITH_ERRORS
    assert rows(tmp_path, "SELECT day, status FROM sync_windows ORDER BY day") == [
        ("2026-09-13", "COMPLETE"),
        ("2026-09-14", "FAILED"),
        ("2026-09-15", "COMPLETE"),
    ]
    assert "2026-09-14: FAILED" in (summary.message or "")


def test_three_windows_in_a_row_that_fail_end_the_execution_and_name_the_api(simulator, tmp_path):
    simulator.use_faults([Fault("status_500", times=None)])
    summary = execute(simulator, tmp_path, windows_of_days(days(6)), max_attempts=2)
    assert summary.status is ExecutionStatus.FAILED
    assert summary.exit_code is ExitCode.FAILED
    assert "the API is down" in (summary.message or "")
    assert one(tmp_path, "SELECT COUNT(*) FROM sync_windows") == 3


def test_a_refused_token_ends_the_execution_at_once(simulator, tmp_path):
    simulator.use_faults([Fault("status_401", times=None)])
    summary = execute(simulator, tmp_path, WINDOWS)
    assert summary.status is ExecutionStatus.FAILED
    assert "refuses the token" in (summary.message or "")
    assert len(simulator.requests) <= 4


def test_a_day_that_is_not_over_is_never_marked_complete(simulator, tmp_path):
    noon = datetime.combine(DAY, datetime.min.time()) + timedelta(hours=12)
    cut = list(windows(Period(noon - timedelta(hours=12), noon)))
    summary = execute(simulator, tmp_path, cut, now=noon)
    assert summary.status is ExecutionStatus.COMPLETED_SUCCESS
    assert summary.windows == {WindowStatus.PARTIAL: 1}
    assert one(tmp_path, "SELECT COUNT(*) FROM calls") == sum(
        c["call_date"] <= str(noon) for c in simulator.calls if c["call_date"] >= str(DAY)
    )


def test_a_part_of_a_day_read_later_does_not_take_the_days_completeness_away(simulator, tmp_path):
    execute(simulator, tmp_path)
    part = Window(DAY, Period(datetime(2026, 9, 15, 10), datetime(2026, 9, 15, 11)))
    execute(simulator, tmp_path, [part])
    assert one(tmp_path, "SELECT status FROM sync_windows") == "COMPLETE"


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


def test_being_asked_to_stop_stores_the_batch_in_hand_and_writes_the_history(simulator, tmp_path):
    stop = threading.Event()
    summary = execute(simulator, tmp_path, WINDOWS, per_page=10, stop=stop, listener=StopAfter(stop, 20))
    assert summary.status is ExecutionStatus.FAILED
    assert summary.exit_code is ExitCode.INTERRUPTED
    assert one(tmp_path, "SELECT COUNT(*) FROM calls") == summary.stored == 200
    assert last_line(tmp_path)[:2] == ("FAILED", 130)


def test_an_interrupted_execution_goes_on_where_it_stopped(simulator, tmp_path):
    stop = threading.Event()
    execute(simulator, tmp_path, WINDOWS, per_page=10, stop=stop, listener=StopAfter(stop, 20))
    seen = len(simulator.requests)
    summary = execute(simulator, tmp_path, WINDOWS)
    asked = {request.days[0] for request in simulator.requests[seen:]}
    assert summary.status is ExecutionStatus.COMPLETED_SUCCESS
    assert summary.skipped == 1
    assert asked == set(days(3)[1:])
    assert one(tmp_path, "SELECT COUNT(*) FROM calls") == 3 * PER_DAY
    assert one(tmp_path, "SELECT resumed_from FROM execution_logs ORDER BY id DESC") == 1


def test_again_reads_also_what_was_complete(simulator, tmp_path):
    stop = threading.Event()
    execute(simulator, tmp_path, WINDOWS, per_page=10, stop=stop, listener=StopAfter(stop, 20))
    assert execute(simulator, tmp_path, WINDOWS, again=True).skipped == 0


def test_an_execution_that_ended_by_itself_is_not_resumed(simulator, tmp_path):
    execute(simulator, tmp_path, WINDOWS)
    assert execute(simulator, tmp_path, WINDOWS).skipped == 0


def test_a_second_execution_at_the_same_time_is_turned_away_and_told_who_runs(simulator, tmp_path):
    repository = open_repository(settings_for(simulator, tmp_path))
    repository.prepare()
    with repository.lock("calls"), pytest.raises(AnotherExecutionRunning) as caught:
        execute(simulator, tmp_path, WINDOWS)
    repository.close()
    assert caught.value.exit_code == 4
    assert one(tmp_path, "SELECT COUNT(*) FROM execution_logs") == 0


def test_an_execution_found_running_without_a_process_becomes_failed(simulator, tmp_path):
    execute(simulator, tmp_path)
    import sqlite3

    with sqlite3.connect(tmp_path / "robot.db") as connection:
        connection.execute("UPDATE execution_logs SET status = 'RUNNING', exit_code = NULL")
    connection.close()
    execute(simulator, tmp_path)
    first = rows(tmp_path, "SELECT status, exit_code, error_message FROM execution_logs ORDER BY id")[0]
    assert first == ("FAILED", 130, "interrupted: the process that ran it is gone")


def test_a_defect_of_the_robot_is_written_into_the_history_before_it_is_raised(simulator, tmp_path):
    class Broken(StopAfter):
        def page(self, window, digest):
            raise ZeroDivisionError("a defect")

    with pytest.raises(ZeroDivisionError):
        execute(simulator, tmp_path, WINDOWS, listener=Broken(None, 0))
    assert last_line(tmp_path)[0] == "FAILED"
    assert "ZeroDivisionError" in last_line(tmp_path)[6]
