"""JSON text from whatever a parser may return."""

import json
from decimal import Decimal

import pytest

from robot.cells.json_text import (
    TooDeepError,
    UncleanError,
    as_received,
    clean_text,
    cleaned,
    digest,
    dump,
)


def test_json_text_is_compact_sorted_and_not_escaped():
    assert (
        dump({"b": [1, 2.5, None, True], "a": "São 😀"}) == '{"a":"São 😀","b":[1,2.5,null,true]}'
    )


@pytest.mark.parametrize(
    "value", ["\x00", {"\x00": 1}, float("nan"), [float("-inf")], "\ud800", 2**64, Decimal(1)]
)
def test_what_may_not_be_stored_is_refused(value):
    with pytest.raises(UncleanError):
        dump({"x": value})
    assert list(json.loads(dump(cleaned({"x": value})[0]))) == ["x"]


def test_the_text_null_and_the_escape_of_a_nul_are_only_text():
    assert dump(["null", None, "\\u0000"]) == '["null",null,"\\\\u0000"]'
    assert len(digest(["null", None, "\\u0000"])) == 32


@pytest.mark.parametrize("cell", ["a\x00", "\ud800"])
def test_a_row_that_is_not_clean_has_no_digest(cell):
    with pytest.raises(UncleanError):
        digest(["a", cell])


def test_null_the_empty_text_and_the_word_none_have_each_their_digest():
    assert len({digest([cell]) for cell in (None, "", "None", "null", 0, "0", False)}) == 7


@pytest.mark.parametrize(
    ("text", "clean", "characters"),
    [
        ("São", "São", 0),
        ("\x00", "", 1),
        ("a\x00b\x00", "ab", 2),
        ("\ud800x\udfff", "\ufffdx\ufffd", 2),
        ("😀", "😀", 0),
    ],
)
def test_nul_characters_go_and_lone_surrogates_are_replaced(text, clean, characters):
    assert clean_text(text) == (clean, characters)


def test_two_names_that_differ_by_a_nul_stay_two_names():
    assert cleaned({"a": 1, "a\x00": 2, "\x00a": 3}) == ({"a": 1, "a'": 2, "a''": 3}, 2)


def test_a_copy_has_its_depth():
    deep: object = 1
    for _ in range(201):
        deep = [deep]
    with pytest.raises(TooDeepError, match="deeper than 200"):
        cleaned(deep)


def test_what_was_received_is_written_without_loss_and_in_its_order():
    sent = {
        "z": "\x00",
        "a": ["\ud800", 2**70, 1.5, True, False, None, {}, []],
        "ç": Decimal("1.0"),
    }
    text = as_received(sent)
    assert text == (
        '{"z":"\\u0000","a":["\\ud800",1180591620717411303424,1.5,true,false,null,{},[]],"ç":"1.0"}'
    )
    assert json.loads(text)["a"] == sent["a"]
    assert list(json.loads(as_received(sent, sort_keys=True))) == ["a", "z", "ç"]


def test_numbers_without_a_word_in_json_are_received_as_texts():
    assert (
        as_received([float("nan"), float("inf"), float("-inf"), 1.5])
        == '["NaN","Infinity","-Infinity",1.5]'
    )
    assert as_received([16**4000]) == f'["0x1{"0" * 4000}"]'
