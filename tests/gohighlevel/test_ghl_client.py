"""The contacts, over real HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from ghl_world import NOW, World

from robot.errors import ConfigurationError, FatalError
from robot.gohighlevel import GoHighLevelAuth, GoHighLevelClient, PrivateToken
from robot.gohighlevel.api import api_of, pause_after
from robot.http import (
    ApiUnavailable,
    AuthenticationRefused,
    RateLimited,
    RequestRefused,
    Throttle,
    TokenExpired,
    Transport,
)
from robot.simulators.faults import Fault
from robot.simulators.gohighlevel import LOCATION, GoHighLevelSimulator, demo_contacts

SEARCH = "/contacts/search"


@pytest.fixture
def client(world: World) -> GoHighLevelClient:
    """Its retries without waits."""
    auth = world.authorized()
    transport = Transport(api_of(auth), throttle=Throttle(4), first_wait=0, max_attempts=3)
    return GoHighLevelClient(auth, transport=transport)


def test_every_contact_comes_once_by_age(client: GoHighLevelClient):
    found = [contact["id"] for contact in client.contacts(page_limit=5)]
    assert found == [f"contact{n:013}" for n in range(12)]


def test_a_page_tells_the_total_and_the_place_behind_its_last_contact(client: GoHighLevelClient):
    page = client.search(page_limit=5)
    assert (len(page.contacts), page.total) == (5, 12)
    assert page.next_after == page.contacts[-1]["searchAfter"]
    assert client.search(page_limit=5, after=page.next_after).contacts[0]["id"].endswith("05")


def test_an_empty_page_is_the_end(client: GoHighLevelClient, world: World):
    last = client.search().next_after
    page = client.search(after=last)
    assert (list(page.contacts), page.next_after, page.total) == ([], None, 12)


def test_a_range_of_dates_limits_the_search(client: GoHighLevelClient, world: World):
    world.api.contacts.put("contact0000000000003", firstName="Outro")
    since = (NOW - timedelta(minutes=1)).isoformat()
    changed = client.contacts(
        filters=[{"field": "dateUpdated", "operator": "range", "value": {"gte": since}}],
        sort=[{"field": "dateUpdated", "direction": "asc"}],
    )
    assert [contact["firstName"] for contact in changed] == ["Outro"]


def test_a_page_beyond_the_api_s_limit_is_refused_and_not_tried_again(
    client: GoHighLevelClient, world: World
):
    before = len(world.api.received)
    with pytest.raises(RequestRefused, match="pageLimit"):
        client.search(page_limit=501)
    assert len(world.api.received) == before + 1


@pytest.mark.parametrize(
    "kind",
    ["status_500", "status_502", "status_429", "reset_in_body", "truncated_json", "html_200"],
)
def test_trouble_on_the_way_is_tried_again(client: GoHighLevelClient, world: World, kind: str):
    world.api.use_faults([Fault(kind, path=SEARCH)])
    assert client.search().total == 12


@pytest.mark.parametrize("body", ["[]", "null", '{"contacts":null}', '{"contacts":[1],"total":1}'])
def test_an_answer_of_another_shape_is_a_fault_and_no_end(
    client: GoHighLevelClient, world: World, body: str
):
    world.api.use_faults([Fault("wrong_shape", path=SEARCH, body=body, times=None)])
    with pytest.raises(ApiUnavailable):
        client.search()


def test_a_contact_that_was_deleted_or_merged_is_none(client: GoHighLevelClient, world: World):
    one, two, three = (f"contact{n:013}" for n in range(3))
    assert client.contact(one)
    world.api.contacts.delete(one)
    world.api.contacts.merge(two, into=three)
    assert client.contact(one) is None
    assert client.contact(two) is None
    assert client.contact(three)
    assert client.search().total == 10


def test_a_contact_is_gone_only_where_the_api_says_so(client: GoHighLevelClient, world: World):
    for kind in ("status_403", "status_500"):
        world.api.use_faults([Fault(kind, path="/contacts/contact0000000000001", times=None)])
        with pytest.raises((FatalError, ApiUnavailable)):
            client.contact("contact0000000000001")


def test_another_sub_account_is_told_by_its_setting(world: World):
    with GoHighLevelSimulator(clock=world.clock, private_token="pit-0001-secret") as api:
        token = PrivateToken("pit-0001-secret", "elsewhere", base_url=api.base_url)
        with pytest.raises(AuthenticationRefused, match="GHL_LOCATION_ID"):
            GoHighLevelClient(token).check()


def test_the_names_of_the_contacts_own_fields_come_by_id():
    with GoHighLevelSimulator(fields={"f1": "Dívida"}, private_token="pit-0001-secret") as api:
        token = PrivateToken("pit-0001-secret", LOCATION, base_url=api.base_url)
        assert GoHighLevelClient(token).custom_fields() == {"f1": "Dívida"}


def test_a_private_token_opens_without_oauth_and_a_401_is_final():
    contacts = demo_contacts(3, datetime(2026, 9, 1, tzinfo=UTC))
    with GoHighLevelSimulator(contacts, private_token="pit-0001-secret") as api:
        token = PrivateToken("pit-0001-secret", LOCATION, base_url=api.base_url)
        assert GoHighLevelClient(token).check().contacts == 3
        wrong = PrivateToken("pit-0002-secret", LOCATION, base_url=api.base_url)
        with pytest.raises(TokenExpired):
            GoHighLevelClient(wrong).check()
        assert [each.path for each in api.received] == [SEARCH, SEARCH]


def test_a_private_token_needs_its_sub_account(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GHL_LOCATION_ID", " ")
    with pytest.raises(ConfigurationError, match="GHL_LOCATION_ID"):
        PrivateToken("pit-0001-secret", "")


# -- the rate


def test_spent_requests_of_an_interval_pause_till_its_end():
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Interval-Milliseconds": "7000"}
    assert pause_after(headers) == 7
    assert pause_after({"X-RateLimit-Remaining": "0"}) == 10
    assert pause_after({"X-RateLimit-Remaining": "1"}) == 0
    assert pause_after({"X-RateLimit-Remaining": "many"}) == 0


def test_a_spent_day_pauses_till_the_reset_and_a_day_at_most():
    spent = {"X-RateLimit-Daily-Remaining": "0"}
    assert pause_after({**spent, "X-RateLimit-Daily-Reset": "3600000"}) == 3600
    assert pause_after({**spent, "X-RateLimit-Daily-Reset": "99999999999"}) == 24 * 3600
    assert pause_after(spent) == 0


def test_the_simulator_refuses_what_is_over_its_rate_and_says_when_to_come_again(world: World):
    world.api.per_interval = 2
    auth = world.authorized()
    client = once(auth)
    client.search()
    client.search()
    with pytest.raises(RateLimited) as caught:
        client.search()
    assert caught.value.retry_after == 10
    world.clock.advance(seconds=10)
    assert once(auth).search().total == 12


def once(auth: GoHighLevelAuth) -> GoHighLevelClient:
    """A client that asks once and waits for nobody."""
    transport = Transport(api_of(auth), throttle=Throttle(4), first_wait=0, max_attempts=1)
    return GoHighLevelClient(auth, transport=transport)
