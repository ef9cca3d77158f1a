"""The simulated GoHighLevel keeps the vendor's own rules."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from robot.simulators.gohighlevel import (
    CLIENT_ID,
    CLIENT_SECRET,
    LOCATION,
    GoHighLevelSimulator,
    demo_contacts,
)

NOW = datetime(2026, 9, 16, 5, 0, tzinfo=UTC)


@pytest.fixture
def api() -> Iterator[GoHighLevelSimulator]:
    contacts = demo_contacts(30, NOW - timedelta(days=1))
    with GoHighLevelSimulator(contacts, clock=lambda: NOW, private_token="pit-0001") as simulator:
        yield simulator


def grant(api: GoHighLevelSimulator, **fields: str) -> requests.Response:
    form = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, **fields}
    return requests.post(f"{api.base_url}/oauth/token", data=form, timeout=10)


def search(api: GoHighLevelSimulator, **question: Any) -> requests.Response:
    headers = {"Authorization": "Bearer pit-0001", "Version": "2021-07-28"}
    body = {"locationId": LOCATION, "pageLimit": 10, **question}
    return requests.post(f"{api.base_url}/contacts/search", json=body, headers=headers, timeout=10)


def test_a_code_and_a_refresh_token_serve_once(api: GoHighLevelSimulator):
    code = api.tokens.authorize()
    first = grant(api, grant_type="authorization_code", code=code)
    assert first.json()["expires_in"] == 86_399
    assert grant(api, grant_type="authorization_code", code=code).status_code == 400
    token = first.json()["refresh_token"]
    second = grant(api, grant_type="refresh_token", refresh_token=token)
    assert second.json()["refresh_token"] != token
    again = grant(api, grant_type="refresh_token", refresh_token=token)
    assert again.json()["message"] == "Invalid grant: refresh token is invalid"


def test_a_missing_parameter_is_named(api: GoHighLevelSimulator):
    assert grant(api).json()["message"] == "Missing parameter: grantType"
    wrong = grant(api, grant_type="refresh_token", refresh_token="x", client_secret="wrong")
    assert wrong.status_code == 401


@pytest.mark.parametrize(
    "question",
    [
        {"pageLimit": 501},
        {"pageLimit": 0},
        {"page": 2, "searchAfter": [1, "x"]},
        {"page": 1001},
        {"query": "x" * 76},
        {"sort": [{"field": "phone", "direction": "asc"}]},
    ],
)
def test_a_search_beyond_the_limits_is_refused_with_a_list_of_texts(
    api: GoHighLevelSimulator, question: dict[str, Any]
):
    answer = search(api, **question)
    assert answer.status_code == 422
    assert isinstance(answer.json()["message"], list)


@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_search_after_goes_on_behind_a_contact_in_either_direction(
    api: GoHighLevelSimulator, direction: str
):
    found: list[str] = []
    more: dict[str, Any] = {}
    while page := search(api, sort=[{"field": "dateAdded", "direction": direction}], **more).json()[
        "contacts"
    ]:
        found += [contact["id"] for contact in page]
        more = {"searchAfter": page[-1]["searchAfter"]}
    assert found == sorted(set(found), reverse=direction == "desc")
    assert len(found) == 30


def test_groups_of_filters_are_joined(api: GoHighLevelSimulator):
    either = [{"field": "firstName", "operator": "eq", "value": f"Cliente {n}"} for n in (3, 4)]
    answer = search(api, filters=[{"group": "OR", "filters": either}])
    assert answer.json()["total"] == 2
    missing = search(api, filters=[{"field": "assignedTo", "operator": "not_exists"}])
    assert missing.json()["total"] == 30


def test_a_search_does_not_see_what_was_just_written(api: GoHighLevelSimulator):
    api.contacts.search_delay = timedelta(seconds=5)
    api.contacts.put("new")
    assert search(api).json()["total"] == 30
    api.contacts.search_delay = timedelta(0)
    assert search(api).json()["total"] == 31


def test_every_answer_tells_the_rate_and_what_is_over_it_is_refused(api: GoHighLevelSimulator):
    api.per_interval = 2
    assert search(api).headers["X-RateLimit-Remaining"] == "1"
    assert search(api).headers["X-RateLimit-Remaining"] == "0"
    refused = search(api)
    assert refused.status_code == 429
    assert refused.headers["X-RateLimit-Interval-Milliseconds"] == "10000"
