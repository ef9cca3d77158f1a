"""What holds for any JSON value in any field: nothing raises, every cell fits its column, nothing
is lost.
"""

import json
import math
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from robot.cells.fields import fill
from robot.cells.json_text import MAX_DEPTH, as_received, clean_text, cleaned, dump
from robot.cells.rejection import Rejection
from robot.cells.tables import CALLS, MAILING_DATA, Column, Kind
from robot.threec.call_rows import (
    _HEAD,
    _ROUTE,
    _TAIL,
    CallRows,
    normalize_call,
    record_hash,
    record_key,
)
from robot.threec.mailing_rows import column_of

EXAMPLE = json.loads((Path(__file__).parent / "data" / "call.json").read_text("utf-8"))

any_character = st.characters(exclude_categories=())  # lone surrogates too
odd_texts = st.sampled_from(
    [
        "",
        "-",
        " ",
        "0",
        "1",
        "7",
        "-4",
        "true",
        "NaN",
        "\x00",
        "\ud800",
        "a\udfffb",
        "😀" * 200,
        "x" * 600,
        "\\u0000",
        "00:00:10",
        "2026-09-15 10:00:00",
        "2026-09-15T10:00:00-03:00",
        "15/09/2026 10:00:00",
        "0001-01-01 00:00:00",
    ]
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(2**33), 2**33),
    st.sampled_from([2**63, 2**64, -(2**63) - 1, 10**30]),
    st.floats(),
    st.floats(-100, 100),
    st.text(any_character, max_size=60),
    odd_texts,
)
keys = st.text(any_character, max_size=8)
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=8,
).map(lambda value: json.loads(json.dumps(value)))  # a parser joins two surrogates that are a pair
headers = keys | st.sampled_from(
    ["ESTRATEGIA", "Razão Social", "razao_social", "CIDADE", "cidade ", "UF", "CEP", "Receita "]
)


def objects(fields, unknown=keys):
    """Objects like the example's: some fields of it, some with any value, some that nobody
    knows.
    """
    return st.builds(
        lambda left, changed, added: {**left, **changed, **added},
        st.just(fields),
        st.dictionaries(st.sampled_from(sorted(fields)), json_values, max_size=6),
        st.dictionaries(unknown, json_values, max_size=3),
    )


mailings = st.builds(
    lambda mailing, data: {**mailing, "data": data} if isinstance(mailing, dict) else mailing,
    objects(EXAMPLE["mailing_data"]) | json_values,
    objects(EXAMPLE["mailing_data"]["data"], headers) | json_values,
)
records = st.builds(
    lambda call, route, mailing, kept: {**call, "route": route, "mailing_data": mailing, **kept},
    objects(EXAMPLE),
    objects(EXAMPLE["route"]) | json_values,
    mailings,
    # most keep a usable id and date, so that most become rows
    st.sampled_from([{"id": "abc", "call_date_rfc3339": EXAMPLE["call_date_rfc3339"]}] * 3 + [{}]),
)
thorough = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def assert_fits(cell: object, column: Column) -> None:
    if cell is None:
        return
    if column.kind is Kind.TEXT:
        assert type(cell) is str
        assert cell
        # raises on a lone surrogate
        assert column.width is None or len(cell.encode("utf-16-le")) <= 2 * column.width
        assert "\x00" not in cell
    elif column.kind is Kind.INTEGER:
        assert type(cell) is int
        assert -(2**31) <= cell < 2**31
    elif column.kind is Kind.BOOLEAN:
        assert type(cell) is bool
    else:
        assert type(cell) is datetime
        assert cell.tzinfo is None
        assert cell.year >= 1753
        assert cell.microsecond == 0


@thorough
@given(records | json_values)
def test_any_json_becomes_rows_that_fit_or_a_rejection_that_fits(record):
    result = normalize_call(record)
    if isinstance(result, Rejection):
        assert 0 < len(result.reason) <= 500
        assert clean_text(result.reason) == (result.reason, 0)
        assert result.record_id is None or len(result.record_id.encode("utf-16-le")) <= 2 * 255
        json.loads(result.payload)
        result.payload.encode("utf-8")
        return
    assert result.overflows >= 0
    for table, row in ((CALLS, result.call), (MAILING_DATA, result.mailing)):
        if row is None:
            continue
        for cell, column in zip(table.written(row), table.written_columns, strict=True):
            assert_fits(cell, column)
        extra = table.cell(row, "extra")
        assert extra is None or isinstance(json.loads(str(extra)), dict)
        assert len(row.hash) == 20
        assert row.record_hash == record_hash(record)
    assert CALLS.key_of(result.call) == record_key(record)
    if result.mailing is not None:
        assert MAILING_DATA.owner_of(result.mailing) == CALLS.key_of(result.call)


@thorough
@given(records)
def test_the_same_record_gives_the_same_rows_also_after_a_trip_through_json(record):
    result = normalize_call(record)
    assert normalize_call(record) == result
    assert record_key(record) == record_key(json.loads(json.dumps(record)))
    again = normalize_call(json.loads(json.dumps(record)))
    assert repr(again) == repr(result)  # NaN is not equal to itself, its text is


@thorough
@given(records)
def test_nothing_is_lost(record):
    result = normalize_call(record)
    clean, characters = cleaned(record)
    if isinstance(result, Rejection):
        sent = json.loads(result.payload)
        assert cleaned(sent)[0] == json.loads(dump(clean))
        return
    assert (result.nul_characters == characters) or result.nul_characters == 0
    row = CALLS.named(result.call)
    extra = json.loads(row["extra"] or "{}")
    columns = {"list": "list_name"} | {
        name: name for name in CALLS.row_names if not name.startswith("route_")
    }
    columns = {
        wire: name for wire, name in columns.items() if name not in ("extra", "row_hash", "id")
    } | {"list": "list_name"}
    columns.pop("list_name")
    route = clean["route"]
    if isinstance(route, dict):
        parts = {part: f"route_{part}" for part in ("id", "name", "host", "endpoint", "caller_id")}
        assert_kept(route, parts, row, extra.get("route", {}), CALLS)
    mailing_data = clean["mailing_data"]
    apart = {"id", "route", "mailing_data"}
    if not isinstance(route, dict) and not_nothing(route):
        apart.remove("route")
    if not isinstance(mailing_data, dict) and not_nothing(mailing_data):
        apart.remove("mailing_data")
    assert_kept(
        {name: value for name, value in clean.items() if name not in apart},
        columns,
        row,
        extra,
        CALLS,
    )
    if result.mailing is not None:
        assert_mailing_kept(mailing_data, MAILING_DATA.named(result.mailing))


def assert_mailing_kept(mailing_data, row) -> None:
    extra = json.loads(row["extra"] or "{}")
    of_object = MAILING_DATA.row_names[: MAILING_DATA.row_names.index("estrategia")]
    columns = {name: name for name in of_object if name != "call_id"}
    data = mailing_data.get("data")
    if not isinstance(data, dict):
        assert_kept(mailing_data, columns, row, extra, MAILING_DATA)
        return
    assert_kept(
        {name: value for name, value in mailing_data.items() if name != "data"},
        columns,
        row,
        extra,
        MAILING_DATA,
    )
    kept = extra.get("data", {})
    for header, value in data.items():
        column = column_of(header)
        in_its_cell = column is not None and represents(row[column], value, MAILING_DATA[column])
        assert in_its_cell or not not_nothing(value) or same(kept[header], value)


def assert_kept(source, columns, row, extra, table) -> None:
    """Every field of the source is in its column whole, or in extra as it was."""
    for name, value in source.items():
        column = columns.get(name)
        if name in extra:
            assert same(extra[name], value)
        elif column is None:
            assert not not_nothing(value)
        else:
            assert represents(row[column], value, table[column]), (name, value, row[column])


def not_nothing(value) -> bool:
    return value is not None and value != "" and value != [] and value != {}


def same(kept, value) -> bool:
    return kept == json.loads(dump(value))


def represents(cell, value, column) -> bool:
    """Whether the cell says all that the value said; written without the code that it checks."""
    if not not_nothing(value) or (
        value == "-" and column.name in ("agent", "qualification", "qualification_id")
    ):
        return cell is None or column.name == "call_date"  # that one has another source
    if column.kind is Kind.BOOLEAN:
        return cell is {
            "true": True,
            "false": False,
            "1": True,
            "0": False,
            "1.0": True,
            "0.0": False,
            "-0.0": False,
        }.get(str(value).strip().lower())
    if column.kind is Kind.DATETIME:
        digits = [
            part
            for part in "".join(c if c.isdigit() else " " for c in value).split()
            if part.strip("0")
        ]
        return sorted(map(int, digits)) == sorted(n for n in cell.timetuple()[:6] if n)
    if isinstance(value, bool):
        return cell in (str(value).lower(), int(value))
    if isinstance(value, str) and column.kind is Kind.TEXT:
        return cell == value
    if isinstance(value, list | dict):
        return cell == dump(value)
    if column.name.endswith("_time") and str(cell).count(":") == 2:
        hours, minutes, seconds = map(int, cell.split(":"))
        return hours * 3600 + minutes * 60 + seconds == value
    try:
        return Decimal(str(cell)) == Decimal(str(value).strip())
    except InvalidOperation:
        return False


@given(json_values)
def test_the_fast_way_through_a_plan_agrees_with_the_readers(value):
    value = cleaned(value)[0]
    for plan in (_HEAD, _ROUTE, _TAIL):
        kept: dict[str, object] = {}
        names = [name for name, *_ in plan]
        cells = fill(dict.fromkeys(names, value), plan, kept)
        read = [(None, True) if value is None else reader(value) for *_, reader in plan]
        assert [(cell, name not in kept) for cell, name in zip(cells, names, strict=True)] == read


@given(json_values)
@example([math.nan, {"a\x00": 1, "a": 2}, 2**64, "\ud83d"])
def test_a_payload_is_read_back_as_it_was(value):
    sent = as_received(value)
    sent.encode("utf-8")
    assert "\x00" not in sent
    if is_plain(value):
        assert json.loads(sent) == value
    assert as_received(value, sort_keys=True) == as_received(
        json.loads(json.dumps(value)), sort_keys=True
    )


def is_plain(value) -> bool:
    """Whether JSON has a word for every number in it, and Python's parser leaves its surrogates
    apart.
    """
    text = json.dumps(value)
    return "NaN" not in text and "Infinity" not in text and json.loads(text) == value


@given(json_values)
def test_a_cleaned_value_is_clean(value):
    clean, characters = cleaned(value)
    json.loads(dump(clean))
    assert cleaned(clean)[1] == 0
    assert (characters > 0) == any(
        c == "\x00" or "\ud800" <= c <= "\udfff" for c in every_text(value)
    )


def every_text(value) -> str:
    if isinstance(value, dict):
        return "".join(key + every_text(item) for key, item in value.items())
    if isinstance(value, list):
        return "".join(map(every_text, value))
    return value if isinstance(value, str) else ""


@given(st.integers(1, 1200))
def test_no_depth_is_too_much(levels):
    value: object = "\x00"
    for level in range(levels):
        value = [value] if level % 2 else {"a": value}
    result = normalize_call({**EXAMPLE, "x": value})
    assert isinstance(result, CallRows if levels <= MAX_DEPTH - 1 else Rejection)
    assert record_key({"x": value}).startswith("no id: ")
