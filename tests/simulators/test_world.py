"""The invented calls: always the same, plausible, and as odd as production."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from robot.simulators.threec import make_calls
from robot.simulators.threec.oddities import BROKEN

DAYS = [date(2026, 9, 15) + timedelta(n) for n in range(3)]


def of_day(calls: list[Any], day: date) -> list[Any]:
    return [call for call in calls if call["call_date"].startswith(day.isoformat())]


def test_the_same_arguments_make_the_same_calls() -> None:
    assert make_calls(DAYS, 120, broken=4) == make_calls(DAYS, 120, broken=4)


def test_another_seed_makes_other_calls() -> None:
    assert make_calls(DAYS, 20) != make_calls(DAYS, 20, seed=4)


def test_a_day_does_not_depend_on_the_other_days() -> None:
    assert of_day(make_calls(DAYS, 120), DAYS[1]) == make_calls(DAYS[1:2], 120)


def test_days_may_come_in_any_order_and_twice() -> None:
    assert make_calls([DAYS[2], DAYS[0], DAYS[2], DAYS[1]], 10) == make_calls(DAYS, 10)


def test_no_calls_a_day_make_no_calls() -> None:
    assert make_calls(DAYS, 0) == []
    assert len(make_calls(DAYS[:1], 0, broken=2)) == 2


@pytest.mark.parametrize("odd", [True, False])
def test_calls_are_sorted_by_date_and_id_and_each_day_has_its_number(odd: bool) -> None:
    calls = make_calls(DAYS, 150, odd=odd)
    keys = [(call["call_date"], call["id"]) for call in calls]
    assert keys == sorted(keys)
    assert [len(of_day(calls, day)) for day in DAYS] == [150, 150, 150]


def test_ids_are_24_hex_characters_and_unique() -> None:
    ids = [call["id"] for call in make_calls(DAYS, 2000, odd=False)]
    assert len(set(ids)) == len(ids) == 6000
    assert all(re.fullmatch(r"[0-9a-f]{24}", call_id) for call_id in ids)


def test_calls_belong_to_the_campaigns_asked_for() -> None:
    records = make_calls(DAYS, 200, campaigns=(41, 42), broken=4)
    assert {int(record["campaign_id"]) for record in records if isinstance(record, dict)} == {
        41,
        42,
    }


def test_a_call_without_oddities_fits_together() -> None:
    for call in make_calls(DAYS, 500, odd=False):
        assert re.fullmatch(r"55\d{2}(9[89]\d{7}|3\d{7})", call["number"])
        assert call["has_agent"] == (call["agent"] != "-") == (call["agent_id"] is not None)
        assert call["has_agent"] or call["speaking_with_agent_time"] == "00:00:00"
        assert (
            call["speaking_with_agent_time"]
            <= call["speaking_time"]
            <= max(call["billed_time"], "00:00:30")
        )
        assert call["is_conversion"] is False or call["has_agent"]
        if call["mailing_data"]:
            assert call["mailing_data"]["phone"] == call["number"]
            assert call["mailing_data"]["data"]["UF"] == call["mailing_data"]["uf"]


def test_agents_talk_between_9_and_18() -> None:
    calls = make_calls(DAYS, 2000, odd=False)
    by_agent = [int(call["call_date"][11:13]) for call in calls if call["has_agent"]]
    assert sum(9 <= hour < 18 for hour in by_agent) > 0.9 * len(by_agent) > 0


def test_the_first_and_the_last_second_of_a_day_have_a_call() -> None:
    calls = make_calls(DAYS[:1], 100)
    assert [calls[0]["call_date"][11:], calls[-1]["call_date"][11:]] == ["00:00:00", "23:59:59"]


def data_of(call: Any) -> Any:
    return call["mailing_data"].get("data") if isinstance(call["mailing_data"], dict) else None


def headers_of(call: Any) -> set[str]:
    data = data_of(call)
    return set(data) if isinstance(data, dict) else set()


def identifier_of(call: Any) -> str:
    return str(call["mailing_data"]["identifier"]) if isinstance(call["mailing_data"], dict) else ""


def booleans_are(kind: type) -> Callable[[Any], bool]:
    return lambda call: type(call["recorded"]) is kind and type(call["is_conversion"]) is kind


ODD_SHAPES: dict[str, Callable[[Any], bool]] = {
    "agent '-'": lambda call: call["agent"] == "-",
    "agent ''": lambda call: call["agent"] == "",
    "qualification '-'": lambda call: call["qualification"] == "-",
    "qualification ''": lambda call: call["qualification"] == "",
    "qualification_id -4": lambda call: call["qualification_id"] == -4,
    "qualification_id null": lambda call: call["qualification_id"] is None,
    "status_id as text": lambda call: isinstance(call["status_id"], str),
    "booleans": booleans_are(bool),
    "booleans as 0 and 1": booleans_are(int),
    "booleans as text": booleans_are(str),
    "a duration as HH:MM:SS": lambda call: (
        isinstance(call["speaking_time"], str) and ":" in call["speaking_time"]
    ),
    "a duration as seconds": lambda call: type(call["speaking_time"]) is int,
    "a duration as seconds in text": lambda call: (
        str(call["speaking_time"]).isdecimal() and call["speaking_time"] != 0
    ),
    "feedback null": lambda call: call["feedback"] is None,
    "feedback text": lambda call: isinstance(call["feedback"], str),
    "feedback object": lambda call: isinstance(call["feedback"], dict),
    "route null": lambda call: call["route"] is None,
    "route object with a route inside": lambda call: bool(call["route"] and call["route"]["route"]),
    "mailing_data object": lambda call: isinstance(call["mailing_data"], dict),
    "mailing_data null": lambda call: call["mailing_data"] is None,
    "mailing_data []": lambda call: call["mailing_data"] == [],
    "mailing_data.data object": lambda call: isinstance(data_of(call), dict),
    "mailing_data.data []": lambda call: data_of(call) == [],
    "billed_value number": lambda call: isinstance(call["billed_value"], float),
    "billed_value text": lambda call: isinstance(call["billed_value"], str),
    "hangup_cause text": lambda call: isinstance(call["hangup_cause"], str),
    "header 'Razao Social'": lambda call: "Razao Social" in headers_of(call),
    "header 'razao_social'": lambda call: "razao_social" in headers_of(call),
    "header 'Receita '": lambda call: "Receita " in headers_of(call),
    "header 'Nome Fantasia'": lambda call: "Nome Fantasia" in headers_of(call),
    "a header with accents": lambda call: "RAZÃO SOCIAL" in headers_of(call),
    "an unmapped header": lambda call: "PLANO ATUAL" in headers_of(call),
    "an identifier of 120 to 190 characters": lambda call: 120 <= len(identifier_of(call)) <= 190,
    "a qualification of 300 characters": lambda call: len(call["qualification"] or "") == 300,
    "an unknown field": lambda call: "novo_campo_da_api" in call,
    "NUL in a note": lambda call: "\0" in call["qualification_note"],
    "an emoji": lambda call: "👍" in call["qualification_note"],
    "a long transcription": lambda call: len(call["transcription"] or "") > 10_000,
    **{f"status {n}": lambda call, n=n: str(call["status_id"]) == str(n) for n in range(1, 16)},
}


@pytest.mark.parametrize("shape", ODD_SHAPES)
def test_each_odd_shape_occurs_in_every_day_of_100_calls(
    shape: str, hundred_a_day: list[Any]
) -> None:
    for day in DAYS:
        assert any(ODD_SHAPES[shape](call) for call in of_day(hundred_a_day, day)), f"not on {day}"


@pytest.fixture(scope="module")
def hundred_a_day() -> list[Any]:
    return make_calls(DAYS, 100)


def test_changing_a_call_changes_no_other_call() -> None:
    calls = make_calls(DAYS, 200)
    odd = [call for call in calls if isinstance(call["feedback"], dict)]
    odd[0]["feedback"]["comments"].clear()
    assert all(call["feedback"]["comments"] for call in odd[1:])


def test_broken_records_come_beside_the_good_ones() -> None:
    records = make_calls(DAYS[:1], 100, broken=4)
    good = make_calls(DAYS[:1], 100)
    broken = [record for record in records if record not in good]
    assert [record for record in records if record in good] == good
    assert len(broken) == len(BROKEN) == 4
    assert sum(isinstance(record, str) for record in broken) == 1
    objects = [record for record in broken if isinstance(record, dict)]
    assert sum("id" not in record for record in objects) == 1
    assert sum("id" in record and record["id"] is None for record in objects) == 1
    assert sum("meio-dia" in record["call_date"] for record in objects) == 1
