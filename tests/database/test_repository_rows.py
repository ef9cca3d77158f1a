"""Rows on their way into both databases: what is stored, what is counted, what is left alone."""

import json
from datetime import datetime

import pytest
from rows import COVERAGE, DAY, WHOLE_DAY, batch, call, day_of, line, mailing

from robot.cells.rejection import Rejection
from robot.cells.rows import StoredHash
from robot.cells.tables import CALLS, CALLS_FAMILY, MAILING_DATA
from robot.database import Counts
from robot.period import Period

TABLES = (CALLS, MAILING_DATA)


def store(repository, *args, open_rejections=frozenset(), execution_id=1, **kwargs):
    return repository.store(
        batch(*args, **kwargs), COVERAGE, line(execution_id), set(open_rejections)
    )


def counts(stored, table=CALLS):
    found = stored.tables.get(table.name, Counts())
    return found.inserted, found.updated, found.unchanged


def test_rows_of_a_real_day_come_back_cell_by_cell(repository, database):
    day = day_of(300)
    stored = repository.store(day.batch, COVERAGE, line(), set())
    assert counts(stored) == (len(day.calls), 0, 0)
    assert counts(stored, MAILING_DATA) == (len(day.mailings), 0, 0)
    for table, rows in ((CALLS, day.calls), (MAILING_DATA, day.mailings)):
        names = ", ".join(table.row_names)
        found = database.query(f"SELECT {names} FROM {table.name}")
        rows = [
            tuple(str(cell) if isinstance(cell, datetime) else cell for cell in row.cells)
            for row in rows
        ]
        key = table.row_names.index(table.key[0])
        assert sorted(found, key=lambda cells: cells[key]) == sorted(
            rows, key=lambda cells: cells[key]
        )


def test_the_same_day_again_writes_nothing_and_leaves_updated_at(repository, database):
    day = day_of(100)
    repository.store(day.batch, COVERAGE, line(), set())
    before = [
        database.query(f"SELECT {table.key[0]}, created_at, updated_at FROM {table.name}")
        for table in TABLES
    ]
    database.clock.advance(hours=1)
    stored = repository.store(day.batch, COVERAGE, line(), set())
    assert counts(stored) == (0, 0, len(day.calls))
    assert counts(stored, MAILING_DATA) == (0, 0, len(day.mailings))
    assert not stored.changed
    after = [
        database.query(f"SELECT {table.key[0]}, created_at, updated_at FROM {table.name}")
        for table in TABLES
    ]
    assert [sorted(rows) for rows in after] == [sorted(rows) for rows in before]


def test_changed_new_and_equal_rows_of_one_batch_are_counted_apart(repository, database):
    store(repository, [call("a"), call("b"), call("c")])
    database.clock.advance(minutes=5)
    stored = store(repository, [call("a"), call("b", version="2", number="5511"), call("d")])
    assert counts(stored) == (1, 1, 1)
    later = str(database.clock.now)
    found = {
        key: (number, str(created) == later, str(updated) == later)
        for key, number, created, updated in database.query(
            "SELECT id, number, created_at, updated_at FROM calls"
        )
    }
    assert found == {
        "a": (None, False, False),
        "b": ("5511", False, True),
        "c": (None, False, False),
        "d": (None, True, True),
    }


def test_a_row_whose_record_changed_without_it_is_equal(repository, database):
    """Also where the version before stored it, which kept the record's digits behind the
    content's.
    """
    keys = ["a" * 20, "b" * 20]
    store(repository, [call(key, row_hash=f"{key}{'1' * 12}") for key in keys])
    before = database.query("SELECT updated_at FROM calls WHERE id = ?", keys[0])
    database.clock.advance(minutes=5)
    stored = store(
        repository,
        [
            call(keys[0], row_hash=keys[0], record_hash="12"),
            call(keys[1], row_hash="c" * 20, record_hash="12"),
        ],
    )
    assert counts(stored) == (0, 1, 1)
    assert database.query("SELECT updated_at FROM calls WHERE id = ?", keys[0]) == before


def test_a_value_that_was_taken_back_becomes_null_again(repository, database):
    store(repository, [call("a", number="5511", has_agent=True, campaign_id=6, feedback="good")])
    store(repository, [call("a", version="2")])
    assert database.query("SELECT number, has_agent, campaign_id, feedback FROM calls") == [
        (None, None, None, None)
    ]


def test_a_row_without_a_hash_is_taken_for_an_older_robots_and_brought_up_to_date(
    repository, database
):
    store(repository, [call("a", number="1")])
    database.query("UPDATE calls SET row_hash = NULL, number = '2'")
    assert counts(store(repository, [call("a", number="1")])) == (0, 1, 0)
    assert database.query("SELECT number, row_hash FROM calls") == [("1", "a-1")]


def test_a_call_has_one_mailing_row_however_often_it_changes(repository, database):
    store(repository, [call("a")], [mailing("a", cep="1")])
    number = database.value("SELECT id FROM mailing_data")
    stored = store(repository, [call("a")], [mailing("a", version="2", cep="2")])
    assert (counts(stored), counts(stored, MAILING_DATA)) == ((0, 0, 1), (0, 1, 0))
    assert database.query("SELECT id, call_id, cep FROM mailing_data") == [(number, "a", "2")]


def test_texts_of_every_length_and_script_survive_in_one_batch(repository, database):
    texts = [
        "",
        "x",
        "ação 漢字",
        "😀" * 100,
        "é" * 999,
        "😀" * 1000,
        "a" * 1001,
        "ü" * 4001,
        "z" * 70_000,
        "😀" * 9000,
        None,
    ]
    rows = [
        call(
            str(n),
            feedback=text,
            transcription=text,
            qualification_note=text,
            extra=json.dumps({"t": text}),
        )
        for n, text in enumerate(texts)
    ]
    store(repository, rows)
    found = {
        int(key): cells
        for key, *cells in database.query(
            "SELECT id, feedback, transcription, qualification_note, extra FROM calls"
        )
    }
    assert found == {n: [text, text, text, json.dumps({"t": text})] for n, text in enumerate(texts)}


def test_a_text_fills_its_column_to_the_last_unit(repository, database):
    full = {
        column.name: "x" * column.width
        for column in CALLS.row_columns
        if column.width and column.name != "id"
    }
    emoji = {name: "😀" * (len(text) // 2) for name, text in full.items()}
    key = "k" * 50
    store(repository, [call(key, **full), call("e", **emoji)])
    names = list(full)
    found = {
        cells[0]: cells[1:] for cells in database.query(f"SELECT id, {', '.join(names)} FROM calls")
    }
    assert found == {key: tuple(full.values()), "e": tuple(emoji.values())}


def test_a_batch_whose_first_rows_are_empty_keeps_the_types_of_the_later_ones(repository, database):
    rows = [call(f"{n:04}") for n in range(50)]
    rows += [
        call(
            "9998",
            campaign_id=-2_147_483_648,
            has_agent=False,
            hangup_cause=2_147_483_647,
            feedback="texto",
        )
    ]
    rows += [call("9999", campaign_id=None, has_agent=True, number="0012")]
    store(repository, rows)
    found = database.query(
        "SELECT id, campaign_id, has_agent, hangup_cause, feedback, number FROM calls WHERE id >"
        " '9' ORDER BY id"
    )
    assert found == [
        ("9998", -2_147_483_648, 0, 2_147_483_647, "texto", None),
        ("9999", None, 1, None, None, "0012"),
    ]


def test_more_rows_than_one_chunk_arrive_all(repository, database):
    rows = [call(f"{n:05}", feedback="x" * 1500 if n % 7 == 0 else "y") for n in range(2500)]
    assert counts(store(repository, rows)) == (2500, 0, 0)
    assert database.value("SELECT COUNT(*) FROM calls") == 2500
    assert database.value("SELECT COUNT(*) FROM calls WHERE feedback = 'y'") == 2500 - len(
        range(0, 2500, 7)
    )


def test_whole_seconds_stay_whole(repository, database):
    moments = [
        datetime(2026, 2, 28, 23, 59, 59),
        datetime(1999, 1, 2, 0, 0, 0),
        datetime(2026, 12, 11, 10, 9, 8),
    ]
    store(repository, [call(str(n), call_date=moment) for n, moment in enumerate(moments)])
    found = [str(moment) for (moment,) in database.query("SELECT call_date FROM calls ORDER BY id")]
    assert found == [str(moment) for moment in moments]


def test_known_hashes_tell_every_row_of_the_period_and_no_other(repository):
    inside = [
        call("a", call_date=datetime(2026, 9, 15)),
        call("b", call_date=datetime(2026, 9, 15, 23, 59, 59)),
    ]
    outside = [
        call("c", call_date=datetime(2026, 9, 14, 23, 59, 59)),
        call("d", call_date=datetime(2026, 9, 16)),
    ]
    store(repository, [*inside, *outside, call("e", call_date=None)], [mailing("b"), mailing("c")])
    assert repository.known_hashes(CALLS_FAMILY, WHOLE_DAY) == (
        {"a": StoredHash("a-1"), "b": StoredHash("b-1")},
        {"b": StoredHash("b-1")},
    )
    minutes = Period(datetime(2026, 9, 15), datetime(2026, 9, 15, 0, 0, 59))
    assert set(repository.known_hashes(CALLS_FAMILY, minutes)[0]) == {"a"}


def test_a_batch_that_fails_leaves_nothing_behind(repository, database):
    with pytest.raises(AttributeError):  # at its last rejection, which is none
        store(repository, [call("a")], [mailing("a")], rejections=[rejection(), object()])
    assert database.value("SELECT COUNT(*) FROM calls") == 0
    assert database.value("SELECT COUNT(*) FROM sync_windows") == 0
    assert database.value("SELECT COUNT(*) FROM rejected_records") == 0
    assert counts(store(repository, [call("a")])) == (1, 0, 0)  # and the repository goes on


def test_a_child_without_its_parent_is_a_rejection_and_the_others_are_stored(repository, database):
    stored = store(repository, [call("a")], [mailing("a"), mailing("no such call")])
    assert stored.clashed == {"no such call"}
    assert database.query("SELECT call_id FROM mailing_data") == [("a",)]
    assert [line.record_id for line in repository.rejections("calls")] == ["no such call"]


# -- rejections


def rejection(reason="no id", record_id=None, payload='{"n": 1}'):
    return Rejection(record_id, reason, payload)


def test_a_rejection_is_kept_once_however_often_it_comes(repository, database):
    assert store(repository, rejections=[rejection()]).rejected == 1
    database.clock.advance(hours=1)
    again = store(repository, rejections=[rejection()], execution_id=2)
    assert (again.rejected, again.changed) == (0, False)
    found = database.query(
        "SELECT execution_id, job, record_id, reason, payload, created_at, last_seen_at FROM"
        " rejected_records"
    )
    (execution, job, record_id, reason, payload, created, seen) = found[0]
    assert (len(found), execution, job, record_id, reason, payload) == (
        1,
        1,
        "calls",
        None,
        "no id",
        '{"n": 1}',
    )
    assert str(seen) == str(database.clock.now) != str(created)


def test_a_long_payload_and_a_long_reason_are_kept(repository, database):
    payload = json.dumps({"text": "ç😀" * 20_000}, ensure_ascii=False)
    store(
        repository, rejections=[rejection(reason="r" * 900, record_id="i" * 400, payload=payload)]
    )
    assert database.query("SELECT record_id, reason, payload FROM rejected_records") == [
        ("i" * 255, "r" * 500, payload)
    ]


def test_a_rejected_record_that_is_stored_at_last_is_resolved(repository, database):
    store(repository, rejections=[rejection(record_id="a"), rejection(record_id="b", payload="{}")])
    assert repository.open_rejections("calls") == {"a", "b"}
    store(repository, [call("a")], open_rejections={"a", "b"}, execution_id=7)
    assert repository.open_rejections("calls") == {"b"}
    assert database.query(
        "SELECT record_id, resolved_execution_id FROM rejected_records ORDER BY record_id"
    ) == [
        ("a", 7),
        ("b", None),
    ]


def test_the_batch_and_its_windows_line_are_one_transaction(repository, database):
    store(repository, [call("a")], execution_id=3)
    assert database.query(
        "SELECT job, scope, window_key, day, status, execution_id FROM sync_windows"
    ) == [("calls", "", DAY.isoformat(), DAY.isoformat(), "READING", 3)]
