"""How a window's rows are gathered into batches, and what is passed over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from rows import COVERAGE, DAY, batch, call, line, mailing, window_store

from robot.cells.tables import CALLS, CALLS_FAMILY, MAILING_DATA
from robot.database import Counts, Repository
from robot.errors import RetriableError
from robot.period import windows_of_days
from robot.simulators.threec import make_calls
from robot.sync.job import Digest
from robot.sync.storing import KnownWindows
from robot.threec.calls_job import digest_calls


@pytest.fixture
def batches(monkeypatch):
    """The sizes of the batches that are stored: (calls, mailing rows)."""
    sizes, store = [], Repository.store

    def counted(repository, what, *others):
        sizes.append(tuple(len(rows) for rows in what.rows.values()))
        return store(repository, what, *others)

    monkeypatch.setattr(Repository, "store", counted)
    return sizes


@pytest.mark.parametrize("known", [False, True], ids=["all new", "only the mailing rows are new"])
@pytest.mark.parametrize("page", [400, 1000, 2000])
def test_no_batch_is_larger_than_the_engine_asks_for(database, batches, page, known):
    repository = database.repository()
    calls = [call(f"{n:05}") for n in range(6000)]
    if known:
        for start in range(0, len(calls), 2000):
            repository.store(batch(calls[start : start + 2000]), COVERAGE, line(), set())
    batches.clear()
    store = window_store(repository)
    for start in range(0, len(calls), page):
        rows = calls[start : start + page]
        store.add(
            Digest(
                [CALLS.key_of(row) for row in rows],
                {CALLS: rows, MAILING_DATA: [mailing(CALLS.key_of(row)) for row in rows]},
            )
        )
    store.flush()
    assert [len(calls) * (not known), len(calls)] == [
        sum(sizes) for sizes in zip(*batches, strict=True)
    ]
    assert max(max(sizes) for sizes in batches) <= repository.batch_rows
    assert len(batches) == 3
    repository.close()


# --- the thread that stores judges again
# --------------------------------------------------------------------------------


@pytest.fixture
def stored(repository):
    """A window's store whose first page is in the database; the calls; and the page unchanged, as a
    reader saw it then.
    """
    calls = make_calls([DAY], 30, odd=False)
    store = window_store(repository)
    store.add(digest_calls(COVERAGE.period, (), calls))
    store.flush()
    known = repository.known_hashes(CALLS_FAMILY, COVERAGE.period)
    return store, calls, digest_calls(COVERAGE.period, (), calls, known=known)


def value(repository, call):
    return repository.read("SELECT mode FROM calls WHERE id = ?", (call["id"],))[0][0]


def test_a_record_spared_too_early_is_stored_after_all(repository, stored):
    store, calls, unchanged = stored
    store.add(digest_calls(COVERAGE.period, (), [{**calls[0], "mode": "Nova"}]))
    store.flush()
    assert value(repository, calls[0]) == "Nova"
    store.add(unchanged)  # the reader could not know of it
    store.flush()
    assert value(repository, calls[0]) == calls[0]["mode"]


def test_a_change_that_waits_is_undone_by_a_record_spared_after_it(repository, stored):
    _, calls, _ = stored
    store = window_store(repository)
    store.add(digest_calls(COVERAGE.period, (), [{**calls[0], "mode": "Nova"}]))
    for _ in range(2):  # passes over the window
        store.add(digest_calls(COVERAGE.period, (), calls, known=store._known))
    store.flush()
    assert value(repository, calls[0]) == calls[0]["mode"]
    assert store.tally.distinct == 30
    assert store.tally.counts(CALLS) == Counts(unchanged=30)


def test_what_one_pass_stored_the_next_does_not_count_again(stored):
    store, calls, _ = stored
    store.add(digest_calls(COVERAGE.period, (), calls, known=store._known))
    store.flush()
    assert store.tally.counts(CALLS) == Counts(inserted=30)
    assert (store.tally.distinct, store.tally.received) == (30, 60)


def test_a_record_that_changed_without_its_rows_is_not_sent(batches, repository, stored):
    _, calls, _ = stored
    batches.clear()
    store = window_store(repository)
    store.add(digest_calls(COVERAGE.period, (), [{**call, "new": None} for call in calls]))
    store.flush()
    assert batches == []
    assert store.tally.counts(CALLS) == Counts(unchanged=30)


def test_the_windows_line_counts_the_pages_that_are_stored(repository):
    calls = make_calls([DAY], 3 * repository.batch_rows // 2, odd=False)
    half = len(calls) // 2
    store = window_store(repository)
    for page in (calls[:half], calls[half:]):
        store.add(digest_calls(COVERAGE.period, (), page))
    assert repository.read("SELECT pages, stored FROM sync_windows") == [(1, half)]


def test_a_row_that_may_have_moved_is_known_nowhere_else(repository, stored, monkeypatch):
    """The COMMIT may hold although its answer is lost."""
    _, calls, _ = stored
    yesterday, today = windows_of_days([DAY - timedelta(days=1), DAY])
    windows = KnownWindows(repository, CALLS_FAMILY)
    windows.take(today)
    store = window_store(repository, windows, yesterday)
    moved = {**calls[0], "call_date": f"{yesterday.day} 10:00:00", "call_date_rfc3339": None}
    store.add(digest_calls(yesterday.period, (), [moved]))

    def lost(*_):
        raise RetriableError("the answer to COMMIT is lost")

    monkeypatch.setattr(Repository, "store", lost)
    with pytest.raises(RetriableError):
        store.flush()
    assert all(calls[0]["id"] not in known for known in windows.of(today))


def test_a_row_that_moved_to_another_day_is_known_there_no_more(repository, stored):
    _, calls, _ = stored
    yesterday, today = windows_of_days([DAY - timedelta(days=1), DAY])
    windows = KnownWindows(repository, CALLS_FAMILY)
    windows.take(yesterday)
    windows.take(today)
    assert calls[0]["id"] in windows.of(today)[0]
    windows.moved(yesterday, [[calls[0]["id"]], [calls[0]["id"]]])
    assert all(calls[0]["id"] not in known for known in windows.of(today))
    assert len(windows.take(today)[0]) == len(calls) - 1
    windows.forget(today)
    assert windows.of(today) == ()
