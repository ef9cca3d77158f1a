"""The simulator's campaigns have the traps of the real ones."""

from collections.abc import Callable
from typing import Any

import pytest

from robot.simulators.threec import Fault

Simulate = Callable[..., Any]
HEADER = {"header[0]": "identifier", "header[1]": "areacodephone"}


def post(client: Any, path: str, **body: Any) -> Any:
    return client.session.post(client.simulator.base_url + path, timeout=5, **body)


def make_list(client: Any, name: str = "L") -> int:
    answer = post(client, "/campaigns/5/lists", data={"name": name, **HEADER})
    assert answer.status_code == 201
    return int(answer.json()["data"]["id"])


def items(count: int) -> list[dict[str, Any]]:
    return [{"phone": f"119{n:08}", "identifier": str(n), "data": {}} for n in range(count)]


def test_names_of_lists_are_not_unique(simulate: Simulate) -> None:
    client = simulate()
    assert make_list(client) != make_list(client)
    assert [each["name"] for each in client.get("/campaigns/5/lists").json()["data"]] == ["L", "L"]
    assert client.get("/campaigns/6/lists").json()["data"] == []


def test_a_list_is_made_by_a_form_only(simulate: Simulate) -> None:
    client = simulate()
    assert (
        post(client, "/campaigns/5/lists", json={"name": "L", "header": ["identifier"]}).status_code
        == 422
    )


@pytest.mark.parametrize(("count", "status"), [(300, 200), (301, 422), (0, 422)])
def test_at_most_300_contacts_are_taken_at_once(
    simulate: Simulate, count: int, status: int
) -> None:
    client = simulate()
    path = f"/campaigns/5/lists/{make_list(client)}/mailing_sync.json"
    assert post(client, path, json=items(count)).status_code == status


@pytest.mark.parametrize("named", [True, False])
def test_a_filter_drops_contacts_and_tells_only_their_number_and_motive(
    simulate: Simulate, named: bool
) -> None:
    client = simulate(blocked=["11900000001"], names_filtered=named)
    path = f"/campaigns/5/lists/{make_list(client)}/mailing_sync.json"
    data = post(client, path, json=items(3)).json()["data"]
    assert (data["imported"]["quantity"], data["filtered"]["quantity"]) == (2, 1)
    assert ("identifier" in data["filtered"]["details"][0]) is named


def test_mailing_json_answers_204(simulate: Simulate) -> None:
    client = simulate()
    answer = post(client, f"/campaigns/5/lists/{make_list(client)}/mailing.json", json=items(3))
    assert (answer.status_code, answer.content) == (204, b"")
    assert client.get("/campaigns/5/lists").json()["data"][0]["total"] == 3


@pytest.mark.parametrize(
    ("kind", "stored"),
    [("status_500", 0), ("status_500_after", 4), ("status_500_halfway", 2), ("reset_before", 4)],
)
def test_a_500_may_come_before_after_or_in_the_middle_of_the_storing(
    simulate: Simulate, kind: str, stored: int
) -> None:
    client = simulate()
    path = f"/campaigns/5/lists/{make_list(client)}/mailing_sync.json"
    client.simulator.use_faults([Fault(kind, path="/mailing_sync.json")])
    if kind == "reset_before":
        with pytest.raises(OSError):
            post(client, path, json=items(4))
    else:
        assert post(client, path, json=items(4)).status_code == 500
    assert len(client.simulator.lists.all()[0].items) == stored


def test_an_unknown_list_is_404_and_no_token_is_401(simulate: Simulate) -> None:
    client = simulate()
    assert post(client, "/campaigns/5/lists/1/mailing_sync.json", json=items(1)).status_code == 404
    assert simulate(client_token=None).get("/campaigns/5/lists").status_code == 401


def test_a_token_that_expired_opens_nothing_and_a_login_gives_another(simulate: Simulate) -> None:
    client = simulate()
    client.simulator.expire_token()
    assert client.get("/me").status_code == 401
    form = {"user": "demo", "password": "demo", "company_id": 10}
    token = post(client, "/authenticate", json=form).json()["data"]["api_token"]
    assert len(token) == 60
    client.session.headers["Authorization"] = f"Bearer {token}"
    assert client.get("/me").status_code == 200
