"""What goes out: addresses, moments, bodies, tokens, and what the log shows of them."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone
from urllib.parse import unquote

import pytest
import responses
from answering import Reply, answering

from robot.atendeaqui import AtendeAquiClient, AtendeAquiError, ServerError
from robot.atendeaqui.client import PRODUCTION_URL, SANDBOX_URL
from robot.atendeaqui.masking import masked
from robot.simulators.atendeaqui import FLOW_KEY, Fault, Simulator, make_world

BRASILIA = timezone(timedelta(hours=-3))
ODD_IDS = [
    *(
        "a/b",
        "a?b#c",
        "joão @ x",
        "50%",
        "%2e%2e",
        "a\\b",
        "..a",
        "a&b=c",
        "+55 11",
        "\x00",
        "日本",
    ),
]
EVENTS = {
    "start_flow": {},
    "complete_step": {"step_key": "welcome"},
    "start_step": {"step_key": "welcome"},
    "skip_step": {"step_key": "tour"},
    "complete_flow": {},
    "restart_flow": {},
    "abandon_flow": {},
    "update_metadata": {"metadata": {}},
}


def test_a_token_or_a_key_is_needed():
    with pytest.raises(ValueError, match=r"api_token.*flow_key"):
        AtendeAquiClient()
    client = AtendeAquiClient(api_token="a-token-alone")
    with client, pytest.raises(ValueError, match="flow_key"):
        client.onboarding.get_structure()


def test_the_two_addresses_and_one_for_tests():
    made = [
        AtendeAquiClient(flow_key="k"),
        AtendeAquiClient(flow_key="k", sandbox=True),
        AtendeAquiClient(flow_key="k", sandbox=True, _base_url="https://custom.test/api/"),
    ]
    assert [client._http._base_url for client in made] == [
        *(PRODUCTION_URL, SANDBOX_URL),
        "https://custom.test/api",
    ]


@pytest.mark.parametrize("secret", ["abc\n", "xyz xyz", "chave-é", "a\r\nX-Other: 1"])
def test_a_token_or_key_that_no_header_can_carry_is_refused_without_being_shown(secret):
    for name in ("api_token", "flow_key"):
        with pytest.raises(ValueError, match=name) as caught:
            AtendeAquiClient(**{name: secret})
        assert secret.strip() not in str(caught.value)


@pytest.mark.parametrize("odd", ODD_IDS)
def test_an_id_is_one_part_of_the_path_whatever_it_holds(client_of, odd):
    with answering(Reply(200, {})) as server:
        client = client_of(server.url)
        client.clients.get(odd)
        client.onboarding.get_progress(odd)
        client.onboarding.get_flow(odd)
        paths = [heard.target.removeprefix("/v1/").split("/") for heard in server.heard]
    assert [len(parts) for parts in paths] == [3, 5, 4]
    assert [unquote(parts[-2]) for parts in paths] == [odd, odd, odd]


def test_an_id_with_a_slash_reaches_its_client(simulator, client):
    client.clients.create("Acme", client_id="filial/7?x=1")
    assert client.clients.get("filial/7?x=1").full_name == "Acme"


@pytest.mark.parametrize("none", ["", " ", ".", "..", None])
def test_an_id_that_would_lead_to_another_path_is_refused_before_anything_is_sent(
    simulator, client, none
):
    for call in (client.clients.get, client.clients.get_team, client.onboarding.get_flow):
        with pytest.raises(ValueError, match="an id is needed"):
            call(none)
    with pytest.raises(ValueError, match="user_id"):
        client.onboarding.restart_flow(none)
    assert simulator.requests == []


@pytest.mark.parametrize("name", EVENTS)
@pytest.mark.parametrize(
    ("moment", "sent"),
    [
        (datetime(2026, 10, 20, 9, 30, tzinfo=BRASILIA), "2026-10-20T09:30:00-03:00"),
        (datetime(2026, 10, 20, 9, 30, tzinfo=UTC), "2026-10-20T09:30:00+00:00"),
        ("2026-10-20T12:30:00Z", "2026-10-20T12:30:00Z"),
        ("2026-10-20T12:30:00.5-0300", "2026-10-20T12:30:00.5-0300"),
        (None, None),
        ("", None),
    ],
)
def test_when_it_happened_is_sent_with_its_zone_and_only_when_it_is_known(
    simulator, client, name, moment, sent
):
    client.onboarding.start_flow("u-1")
    getattr(client.onboarding, name)("u-1", **EVENTS[name], occurred_at=moment)
    assert simulator.requests[-1].content.get("occurred_at") == sent
    assert ("occurred_at" in simulator.requests[-1].content) is (sent is not None)


@pytest.mark.parametrize("name", EVENTS)
@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 10, 20, 9, 30),
        *("2026-10-20T09:30:00", "2026-10-20", "ontem", " ", "2026-13-20T09:30:00Z"),
        date(2026, 10, 20),
        1760000000,
    ],
)
def test_a_moment_without_a_zone_is_refused_before_anything_is_sent(
    simulator, client, name, moment
):
    with pytest.raises(ValueError, match="occurred_at"):
        getattr(client.onboarding, name)("u-1", **EVENTS[name], occurred_at=moment)
    steps = [{"step_key": "welcome", "occurred_at": moment}]
    with pytest.raises(ValueError, match="occurred_at"):
        client.onboarding.complete_steps("u-1", steps)
    assert simulator.requests == []


def test_steps_keep_their_own_moments_and_the_callers_list_is_left_alone(simulator, client):
    moment = datetime(2026, 10, 20, 9, 30, tzinfo=BRASILIA)
    steps = [{"step_key": "welcome", "occurred_at": moment}, {"step_key": "perfil"}]
    client.onboarding.start_flow("u-1")
    client.onboarding.complete_steps("u-1", steps)
    assert simulator.requests[-1].content == {
        "steps": [
            {"step_key": "welcome", "occurred_at": "2026-10-20T09:30:00-03:00"},
            {"step_key": "perfil"},
        ]
    }
    assert steps[0]["occurred_at"] is moment


@pytest.mark.parametrize("value", [float("nan"), float("inf"), datetime(2026, 1, 1), {1, 2}, b"x"])
def test_what_is_no_json_is_refused_before_anything_is_sent(simulator, client, value):
    with pytest.raises(ValueError, match="JSON"):
        client.onboarding.complete_step("u-1", "welcome", step_data={"value": value})
    assert simulator.requests == []


def test_nothing_to_change_is_refused(client):
    for name, ids in (
        *(("update_flow", ["flow"]), ("update_email_rule", ["flow", 1])),
        ("update_email_piece", ["flow", 1]),
    ):
        with pytest.raises(ValueError, match="at least one field"):
            getattr(client.onboarding, name)(*ids)


def test_the_key_goes_with_a_flows_calls_and_the_token_with_all_where_there_is_one(
    simulator, client, client_of
):
    client.onboarding.start_flow("u-1")
    client_of(simulator, api_token=None).onboarding.get_progress("u-1")
    client.onboarding.list_flows()
    carried = [
        (request.headers.get("authorization"), request.headers.get("x-onboarding-key"))
        for request in simulator.requests
    ]
    token = f"Bearer {simulator.access.token}"
    assert carried == [(token, FLOW_KEY), (None, FLOW_KEY), (token, None)]


def test_the_library_sends_what_it_is_given_and_the_log_does_not_show_it(simulator, client, caplog):
    data = {
        "api_token": "EAAG-1",
        "clientSecret": "s-2",
        "API-KEY": "k-3",
        "senha": "p-4",
        "nested": [{"db_password": "d-5", "credentials": {"user": "u-6"}}],
        "telefone": "(11) 98765-4321",
        "contato": "ana@exemplo.com.br",
        "uso": "reuniões de vendas",
    }
    client.onboarding.start_flow("u-1", name="Ana Lima", email="ana@exemplo.com.br")
    with caplog.at_level(logging.DEBUG, logger="robot"):
        client.onboarding.complete_step("u-1", "welcome", step_data=data)
        client.onboarding.start_flow("u-1", name="Ana Lima", email="ana@exemplo.com.br")
    assert simulator.world.flows[0].people["u-1"]["step_data"] == {"welcome": data}
    for hidden in ("EAAG-1", "s-2", "k-3", "p-4", "d-5", "u-6", "98765", "ana@", "Ana Lima"):
        assert hidden not in caplog.text
    assert "reuniões de vendas" in caplog.text
    assert "'step_key': 'welcome'" in caplog.text
    assert simulator.access.token not in caplog.text


def test_a_person_whose_id_is_a_phone_or_a_mail_address_is_in_no_log_and_no_message(
    simulator, client, caplog
):
    simulator.use_faults([Fault("reset_before", path="", times=None)])
    for user in ("+5511987654321", "ana@exemplo.com.br"):
        with caplog.at_level(logging.DEBUG), pytest.raises(AtendeAquiError) as caught:
            client.onboarding.get_progress(user)
        for text in (caplog.text, str(caught.value)):
            assert "98765" not in text
            assert "exemplo.com" not in text


@pytest.mark.parametrize("seconds", [0, -1, None])
def test_a_time_out_that_is_none_is_refused(seconds):
    with pytest.raises(ValueError, match="timeout"):
        AtendeAquiClient(api_token="t", timeout=seconds)


def test_one_client_serves_many_threads(client_of):
    with Simulator(make_world(clients=120)) as simulator:
        client = client_of(simulator)
        with ThreadPoolExecutor(8) as pool:
            counts = list(pool.map(lambda _: len(list(client.clients.iter_clients())), range(16)))
    assert counts == [120] * 16


def test_a_masked_value_keeps_its_shape():
    value = {"step_key": "a", "ttl": 600, "list": [1, None, True, {"token": 5}], "key": {"a": 1}}
    assert masked(value) == {
        "step_key": "a",
        "ttl": 600,
        "key": "***",
        "list": [1, None, True, {"token": "***"}],
    }


@responses.activate
def test_it_can_be_tested_with_responses():
    url = "https://test.atendeaqui.com.br/api"
    responses.add(responses.GET, f"{url}/clients/", json={"results": [{"client_id": "c-1"}]})
    responses.add(responses.DELETE, f"{url}/clients/c-1/remove-team-member/2/", status=204)
    responses.add(responses.GET, f"{url}/clients/c-2/", json={"detail": "?"}, status=500)
    with AtendeAquiClient(api_token="t", _base_url=url, _first_wait=0.001) as client:
        assert [each.client_id for each in client.clients.list()] == ["c-1"]
        client.clients.remove_team_member("c-1", 2)
        with pytest.raises(ServerError):
            client.clients.get("c-2")
    assert responses.calls[0].request.headers["Authorization"] == "Bearer t"
    assert responses.calls[0].request.params == {"page": "1", "page_size": "50"}
