"""A record of GET /calls → the rows of a call, or a rejection: every shape met on the wire."""

import hashlib
import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from robot.cells.rejection import Rejection
from robot.cells.rows import StoredHash
from robot.cells.tables import CALLS
from robot.threec.call_rows import FORM, CallRows, normalize_call, record_hash, record_key

RECEIVED = "1830db7eb2a72"  # the example's record_hash
EXAMPLE = json.loads((Path(__file__).parent / "data" / "call.json").read_text("utf-8"))


def call(**changes):
    """The columns of the example call, with these fields changed."""
    rows = normalize_call({**EXAMPLE, **changes})
    assert isinstance(rows, CallRows), rows
    return {**CALLS.named(rows.call), "row_hash": rows.call.hash}


def contents(record):
    """What tells the rows of a record, whatever it looked like."""
    rows = normalize_call(record)
    assert isinstance(rows, CallRows), rows
    return contents_of(rows)


def contents_of(rows: CallRows):
    return [row and row.hash for row in (rows.call, rows.mailing)]


def extra(**changes):
    """What `extra` holds, besides what it holds for the example."""
    usual = json.loads(call()["extra"])
    return {
        name: value
        for name, value in json.loads(call(**changes)["extra"]).items()
        if usual.get(name) != value
    }


def rejection(record) -> Rejection:
    result = normalize_call(record)
    assert isinstance(result, Rejection), result
    return result


def without(*names):
    return {name: value for name, value in EXAMPLE.items() if name not in names}


def test_the_example_call_fills_every_column():
    row = call()
    assert len(row.pop("row_hash")) == 20
    assert json.loads(row.pop("extra")) == {
        "agent_id": 101,
        "calling_time": "00:00:09",
        "route": {"route": "r"},
    }
    url = "https://app.3c.plus/api/v1/calls/68766059ca163b357203b901/recording"
    assert row == {
        "id": "68766059ca163b357203b901",
        "list_name": "LISTA 07-2026",
        "number": "5511999998888",
        "call_date": datetime(2026, 9, 15, 10, 0),
        "call_date_rfc3339": "2026-09-15T10:00:00-03:00",
        "campaign_id": 5,
        "campaign": "Campanha A",
        "queue_id": None,
        "queue_name": None,
        "ring_group_id": None,
        "ring_group_name": None,
        "ivr_name": None,
        "receptive_name": None,
        "receptive_phone": None,
        "receptive_did": None,
        "has_agent": True,
        "agent": "Maria",
        "acw_time": "00:00:12",
        "speaking_time": "00:01:40",
        "ivr_time": "00:00:00",
        "ivr_after_call_time": "00:00:00",
        "amd_time": "00:00:02",
        "waiting_time": "00:00:03",
        "speaking_with_agent_time": "00:01:31",
        "route_id": 7,
        "route_name": "Rota",
        "route_host": "h",
        "route_endpoint": "e",
        "route_caller_id": "1130000000",
        "billed_time": "00:01:42",
        "billed_value": "0.028",
        "qualification": "Sem interesse",
        "behavior": "repeat",
        "readable_behavior_text": "Repetir",
        "phone_type": "mobile",
        "recording": url,
        "recording_amd": None,
        "status_id": 7,
        "readable_status_text": "Finalizada",
        "readable_amd_status_text": "Humano",
        "mode": "dialer",
        "hangup_cause": 16,
        "sip_cause": "CANCEL / 487",
        "readable_hangup_cause_text": "Normal clearing",
        "feedback": None,
        "recorded": True,
        "ended_by_agent": True,
        "qualification_note": None,
        "sid": "20250829104112114885",
        "is_dmc": False,
        "is_unknown": False,
        "is_transferred": False,
        "is_consult": False,
        "is_transfer": False,
        "is_conversion": False,
        "qualification_id": 1234,
        "consult_cancelled": False,
        "recording_transfer": None,
        "recording_consult": None,
        "recording_after_consult_cancel": None,
        "ivr_digit_pressed": None,
        "record_name": None,
        "transcription": None,
        "ai_evaluation_status": None,
    }


def test_the_example_needs_no_excuse():
    rows = normalize_call(EXAMPLE)
    assert isinstance(rows, CallRows)
    assert (rows.overflows, rows.nul_characters) == (0, 0)


@pytest.mark.parametrize("none", ["-", "", None, []])
def test_no_agent_and_no_qualification_have_many_shapes(none):
    row = call(agent=none, qualification=none, qualification_id=none)
    assert (row["agent"], row["qualification"], row["qualification_id"]) == (None, None, None)
    assert extra(agent=none, qualification=none, qualification_id=none) == {}


def test_a_qualification_id_may_be_negative():
    assert call(qualification_id=-4)["qualification_id"] == -4


@pytest.mark.parametrize(
    ("sent", "stored"), [(1, True), (0, False), ("1", True), ("0", False), ("true", True)]
)
def test_booleans_come_in_many_shapes(sent, stored):
    row = call(recorded=sent, has_agent=sent)
    assert row["recorded"] is stored
    assert row["has_agent"] is stored


def test_durations_may_be_seconds():
    assert call(speaking_time=100, billed_time=360000)["speaking_time"] == "00:01:40"
    assert call(billed_time=360000)["billed_time"] == "100:00:00"


def test_numbers_may_be_texts_and_texts_numbers():
    row = call(
        status_id="7",
        hangup_cause="16",
        campaign_id="5",
        number=5511999998888,
        billed_value=0.028,
        queue_id=12,
    )
    assert (row["status_id"], row["hangup_cause"], row["campaign_id"]) == (7, 16, 5)
    assert (row["number"], row["billed_value"], row["queue_id"]) == ("5511999998888", "0.028", "12")


@pytest.mark.parametrize(
    ("feedback", "cell"),
    [
        ("bom", "bom"),
        ({"nota": 5, "é": None}, '{"nota":5,"é":null}'),
        ([{"a": 1}], '[{"a":1}]'),
        ({}, None),
        ([], None),
    ],
)
def test_feedback_may_be_a_text_an_object_or_a_list(feedback, cell):
    assert call(feedback=feedback)["feedback"] == cell


def test_a_field_without_a_column_is_kept_in_extra():
    assert extra(score=3, tags=["a", None]) == {"score": 3, "tags": ["a", None]}
    assert extra(created_at="their own", row_hash="theirs", extra={"deep": 1}) == {
        "created_at": "their own",
        "row_hash": "theirs",
        "extra": {"deep": 1},
    }


@pytest.mark.parametrize("nothing", [None, "", [], {}])
def test_a_new_field_that_is_empty_changes_no_row(nothing):
    # another record was received
    assert normalize_call({**EXAMPLE, "new_field": nothing}, None) != normalize_call(EXAMPLE)
    assert contents({**EXAMPLE, "new_field": nothing}) == contents(EXAMPLE)


def test_what_does_not_fit_its_column_is_cut_there_and_whole_in_extra():
    long_name = "L" * 300
    rows = normalize_call({**EXAMPLE, "list": long_name, "mode": "m" * 50})
    assert isinstance(rows, CallRows)
    row = CALLS.named(rows.call)
    assert row["list_name"] == "L" * 255
    assert row["mode"] == "m" * 50
    assert json.loads(row["extra"])["list"] == long_name
    assert rows.overflows == 1


def test_what_its_column_cannot_hold_is_null_there_and_kept_in_extra():
    changes = {
        "hangup_cause": 2**40,
        "recorded": "maybe",
        "status_id": "VII",
        "campaign_id": {"id": 5},
    }
    row = call(**changes)
    assert [row[name] for name in changes] == [None] * 4
    assert extra(**changes) == changes
    rows = normalize_call({**EXAMPLE, **changes})
    assert isinstance(rows, CallRows)
    assert rows.overflows == 4


# --- route
# --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("route", [None, [], "", {}])
def test_a_call_may_have_no_route(route):
    row = call(route=route)
    assert [row[f"route_{part}"] for part in ("id", "name", "host", "endpoint", "caller_id")] == [
        None
    ] * 5
    assert "route" not in json.loads(row["extra"])


def test_parts_of_a_route_that_do_not_fit_or_have_no_column_are_kept_under_route():
    route = {"id": "7", "name": "N" * 256, "host": "h", "cost": 0.5, "nothing": None}
    row = call(route=route)
    assert (row["route_id"], row["route_name"], row["route_host"]) == (7, "N" * 255, "h")
    assert extra(route=route) == {"route": {"name": "N" * 256, "cost": 0.5}}


@pytest.mark.parametrize("route", ["Rota 7", 7, ["Rota"], True])
def test_a_route_of_another_shape_is_kept_in_extra(route):
    assert call(route=route)["route_name"] is None
    assert extra(route=route) == {"route": route}


# --- the date
# --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sent", ["2026-09-15T10:00:00", "15/09/2026 10:00:00", "2026-09-15 10:00:00.000"]
)
def test_the_date_has_several_forms(sent):
    assert call(call_date=sent)["call_date"] == datetime(2026, 9, 15, 10, 0)
    assert extra(call_date=sent) == {}


def test_an_offset_or_a_fraction_of_the_date_is_kept_in_extra():
    sent = "2026-09-15 23:59:59.999"
    assert call(call_date=sent)["call_date"] == datetime(2026, 9, 15, 23, 59, 59)
    assert extra(call_date=sent) == {"call_date": sent}


@pytest.mark.parametrize(
    "sent", [None, "", "0000-00-00 00:00:00", "yesterday", 1789466400, "1752-01-01 00:00:00"]
)
def test_an_unreadable_date_is_read_from_its_rfc3339_form(sent):
    assert call(call_date=sent)["call_date"] == datetime(2026, 9, 15, 10, 0)
    assert extra(call_date=sent) == ({"call_date": sent} if sent else {})


def test_a_call_without_a_readable_date_is_rejected():
    assert rejection(without("call_date", "call_date_rfc3339")).reason == "the call has no date"
    broken = rejection({**EXAMPLE, "call_date": "yesterday", "call_date_rfc3339": None})
    assert broken.reason == "the call's date cannot be read: a text like aaaaaaaaa"
    assert broken.record_id == EXAMPLE["id"]
    assert json.loads(broken.payload)["call_date"] == "yesterday"
    only = rejection({**without("call_date"), "call_date_rfc3339": "x" * 9000})
    assert only.reason == "the call's date cannot be read: a text like " + "a" * 40


def test_a_date_with_a_nul_character_is_read_without_it():
    sent = {"call_date": "2026-09-15\x00 10:00:00", "call_date_rfc3339": None}
    assert call(**sent)["call_date"] == datetime(2026, 9, 15, 10, 0)
    assert (
        rejection({**EXAMPLE, **sent, "call_date": "ne\x00ver"}).reason
        == "the call's date cannot be read: a text like aaaaa"
    )


@pytest.mark.parametrize(
    ("sent", "shape"),
    [
        ("15/09 meio-dia", "dd/dd aaaa-aaa"),
        ("João tel:5511999998888", "aaaa aaa:ddddddddddddd"),
        ("٣٠/٠٩ \u200b\n", "dd/dd ??"),
    ],
)
def test_the_reason_shows_the_shape_of_the_date_and_nothing_of_its_text(sent, shape):
    broken = rejection({**EXAMPLE, "call_date": None, "call_date_rfc3339": sent})
    assert broken.reason == f"the call's date cannot be read: a text like {shape}"


# --- the id
# --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        (" abc ", "abc"),
        (123, "123"),
        (5.0, "5"),
        ("x" * 50, "x" * 50),
        ("\x00abc", "abc"),
        (0, "0"),
    ],
)
def test_an_id_is_a_text_or_a_number(sent, stored):
    assert call(id=sent)["id"] == stored
    assert record_key({**EXAMPLE, "id": sent}) == stored


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (None, "the record's id is null"),
        ("", "the record's id is empty"),
        ("  ", "the record's id is empty"),
        ("\x00", "the record's id is empty"),
        ({"$oid": "a"}, "the record's id is an object"),
        (["a"], "the record's id is a list"),
        (True, "the record's id is a boolean"),
        ("x" * 51, "the record's id is longer than 50 characters"),
        ("😀" * 26, "the record's id is longer than 50 characters"),
        (10**60, "the record's id is longer than 50 characters"),
        *(
            (number, "the record's id is a number of more digits than are read")
            for number in (2.0**53, -(2.0**53), 2.0**64)
        ),
    ],
)
def test_a_record_without_a_usable_id_is_rejected(sent, reason):
    broken = rejection({**EXAMPLE, "id": sent})
    assert broken.reason == reason
    assert json.loads(broken.payload)["call_date"] == EXAMPLE["call_date"]


def test_a_rejection_names_as_much_of_the_id_as_its_column_holds():
    assert rejection({**EXAMPLE, "id": "x" * 300}).record_id == "x" * 255
    assert rejection({**EXAMPLE, "id": None}).record_id is None
    assert rejection(without("id")).reason == "the record has no id"


@pytest.mark.parametrize(
    ("record", "shape"),
    [(None, "null"), ("x", "a text"), (5, "a number"), (True, "a boolean"), ([EXAMPLE], "a list")],
)
def test_a_record_that_is_no_object_is_rejected(record, shape):
    broken = rejection(record)
    assert broken.reason == f"the record is not an object but {shape}"
    assert broken.record_id is None
    assert json.loads(broken.payload) == record


def test_records_without_an_id_are_told_apart_by_all_they_hold():
    one, same, other = {"a": 1, "b": 2}, {"b": 2, "a": 1}, {"a": 1, "b": 3}
    assert record_key(one) == record_key(same) != record_key(other)
    assert record_key(one) not in {"a", "", None}
    assert record_key(None) != record_key("None")
    assert record_key({"id": "x" * 51}) != record_key({"id": "x" * 52})


# --- what a JSON parser lets through
# ------------------------------------------------------------------------------------


def test_nul_characters_are_removed_and_counted():
    rows = normalize_call(
        {**EXAMPLE, "agent": "Ma\x00ria\x00", "list": "\x00", "no\x00te": {"a": ["\x00b"]}}
    )
    assert isinstance(rows, CallRows)
    row = CALLS.named(rows.call)
    assert (row["agent"], row["list_name"]) == ("Maria", None)
    assert json.loads(row["extra"])["note"] == {"a": ["b"]}
    assert rows.nul_characters == 5


def test_lone_surrogates_are_replaced_and_counted():
    rows = normalize_call({**EXAMPLE, "agent": "a\ud800", "x": "\udfff"})
    assert isinstance(rows, CallRows)
    row = CALLS.named(rows.call)
    assert row["agent"] == "a\ufffd"
    assert json.loads(row["extra"])["x"] == "\ufffd"
    assert rows.nul_characters == 2


def test_a_lone_surrogate_in_a_column_alone_is_replaced_too():
    assert call(agent="\udc00")["agent"] == "\ufffd"


def test_a_text_that_only_looks_like_a_nul_escape_is_left_alone():
    row = call(agent="\\u0000", x="\\u0000")
    assert row["agent"] == "\\u0000"
    assert json.loads(row["extra"])["x"] == "\\u0000"


def test_nan_and_infinity_are_kept_as_texts():
    row = call(
        billed_value=float("nan"),
        x=float("inf"),
        y=[float("-inf"), None],
        hangup_cause=float("nan"),
    )
    assert row["billed_value"] == "NaN"
    assert row["hangup_cause"] is None
    kept = json.loads(row["extra"])
    assert (kept["x"], kept["y"], kept["hangup_cause"]) == ("Infinity", ["-Infinity", None], "NaN")


def test_integers_of_any_size_are_kept_as_texts():
    row = call(number=10**40, x=2**64, y=[-(2**70)])
    assert row["number"] == str(10**40)
    assert json.loads(row["extra"])["x"] == str(2**64)
    assert json.loads(row["extra"])["y"] == [str(-(2**70))]
    assert call(x=10**6000)["extra"]  # more digits than Python writes


def nested(levels: int) -> list:
    value: list = []
    for _ in range(levels):
        value = [value]
    return value


def test_a_value_nested_a_thousand_levels_is_a_rejection_with_its_whole_payload():
    broken = rejection({**EXAMPLE, "x": nested(1000)})
    assert broken.reason == "nested deeper than 200 levels"
    assert broken.record_id == EXAMPLE["id"]
    assert broken.payload.count("[") == 1001
    assert record_key({"x": nested(1000)}) == record_key({"x": nested(1000)})


def test_a_value_nested_a_hundred_levels_is_kept():
    assert extra(x=nested(100)) == {"x": nested(100)}


# --- the hash
# --------------------------------------------------------------------------------------------------


def test_the_hash_is_the_same_on_every_machine_and_in_every_release():
    rows = normalize_call(EXAMPLE)
    assert isinstance(rows, CallRows)
    assert rows.mailing is not None
    assert (rows.call.hash, rows.mailing.hash) == ("cf00d21ca97a23e16ec7", "9b514f0031d90be000e4")
    assert (rows.call.record_hash, rows.mailing.record_hash) == (RECEIVED, RECEIVED)


def test_a_row_of_the_version_before_is_known_by_the_ends_of_its_hash():
    call = normalize_call(EXAMPLE).call
    before = StoredHash("cf00d21ca97a23e16ec7" + RECEIVED[1:])
    assert before.has(call)
    assert before.is_of(RECEIVED)
    assert not before.is_of(record_hash({**EXAMPLE, "new": 1}))
    assert not StoredHash(before.hash[:20]).is_of(RECEIVED)  # without a record's hash
    assert not StoredHash(None, RECEIVED).is_of(RECEIVED)  # to be written again


def test_a_row_is_known_by_the_hash_of_its_record_in_the_same_form_alone():
    call = normalize_call(EXAMPLE).call
    assert StoredHash(call.hash, call.record_hash).is_of(RECEIVED)
    assert not StoredHash(call.hash, "0" + RECEIVED[1:]).is_of(RECEIVED)
    assert not StoredHash(call.hash, "2" + RECEIVED[1:]).is_of(RECEIVED)


def test_the_content_hash_moves_with_every_column_and_only_then():
    usual = call()["row_hash"]
    assert call(id=" " + EXAMPLE["id"])["row_hash"] == usual
    assert call(status_id="7")["row_hash"] == usual
    changed = [
        call(agent="None"),
        call(agent=None),
        call(agent="null"),
        call(feedback="x"),
        call(unknown=1),
        call(id="a"),
    ]
    assert len({usual, *(row["row_hash"] for row in changed)}) == 7


def test_the_hash_of_the_record_moves_with_all_that_the_rows_are_made_from():
    usual = record_hash(EXAMPLE)
    assert usual == record_hash(json.loads(json.dumps(EXAMPLE))) == RECEIVED
    changed = [
        {**EXAMPLE, "status_id": "7"},
        {**EXAMPLE, "status_id": 7.0},
        {**EXAMPLE, "has_agent": 1},
        {**EXAMPLE, "new": None},
    ]
    zones = [ZoneInfo("America/Sao_Paulo"), ZoneInfo("America/Manaus")]
    found = {usual, *map(record_hash, changed), *(record_hash(EXAMPLE, zone) for zone in zones)}
    assert len(found) == 7
    assert sorted(each[0] for each in found) == ["1"] * 5 + ["2"] * 2  # the form, then 12 digits
    assert all(len(each) == 13 for each in found)


def test_every_letter_of_a_long_record_is_in_its_hash():
    texts = ["a" * 5000, *("a" * place + "b" + "a" * (4999 - place) for place in range(5000))]
    assert len({record_hash({**EXAMPLE, "feedback": text}) for text in texts}) == len(texts)


@pytest.mark.parametrize(
    "value", ["\ud800", 2**64], ids=["a lone surrogate", "an integer beyond 64 bits"]
)
def test_a_record_that_cannot_be_told_by_its_hash_has_none(value):
    assert record_hash({**EXAMPLE, "feedback": value}) is None
    assert normalize_call({**EXAMPLE, "feedback": value}).call.record_hash is None


def test_a_normalizer_that_makes_other_rows_has_another_form():
    """What is stored is unchanged while the form is the same.

    When this fails: raise FORM, and write both values down anew.
    """
    strange = [
        None,
        "",
        " x ",
        "-",
        "None",
        "007",
        "1,5",
        "2026-02-30 10:00:00",
        "15/09/2026 10:00",
        "x" * 600,
        "\x00a",
        "ç😀",
    ]
    strange += ["1", "true", "2026-09-15T10:00:00-03:00", "1800-01-01 00:00:00"]
    strange += [
        True,
        0,
        -7,
        1.5,
        3725,
        0.1 + 0.2,
        123456.789012345,
        2**40,
        [],
        [1, "a"],
        {},
        {"a": None, "b": [1]},
    ]
    mailing = EXAMPLE["mailing_data"]
    records = [{**EXAMPLE, name: value} for name in [*EXAMPLE, "unknown"] for value in strange]
    records += [
        {**EXAMPLE, "route": {**EXAMPLE["route"], name: v}}
        for name in [*EXAMPLE["route"], "new"]
        for v in strange
    ]
    records += [
        {**EXAMPLE, "mailing_data": {**mailing, name: v}}
        for name in [*mailing, "new"]
        for v in strange
    ]
    records += [
        {**EXAMPLE, "mailing_data": {**mailing, "data": {**mailing["data"], n: v}}}
        for n in mailing["data"]
        for v in strange
    ]
    # three headers, one column
    headers = {name: f"{name} {n}" for n, name in enumerate(["CIDADE", "Cidade", " cidade "])}
    records.append({**EXAMPLE, "mailing_data": {**mailing, "data": headers}})
    rows = [normalize_call(record) for record in records]
    rows += [
        normalize_call(
            {**EXAMPLE, "call_date": None, "call_date_rfc3339": f"2026-09-15T10:00:00{offset}"},
            zone,
        )
        for offset in ("Z", "-03:00", "+05:30", "")
        for zone in (None, ZoneInfo("America/Manaus"))
    ]
    told = json.dumps(
        [each.record_id if isinstance(each, Rejection) else contents_of(each) for each in rows]
    )
    assert (FORM, hashlib.sha256(told.encode()).hexdigest()[:16]) == (1, "b3b7ee4a6d92b9b8")


def test_a_value_that_moves_to_another_column_changes_the_hash():
    assert (
        call(queue_id="1", queue_name=None)["row_hash"]
        != call(queue_id=None, queue_name="1")["row_hash"]
    )


def test_the_order_of_the_fields_does_not_matter():
    assert contents(dict(reversed(EXAMPLE.items()))) == contents(EXAMPLE)
