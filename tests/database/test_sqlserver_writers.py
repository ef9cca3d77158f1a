"""Ten writers of overlapping batches at once, on each database, past the job's lock: exactly the
right rows.
"""

import random
import threading
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from rows import COVERAGE, DAY, batch, call, line, mailing

from robot.database import Stored
from robot.errors import RetriableError

WRITERS = 10
KEYS = [f"{n:03}" for n in range(60)]


def stubborn(store):
    """What one batch gives up after five tries, the next execution takes up again."""
    for _ in range(5):
        with suppress(RetriableError):
            return store()
    return store()


def all_at_once(database, version):
    """Each writer stores 30 of the 60 keys, in an order of its own, in batches of 15."""
    found, failures = Stored(), []
    guard, start = threading.Lock(), threading.Barrier(WRITERS)

    def write(number):
        draw = random.Random(f"{version} {number}")
        keys = draw.sample(KEYS, 30) if number else list(KEYS)  # the first writer has them all
        scope = replace(COVERAGE, job=f"calls {number}")
        window = line(day=DAY - timedelta(days=number))
        repository = database.repository()
        try:
            start.wait(60)
            for at in range(0, len(keys), 15):
                some = keys[at : at + 15]
                rows = batch(
                    [call(key, version=version) for key in some],
                    [mailing(key, version=version) for key in some],
                )
                stored = stubborn(lambda rows=rows: repository.store(rows, scope, window, set()))
                with guard:
                    found.add(stored)
        except Exception as error:
            failures.append(error)
        finally:
            repository.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    return found


@pytest.mark.timeout(300)
def test_ten_writers_of_overlapping_batches_end_with_exactly_the_right_rows(database):
    database.repository().close()
    first = all_at_once(database, "1")
    for name in ("calls", "mailing_data"):
        counts = first.tables[name]
        assert (counts.inserted, counts.updated) == (len(KEYS), 0)
        assert counts.stored == 30 * (WRITERS - 1) + 60
    second = all_at_once(database, "2")
    for name in ("calls", "mailing_data"):
        assert (second.tables[name].inserted, second.tables[name].updated) == (0, len(KEYS))
    expected = [(key, f"{key}-2") for key in KEYS]
    assert sorted(database.query("SELECT id, row_hash FROM calls")) == expected
    assert sorted(database.query("SELECT call_id, row_hash FROM mailing_data")) == expected
