"""What changes after the call, what vanishes, and what was missed while the machine was off."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

import pytest
from proof.machine import Machine, ago

from robot.database import Repository
from robot.period import Window, days_between
from robot.settings import IsolatedSettings
from robot.simulators.threec import Simulator, make_calls
from robot.sync.planning import scheduled_windows
from robot.threec.day_words import reading_command
from robot.trials.bench import Silent, due_rows, execute, stored_rows
from robot.trials.cases import NOW

Operator = Callable[..., Machine]
TODAY = NOW.date()
YESTERDAY = TODAY - timedelta(days=1)


def scheduled(repository: Repository, today=TODAY, catch_up: int = 31):
    return [
        window.day
        for window in scheduled_windows(
            *(repository, "calls", "", today),
            lookback=2,
            catch_up=catch_up,
            to_fill=partial(reading_command, IsolatedSettings(), ""),
        )
    ]


def test_late_edits_update_exactly_those_rows(operator: Operator) -> None:
    machine = operator(days=3)
    assert machine.sync(ago(3), ago(1)) == 0
    machine.stamp()
    with_mailing = [
        call for call in machine.simulator.calls if isinstance(call["mailing_data"], dict)
    ]
    edited = [with_mailing[len(with_mailing) * part // 5] for part in range(5)]
    changes = [
        {"qualification": "Acordo que nenhuma chamada tem", "qualification_id": 999_001},
        {"feedback": "Ótimo atendimento, sem reparos"},
        {"recording": "https://app.3c.plus/api/v1/calls/x/recording"},
        {"transcription": "Operadora: bom dia"},
        {"mailing_data": {**edited[4]["mailing_data"], "uf": "XX"}},
    ]
    for call, change in zip(edited, changes, strict=True):
        machine.simulator.update_call(call["id"], **change)
    assert machine.sync(ago(3), ago(1)) == 0
    assert machine.written() == {call["id"] for call in edited}
    assert machine.audit(ago(3), ago(1)) == 0


def test_a_second_run_writes_nothing(operator: Operator) -> None:
    machine = operator()
    assert machine.sync(ago(2), ago(1)) == 0
    machine.stamp()
    assert machine.sync(ago(2), ago(1)) == 0
    assert machine.written() == set()


def test_calls_that_vanish_are_kept_and_reported_by_audit(operator: Operator) -> None:
    machine = operator()
    assert machine.sync(ago(2), ago(1)) == 0
    gone = machine.simulator.calls[7]["id"]
    machine.simulator.remove_call(gone)
    assert machine.sync(ago(2), ago(1)) == 0
    assert machine.rows("SELECT COUNT(*) FROM calls WHERE id = ?", gone) == [(1,)]
    assert machine.audit(ago(2), ago(1)) == 3
    assert f"only here: {gone}" in machine.out
    assert "it is kept" in machine.out


def test_a_day_that_was_full_and_is_empty_is_no_success(operator: Operator) -> None:
    """An API that lies, or has lost its calls, is told; nothing here is touched."""
    machine = operator(days=1)
    assert machine.sync(ago(1)) == 0
    machine.simulator.replace_calls([])
    assert machine.sync(ago(1)) in {1, 3}
    assert (
        "the database holds 60 of this period"
        in machine.rows("SELECT error_message FROM execution_logs ORDER BY id")[-1][0]
    )
    assert machine.rows("SELECT COUNT(*) FROM calls") == [(60,)]


class Done(Silent):
    """Notes the days in the order in which they are done."""

    def __init__(self) -> None:
        self.days: list[date | None] = []

    def window_done(self, window: Window, *_: object) -> None:
        self.days.append(window.day)


@pytest.fixture
def five_days_off(repository: Repository):
    """A machine that ran every night up to five nights ago."""
    all_days = list(days_between(TODAY - timedelta(days=9), YESTERDAY))
    with Simulator(make_calls(all_days, 12)) as simulator:
        assert execute(simulator, repository, all_days[:4]).exit_code == 0
        yield simulator, all_days


def test_five_days_of_absence_are_covered_oldest_first_each_day_its_own_window(
    five_days_off, repository
) -> None:
    simulator, all_days = five_days_off
    due = scheduled(repository)
    assert due == all_days[4:]
    before = len(simulator.requests)
    done = Done()
    assert execute(simulator, repository, due, listener=done).exit_code == 0
    # days are read side by side, and stored one after the other
    assert {request.days for request in simulator.requests[before:]} == {(day, day) for day in due}
    assert done.days == due
    assert stored_rows(repository, _period(all_days)) == due_rows(
        simulator.calls, period=_period(all_days)
    )
    assert scheduled(repository) == all_days[-3:]


def test_an_absence_longer_than_catch_up_days_is_told_with_the_command_that_fills_it(
    five_days_off, repository, caplog: pytest.LogCaptureFixture
) -> None:
    _, all_days = five_days_off
    assert scheduled(repository, catch_up=3) == all_days[-3:]
    told = caplog.messages[-1]
    assert "not complete, and too old for CATCH_UP_DAYS" in told
    assert f"python app.py run --start {all_days[4]} --end {all_days[-4]}" in told


def test_a_day_that_failed_is_due_until_it_is_complete(five_days_off, repository) -> None:
    from robot.simulators.threec import Fault, FaultKind

    simulator, all_days = five_days_off
    bad = all_days[5]
    simulator.use_faults([Fault(FaultKind.STATUS_500, day=bad, times=None, page=2)])
    assert execute(simulator, repository, scheduled(repository)).exit_code == 3
    assert bad in scheduled(repository)
    simulator.use_faults([])
    assert execute(simulator, repository, scheduled(repository)).exit_code == 0
    assert bad not in scheduled(repository)


def _period(all_days):
    from robot.period import Period, whole

    return Period(whole(all_days[0]).start, whole(all_days[-1]).end)


def test_days_that_a_wrong_clock_called_complete_are_read_when_they_have_come(
    repository: Repository,
) -> None:
    """For an hour the clock was five days ahead: what it proved of days to come, without a call in
    them, is no proof.
    """
    days = list(days_between(TODAY - timedelta(days=6), YESTERDAY))
    with Simulator([]) as simulator:
        assert execute(simulator, repository, days).exit_code == 0
    assert set(days[:5]) <= set(scheduled(repository, today=days[5]))
    assert scheduled(repository) == days[-3:], (
        "put right, the days that are proven are due for late edits only"
    )
