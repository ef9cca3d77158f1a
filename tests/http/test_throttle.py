import itertools
import threading

import pytest

from robot.errors import Interrupted
from robot.http.throttle import Quota, Throttle


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        self.now += 0.001
        return self.now


def test_no_more_than_the_limit_ask_at_once():
    throttle = Throttle(3)
    under_way, most = 0, 0
    lock = threading.Lock()
    inside = threading.Barrier(3, timeout=60)

    def ask():
        nonlocal under_way, most
        with throttle.turn():
            with lock:
                under_way += 1
                most = max(most, under_way)
            inside.wait()
            with lock:
                under_way -= 1

    threads = [threading.Thread(target=ask) for _ in range(9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert most == 3


def test_a_429_halves_the_limit_and_a_run_of_answers_brings_it_back():
    throttle = Throttle(8)
    throttle.slow_down(0)
    assert throttle.limit == 4
    throttle.slow_down(0)
    throttle.slow_down(0)
    throttle.slow_down(0)
    assert throttle.limit == 1
    for _ in range(200):
        throttle.answered()
    assert throttle.limit == 8


def test_requests_a_minute_are_spaced():
    clock = Clock()
    throttle = Throttle(1, Quota(per_minute=60), clock=clock)
    begun = []
    for _ in range(4):
        clock.now += 0.5  # the caller works half a second between two requests
        while True:
            if clock.now >= throttle._not_before:
                break
            clock.now += 0.01
        with throttle.turn():
            begun.append(clock.now)
    assert all(after - before >= 0.99 for before, after in itertools.pairwise(begun))


def test_nobody_asks_before_the_wait_is_over():
    clock = Clock()
    throttle = Throttle(4, clock=clock)
    throttle.slow_down(0.2)
    with throttle.turn():
        assert clock.now >= 0.2


def test_stopping_ends_every_wait():
    stop = threading.Event()
    throttle = Throttle(1, stop=stop)
    throttle.slow_down(3600)
    stop.set()
    with pytest.raises(Interrupted), throttle.turn():
        pass


def test_closing_ends_every_wait():
    throttle = Throttle(1)
    throttle.slow_down(3600)
    throttle.close()
    with pytest.raises(Interrupted), throttle.turn():
        pass
