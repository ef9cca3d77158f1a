import pytest

from robot.settings import IsolatedSettings
from robot.settings.campaigns import HIGHEST_ID, parse_campaigns


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("", ()),
        ("  ", ()),
        ("5,6", (5, 6)),
        ("5;6", (5, 6)),
        (" 6 , 5,5, ", (5, 6)),
        (str(HIGHEST_ID), (HIGHEST_ID,)),
    ],
)
def test_ids_are_read_in_order_and_each_once(text, ids):
    assert parse_campaigns(text) == ids
    assert IsolatedSettings(campaign_ids=text).campaign_ids == ids


@pytest.mark.parametrize(
    "text",
    [
        ",",
        ";,;",
        "1_0",
        "-5",
        "+5",
        "0",
        "5.0",
        "5 6",
        "5,x",
        "٥",
        "1e3",
        str(HIGHEST_ID + 1),
        "9" * 5000,
    ],
)
def test_what_is_no_id_is_refused_and_never_read_as_all(text):
    with pytest.raises(ValueError):
        parse_campaigns(text)
    with pytest.raises(ValueError):
        IsolatedSettings(campaign_ids=text)
