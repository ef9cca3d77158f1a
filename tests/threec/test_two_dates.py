"""A call's two dates: an offset is converted to the account's zone; where they contradict each
other, RFC 3339 counts.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot.cells.tables import CALLS
from robot.threec.call_rows import CallRows, contradicts, normalize_call

ZONE = ZoneInfo("America/Sao_Paulo")


def date_of(found: CallRows) -> object:
    return CALLS.cell(found.call, "call_date")


def rows(call_date: object, rfc3339: object = None, zone: ZoneInfo | None = ZONE) -> CallRows:
    found = normalize_call({"id": "1", "call_date": call_date, "call_date_rfc3339": rfc3339}, zone)
    assert isinstance(found, CallRows)
    return found


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-27T02:30:00.000000Z",
        "2026-11-27T02:30:00Z",
        "2026-11-27 02:30:00z",
        "2026-11-27T02:30:00+00:00",
        "2026-11-27 02:30:00 +0000",
        "2026-11-26T23:30:00-03:00",
        "2026-11-27T08:00:00.999+05:30",
    ],
)
def test_a_date_with_an_offset_is_stored_in_the_accounts_zone_and_kept_as_it_came(text):
    found = rows(text)
    assert date_of(found) == datetime(2026, 11, 26, 23, 30)
    assert json.loads(str(CALLS.cell(found.call, "extra"))) == {"call_date": text}
    assert not found.contradicts


@pytest.mark.parametrize(
    ("call_date", "rfc3339", "stored", "contradict"),
    [
        ("2026-11-26 23:30:00", "2026-11-26T23:30:00-03:00", datetime(2026, 11, 26, 23, 30), False),
        (
            "2026-11-26 23:30:00.7",
            "2026-11-26T23:30:00-03:00",
            datetime(2026, 11, 26, 23, 30),
            False,
        ),
        ("2026-11-26 23:30:00", "2026-11-27T02:30:00Z", datetime(2026, 11, 26, 23, 30), False),
        ("2026-11-27 02:30:00", "2026-11-26T23:30:00-03:00", datetime(2026, 11, 26, 23, 30), True),
        ("2026-11-27T02:30:00Z", "2026-11-26T22:30:00-03:00", datetime(2026, 11, 26, 22, 30), True),
        (
            "26/11/2026 10:00:00",
            "2026-11-26T10:00:01-03:00",
            datetime(2026, 11, 26, 10, 0, 1),
            True,
        ),
        # no offset: no RFC 3339
        ("2026-11-26 23:30:00", "2026-11-26 11:00:00", datetime(2026, 11, 26, 23, 30), False),
        (
            "2026-11-26 23:30:00",
            "-0001-11-30T00:00:00-03:06",
            datetime(2026, 11, 26, 23, 30),
            False,
        ),
        ("0000-00-00 00:00:00", "2026-11-26T23:30:00-03:00", datetime(2026, 11, 26, 23, 30), False),
        ("2026-11-26 23:30:00", None, datetime(2026, 11, 26, 23, 30), False),
        ("2026-11-26 23:30:00", ["2026"], datetime(2026, 11, 26, 23, 30), False),
    ],
)
def test_of_two_dates(call_date, rfc3339, stored, contradict):
    found = rows(call_date, rfc3339)
    assert date_of(found) == stored
    assert found.contradicts is contradict
    assert contradicts({"call_date": call_date, "call_date_rfc3339": rfc3339}, ZONE) is contradict
    if contradict:
        assert json.loads(str(CALLS.cell(found.call, "extra")))["call_date"] == call_date


@pytest.mark.parametrize(
    ("call_date", "rfc3339"),
    [
        # the last second before the clocks go forward
        ("2018-11-03 23:59:59", "2018-11-03T23:59:59-03:00"),
        ("2018-11-04 01:00:00", "2018-11-04T01:00:00-02:00"),
        ("2018-02-17 23:30:00", "2018-02-17T23:30:00-02:00"),  # an hour that comes twice
        ("2018-02-17 23:30:00", "2018-02-17T23:30:00-03:00"),
    ],
)
def test_on_days_when_the_clocks_change_the_same_wall_clock_is_no_contradiction(call_date, rfc3339):
    found = rows(call_date, rfc3339)
    assert str(date_of(found)) == call_date
    assert not found.contradicts


def test_a_clock_that_does_not_know_of_the_change_contradicts_itself():
    found = rows("2018-11-04 00:30:00", "2018-11-04T00:30:00-03:00")
    assert str(date_of(found)) == "2018-11-04 01:30:00"
    assert found.contradicts


def test_without_a_zone_nothing_is_converted():
    found = rows("2026-11-27 02:30:00", "2026-11-26T23:30:00-03:00", zone=None)
    assert (str(date_of(found)), found.contradicts) == (
        "2026-11-27 02:30:00",
        False,
    )


@given(
    moment=st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1)).map(
        lambda found: found.replace(microsecond=0)
    ),
    zone=st.sampled_from(
        ["America/Sao_Paulo", "America/Manaus", "Europe/Lisbon", "Asia/Kathmandu", "Pacific/Apia"]
    ),
)
def test_a_moment_is_the_same_however_it_is_written(moment, zone):
    at = moment.replace(tzinfo=UTC)
    local = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)
    written = [
        at.isoformat(),
        at.isoformat().replace("+00:00", "Z"),
        at.astimezone(ZoneInfo("Asia/Tokyo")).isoformat(),
    ]
    assert {date_of(rows(text, zone=ZoneInfo(zone))) for text in written} == {local}
    assert not rows(str(local), written[0], zone=ZoneInfo(zone)).contradicts
