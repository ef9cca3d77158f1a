"""Days read side by side: the same requests, the same order of storing, the same bounds."""

import threading
from collections import Counter

import pytest
from liar import liar, page_of, record
from support import days, execute

from robot.errors import ExitCode
from robot.period import windows_of_days
from robot.simulators.threec import Fault, Simulator, make_calls

PATIENCE = 100  # seconds, of what must happen at once


class Stored:
    """A listener that notes the days in the order in which their pages and their ends come."""

    def __init__(self):
        self.pages, self.done = [], []

    def started(self, execution_id, windows, skipped):
        pass

    def page(self, window, digest):
        self.pages.append(window.day)

    def window_done(self, window, status, tally, detail):
        self.done.append(window.day)


class HeldUntil:
    """An API's `on_page`: the first page of one day waits until other pages were asked for."""

    def __init__(self, day, awaited):
        self._day = (day, day)
        self._awaited = awaited
        self._lock = threading.Lock()
        self._enough = threading.Event()
        self.came = False

    def __call__(self, request):
        if request.days == self._day and request.page == 1:
            self.came = self._enough.wait(PATIENCE)
            return
        with self._lock:
            self._awaited.discard((request.days[0], request.page))
            if not self._awaited:
                self._enough.set()


def test_a_day_of_three_hundred_calls_takes_four_requests(database):
    twenty = days(20)
    with Simulator(make_calls(twenty, 300, odd=False)) as simulator:
        summary = execute(simulator, database, windows_of_days(twenty))
    assert summary.exit_code is ExitCode.SUCCESS
    assert Counter(request.days[0] for request in simulator.requests) == dict.fromkeys(twenty, 4)


def test_the_next_days_are_read_while_the_first_one_is_waited_for_and_stored_behind_it(database):
    four, stored = days(4), Stored()
    held = HeldUntil(four[0], {(four[1], 1), (four[1], 2), (four[2], 1)})
    with Simulator(make_calls(four, 30, odd=False), on_page=held) as simulator:
        summary = execute(simulator, database, windows_of_days(four), per_page=15, listener=stored)
    assert summary.exit_code is ExitCode.SUCCESS
    assert held.came
    assert stored.done == four
    assert stored.pages == [day for day in four for _ in range(2)]


def test_days_behind_one_that_waits_take_no_more_than_their_bound(database):
    """The API gives nothing of the first day until eight pages of others were asked for: as many
    as may wait for it to be stored.
    """
    six = days(6)
    with Simulator(make_calls(six, 400, odd=False)) as simulator:
        seen, enough = [], threading.Event()

        def on_page(request):
            if request.days[0] == six[0] and request.page == 1:
                enough.wait(PATIENCE)
                seen.append(len(others))
            elif request.days[0] != six[0] and not seen:
                others.append(request)
                if len(others) == 8:
                    enough.set()

        others = []
        simulator.on_page = on_page
        execute(simulator, database, windows_of_days(six), per_page=10)
    assert seen[0] <= 8
    assert database.value("SELECT COUNT(*) FROM calls") == 6 * 400


def test_a_later_day_that_hangs_leaves_the_first_one_a_fetcher(database):
    """Every answer of the later days waits until the first day is read to its end."""
    five = days(5)
    proven = threading.Event()

    def on_page(request):
        if request.days[0] != five[0]:
            assert proven.wait(PATIENCE)
        elif request.per_page == 1:
            proven.set()

    with Simulator(make_calls(five, 60, odd=False), on_page=on_page) as simulator:
        summary = execute(simulator, database, windows_of_days(five), per_page=10)
    assert summary.exit_code is ExitCode.SUCCESS
    assert database.value("SELECT COUNT(*) FROM calls") == 5 * 60


def test_an_api_that_asks_for_less_is_heard_by_all_days(database):
    eight = days(8)
    with Simulator(make_calls(eight, 30, odd=False)) as simulator:
        simulator.use_faults([Fault("status_429", times=6)])
        summary = execute(simulator, database, windows_of_days(eight), per_page=10)
    assert summary.exit_code is ExitCode.SUCCESS
    assert summary.retries == 6
    assert database.value("SELECT COUNT(*) FROM calls") == 8 * 30


def test_the_newest_day_comes_next_where_three_fail_though_others_were_begun(database):
    nine, stored = days(9), Stored()
    with Simulator(make_calls(nine, 20, odd=False)) as simulator:
        simulator.use_faults([Fault("status_500", day=day, times=None) for day in nine[:3]])
        summary = execute(
            simulator, database, windows_of_days(nine), listener=stored, max_attempts=1
        )
    assert summary.exit_code is ExitCode.WITH_ERRORS
    assert stored.done == [*nine[:3], nine[8], *nine[3:8]]


@pytest.mark.parametrize("patience", [0.0, 5.0])
def test_large_pages_of_later_days_wait_for_room_and_are_asked_for_again(
    database, monkeypatch, patience
):
    """The memory holds two pages: one of the first day, one of all others."""
    monkeypatch.setattr("robot.http.transport.ALL_BODIES", 2_000_000)
    monkeypatch.setattr("robot.http.limits._PATIENCE_SECONDS", patience)
    five = days(5)
    calls = {
        str(day): [record(number, str(day), feedback="x" * 600_000) for number in range(4)]
        for day in five
    }
    with liar(lambda asked: page_of(calls[asked.day], asked)) as api:
        summary = execute(api, database, windows_of_days(five), per_page=1, largest_body=1_000_000)
    assert summary.exit_code is ExitCode.SUCCESS
    assert database.value("SELECT COUNT(*) FROM calls") == 5 * 4
