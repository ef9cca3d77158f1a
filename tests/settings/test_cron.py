from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from robot.settings import cron

ZONE = ZoneInfo("America/Sao_Paulo")


@pytest.mark.parametrize(
    "text",
    ["0 2 * * *", "*/15 8-18 * * mon-fri", "0 2 1,15 jan *", "@daily", "@HOURLY", " 0  2 * * * "],
)
def test_the_usual_forms_are_read(text):
    assert len(cron.parse(text).split()) == 5


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("61 2 * * *", "minute field '61'"),
        ("0 25 * * *", "hour field '25'"),
        ("0 2 32 * *", "day-of-month field '32'"),
        ("0 2 * 13 *", "month field '13'"),
        ("0 2 * * 9", "day-of-week field '9'"),
        ("0 2 * *", "4 field"),
        ("0 0 2 * * *", "6 field"),
        ("", "0 field"),
        ("@sometimes", "1 field"),
        ("0 2 30 2 *", "day-of-month field '30'"),
    ],
)
def test_a_bad_expression_names_what_is_wrong(text, named):
    with pytest.raises(ValueError, match=named):
        cron.parse(text)


def test_runs_come_in_the_zone_of_the_moment():
    runs = list(islice(cron.runs_after("0 2 * * *", datetime(2026, 9, 15, 3, tzinfo=ZONE)), 2))
    assert [str(run) for run in runs] == ["2026-09-16 02:00:00-03:00", "2026-09-17 02:00:00-03:00"]
