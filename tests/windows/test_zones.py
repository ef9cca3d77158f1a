"""The operator of a server whose clock is not the account's is told what `--at` means there."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from robot.windows.zones import clock_warning

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
NOON = datetime(2026, 9, 15, 12, tzinfo=UTC)


def test_the_same_clock_is_not_worth_a_word():
    assert clock_warning(time(2), SAO_PAULO, NOON.astimezone(timezone(timedelta(hours=-3)))) is None


@pytest.mark.parametrize(
    ("hours", "at", "parts"),
    [
        (
            0,
            time(2),
            [
                "(UTC)",
                "UTC-03:00",
                "02:00 here is 23:00 of the day before there",
                "a day earlier",
                "--at 05:00",
            ],
        ),
        (0, time(5), ["05:00 here is 02:00 there", "For 05:00 there: --at 08:00"]),
        (-5, time(23), ["(UTC-05:00)", "23:00 here is 01:00 of the day after there", "--at 21:00"]),
        (9, time(2), ["(UTC+09:00)", "14:00 of the day before", "--at 14:00"]),
    ],
)
def test_the_difference_is_told_with_the_time_to_ask_for(hours, at, parts):
    told = clock_warning(at, SAO_PAULO, NOON.astimezone(timezone(timedelta(hours=hours)))) or ""
    assert [part for part in parts if part not in told] == [], told
    assert ("yesterday" in told) == ("day before" in told)
