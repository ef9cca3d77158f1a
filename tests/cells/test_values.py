"""One value as received → one cell, and whether the cell holds the whole of it."""

from datetime import datetime

import pytest

from robot.cells import values
from robot.cells.json_text import UncleanError

EMOJI = "😀"  # two UTF-16 code units
MOMENT = datetime(2026, 9, 15, 10, 0, 5)


@pytest.mark.parametrize("nothing", [None, "", [], {}])
def test_nothing_is_null_in_every_kind_of_column(nothing):
    assert values.text(nothing, 10) == (None, True)
    assert values.text_or_dash(nothing, 10) == (None, True)
    assert values.duration(nothing, 10) == (None, True)
    assert values.amount(nothing, 10) == (None, True)
    assert values.integer(nothing) == (None, True)
    assert values.boolean(nothing) == (None, True)
    assert values.date(nothing) == (None, True)


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("Maria", "Maria"),
        (" kept as it is ", " kept as it is "),
        ("-", "-"),
        (0, "0"),
        (-4, "-4"),
        (5511999998888, "5511999998888"),
        (5511999998888.0, "5511999998888"),
        (0.028, "0.028"),
        (1e-05, "0.00001"),
        (1e300, "1e+300"),
        (-0.5, "-0.5"),
        (True, "true"),
        (False, "false"),
        ({"b": [1, None], "a": "São"}, '{"a":"São","b":[1,null]}'),
        ([1, "x"], '[1,"x"]'),
    ],
)
def test_a_text_column_takes_any_value_as_text(value, cell):
    assert values.text(value, 50) == (cell, True)
    assert values.text(value, None) == (cell, True)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**70, object()])
def test_what_json_cannot_say_is_sent_back_to_be_cleaned(value):
    with pytest.raises(UncleanError):
        values.text(value, 50)


@pytest.mark.parametrize(
    ("value", "width", "cell", "whole"),
    [
        ("abcde", 5, "abcde", True),
        ("abcdef", 5, "abcde", False),
        ("ç" * 5, 5, "ç" * 5, True),
        (EMOJI * 2, 4, EMOJI * 2, True),
        (EMOJI * 2, 3, EMOJI, False),
        ("a" + EMOJI, 2, "a", False),
        (EMOJI, 1, None, False),
        ("x" * 9000, None, "x" * 9000, True),
    ],
)
def test_a_text_is_cut_by_utf16_units_and_never_through_a_pair(value, width, cell, whole):
    assert values.text(value, width) == (cell, whole)


def test_a_dash_is_nothing_where_the_dialer_writes_it_for_none():
    assert values.text_or_dash("-", 10) == (None, True)
    assert values.integer_or_dash("-") == (None, True)
    assert values.text_or_dash("- x", 10) == ("- x", True)
    assert values.integer_or_dash("-4") == (-4, True)


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("00:01:40", "00:01:40"),
        ("125:00:00", "125:00:00"),
        (0, "00:00:00"),
        (59, "00:00:59"),
        (3725, "01:02:05"),
        (3725.0, "01:02:05"),
        (360000, "100:00:00"),
        (12.5, "12.5"),
        (2.0**64, "18446744073709552000"),
        (-5, "-5"),
        (True, "true"),
        ("whatever", "whatever"),
    ],
)
def test_whole_seconds_become_hours_minutes_seconds_and_all_else_stays(value, cell):
    assert values.duration(value, 20) == (cell, True)


@pytest.mark.parametrize(
    ("value", "cell", "whole"),
    [
        ("0.028", "0.028", True),
        (0.028, "0.028", True),
        (5.0, "5", True),
        (5, "5", True),
        (0.1 + 0.2, "0.3", False),
        (1e-07, "0.0000001", True),
    ],
)
def test_an_amount_has_no_float_noise(value, cell, whole):
    assert values.amount(value, 50) == (cell, whole)


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (7, 7),
        ("7", 7),
        (" 7 ", 7),
        ("+7", 7),
        ("-4", -4),
        (7.0, 7),
        ("7.0", 7),
        ("7.", 7),
        (True, 1),
        (False, 0),
        ("007", 7),
        (2**31 - 1, 2**31 - 1),
        (-(2**31), -(2**31)),
        (str(-(2**31)), -(2**31)),
    ],
)
def test_an_integer_is_read_from_a_number_or_its_text(value, cell):
    assert values.integer(value) == (cell, True)
    assert type(values.integer(value)[0]) is int


@pytest.mark.parametrize(
    "value",
    [
        2**31,
        -(2**31) - 1,
        "2147483648",
        "9" * 5000,
        7.5,
        "7.5",
        "7,0",
        "seven",
        "-",
        "1_000",
        "٣",
        "0x10",
        [7],
        {"a": 1},
        float("nan"),
        float("inf"),
        10**400,
    ],
)
def test_what_is_no_32_bit_integer_is_null_and_not_whole(value):
    assert values.integer(value) == (None, False)


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (True, True),
        (False, False),
        (1, True),
        (0, False),
        ("1", True),
        ("0", False),
        (1.0, True),
        ("true", True),
        ("False", False),
        (" TRUE ", True),
    ],
)
def test_a_boolean_is_read_from_all_its_shapes(value, cell):
    assert values.boolean(value) == (cell, True)
    assert type(values.boolean(value)[0]) is bool


@pytest.mark.parametrize("value", [2, -1, "2", "yes", "sim", 0.5, [True], {"a": 1}, float("nan")])
def test_what_is_no_boolean_is_null_and_not_whole(value):
    assert values.boolean(value) == (None, False)


@pytest.mark.parametrize(
    "value",
    [
        "2026-09-15 10:00:05",
        "2026-09-15T10:00:05",
        "2026-09-15t10:00:05",
        " 2026-09-15 10:00:05 ",
        "15/09/2026 10:00:05",
        "2026-09-15 10:00:05.000",
        "2026-09-15T10:00:05.0",
    ],
)
def test_a_date_is_read_in_each_of_its_forms(value):
    assert values.date(value) == (MOMENT, True)


@pytest.mark.parametrize(
    "value",
    [
        "2026-09-15T10:00:05-03:00",
        "2026-09-15T10:00:05Z",
        "2026-09-15 10:00:05 +0000",
        "2026-09-15 10:00:05.999999",
    ],
)
def test_an_offset_is_not_applied_and_a_fraction_is_dropped_but_neither_passes_unseen(value):
    assert values.date(value) == (MOMENT, False)


@pytest.mark.parametrize(
    "value",
    [
        "0000-00-00 00:00:00",
        "2026-02-30 10:00:00",
        "2026-09-15 24:00:00",
        "2026-09-15 10:00:60",
        "1752-12-31 23:59:59",
        "1752-12-31T23:59:59",
        "31/02/2026 10:00:00",
        "2026-09-15",
        "10:00:05",
        "2026-W37-2 10:00:05",
        "20260915T100005.123",
        "٢٠٢٦-09-15 10:00:05",
        "2026-09-15 10:00:05 noise",
        "09/15/2026 10:00:05",
        1789466405,
        True,
        ["2026-09-15 10:00:05"],
    ],
)
def test_what_is_no_date_is_null_and_not_whole(value):
    assert values.date(value) == (None, False)


def test_the_years_are_those_of_datetime_in_sql_server():
    assert values.date("1753-01-01 00:00:00") == (datetime(1753, 1, 1), True)
    assert values.date("9999-12-31 23:59:59") == (datetime(9999, 12, 31, 23, 59, 59), True)
