"""The schedule under every clock: exactly once a day, whatever the clock does.

Nothing here sleeps.
"""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from robot.operations.scheduler import Memory, Timetable, UnreadableError, loop

STEP = timedelta(minutes=5)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def changes(name: str) -> Iterator[datetime]:
    """Every moment (UTC) from 2017 to 2019 at which the zone's clocks were changed."""
    zone = ZoneInfo(name)
    moment = datetime(2017, 1, 1, tzinfo=UTC)
    while moment < datetime(2020, 1, 1, tzinfo=UTC):
        if moment.astimezone(zone).utcoffset() != (moment + HOUR).astimezone(zone).utcoffset():
            yield moment + HOUR
        moment += HOUR


CHANGES = [
    (name, change)
    for name in ("America/Sao_Paulo", "Europe/Lisbon", "America/New_York")
    for change in changes(name)
]
TIMES = (
    "0 0",
    "5 0",
    "30 0",
    "0 1",
    "30 1",
    "0 2",
    "30 2",
    "0 3",
    "30 22",
    "0 23",
    "30 23",
    "55 23",
    "0 13",
)


class Machine:
    """A machine with a clock of its own, which runs a schedule and notes when (true time) it
    ran.
    """

    def __init__(self, expression: str, zone: str, start: datetime) -> None:
        self.expression, self.zone = expression, ZoneInfo(zone)
        self.true, self.wrong_by = start, timedelta()
        self.kept: dict[str, str] = {}
        self.runs: list[datetime] = []
        self.boot()

    def clock(self) -> datetime:
        return (self.true + self.wrong_by).astimezone(self.zone)

    def boot(self) -> None:
        memory = Memory(lambda: self.kept.get("last"), lambda value: self.kept.update(last=value))
        self.timetable = Timetable(self.expression, self.clock, memory)

    def beat(self, *, killed: bool = False) -> None:
        if self.timetable.due():
            self.runs.append(self.true)
            if not killed:
                self.timetable.done()

    def on_until(self, end: datetime) -> None:
        while self.true < end:
            self.beat()
            self.true += STEP

    @property
    def days(self) -> list[str]:
        return [f"{run.astimezone(self.zone):%m-%d}" for run in self.runs]


@pytest.mark.parametrize(("zone", "change"), CHANGES, ids=lambda value: str(value)[:10])
@pytest.mark.parametrize("time", TIMES)
def test_a_daily_job_runs_exactly_once_a_day_over_a_change_of_clock(
    zone: str, change: datetime, time: str
) -> None:
    local = change.astimezone(ZoneInfo(zone)).replace(hour=12, minute=0)
    machine = Machine(f"{time} * * *", zone, (local - 3 * DAY).astimezone(UTC))
    end = local + 3 * DAY
    machine.on_until(end.replace(hour=12).astimezone(UTC))
    first = local - 3 * DAY + (timedelta() if int(time.split()[1]) >= 12 else DAY)
    assert machine.days == [f"{first + number * DAY:%m-%d}" for number in range(6)]


def test_the_changes_are_those_that_happened() -> None:
    assert Counter(zone for zone, _ in CHANGES) == {
        "America/Sao_Paulo": 5,
        "Europe/Lisbon": 6,
        "America/New_York": 6,
    }


@pytest.mark.parametrize("restarted", [False, True])
def test_an_hourly_job_runs_every_hour_in_the_hour_that_comes_twice(restarted: bool) -> None:
    machine = Machine("0 * * * *", "America/New_York", datetime(2018, 11, 4, 3, 30, tzinfo=UTC))
    machine.on_until(datetime(2018, 11, 4, 5, 30, tzinfo=UTC))
    if restarted:
        machine.boot()
    machine.on_until(datetime(2018, 11, 4, 8, 30, tzinfo=UTC))
    assert [run.hour for run in machine.runs] == [4, 5, 6, 7, 8]


@pytest.fixture
def machine() -> Machine:
    """At 02:00 every day; it is noon of March 1st, and it has run once."""
    machine = Machine("0 2 * * *", "America/Sao_Paulo", datetime(2026, 2, 28, 15, tzinfo=UTC))
    machine.on_until(datetime(2026, 3, 1, 15, tzinfo=UTC))
    assert machine.days == ["03-01"]
    return machine


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("minutes_after_the_run", [5, 30, 55])
def test_the_clock_set_back_one_hour_runs_nothing_twice(
    machine: Machine, minutes_after_the_run: int, restarted: bool
) -> None:
    machine.on_until(datetime(2026, 3, 2, 5, minutes_after_the_run, tzinfo=UTC))
    machine.wrong_by = -HOUR
    if restarted:
        machine.boot()
    machine.on_until(datetime(2026, 3, 4, 15, tzinfo=UTC))
    assert machine.days == ["03-01", "03-02", "03-03", "03-04"]


@pytest.mark.parametrize("restarted", [False, True])
def test_the_clock_one_day_ahead_and_put_right_loses_no_day(
    machine: Machine, restarted: bool
) -> None:
    machine.wrong_by = DAY
    machine.on_until(machine.true + HOUR)  # what it takes for a missed run comes at once
    machine.wrong_by = timedelta()
    if restarted:
        machine.boot()
    machine.on_until(datetime(2026, 3, 4, 15, tzinfo=UTC))
    assert machine.days == ["03-01", "03-01", "03-02", "03-03", "03-04"]


def test_a_robot_started_under_a_clock_one_day_ahead_misses_nothing_once_it_is_right() -> None:
    machine = Machine("0 2 * * *", "America/Sao_Paulo", datetime(2026, 3, 1, 15, tzinfo=UTC))
    machine.wrong_by = DAY
    machine.boot()
    machine.beat()
    machine.wrong_by = timedelta()
    machine.on_until(datetime(2026, 3, 3, 15, tzinfo=UTC))
    assert machine.days == ["03-02", "03-03"]


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("nights", [1, 5])
def test_a_run_that_was_slept_over_takes_place_once(
    machine: Machine, nights: int, restarted: bool
) -> None:
    machine.true = datetime(2026, 3, 1 + nights, 15, tzinfo=UTC)
    if restarted:
        machine.boot()
    machine.on_until(machine.true + 6 * HOUR)
    assert machine.days == ["03-01", f"03-0{1 + nights}"]


def test_a_run_that_was_killed_takes_place_again_at_the_next_start(machine: Machine) -> None:
    machine.true = datetime(2026, 3, 2, 5, 1, tzinfo=UTC)
    machine.beat(killed=True)
    machine.true += HOUR
    machine.boot()
    machine.on_until(datetime(2026, 3, 3, 3, tzinfo=UTC))
    assert machine.days == ["03-01", "03-02", "03-02"]


class WarpedStop(threading.Event):
    """Ends the loop at a moment; each wait moves the clock instead of sleeping, and jumps when it
    is told to.
    """

    def __init__(
        self,
        traveller: time_machine.Traveller,
        end: datetime,
        jump: Callable[[datetime], timedelta],
    ) -> None:
        super().__init__()
        self.traveller, self.end, self.jump = traveller, end, jump

    def wait(self, timeout: float | None = None) -> bool:
        now = datetime.now(UTC)
        self.traveller.move_to(now + timedelta(seconds=20) + self.jump(now), tick=False)
        if now >= self.end:
            self.set()
        return self.is_set()


def run_loop(
    start: datetime, end: datetime, jump: Callable[[datetime], timedelta]
) -> list[datetime]:
    runs: list[datetime] = []
    with time_machine.travel(start, tick=False) as traveller:
        zone = ZoneInfo("America/Sao_Paulo")
        kept: dict[str, Any] = {}
        memory = Memory(lambda: kept.get("last"), lambda value: kept.update(last=value))
        timetable = Timetable("0 2 * * *", lambda: datetime.now(zone), memory)
        loop(timetable, lambda: runs.append(datetime.now(UTC)), WarpedStop(traveller, end, jump))
    return runs


def test_the_loop_runs_once_after_waking_from_a_sleep_over_the_scheduled_minute() -> None:
    def sleep(now: datetime) -> timedelta:
        return 5 * HOUR if now == datetime(2026, 3, 2, 4, 50, tzinfo=UTC) else timedelta()

    runs = run_loop(
        datetime(2026, 3, 2, 4, 40, tzinfo=UTC), datetime(2026, 3, 2, 12, tzinfo=UTC), sleep
    )
    assert [run.replace(second=0) for run in runs] == [datetime(2026, 3, 2, 9, 50, tzinfo=UTC)]


def test_the_heart_of_the_loop_goes_on_when_the_clock_is_set_back() -> None:
    done: list[bool] = []

    def set_back(now: datetime) -> timedelta:
        if not done and now >= datetime(2026, 3, 2, 4, 50, tzinfo=UTC):
            done.append(True)
            return -2 * DAY
        return timedelta()

    runs = run_loop(
        datetime(2026, 3, 2, 4, 40, tzinfo=UTC), datetime(2026, 3, 2, 6, tzinfo=UTC), set_back
    )
    assert [f"{run:%m-%d %H:%M}" for run in runs] == ["02-28 05:00", "03-01 05:00", "03-02 05:00"]


@pytest.mark.parametrize("kept", [True, False], ids=["it ran yesterday", "it never ran"])
def test_a_run_missed_while_the_machine_was_off_is_made_up_for_when_the_database_starts_later(
    kept: bool,
) -> None:
    """The machine starts at 03:00; its database, where the last run is remembered, ten minutes
    later.
    """
    zone = ZoneInfo("America/Sao_Paulo")
    now = [datetime(2026, 3, 2, 3, 0, tzinfo=zone)]
    last = {"cron": "0 2 * * *", "zone": str(zone), "last": "2026-03-01T02:00:00-03:00"}

    def recall() -> str | None:
        if now[0] < datetime(2026, 3, 2, 3, 10, tzinfo=zone):
            raise UnreadableError
        return json.dumps(last) if kept else None

    timetable = Timetable("0 2 * * *", lambda: now[0], Memory(recall, lambda _: None))
    runs = []
    while now[0] < datetime(2026, 3, 3, 3, 0, tzinfo=zone):
        if timetable.due():
            runs.append(f"{now[0]:%d %H:%M}")
            timetable.done()
        now[0] += timedelta(minutes=1)
    assert runs == [*(["02 03:10"] if kept else []), "03 02:00"]


@pytest.mark.parametrize("changed", [{"cron": "0 3 * * *"}, {"zone": "Europe/Lisbon"}])
def test_a_run_remembered_under_another_schedule_is_not_this_ones(changed: dict[str, str]) -> None:
    zone = ZoneInfo("America/Sao_Paulo")
    kept = {"cron": "0 2 * * *", "zone": str(zone), "last": "2026-02-20T02:00:00-03:00", **changed}
    memory = Memory(lambda: json.dumps(kept), lambda _: None)
    noon = datetime(2026, 3, 2, 12, 0, tzinfo=zone)
    assert f"{Timetable('0 2 * * *', lambda: noon, memory).next_run:%m-%d %H:%M}" == "03-03 02:00"
