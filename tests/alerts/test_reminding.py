"""Days that are not proven are told again once a week, whatever restarts or moves the clock."""

from __future__ import annotations

import json
import threading
from datetime import date, datetime, timedelta

import pytest
from support import asked_for
from watching_receivers import HttpReceiver

from robot.commands.context import Context, Session
from robot.commands.reminding import is_due, state_of
from robot.commands.run import execute
from robot.database.days import DayOf, DayStore, Span
from robot.simulators.threec import DEMO_TOKEN, Fault, Simulator
from robot.threec.listed import CALLS_JOB

MONDAY = datetime(2026, 9, 21, 2, 0, 30)
OLD, YESTERDAY = date(2026, 1, 5), date(2026, 9, 20)


@pytest.fixture
def receiver():
    with HttpReceiver() as receiver:
        yield receiver


@pytest.fixture
def robot(database, tmp_path, receiver):
    """A robot of which each night is a process of its own: nothing is kept but the database."""

    class Robot:
        simulator: Simulator

        def night(self, moment: datetime = MONDAY, day: date = YESTERDAY, **settings: object):
            given = {
                "base_url": self.simulator.url,
                "manager_token": DEMO_TOKEN,
                "alert_webhook_url": receiver.url,
                "api_max_attempts": 1,
                **settings,
            }

            class At(Session):
                def now(self) -> datetime:
                    return moment

            session = At(
                Context.for_file(tmp_path / ".env"),
                database.settings_with(**given),
                threading.Event(),
            )
            return execute(session, CALLS_JOB, asked_for(session, [day]))

        def told(self) -> list[str]:
            """What the chat heard since the last time."""
            heard = [json.loads(body)["text"] for _, _, body in receiver.received]
            receiver.received.clear()
            return heard

    with Simulator([], faults=[Fault("status_500", day=OLD, times=None)]) as simulator:
        robot = Robot()
        robot.simulator = simulator
        yield robot


@pytest.fixture
def failed(robot):
    """An old day failed on Monday, and the alert of that execution said so."""
    robot.night(day=OLD)
    (alert,) = robot.told()
    assert "calls FAILED" in alert
    return robot


def after(**parts: int) -> datetime:
    return MONDAY + timedelta(**parts)


def reminders(robot) -> list[str]:
    return [text for text in robot.told() if "not proven" in text]


def test_a_day_that_failed_is_told_again_a_week_later_and_each_week(failed):
    told = {}
    for day in range(1, 16):
        failed.night(after(days=day, seconds=-20))
        told[day] = reminders(failed)
    assert [day for day, texts in told.items() if texts] == [7, 14]
    (text,) = told[7]
    assert "1 day(s) are not proven" in text
    assert f"{OLD}  FAILED" in text
    assert f"run --start {OLD} --end {OLD}" in text


def test_it_ends_when_the_day_is_proven_and_begins_anew_with_the_next_one(failed, repository):
    failed.simulator.use_faults([])
    failed.night(after(days=1), OLD)
    failed.night(after(days=8))
    assert reminders(failed) == []
    assert repository.recall(state_of(CALLS_JOB)) == ""
    failed.simulator.use_faults([Fault("status_500", day=OLD, times=None)])
    failed.night(after(days=9), OLD)
    failed.night(after(days=15))
    assert reminders(failed) == []
    failed.night(after(days=16))
    assert len(reminders(failed)) == 1


def test_a_day_that_was_given_up_is_told_no_more(failed, repository):
    DayStore(repository, "calls").give_up([DayOf(OLD)], "ana")
    failed.night(after(days=8))
    assert reminders(failed) == []


def test_days_that_nobody_was_told_of_are_told_at_once(robot, repository):
    DayStore(repository, "calls").owe("", Span(OLD, OLD + timedelta(2)))
    robot.night()
    (text,) = reminders(robot)
    assert f"{OLD} – {OLD + timedelta(2)}  never read" in text
    robot.night(after(days=1))
    assert reminders(robot) == []


def test_what_nobody_heard_is_told_after_the_next_execution(failed, receiver):
    receiver.status = 500
    failed.night(after(days=7))
    receiver.status = 200
    failed.told()
    failed.night(after(days=8))
    assert len(reminders(failed)) == 1
    failed.night(after(days=9))
    assert reminders(failed) == []


def test_without_alerts_nothing_is_remembered(robot, repository):
    robot.night(day=OLD, alert_webhook_url="")
    assert repository.recall(state_of(CALLS_JOB)) is None


@pytest.mark.parametrize(
    ("kept", "due"),
    [
        ("", True),
        ("soon", True),
        ("2026-09-21", False),
        ("2026-09-15", False),
        ("2026-09-14", True),
        ("2026-09-22", False),  # told a moment ago, before the clock went back an hour at midnight
        ("2026-09-23", True),  # told by a clock that was days ahead
        ("2031-01-01", True),
    ],
)
def test_it_is_due_a_week_after_it_was_told_by_whatever_clock(kept, due):
    assert is_due(kept, MONDAY.date()) is due
