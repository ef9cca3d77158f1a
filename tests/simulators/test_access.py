"""Service tokens at the simulator: the roles, the header of agents, and personal tokens that have
ended.
"""

import pytest
from simulators.conftest import DAY, Client

from robot.simulators.threec import AGENTE, DEMO_TOKEN, ENDED, GESTOR, SUPERVISOR, ServiceToken

HEADER = "X-Agent-Id"


def answer(simulator, token, path="/me", agent=None):
    client = Client(simulator, token)
    with client.session:
        if agent is not None:
            client.session.headers[HEADER] = agent
        got = client.page() if path == "/calls" else client.get(path)
    return got.status_code, got.json().get("detail", "")


@pytest.mark.parametrize("token", [DEMO_TOKEN, GESTOR.text, SUPERVISOR.text])
def test_both_kinds_of_tokens_open_in_the_header_and_in_the_query(simulate, token):
    simulator = simulate().simulator
    assert answer(simulator, token, "/calls")[0] == 200
    assert simulate(client_token=None).page(api_token=token).status_code == 200


@pytest.mark.parametrize("token", [ENDED.text, "3cs_wrong", GESTOR.text[:-1]])
def test_a_service_token_that_is_wrong_expired_or_revoked_is_401(simulate, token):
    assert answer(simulate().simulator, token) == (401, "Token de serviço inválido")


def test_personal_tokens_that_have_ended_are_refused_and_service_tokens_are_not(simulate):
    client = simulate(personal_ended=True)
    simulator = client.simulator
    assert answer(simulator, DEMO_TOKEN) == (401, "Não autenticado.")
    assert answer(simulator, GESTOR.text)[0] == 200
    login = {"user": "demo", "password": "demo", "company_id": "10"}
    given = client.session.post(f"{simulator.base_url}/authenticate", data=login).json()["data"][
        "api_token"
    ]
    assert answer(simulator, given)[0] == 401


@pytest.mark.parametrize("path", ["/calls", "/campaigns", "/me", "/campaigns/5/lists"])
def test_an_agent_header_is_only_for_agente_tokens(simulate, path):
    status, detail = answer(simulate().simulator, GESTOR.text, path, agent="101")
    assert (status, "só é aceito em tokens de papel agente" in detail) == (400, True)


def test_an_agente_token_needs_an_active_agent_and_may_not_ask_what_is_for_managers(simulate):
    simulator = simulate().simulator
    status, detail = answer(simulator, AGENTE.text)
    assert (status, HEADER in detail) == (400, True)
    assert answer(simulator, AGENTE.text, agent="999")[0] == 401
    assert answer(simulator, AGENTE.text, agent="x")[0] == 401
    assert answer(simulator, AGENTE.text, agent="101")[0] == 200
    for path in ("/calls", "/campaigns", "/campaigns/5/lists"):
        assert answer(simulator, AGENTE.text, path, agent="101")[0] == 403


def test_a_supervisor_sees_the_calls_of_its_teams_and_totals_that_are_true_for_them_alone(
    simulate, calls
):
    token = ServiceToken("3cs_team", "supervisor", agents=frozenset({101, 102, 103, 104, 105, 106}))
    seen = simulate(service_tokens=[token], client_token=token.text).page(per_page=100).json()
    team = [
        call["id"]
        for call in calls
        if call["call_date"][:10] == str(DAY) and call["agent_id"] in token.agents
    ]
    assert [call["id"] for call in seen["data"]] == team
    assert seen["meta"]["pagination"]["total"] == len(team)
    assert 0 < len(team) < 35


@pytest.mark.parametrize(("token", "role"), [(GESTOR, "manager"), (SUPERVISOR, "supervisor")])
def test_the_profile_tells_the_role(simulate, token, role):
    assert simulate(client_token=token.text).get("/me").json()["data"]["role"]["name"] == role
