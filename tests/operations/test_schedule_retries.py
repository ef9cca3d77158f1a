"""A scheduled execution that failed is tried again: how often, when, and who is told.

The clock and the waits are given.
"""

from __future__ import annotations

import json
import logging
import threading
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from alerts.watching_receivers import HttpReceiver
from clocks import started_at
from servers import sqlite_only

from robot.commands import schedule
from robot.commands.context import Context, Session
from robot.errors import AnotherExecutionRunning, ConfigurationError, ExitCode
from robot.operations.scheduler import Agenda, Memory, Retry, Timetable, Unfinished
from robot.simulators.threec import DEMO_TOKEN, Fault, Simulator, make_calls
from robot.threec.listed import CALLS_JOB

ZONE = ZoneInfo("America/Sao_Paulo")
MINUTE = timedelta(minutes=1)
THRICE = Retry(3, 15 * MINUTE)
FAILED = Unfinished("It failed")


class Machine:
    """A clock that is moved by hand, and an agenda of one job that ends as `ends` says, then
    well.
    """

    def __init__(self, expression="0 2 * * *", *ends, retry=THRICE, takes=timedelta()):
        self.now = datetime(2026, 9, 20, 1, 59, tzinfo=ZONE)
        self.kept = {}
        self.ends, self.takes = list(ends), takes
        self.ran = []
        self.stop = threading.Event()
        self.expression, self.retry = expression, retry
        self.boot()

    def boot(self):
        memory = Memory(lambda: self.kept.get("last"), lambda value: self.kept.update(last=value))
        self.timetable = Timetable(self.expression, lambda: self.now, memory, self.retry)
        self.agenda = Agenda([(self.timetable, self.run)], self.stop)

    def run(self):
        self.ran.append(f"{self.now:%d %H:%M}")
        self.now += self.takes
        return self.ends.pop(0) if self.ends else None

    def on_for(self, hours):
        end = self.now + timedelta(hours=hours)
        while self.now < end:
            self.now += MINUTE
            if self.agenda.due():
                self.agenda.run()


def test_what_fails_is_tried_again_until_it_holds():
    machine = Machine("0 2 * * *", FAILED, FAILED)
    machine.on_for(30)
    assert machine.ran == ["20 02:00", "20 02:15", "20 02:30", "21 02:00"]


def test_what_never_holds_is_given_up_until_the_next_time_and_told_once(caplog):
    told = []
    machine = Machine("0 2 * * *", *[Unfinished("It failed", lambda: told.append("given up"))] * 4)
    with caplog.at_level(logging.WARNING):
        machine.on_for(30)
    assert machine.ran == ["20 02:00", "20 02:15", "20 02:30", "20 02:45", "21 02:00"]
    assert told == ["given up"]
    assert [record.message for record in caplog.records] == [
        "It failed: tried again at 02:15.",
        "It failed: tried again at 02:30.",
        "It failed: tried again at 02:45.",
        "It failed: given up until the next time of the schedule.",
    ]


def test_every_occurrence_has_its_own_tries():
    machine = Machine("0 2 * * *", *[FAILED] * 8, retry=Retry(1, 15 * MINUTE))
    machine.on_for(72)
    assert machine.ran == ["20 02:00", "20 02:15", "21 02:00", "21 02:15", "22 02:00", "22 02:15"]


def test_without_retries_a_failure_waits_for_the_next_time():
    machine = Machine("0 2 * * *", FAILED, retry=Retry(0, 15 * MINUTE))
    machine.on_for(30)
    assert machine.ran == ["20 02:00", "21 02:00"]


@pytest.mark.parametrize(
    ("expression", "takes", "ran"),
    [
        # the next time comes before the try
        ("*/10 * * * *", 0, ["20 02:00", "20 02:10", "20 02:20", "20 02:30"]),
        ("*/15 * * * *", 0, ["20 02:00", "20 02:15", "20 02:30"]),  # they fall together: one run
        # so long that the try would come after the next time
        ("0 * * * *", 50, ["20 02:00", "20 03:00"]),
        # it slept over the next time, and is tried again before the one after
        ("0 * * * *", 65, ["20 02:00", "20 03:20"]),
    ],
)
def test_no_try_goes_beyond_the_next_time(expression, takes, ran):
    machine = Machine(expression, FAILED, takes=takes * MINUTE)
    machine.on_for(1.5 if takes else 0.6)
    assert machine.ran == ran


def test_the_title_and_the_log_name_the_next_try():
    machine = Machine("0 2 * * *", FAILED)
    machine.on_for(0.1)
    assert machine.agenda.next_run == datetime(2026, 9, 20, 2, 15, tzinfo=ZONE)


def test_a_robot_that_is_ended_between_two_tries_runs_at_its_next_start():
    machine = Machine("0 2 * * *", None, FAILED)
    machine.on_for(24.1)
    machine.boot()
    machine.on_for(0.1)
    assert machine.ran == ["20 02:00", "21 02:00", "21 02:06"]


def test_a_stop_in_a_failing_run_leaves_it_for_the_next_start():
    machine = Machine("0 2 * * *")
    machine.run = lambda: machine.stop.set() or FAILED
    machine.boot()
    machine.on_for(0.1)
    assert machine.kept == {}
    assert machine.timetable.next_run == datetime(2026, 9, 20, 2, 0, tzinfo=ZONE)


def test_a_clock_set_back_between_two_tries_begins_anew():
    machine = Machine("0 2 * * *", *[FAILED] * 3)
    machine.on_for(0.5)
    machine.now -= timedelta(hours=26)
    machine.on_for(50)
    assert machine.ran == ["20 02:00", "20 02:15", "19 02:00", "19 02:15", "20 02:00", "21 02:00"]


# -- the execution itself: `schedule --once`, and what the loop runs


@pytest.fixture
def receiver():
    with HttpReceiver() as receiver:
        yield receiver


@pytest.fixture
def simulator():
    noon = datetime(2026, 9, 20, 12)
    with (
        started_at(noon),
        Simulator(make_calls([noon.date() - timedelta(days=1)], 20)) as simulator,
    ):
        yield simulator


@pytest.fixture
def make_session(database, tmp_path, simulator, receiver):
    def make(**values):
        settings = database.settings_with(
            **{
                "base_url": simulator.url,
                "manager_token": DEMO_TOKEN,
                "alert_webhook_url": receiver.url + "/chat",
                "api_max_attempts": 1,
                "lookback_days": 0,
                **values,
            }
        )
        return Session(Context(tmp_path / ".env"), settings, threading.Event())

    return make


class Waits:
    """Notes how long it was asked to wait; calls what is to happen meanwhile."""

    def __init__(self, meanwhile=lambda: False):
        self.seconds = []
        self.meanwhile = meanwhile

    def __call__(self, seconds):
        self.seconds.append(seconds)
        return bool(self.meanwhile())


def statuses(database):
    return [status for (status,) in database.query("SELECT status FROM execution_logs ORDER BY id")]


def chat(receiver):
    return [json.loads(body)["text"] for _, _, body in receiver.received]


def test_an_api_that_comes_back_is_read_at_the_second_try(
    database, make_session, simulator, receiver
):
    simulator.use_faults([Fault("status_500", times=None)])
    session = make_session()
    wait = Waits(lambda: simulator.use_faults([]))
    assert schedule.persist(session, CALLS_JOB, wait) is ExitCode.SUCCESS
    assert wait.seconds == [15 * 60]
    assert statuses(database) == ["FAILED", "COMPLETED_SUCCESS"]
    failed, recovered = chat(receiver)
    assert "calls FAILED" in failed
    assert "works again" in recovered


def test_an_api_that_stays_down_is_given_up_and_every_failure_was_told(
    database, make_session, simulator, receiver
):
    simulator.use_faults([Fault("status_500", times=None)])
    session = make_session(schedule_retries=2, schedule_retry_minutes=5)
    wait = Waits()
    assert schedule.persist(session, CALLS_JOB, wait) is ExitCode.FAILED
    assert wait.seconds == [300, 300]
    assert statuses(database) == ["FAILED"] * 3
    assert len(chat(receiver)) == 3


def test_a_success_is_not_tried_again(make_session):
    wait = Waits()
    assert schedule.persist(make_session(), CALLS_JOB, wait) is ExitCode.SUCCESS
    assert wait.seconds == []


def test_a_wait_that_is_broken_off_ends_with_130(database, make_session, simulator):
    simulator.use_faults([Fault("status_500", times=None)])
    session = make_session()
    assert schedule.persist(session, CALLS_JOB, Waits(lambda: True)) is ExitCode.INTERRUPTED
    assert statuses(database) == ["FAILED"]


def test_what_was_interrupted_is_not_tried_again(make_session):
    session = make_session()
    session.stop.set()
    wait = Waits()
    assert schedule.persist(session, CALLS_JOB, wait) is ExitCode.INTERRUPTED
    assert wait.seconds == []
    assert schedule._execute(session, CALLS_JOB) is None


def test_a_wrong_setting_is_not_tried_again(make_session, monkeypatch):
    def refuse(*_arguments, **_options):
        raise ConfigurationError("wrong")

    monkeypatch.setattr(schedule, "execute", refuse)
    wait = Waits()
    with pytest.raises(ConfigurationError):
        schedule.persist(make_session(), CALLS_JOB, wait)
    assert wait.seconds == []


@sqlite_only("a folder stands where the file should")
def test_a_database_that_cannot_be_opened_is_tried_again_in_the_loop_too(
    make_session, tmp_path, receiver
):
    (tmp_path / "folder.db").mkdir()
    ended = schedule._execute(make_session(db_file=str(tmp_path / "folder.db")), CALLS_JOB)
    assert isinstance(ended, Unfinished)
    ended.given_up()
    assert len(chat(receiver)) == 1, "it was told as it happened, not once more"


def test_another_execution_in_the_way_is_waited_for(repository, make_session, receiver):
    session = make_session()
    lock = repository.lock("calls")
    lock.__enter__()
    wait = Waits(lambda: lock.__exit__(None, None, None))
    assert schedule.persist(session, CALLS_JOB, wait) is ExitCode.SUCCESS
    assert wait.seconds == [900]
    assert chat(receiver) == []


def test_another_execution_that_stays_in_the_way_is_told_once(repository, make_session, receiver):
    session = make_session()
    wait = Waits()
    with repository.lock("calls"):
        with pytest.raises(AnotherExecutionRunning):
            schedule.persist(session, CALLS_JOB, wait)
        ended = schedule._execute(session, CALLS_JOB)
    assert wait.seconds == [900] * 3
    (told,) = chat(receiver)
    assert "FAILED before it began" in told
    assert isinstance(ended, Unfinished)
    ended.given_up()
    assert len(chat(receiver)) == 2


def test_a_defect_is_tried_again_and_told_with_its_traceback_in_the_log(
    make_session, monkeypatch, caplog
):
    def break_down(*_arguments, **_options):
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr(schedule, "execute", break_down)
    with pytest.raises(ZeroDivisionError):
        schedule.persist(make_session(schedule_retries=1), CALLS_JOB, Waits())
    assert [
        bool(record.exc_info) for record in caplog.records if record.levelno == logging.ERROR
    ] == [True]
