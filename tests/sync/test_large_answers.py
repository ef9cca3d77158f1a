"""An answer is read so far and no further, packed or not, and all answers share one budget of
memory.
"""

from __future__ import annotations

import gzip
import sys
import threading
import zlib

import orjson
import pytest
from support import always, fast_transport

from robot.errors import Interrupted
from robot.http import ApiUnavailable, BodyTooLarge
from robot.http.limits import MEGABYTE, SMALL_BODY, Budget, Share, weight

LARGEST = 2 * MEGABYTE


def get(url, **values):
    transport = fast_transport(max_attempts=3, largest_body=LARGEST, **values)
    try:
        return transport.get(url).body, transport
    finally:
        transport.close()


def text_of(size):
    return b'"' + b"a" * (size - 2) + b'"'


def test_an_answer_of_the_largest_size_is_read():
    with always(200, text_of(LARGEST)) as url:
        assert len(get(url)[0]) == LARGEST - 2


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (text_of(LARGEST + 1), {}),
        (b"[" * 10 * LARGEST, {}),
        (gzip.compress(b" " * 200 * MEGABYTE), {"Content-Encoding": "gzip"}),
        (zlib.compress(b" " * 200 * MEGABYTE), {"Content-Encoding": "deflate"}),
        (gzip.compress(gzip.compress(b" " * 200 * MEGABYTE)), {"Content-Encoding": "gzip, gzip"}),
        (b'{"data":[' + b"{}," * 30_000 + b"{}]" + b" " * SMALL_BODY + b"}", {}),
        (b"[" + b"[]," * 30_000 + b"[]" + b" " * SMALL_BODY + b"]", {}),
    ],
    ids=["a byte too many", "deep", "gzip", "deflate", "gzip twice", "objects", "lists"],
)
def test_a_larger_one_is_refused_at_once_and_never_asked_for_again_as_it_is(body, headers):
    with always(200, body, **headers) as url:
        transport = fast_transport(max_attempts=3, largest_body=LARGEST)
        with pytest.raises(BodyTooLarge, match="more than 2 MB") as caught:
            transport.get(url)
        assert transport.retries == 0
        assert "API_MAX_PAGE_MB" in caught.value.hint
        transport.close()


@pytest.mark.parametrize("depth", [5_000, 100_000])
def test_an_answer_nested_without_end_is_told_as_no_json(depth):
    body = b"[" * depth + b"]" * depth
    with always(200, body) as url, pytest.raises(ApiUnavailable, match="no JSON"):
        get(url)


def test_of_an_error_the_beginning_is_enough():
    body = b'{"detail":"' + b"x" * 20 * LARGEST + b'"}'
    with always(500, body) as url, pytest.raises(ApiUnavailable, match="HTTP 500"):
        get(url)


def test_what_was_sent_and_answered_at_such_length_is_unknown_and_not_undone():
    """A FatalError would say that nothing has happened: the contacts would be sent twice."""
    transport = fast_transport(largest_body=LARGEST)
    with (
        always(200, text_of(LARGEST + 1)) as url,
        pytest.raises(ApiUnavailable, match="more than 2 MB"),
    ):
        transport.send("POST", url, body=[])
    transport.close()


@pytest.mark.parametrize(
    "body",
    [
        b"[" + b"{}," * 299_999 + b"{}]",
        b"[" + b"[]," * 299_999 + b"[]]",
        b'["' + b"a" * MEGABYTE + b'"]',
    ],
    ids=["objects", "lists", "text"],
)
def test_the_weight_of_a_body_is_no_less_than_what_its_values_take(body):
    found = orjson.loads(body)
    outermost = 200
    assert weight(body) + outermost >= sys.getsizeof(found) + sum(map(sys.getsizeof, found))


def test_a_share_waits_until_there_is_room_and_is_given_back_whole():
    budget = Budget(4 * MEGABYTE, threading.Event())
    first, second = Share(budget), Share(budget)
    first.hold(3 * MEGABYTE)
    waiting = threading.Thread(target=second.hold, args=(2 * MEGABYTE,))
    waiting.start()
    first.hold(MEGABYTE)  # smaller than was feared: there is room now
    waiting.join(60)
    assert not waiting.is_alive()
    first.release()
    first.release()
    second.release()
    assert budget._held == 0
    assert (first.size, second.size) == (MEGABYTE, 2 * MEGABYTE)


def test_a_share_larger_than_the_budget_is_given_when_nothing_else_is_held():
    budget = Budget(MEGABYTE, threading.Event())
    with Share(budget) as share:
        share.hold(2 * MEGABYTE)
    share.release()
    assert budget._held == 0


def test_an_error_gives_a_share_back_and_so_does_forgetting_it():
    budget = Budget(2 * MEGABYTE, threading.Event())
    with pytest.raises(ZeroDivisionError), Share(budget) as share:  # noqa: PT012
        share.hold(2 * MEGABYTE)
        raise ZeroDivisionError
    assert budget._held == 0
    forgotten = Share(budget)
    forgotten.hold(2 * MEGABYTE)
    del forgotten
    assert budget._held == 0


def test_asking_to_stop_ends_the_wait_for_room():
    stop = threading.Event()
    budget = Budget(MEGABYTE, stop)
    held, waiting = Share(budget), Share(budget)
    held.hold(MEGABYTE)
    stop.set()
    with pytest.raises(Interrupted):
        waiting.hold(MEGABYTE)
