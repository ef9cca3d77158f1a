"""The client sends what it knows, and nothing else: no trap of the API is ever stepped into."""

import pytest

from robot.errors import ConfigurationError, FatalError
from robot.settings import IsolatedSettings
from robot.threec import ThreeCMailingClient
from robot.threec.connection import connection
from robot.threec.known import KNOWN
from tests.threec.conftest import client_of

TRAPS = [
    ("DELETE", "/campaigns/5/lists"),
    ("DELETE", "/campaigns/5/lists/9"),
    ("DELETE", "/campaigns/5/lists/9/mailing"),
    ("DELETE", "/campaigns/5/mailing/delete"),
    ("GET", "/users/7/deactivate"),
    ("PUT", "/receptive_queues/3/metrics/qualifications"),
    ("DELETE", "/receptive_queues/3/metrics/qualifications"),
    ("POST", "/company/generate-bill"),
    ("PUT", "/company/settings"),
    ("PUT", "/campaigns/5/pause"),
    ("PUT", "/campaigns/5"),
    ("PATCH", "/campaigns/5"),
]


@pytest.mark.parametrize(("method", "path"), TRAPS)
def test_a_trap_is_refused_before_anything_is_sent(simulate, method, path):
    simulator = simulate()
    client = client_of(simulator)
    client.login()
    with pytest.raises(FatalError, match="was not sent"):
        client.transport.send(method, simulator.base_url + path)
    assert len(simulator.requests) == 1  # the login


@pytest.mark.parametrize(
    "path",
    [
        "/users",
        "/calls/1/recording",
        "/calls/../users/7/deactivate",
        "/campaigns/5/lists/..%2f..%2f..%2fusers/7/deactivate",
        "//calls",
        "/calls?x=1",
        "/campaigns/x/lists",
        "",
    ],
)
def test_a_get_of_an_unknown_path_is_refused_before_anything_is_sent(simulate, path):
    simulator = simulate()
    client = client_of(simulator)
    client.login()
    with pytest.raises(FatalError, match="was not sent"):
        client.transport.get(simulator.base_url + path)
    assert len(simulator.requests) == 1


@pytest.mark.parametrize(
    "url", ["https://elsewhere.example/api/v1/calls", "https://app.3c.plus.example/api/v1/calls"]
)
def test_a_token_never_travels_to_another_address(url):
    settings = IsolatedSettings(manager_token="3cs_x", base_url="https://app.3c.plus/api/v1/calls")
    with pytest.raises(FatalError, match="was not sent"):
        connection(settings).transport.send("GET", url)


@pytest.mark.parametrize(
    "values", [{"manager_token": "3cs_x"}, {"threec_user": "demo", "threec_password": "demo"}]
)
def test_what_the_settings_connect_knows_both_addresses_and_no_trap(values):
    settings = IsolatedSettings(
        base_url="https://a.example/api/v1/calls",
        threec_base_url="https://b.example/api/v1",
        **values,
    )
    known = connection(settings).transport.api.require_known
    known("GET", "https://a.example/api/v1/calls")
    known("GET", "https://b.example/api/v1/campaigns")
    for method, path in TRAPS:
        with pytest.raises(FatalError, match="was not sent"):
            known(method, f"https://b.example/api/v1{path}")


def test_every_request_of_the_clients_is_known_and_needs_no_permission(simulate):
    simulator = simulate()
    auth = client_of(simulator)
    auth.login()
    auth.verificar_sessao()
    mailing = ThreeCMailingClient(auth)
    made = mailing.criar_mailing_container("Lista", mailing.listar_campanhas()[0]["id"])
    mailing.enviar_mailing_json(made["mailing_id"], [{"identifier": "1", "phone": "11999998888"}])
    mailing.ajustar_peso_mailing(made["mailing_id"], 3)
    assert {request.status for request in simulator.requests} <= {200, 201}
    assert {method for method, _ in KNOWN} == {"GET", "POST", "PUT"}


def test_a_path_that_the_caller_names_is_sent(simulate):
    simulator = simulate()
    auth = client_of(simulator)
    auth.login()
    mailing = ThreeCMailingClient(auth, {"campaigns": "v2/campaigns"})
    with pytest.raises(FatalError, match="404"):
        mailing.listar_campanhas()
    assert simulator.requests[-1].path == "/api/v1/v2/campaigns"


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("campaigns", "/users/7/deactivate"),
        ("campaigns", "users/7//DEACTIVATE/"),
        ("lists", "/campaigns/../users/{campaign_id}/deactivate"),
        ("lists", "/users/{campaign_id}/%64eactivate?x=1"),
        ("contacts", "/company/generate-bill"),
        ("weight", "/receptive_queues/{list_id}/metrics/qualifications"),
    ],
)
def test_a_trap_cannot_be_named_either(simulate, name, path):
    with pytest.raises(ConfigurationError, match="never sent"):
        ThreeCMailingClient(client_of(simulate()), {name: path})


def test_a_logout_path_that_is_a_trap_is_refused_at_once(simulate):
    with pytest.raises(ConfigurationError, match="never sent"):
        client_of(simulate(), logout_path="company/generate-bill")
