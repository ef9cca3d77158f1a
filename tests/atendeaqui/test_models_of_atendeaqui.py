"""Models read from anything: they never raise, and a field always has its type."""

from __future__ import annotations

import dataclasses
import types
from datetime import datetime
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot.atendeaqui import (
    Client,
    FlowAnalytics,
    FlowStep,
    FlowStructure,
    TeamMember,
    UserProgress,
    WidgetToken,
)

MODELS = (Client, TeamMember, FlowStep, FlowStructure, UserProgress, WidgetToken, FlowAnalytics)

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["75", "1.5", "true", "2026-01-15T10:00:00Z", "2026-13-45T99:00:00", "1e999"])
    | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def names_of(model: Any) -> list[str]:
    return [field.name for field in dataclasses.fields(model)]


def answers(model: Any) -> st.SearchStrategy[Any]:
    """Objects with this model's fields, of any type, some of them missing."""
    lists = st.lists(JSON, max_size=3)
    fields = dict.fromkeys(names_of(model), JSON | lists)
    return JSON | st.fixed_dictionaries({}, optional=fields)


def has_type(value: Any, wanted: Any) -> bool:
    if wanted is Any:
        return True
    if get_origin(wanted) in {Union, types.UnionType}:
        return any(has_type(value, each) for each in get_args(wanted))
    if get_origin(wanted) is list:
        (inner,) = get_args(wanted)
        return isinstance(value, list) and all(has_type(each, inner) for each in value)
    if get_origin(wanted) is dict:
        return isinstance(value, dict)
    if wanted is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if wanted is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, wanted)


@pytest.mark.parametrize("model", MODELS)
def test_from_dict_never_raises_and_every_field_has_its_type(model):
    hints = get_type_hints(model)

    @given(answers(model))
    def holds(data: Any) -> None:
        made = model.from_dict(data)
        for name in names_of(model):
            assert has_type(getattr(made, name), hints[name]), name

    holds()


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("data", [None, [], [1], "text", 5, True])
def test_what_is_no_object_is_read_like_an_empty_one(model, data):
    assert model.from_dict(data) == model.from_dict({})


@pytest.mark.parametrize("model", MODELS)
def test_null_is_read_like_a_missing_field(model):
    assert model.from_dict(dict.fromkeys(names_of(model))) == model.from_dict({})


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("huge", ["9" * 5000, "1" + "0" * 5000 + ".5"])
def test_numbers_of_thousands_of_digits_are_read_without_a_crash(model, huge):
    model.from_dict(dict.fromkeys(names_of(model), huge))
    model.from_dict(dict.fromkeys(names_of(model), 10**5000))


def test_a_number_in_the_place_of_an_id_stays():
    assert Client.from_dict({"client_id": 123}).client_id == "123"
    assert TeamMember.from_dict({"id": "7"}).id == 7


def test_a_false_that_is_written_as_a_text_is_false():
    assert UserProgress.from_dict({"email_unsubscribed": "false"}).email_unsubscribed is False
    assert TeamMember.from_dict({"is_active": 0}).is_active is False


def test_a_percentage_stays_as_it_came():
    assert UserProgress.from_dict({"completion_percentage": 66.7}).completion_percentage == 66.7
    whole = UserProgress.from_dict({"completion_percentage": 75}).completion_percentage
    assert (whole, type(whole)) == (75, int)


@pytest.mark.parametrize(
    "text",
    [
        *("2026-01-15T10:00:00", "2026-01-15T10:00:00.5", "2026-01-15T10:00:00.123456"),
        *("2026-01-15T10:00:00Z", "2026-01-15T10:00:00+00:00", "2026-01-15T10:00:00.1-0300"),
    ],
)
def test_a_documented_time_is_read(text):
    made = UserProgress.from_dict({"started_at": text}).started_at
    assert made == datetime.fromisoformat(text)


@pytest.mark.parametrize(
    "text", ["ontem", "15/01/2026 10:00", "2026-01-15", "2026-02-30T10:00:00Z"]
)
def test_any_other_time_stays_the_text_that_it_was(text):
    assert UserProgress.from_dict({"completed_at": text}).completed_at == text


def test_the_team_is_counted_where_nobody_says_how_many_they_are():
    assert Client.from_dict({"team_members": [{"id": 1}, {"id": 2}]}).team_count == 2
    assert Client.from_dict({"team_members": None, "team_count": None}).team_count == 0


def test_a_model_cannot_be_changed_and_a_token_is_not_shown():
    token = WidgetToken.from_dict({"token": "header.body.signature", "expires_in": 600})
    with pytest.raises(dataclasses.FrozenInstanceError):
        token.token = "other"  # type: ignore[misc]
    assert "signature" not in repr(token)
