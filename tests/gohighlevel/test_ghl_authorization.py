"""The address that a person opens, and what comes back."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from robot.errors import ConfigurationError
from robot.gohighlevel import authorization_address, code_of_address


def test_the_address_asks_for_a_code_with_blanks_between_the_scopes():
    address = urlsplit(authorization_address("app-1", "https://example.com/cb", "s1"))
    assert address.path == "/v2/oauth/chooselocation"
    question = parse_qs(address.query)
    assert question["response_type"] == ["code"]
    assert question["redirect_uri"] == ["https://example.com/cb"]
    assert question["state"] == ["s1"]
    assert "contacts.readonly" in question["scope"][0].split(" ")


@pytest.mark.parametrize(
    "pasted",
    [
        "https://example.com/cb?code=abc&state=s1",
        " abc ",
        '"https://example.com/?code=abc&state=s1"',
    ],
)
def test_a_code_is_taken_from_what_was_pasted(pasted: str):
    assert code_of_address(pasted, "s1") == "abc"


@pytest.mark.parametrize(
    "pasted",
    [
        "",
        "two words",
        "https://example.com/cb",
        "https://example.com/cb?code=abc&state=s2",
        "https://example.com/cb?code=abc",
    ],
)
def test_what_answers_no_question_of_ours_is_refused_without_being_shown(pasted: str):
    with pytest.raises(ConfigurationError) as caught:
        code_of_address(pasted, "s1")
    assert "abc" not in str(caught.value)
