"""How far an execution is, in words and as a bar, by a clock that the test sets."""

from __future__ import annotations

import io
import logging

import pytest
from rich.console import Console
from rich.progress import Progress
from servers import sqlite_only
from support import days, execute

from robot.commands.pace import Pace, duration
from robot.commands.progress import Bar, PlainLines, bar_columns
from robot.database.statuses import WindowStatus
from robot.period import windows_of_days
from robot.simulators.threec import Fault, Simulator, make_calls
from robot.sync.job import Digest
from robot.sync.storing import Tally

WINDOWS = windows_of_days(days(4))


class Seconds:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Seconds:
    return Seconds()


def page(records: int) -> Digest:
    return Digest(keys=["x"] * records, rows={})


def test_before_the_first_day_is_done_the_rate_is_told_and_no_time_left(clock):
    pace = Pace(365, clock=clock)
    assert str(pace) == "0 of 365 days, 0 records/s, time left not known yet"
    clock.now = 10
    pace.page(500)
    assert str(pace) == "0 of 365 days, 50 records/s, time left not known yet"


def test_the_time_left_is_that_of_the_days_to_come_at_the_speed_so_far(clock):
    pace = Pace(5, clock=clock)
    for clock.now in (60, 120):
        pace.page(1200)
        pace.day()
    assert str(pace) == "2 of 5 days, 20 records/s, about 3 min left"
    clock.now = 150
    assert pace.seconds_left == 150  # the half of a day has gone by
    clock.now = 400
    # a day that takes longer does not use up the time of the others
    assert pace.seconds_left == 120


def test_days_that_were_complete_before_are_done_and_say_nothing_of_the_speed(clock):
    pace = Pace(10, done_before=6, clock=clock)
    assert str(pace) == "6 of 10 days, 0 records/s, time left not known yet"
    clock.now = 30
    pace.day()
    assert str(pace) == "7 of 10 days, 0 records/s, about 2 min left"


def test_the_end_has_no_time_left(clock):
    pace = Pace(1, clock=clock)
    clock.now = 2
    pace.page(10)
    pace.day()
    assert str(pace) == "1 of 1 days, 5 records/s"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        *((0.2, "0 s"), (59.4, "59 s"), (59.6, "1 min"), (3569, "59 min"), (3599, "1 h 0 min")),
        *(
            (12_000, "3 h 20 min"),
            (86_399, "1 d 0 h"),
            (187_200, "2 d 4 h"),
            (40_000_000, "462 d 23 h"),
        ),
    ],
)
def test_a_duration_is_told_in_two_units(seconds, words):
    assert duration(seconds) == words


def test_a_plain_line_tells_the_days_of_all_and_the_time_left(clock, caplog):
    caplog.set_level(logging.INFO)
    lines = PlainLines(clock)
    lines.started(1, WINDOWS[:3], 1)
    clock.now = 60
    lines.page(WINDOWS[0], page(600))
    clock.now = 120
    lines.window_done(WINDOWS[0], WindowStatus.COMPLETE, Tally(received=600), None)
    assert caplog.messages == [
        f"{WINDOWS[0]}: goes on; 1 of 4 days, 10 records/s, time left not known yet.",
        (
            f"{WINDOWS[0]}: COMPLETE, 600 received; nothing; 2 of 4 days, 5 records/s, about 4 min"
            " left"
        ),
    ]


def test_a_single_day_has_a_line_without_a_count_of_days(clock, caplog):
    caplog.set_level(logging.INFO)
    lines = PlainLines(clock)
    lines.started(1, WINDOWS[:1], 0)
    lines.window_done(WINDOWS[0], WindowStatus.COMPLETE, Tally(received=600), None)
    assert caplog.messages == [f"{WINDOWS[0]}: COMPLETE, 600 received; nothing"]


@pytest.mark.parametrize("width", [80, 120])
def test_the_bar_tells_the_same_in_one_line(clock, width):
    shown = io.StringIO()
    console = Console(file=shown, width=width, force_terminal=True, color_system=None)
    with Progress(*bar_columns(), console=console, auto_refresh=False) as progress:
        bar = Bar(progress, clock)
        bar.started(1, WINDOWS, 361)
        for clock.now, window in enumerate(WINDOWS[:2]):
            bar.page(window, page(123_456))
            clock.now += 12_000
            bar.window_done(window, WindowStatus.COMPLETE, Tally(), None)
        shown.truncate(0)
        shown.seek(0)
        progress.refresh()
        (line,) = [
            line for line in shown.getvalue().replace("\r", "\n").splitlines() if "of 365" in line
        ]
    assert "363 of 365 days" in line
    assert "left" in line
    assert "…" not in line


@sqlite_only("it is about words, not about the database")
def test_a_back_fill_that_goes_on_counts_the_days_of_the_execution_before(database, caplog):
    caplog.set_level(logging.INFO)
    failing = [Fault("status_401", day=day, times=None) for day in days(2)]
    with Simulator(make_calls(days(4), 20), faults=failing) as simulator:
        execute(simulator, database, WINDOWS)
        simulator.use_faults([])
        caplog.clear()
        execute(simulator, database, WINDOWS)
    told = [message for message in caplog.messages if " days, " in message]
    assert [message.rpartition("; ")[2].partition(",")[0] for message in told] == [
        "3 of 4 days",
        "4 of 4 days",
    ]
    assert "left" not in told[-1]
