"""A record whose rows are stored already is not normalized again; and nothing is lost by that."""

from __future__ import annotations

import threading
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from support import DAY, NOW, days, execute

import robot.threec.calls_job
from robot.cells.rows import StoredHash
from robot.cells.tables import CALLS, MAILING_DATA
from robot.database import Repository
from robot.errors import RetriableError
from robot.period import whole, windows_of_days
from robot.simulators.threec import Fault, Simulator, make_calls
from robot.sync.storing import KnownWindows
from robot.threec.call_rows import normalize_call
from robot.threec.calls_job import digest_calls

CONCURRENCY = 4  # of `execute`
COUNT = 150


@pytest.fixture
def normalized(monkeypatch):
    """The ids of the records that the job normalizes."""
    ids: list[str] = []

    def counted(record, zone=None):
        ids.append(record["id"])
        return normalize_call(record, zone)

    monkeypatch.setattr(robot.threec.calls_job, "normalize_call", counted)
    return ids


@pytest.fixture
def simulator():
    with Simulator(make_calls([DAY], COUNT, odd=False)) as running:
        yield running


def counts(summary, table="calls"):
    found = summary.tally.stored.tables[table]
    return found.inserted, found.updated, found.unchanged


def mailed(simulator):
    return sum(bool(call["mailing_data"]) for call in simulator.calls)


def test_a_window_read_again_normalizes_nothing_and_counts_everything(
    simulator, database, normalized
):
    execute(simulator, database)
    assert len(normalized) == COUNT
    normalized.clear()
    summary = execute(simulator, database, now=NOW + timedelta(hours=1))
    assert normalized == []
    assert counts(summary) == (0, 0, COUNT)
    assert counts(summary, "mailing_data") == (0, 0, mailed(simulator))
    assert database.query("SELECT status, stored, api_total FROM sync_windows") == [
        ("COMPLETE", COUNT, COUNT)
    ]


def test_a_period_read_again_is_known_a_window_ahead(database, normalized):
    """Most of it at least: the reader does not wait for what is known."""
    three = days(3)
    with Simulator(make_calls(three, COUNT, odd=False), latency_seconds=0.05) as simulator:
        execute(simulator, database, windows_of_days(three), per_page=10)
        normalized.clear()
        execute(simulator, database, windows_of_days(three), per_page=10, again=True)
    assert len(normalized) < COUNT


def test_only_what_changed_is_normalized(simulator, database, normalized):
    execute(simulator, database)
    normalized.clear()
    changed = simulator.calls[10]["id"]
    simulator.update_call(changed, qualification="Retornar")
    assert counts(execute(simulator, database)) == (0, 1, COUNT - 1)
    assert normalized == [changed]
    assert database.value("SELECT qualification FROM calls WHERE id = ?", changed) == "Retornar"


def test_a_mailing_that_changes_and_changes_back_is_followed_both_times(simulator, database):
    """The call's own row stays as it was made of the first record: it alone would spare the
    third.
    """
    call = next(call for call in simulator.calls if call["mailing_data"])
    before = {**call["mailing_data"], "uf": "SP"}
    for uf in ("SP", "AC", "SP", "AC"):
        simulator.update_call(call["id"], mailing_data={**before, "uf": uf})
        execute(simulator, database)
        assert database.value("SELECT uf FROM mailing_data WHERE call_id = ?", call["id"]) == uf


def test_a_mailing_row_that_was_deleted_comes_back(simulator, database):
    execute(simulator, database)
    call = next(call for call in simulator.calls if call["mailing_data"])
    database.query("DELETE FROM mailing_data WHERE call_id = ?", call["id"])
    execute(simulator, database)
    assert database.value("SELECT COUNT(*) FROM mailing_data WHERE call_id = ?", call["id"]) == 1


def test_rows_of_another_form_of_the_normalizer_are_normalized_again(
    simulator, database, normalized, monkeypatch
):
    execute(simulator, database)
    normalized.clear()
    monkeypatch.setattr("robot.threec.call_rows.FORM", 99)
    summary = execute(simulator, database)
    assert len(normalized) == COUNT
    assert counts(summary) == (0, 0, COUNT)


def test_what_was_stored_for_one_campaign_is_left_out_where_another_is_asked_for(database):
    """The API ignores the campaign: what it sends of the other one is known, and is still not what
    was asked for.
    """
    with Simulator(make_calls([DAY], COUNT, odd=False)) as simulator:
        campaigns = sorted({call["campaign_id"] for call in simulator.calls})
        execute(simulator, database)
        simulator.use_faults([Fault("campaigns_ignored", times=None)])
        summary = execute(simulator, database, campaigns=(campaigns[0],))
    own = sum(call["campaign_id"] == campaigns[0] for call in simulator.calls)
    assert summary.tally.outside_campaigns == COUNT - own
    assert counts(summary) == (0, 0, own)


def test_what_is_known_does_not_grow_with_the_period(database, monkeypatch):
    """Whatever days fail, only the windows that are read side by side are known at once, and none
    when all is done.
    """
    instances, most, take = [], [], KnownWindows.take

    def counted(known, window):
        found = take(known, window)
        instances.append(known)
        most.append(len(known._known))
        return found

    monkeypatch.setattr(KnownWindows, "take", counted)
    thirty = days(30)
    with Simulator(make_calls(thirty, 4, odd=False)) as simulator:
        execute(simulator, database, windows_of_days(thirty))
        for failing in ([], [4], [4, 5], [4, 5, 6], [0, 1], [28, 29]):
            simulator.use_faults([Fault("status_500", day=thirty[n], times=None) for n in failing])
            summary = execute(
                simulator, database, windows_of_days(thirty), again=True, max_attempts=1
            )
            assert summary.windows.get("FAILED", 0) == len(failing)
    assert max(most) <= 2 * CONCURRENCY + 1
    assert {len(known._known) for known in instances} == {0}


def test_an_execution_that_cannot_begin_leaves_no_thread_behind(simulator, database, monkeypatch):
    def refuse(*_):
        raise RetriableError("not now")

    before = threading.active_count()
    monkeypatch.setattr(Repository, "known_hashes", refuse)
    assert execute(simulator, database).status == "FAILED"
    assert threading.active_count() == before


# --- one page
# --------------------------------------------------------------------------------------------------


PERIOD = whole(DAY)


def known_of(calls, zone=None):
    digest = digest_calls(PERIOD, (), calls, zone=zone)
    return tuple(
        {table.key_of(row): StoredHash(row.hash, row.record_hash) for row in digest.rows[table]}
        for table in (CALLS, MAILING_DATA)
    )


def test_every_key_of_a_page_is_told_spared_or_not():
    calls = make_calls([DAY], 20, odd=False)
    known = known_of(calls[:10])
    digest = digest_calls(PERIOD, (), calls, known=known)
    assert list(digest.keys) == [call["id"] for call in calls]
    assert [each.key for each in digest.unchanged] == [call["id"] for call in calls[:10]]
    assert [CALLS.key_of(row) for row in digest.rows[CALLS]] == [call["id"] for call in calls[10:]]


def test_an_id_that_is_a_number_is_spared_too():
    calls = [{**make_calls([DAY], 1, odd=False)[0], "id": 12345}]
    assert [
        each.key for each in digest_calls(PERIOD, (), calls, known=known_of(calls)).unchanged
    ] == ["12345"]


def test_of_two_versions_in_one_page_the_last_one_counts():
    (old,) = make_calls([DAY], 1, odd=False)
    new = {**old, "qualification": "Nova"}
    for page in ([new, old], [old, new]):
        digest = digest_calls(PERIOD, (), page, known=known_of([old]))
        assert not digest.unchanged
        assert [row.hash for row in digest.rows[CALLS]] == [
            normalize_call(record).call.hash for record in page
        ]


def test_of_two_versions_in_one_page_the_zone_is_asked_for_both():
    """Both have their date in RFC 3339 only: it is that of the account's clocks."""
    zone = ZoneInfo("America/Manaus")
    (old,) = make_calls([DAY], 1, odd=False)
    old |= {"call_date": None, "call_date_rfc3339": f"{DAY}T10:00:00-03:00"}
    known = known_of([old], zone)
    assert len(digest_calls(PERIOD, (), [old], zone=zone, known=known).unchanged) == 1
    digest = digest_calls(
        PERIOD, (), [old, {**old, "qualification": "Nova"}], zone=zone, known=known
    )
    assert [CALLS.cell(row, "call_date").hour for row in digest.rows[CALLS]] == [9, 9]


def test_a_record_that_has_no_hash_is_never_spared():
    """With a lone surrogate: whatever else of it changes, both versions would have the same empty
    one.
    """
    (call,) = ({**call, "feedback": "\ud800"} for call in make_calls([DAY], 1, odd=False))
    assert not digest_calls(
        PERIOD, (), [{**call, "mode": "Nova"}], known=known_of([call])
    ).unchanged


@pytest.mark.parametrize("campaign", [None, "x", [], {}, True, 1.5])
def test_a_campaign_of_any_shape_is_no_reason_to_stop(campaign):
    (call,) = ({**call, "campaign_id": campaign} for call in make_calls([DAY], 1, odd=False))
    assert not digest_calls(PERIOD, frozenset({5}), [call], known=known_of([call])).unchanged


@pytest.mark.parametrize(
    "record",
    [None, 7, "x", [], {}, {"id": None}, {"id": []}, {"id": {"a": 1}}, {"id": True}, {"id": 1.5}],
)
def test_a_record_of_any_shape_is_no_reason_to_stop(record):
    digest = digest_calls(PERIOD, (), [record], known=known_of(make_calls([DAY], 3)))
    assert (len(digest.keys), len(digest.unchanged)) == (1, 0)


def test_a_call_that_changes_its_day_is_stored_once_with_the_last_word(database):
    """Both days are known ahead.

    The call is in the second, goes to the first, and the second still gives the old record.
    """
    first, second = days(2)
    calls = make_calls([second], 40, odd=False) + make_calls([first], 40, odd=False)
    moving = calls[0]
    moved = {
        **moving,
        "call_date": f"{first} 10:00:00",
        "call_date_rfc3339": f"{first}T10:00:00-03:00",
    }
    with Simulator(calls) as simulator:
        execute(simulator, database, windows_of_days([first, second]))
    with Simulator([*calls, moved]) as simulator:
        execute(simulator, database, windows_of_days([first, second]), now=NOW + timedelta(days=1))
        assert database.query("SELECT call_date FROM calls WHERE id = ?", moving["id"]) == [
            (moving["call_date"],)
        ]
        assert database.value("SELECT COUNT(*) FROM calls") == 80
