"""The verdict, whatever the readings were: never complete while a record may be missing."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from robot.sync.evidence import Reading, Unread
from robot.sync.verdict import MOST_PASSES, judge

KEYS = [f"k{number}" for number in range(8)]
SETTLED = st.booleans()


@st.composite
def lists(draw):
    """A list of different records, as the API holds it."""
    return draw(st.permutations(KEYS))[: draw(st.integers(1, len(KEYS)))]


@st.composite
def partial(draw, records):
    """What a reading may bring of a list: any of its records, any number of times."""
    keys = draw(st.lists(st.sampled_from(records), max_size=len(records)))
    return Reading(size=3, keys=tuple(keys), totals=(len(records),) * draw(st.integers(1, 3)))


readings = st.lists(
    st.builds(
        Reading,
        size=st.integers(1, 4),
        keys=st.lists(st.sampled_from(KEYS), max_size=6).map(tuple),
        totals=st.lists(st.integers(0, 8), max_size=3).map(tuple),
        behind=st.frozensets(st.sampled_from(KEYS), max_size=2),
        unread=st.lists(st.builds(Unread, st.just("2"), st.just("HTTP 500")), max_size=1).map(
            tuple
        ),
        gaps=st.sampled_from([(), (2,)]),
        outside=st.integers(0, 1),
        far=st.integers(0, 1),
        stuck=st.booleans(),
        api_down=st.booleans(),
        failure=st.sampled_from(["", "HTTP 500"]),
        earlier=st.integers(0, 2),
    ).map(lambda reading: replace(reading, outside=max(reading.outside, reading.far))),
    min_size=1,
    max_size=4,
)


@given(lists(), st.data())
def test_a_window_is_complete_only_when_its_readings_have_every_record(records, data):
    seen = data.draw(st.lists(partial(records), min_size=1, max_size=4))
    verdict = judge(seen, settled=True)
    received = {key for reading in seen for key in reading.keys}
    if verdict.complete:
        assert received == set(records)
    else:
        assert verdict.reason


@given(lists(), SETTLED)
def test_one_whole_reading_of_a_list_that_does_not_move_is_enough(records, settled):
    reading = Reading(size=3, keys=tuple(records), totals=(len(records), len(records)))
    verdict = judge([reading], settled=settled)
    assert verdict.complete
    assert (verdict.distinct, verdict.total, verdict.again) == (len(records), len(records), False)


@given(lists(), st.integers(1, 7))
def test_what_a_killed_execution_stored_counts_once(records, stored):
    earlier = min(stored, len(records))
    rest = Reading(keys=tuple(records[earlier:]), totals=(len(records),), earlier=earlier)
    assert judge([rest], settled=True).complete
    assert not judge(
        [Reading(keys=rest.keys, totals=rest.totals, earlier=earlier - 1)], settled=True
    ).complete


@given(lists(), st.sampled_from(KEYS))
def test_a_record_behind_the_last_one_is_never_passed_over(records, behind):
    reading = Reading(
        size=3, keys=tuple(records), totals=(len(records),), behind=frozenset({behind})
    )
    assert judge([reading], settled=True).complete == (behind in records)


@given(lists(), st.integers(-3, 3).filter(bool))
def test_a_total_that_moves_proves_nothing(records, move):
    reading = Reading(size=3, keys=tuple(records), totals=(len(records) + move, len(records)))
    assert not judge([reading], settled=True).complete


@given(readings, SETTLED)
def test_a_verdict_depends_on_nothing_but_its_readings_and_gives_a_reason_for_what_it_lacks(
    seen, settled
):
    verdict = judge(seen, settled=settled)
    assert verdict == judge(list(seen), settled=settled)
    assert verdict.complete != bool(verdict.reason)
    assert not (verdict.complete and verdict.again)
    last = seen[-1]
    if last.failure or last.unread or last.stuck or last.far:
        assert not verdict.complete


@given(readings)
def test_no_window_is_read_without_end(seen):
    many = (seen * MOST_PASSES)[:MOST_PASSES]
    assert not judge(many, settled=True).again
