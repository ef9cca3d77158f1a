"""The verdict as a function of the evidence: what proves a window, and what never does."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from robot.sync.evidence import Reading, Unread
from robot.sync.verdict import MOST_PASSES, judge, next_size


def reading(keys: str, total: int | None = None, size: int = 4, **facts: object) -> Reading:
    """What a reading of `total` places found, a letter for each record."""
    return replace(
        Reading(size=size, keys=tuple(keys), totals=() if total is None else (total, total)),
        **facts,
    )


def proven(*readings: Reading, settled: bool = True) -> bool:
    return judge(readings, settled=settled).complete


# -- one reading


def test_as_many_records_as_the_total_prove_a_window():
    verdict = judge([reading("abc", 3)], settled=True)
    assert (verdict.complete, verdict.distinct, verdict.total, verdict.note, verdict.again) == (
        True,
        3,
        3,
        "",
        False,
    )


def test_an_empty_window_is_proven_by_its_total_of_none():
    assert proven(reading("", 0))


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"keys": tuple("ab")}, "2 of 3 records received"),
        ({"keys": tuple("abb")}, "1 came more than once"),
        ({"totals": (3, 4, 3)}, "the total moved between 3 and 4"),
        ({"totals": (3, 4)}, "the total moved between 3 and 4"),
        ({"behind": frozenset("d")}, "records behind the 3"),
        ({"unread": (Unread("2", "HTTP 500"),)}, r"page\(s\) 2 could not be read: HTTP 500"),
        (
            {"unread": (Unread("2", "HTTP 500"),), "api_down": True, "last_page": 4},
            "after page 4 were not asked for",
        ),
        ({"stuck": True}, "the same page again and again"),
        ({"failure": "HTTP 500"}, "then the API failed: HTTP 500"),
        ({"far": 1}, "1 records are dated more than a day outside"),
    ],
)
def test_each_doubt_is_told(facts, told):
    verdict = judge([replace(reading("abc", 3), **facts)], settled=True)
    assert not verdict.complete
    assert re.search(told, verdict.reason), verdict.reason


@given(
    keys=st.text("abcd", max_size=6),
    totals=st.lists(st.integers(0, 5), min_size=1, max_size=4),
    facts=st.sampled_from(
        [{"unread": (Unread("1", "x"),)}, {"stuck": True}, {"failure": "x"}, {"far": 2}]
    ),
    earlier=st.lists(st.text("abcd", max_size=5), max_size=3),
    settled=st.booleans(),
)
def test_a_reading_that_ended_badly_is_never_a_proof(keys, totals, facts, earlier, settled):
    last = Reading(keys=tuple(keys), totals=tuple(totals), **facts)
    before = [reading(each, len(set(each))) for each in earlier]
    assert not judge([*before, last], settled=settled).complete


FAILED = {
    "at its first page": {"keys": (), "totals": (), "failure": "HTTP 500"},
    "behind the end": {"failure": "HTTP 500"},
    "in the middle": {"keys": ("a",), "unread": (Unread("2", "HTTP 500"),)},
    "stuck": {"keys": ("a", "a", "a"), "stuck": True},
    "with too few": {"keys": ("a", "b")},
    "with a moving total": {"keys": ("a",), "totals": (2, 3)},
}


@pytest.mark.parametrize("facts", FAILED.values(), ids=FAILED)
def test_the_numbers_of_a_doubt_are_those_of_all_readings(facts):
    """What the last reading lacks an earlier one may have brought: it is stored."""
    verdict = judge([reading("aabc", 3), replace(reading("abc", 3, size=2), **facts)], settled=True)
    assert (verdict.complete, verdict.distinct, verdict.total) == (False, 3, 3)
    assert "3 of 3 records received" in verdict.reason


def test_records_of_another_list_are_not_added_to_the_numbers():
    """Five different records cannot have been of a list of four."""
    verdict = judge([reading("abcd", 5), reading("cde", 4, failure="HTTP 500")], settled=True)
    assert (verdict.distinct, verdict.total) == (3, 4)


# -- a day that is not over


def test_of_today_what_was_promised_at_first_is_enough():
    assert proven(reading("abcd", 3, totals=(3, 4, 5)), settled=False)
    assert not proven(reading("ab", 3, totals=(3, 3)), settled=False)


def test_of_today_several_readings_add_up():
    assert proven(reading("aab", 3), reading("bcc", 3), settled=False)


# -- several readings


def test_what_several_readings_found_together_proves_a_window_once_each_record_was_found_twice():
    first, second, third = (
        reading("aabc", 4),
        reading("bcdd", 4, size=2),
        reading("aadd", 4, size=3),
    )
    assert not proven(first, second)
    verdict = judge([first, second, third], settled=True)
    assert verdict.complete
    assert "3 readings" in verdict.note
    assert verdict.distinct == 4


def test_a_record_that_was_replaced_between_two_readings_hides_nobody():
    """`a` gave way to `e`, which no reading has shown: four records of four came, and one of them
    is gone.
    """
    readings = [reading("abcc", 4), reading("bcdd", 4, size=2)]
    assert not proven(*readings)
    assert not proven(*readings, *[reading("bcdd", 4, size=3), reading("ddcb", 4, size=2)])
    assert proven(*readings, reading("bcde", 4, size=3))


@pytest.mark.parametrize(
    "between", [reading("abcd", 5, totals=(5, 5)), reading("abc", 4, totals=(4, 5, 4))]
)
def test_a_total_that_moves_and_comes_back_parts_what_was_read_before_from_what_is_read_after(
    between,
):
    before, after = reading("aabc", 4), reading("bcdd", 4, size=2)
    again = reading("aadd", 4, size=3)
    assert proven(before, after, again)
    assert not proven(before, between, after, again)


def test_readings_that_found_more_than_the_total_are_not_of_one_list():
    """Five records of a list of four: the newest readings count, not the oldest."""
    readings = [reading("abcc", 4), reading("abcc", 4, size=2), reading("cdee", 4, size=3)]
    assert judge(readings, settled=True).complete is False
    assert judge(readings, settled=True).distinct == 3


def test_a_record_that_the_list_holds_twice_is_proven_by_two_page_sizes():
    verdict = judge([reading("abca", 4), reading("abca", 4, size=2)], settled=True)
    assert verdict.complete
    assert "holds 1 record(s) twice" in verdict.note
    assert verdict.distinct == 3


@pytest.mark.parametrize(
    "second",
    [
        reading("abca", 4, size=4),  # the same borders of pages may hide the same record
        reading("abac", 4, size=2),  # the same records, but not at the same places: the list moves
        reading("abcb", 4, size=2),
        reading("abca", 4, size=2, behind=frozenset("d")),
        reading("abc", 4, size=2),  # not every place was read
        reading("abca", 5, size=2),
    ],
)
def test_anything_less_is_no_proof_of_a_record_held_twice(second):
    assert not proven(reading("abca", 4), second)


# -- models of an API: whatever it does, a proof is right


def pages(places: int, size: int) -> list[range]:
    return [range(start, min(start + size, places)) for start in range(0, places, size)]


def read_anew(draw: st.DrawFn, held: list[str], size: int) -> Reading:
    """A reading of a list that has another order at each request."""
    keys: list[str] = []
    for page in pages(len(held), size):
        order = draw(st.permutations(held))
        keys += [order[place] for place in page]
    return Reading(
        size=size, keys=tuple(keys), totals=(len(held),) * (len(pages(len(held), size)) + 1)
    )


def looks_like_a_list_that_holds_one_twice(readings: list[Reading]) -> bool:
    """By chance, the same wrong list twice: what nobody can tell from a list that is so."""
    last = readings[-1]
    return last.distinct < len(last.keys) and any(each.keys == last.keys for each in readings[:-1])


@given(data=st.data(), count=st.integers(0, 7), size=st.integers(1, 5))
def test_an_api_without_an_order_is_complete_only_with_every_record(data, count, size):
    held = [chr(97 + number) for number in range(count)]
    readings: list[Reading] = []
    while True:
        readings.append(read_anew(data.draw, held, next_size(readings) if readings else size))
        verdict = judge(readings, settled=True)
        if not verdict.again:
            break
    assert len(readings) <= MOST_PASSES
    if verdict.complete and not looks_like_a_list_that_holds_one_twice(readings):
        assert {key for each in readings for key in each.keys} == set(held)


@given(data=st.data(), count=st.integers(2, 6), size=st.integers(1, 4), more=st.integers(1, 5))
def test_a_record_replaced_after_the_first_reading_is_never_missed(data, count, size, more):
    """One record gives way to another one between two readings: the total says nothing of it."""
    before = [chr(97 + number) for number in range(count)]
    after = [*before[1:], "z"]
    readings = [read_anew(data.draw, before, size)]
    for _ in range(more):
        if judge(readings, settled=True).complete:
            return
        readings.append(read_anew(data.draw, after, next_size(readings)))
    if judge(readings, settled=True).complete and not looks_like_a_list_that_holds_one_twice(
        readings
    ):
        assert set(after) <= {key for each in readings for key in each.keys}


@given(count=st.integers(1, 9), size=st.integers(1, 9), twice=st.integers(0, 8))
@example(count=3, size=100, twice=0)
def test_a_list_that_holds_a_record_twice_is_proven_at_the_second_reading(count, size, twice):
    held = [chr(97 + number) for number in range(count)]
    held.append(held[twice % count])
    first = Reading(size=size, keys=tuple(held), totals=(len(held),))
    second = replace(first, size=next_size([first]))
    verdict = judge([first, second], settled=True)
    assert verdict.complete
    assert verdict.distinct == count


@given(
    changes=st.lists(st.sampled_from(["add", "remove", "nothing"]), min_size=1, max_size=6),
    size=st.integers(1, 3),
)
def test_a_list_that_grows_or_shrinks_while_it_is_read_is_complete_only_with_all_that_stayed(
    changes, size
):
    """Each request may find another list, in front of which records come and go; each answer tells
    its own total.
    """
    held = [chr(97 + number) for number in range(6)]
    stayed = set(held)
    keys: list[str] = []
    totals: list[int] = []
    fresh = iter("uvwxyz")
    start = 0
    for change in [*changes, *["nothing"] * 12]:
        keys += held[start : start + size]
        totals.append(len(held))
        start += size
        if start >= totals[0]:
            break
        if change == "add":
            held.insert(0, next(fresh))
        elif change == "remove":
            stayed.discard(held.pop(0))
    last = Reading(size=size, keys=tuple(keys), totals=(*totals, len(held)))
    if judge([last], settled=True).complete and not {"add", "remove"} <= set(changes):
        assert stayed <= set(keys)


# -- without totals


def test_without_totals_two_readings_must_agree():
    assert not proven(reading("abc"))
    assert proven(reading("abc"), reading("abc", size=2))
    assert not proven(reading("abc"), reading("abd", size=2))
    assert proven(reading("abc"), reading("abd", size=2), reading("abd", size=3))
    assert proven(reading("abc"), settled=False)


@pytest.mark.parametrize(
    "facts",
    [{"gaps": (2,)}, {"short": (2,)}, {"announced": 3}, {"outside": 1}, {"keys": tuple("abb")}],
    ids=str,
)
def test_without_totals_what_is_odd_is_a_doubt(facts):
    odd = replace(reading("abc"), **facts)
    assert not proven(odd, odd)
    assert judge([odd], settled=True).again
    assert not judge([odd, odd, odd], settled=True).again


# -- another page size


@given(size=st.integers(1, 1000), times=st.integers(1, 8))
def test_each_reading_has_a_page_size_of_its_own_as_long_as_there_is_one(size, times):
    readings = [reading("a", 2, size=size)]
    for _ in range(times):
        readings.append(reading("a", 2, size=next_size(readings)))
    sizes = [each.size for each in readings]
    assert sizes[1] != sizes[0]
    assert all(1 <= each <= size + 1 for each in sizes)
    if size >= 100:
        assert len(set(sizes)) == len(sizes)


def test_pages_that_could_not_be_read_are_asked_for_at_the_same_size():
    assert next_size([reading("ab", 3, size=50, unread=(Unread("2", "HTTP 500"),))]) == 50
