"""One id with two contents in a list: the later place counts, in whatever order the pages
arrive.
"""

from __future__ import annotations

import threading

import pytest
from liar import liar, page_of, record
from support import DAY, execute

from robot.commands.progress import PlainLines
from robot.errors import ExitCode

EARLIER, LATER = 17, 27  # places in the list, counted from 0: no page of 10, 5 or 9 holds both
TWICE = f"{DAY}-00003"


class Watched(PlainLines):
    """Counts the pages that show the call, as they are taken."""

    def __init__(self):
        super().__init__()
        self.taken = 0
        self.change = threading.Condition()

    def page(self, window, digest):
        super().page(window, digest)
        with self.change:
            self.taken += TWICE in digest.keys
            self.change.notify_all()

    def wait_for(self, pages):
        with self.change:
            assert self.change.wait_for(lambda: self.taken >= pages, timeout=60)


def calls_with(earlier, later):
    """Forty calls, and one of them twice more in their midst."""
    calls = [record(number, str(DAY)) for number in range(60) if number != 3][:40]
    calls.insert(EARLIER, record(3, str(DAY), **earlier))
    calls.insert(LATER, record(3, str(DAY), **later))
    return calls


def later_page_first(calls, watched):
    """Each page with the earlier place waits until the one with the later place is taken."""
    readings = []

    def answer(asked):
        if asked.per_page > 1:
            if asked.page == 1:
                readings.append(asked.per_page)
            if asked.page == EARLIER // asked.per_page + 1:
                watched.wait_for(2 * len(readings) - 1)
        return page_of(calls, asked)

    return answer


def read(database, calls, *, reverse):
    watched = Watched()
    with liar(
        later_page_first(calls, watched) if reverse else (lambda asked: page_of(calls, asked))
    ) as api:
        summary = execute(api, database, per_page=10, listener=watched)
    assert watched.taken >= 4  # two readings, two pages of each
    return summary


def contents(database):
    return database.query("SELECT agent, qualification_note FROM calls WHERE id = ?", TWICE)


@pytest.mark.parametrize("reverse", [False, True], ids=["in order", "the later page first"])
@pytest.mark.parametrize("batch_rows", [5, 2000], ids=["stored between", "still waiting"])
def test_the_later_place_wins_whatever_arrives_last(database, monkeypatch, reverse, batch_rows):
    monkeypatch.setattr(type(database.engine()), "batch_rows", batch_rows)
    calls = calls_with({"agent": "before"}, {"agent": "after"})
    summary = read(database, calls, reverse=reverse)
    assert summary.exit_code is ExitCode.SUCCESS, summary.message
    assert contents(database) == [("after", None)]
    again = read(database, calls, reverse=reverse)
    assert contents(database) == [("after", None)]
    if reverse:
        assert again.tally.stored.tables["calls"].updated == 0


@pytest.mark.parametrize("reverse", [False, True], ids=["in order", "the later page first"])
def test_a_later_place_that_cannot_become_a_row_leaves_the_earlier_one(database, reverse):
    calls = calls_with({"agent": "before"}, {"call_date": "soon"})
    summary = read(database, calls, reverse=reverse)
    assert summary.exit_code is ExitCode.WITH_ERRORS
    assert contents(database) == [("before", None)]
    assert database.value("SELECT COUNT(*) FROM rejected_records") == 1


def test_an_earlier_place_that_cannot_become_a_row_does_not_stand_against_the_later_one(database):
    calls = calls_with({"call_date": "soon"}, {"agent": "after"})
    summary = read(database, calls, reverse=True)
    assert summary.exit_code is ExitCode.SUCCESS, summary.message
    assert contents(database) == [("after", None)]
