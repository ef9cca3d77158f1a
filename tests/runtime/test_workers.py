"""Lines of work that share a few threads."""

import threading

import pytest

from robot.errors import Interrupted
from robot.runtime.workers import Later, Pool, current_line

PATIENCE = 100  # seconds, of what must happen at once
NEVER = threading.Event()


@pytest.fixture
def pool():
    pool = Pool(4)
    yield pool
    pool.close()


def numbers(line, function, count=100):
    """What a line's items are: the results of a function of some numbers."""
    for _, result in line.unordered(function, range(count)):
        yield result


def brought(line):
    """How much of a line is done, and not taken."""
    return len(line.ready) + line.under_way + line.in_hand


def started(pool, function, count=100):
    line = pool.line()
    line.run(numbers(line, function, count))
    return line


def test_the_lines_behind_the_first_do_as_much_as_may_wait_and_leave_it_a_thread(pool):
    gate = threading.Event()
    first = started(pool, lambda number: gate.wait(PATIENCE) and number, 3)
    for _ in range(5):
        started(pool, lambda number: number)
    with pool.change:
        quiet = pool.change.wait_for(
            lambda: pool._next() is None and pool._busy == 3 == first.busy, PATIENCE
        )
        assert quiet
        assert sum(map(brought, pool._lines[1:])) <= 8
    gate.set()
    assert sorted(first.events(NEVER)) == [0, 1, 2]


def test_what_waits_behind_the_first_line_is_bounded_until_that_is_taken(pool):
    gate = threading.Event()
    first = started(pool, lambda number: gate.wait(PATIENCE) and number, 1)
    others = [started(pool, lambda number: number) for _ in range(3)]
    with pool.change:
        assert pool.change.wait_for(
            lambda: sum(map(brought, others)) == 8 and pool._next() is None, PATIENCE
        )
        assert not pool.wants_a_line()
    gate.set()
    assert list(first.events(NEVER)) == [0]
    first.leave()
    for line in others:
        assert sorted(line.events(NEVER)) == list(range(100))
        line.leave()


def test_the_bytes_that_wait_behind_the_first_line_are_bounded(pool, monkeypatch):
    monkeypatch.setattr("robot.runtime.workers._MOST_BYTES_AHEAD", 300)
    gate = threading.Event()
    first = pool.line()
    first.run(numbers(first, lambda number: gate.wait(PATIENCE) and number, 1))
    second = pool.line(lambda _: 100)
    second.run(numbers(second, lambda number: number))
    with pool.change:
        assert pool.change.wait_for(lambda: second.bytes >= 300 and pool._next() is None, PATIENCE)
        assert second.bytes <= 400
    gate.set()
    list(first.events(NEVER))
    first.leave()
    assert sorted(second.events(NEVER)) == list(range(100))


def test_a_task_without_room_is_done_again_when_its_line_is_the_first(pool):
    gate = threading.Event()
    first = started(pool, lambda number: gate.wait(PATIENCE) and number, 1)
    refused = threading.Event()

    def large(number):
        if current_line().is_ahead:
            refused.set()
            raise Later
        return number

    second = started(pool, large, 2)
    assert refused.wait(PATIENCE)
    gate.set()
    list(first.events(NEVER))
    first.leave()
    assert sorted(second.events(NEVER)) == [0, 1]


def test_what_a_line_asks_for_after_the_end_is_answered_with_interrupted(pool):
    line = pool.line()
    pool.close()
    with pytest.raises(Interrupted):
        line.call(lambda: 1)


def test_asking_to_stop_ends_the_wait_for_what_a_line_gives(pool):
    gate, stop = threading.Event(), threading.Event()
    line = started(pool, lambda _: gate.wait(PATIENCE))
    stop.set()
    with pytest.raises(Interrupted):
        next(line.events(stop))
    gate.set()


def test_an_error_of_a_line_is_raised_behind_what_it_gave(pool):
    def two():
        yield 1
        raise ZeroDivisionError

    line = pool.line()
    line.run(two())
    events = line.events(NEVER)
    assert next(events) == 1
    with pytest.raises(ZeroDivisionError):
        next(events)
