"""The examples of the package's README, word for word, against the simulator."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import robot.atendeaqui.client
from robot.atendeaqui import AtendeAquiClient
from robot.simulators.atendeaqui import FLOW_KEY, Simulator, World
from robot.simulators.atendeaqui.world import make_client, make_flow

TEXT = (Path(__file__).parent / "data" / "examples.md").read_text("utf-8")
EXAMPLES = dict(re.findall(r"^## (.+?)\n\n```python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL))
KEY = "uuid-do-flow"


def flow(key: str, slug: str) -> Any:
    """A flow that has the steps of the examples, too."""
    made = make_flow(key, slug, f"Flow {slug}")
    for step in ("config", "test"):
        made.steps.append({**made.steps[0], "step_key": step, "title": step})
    return made


@pytest.fixture
def simulator(monkeypatch: pytest.MonkeyPatch) -> Any:
    flows = [
        flow(KEY, "meu-flow"),
        flow(FLOW_KEY, "onboarding-clientes"),
        flow("outro-flow-uuid", "outro"),
    ]
    with Simulator(World(clients=[make_client(1, 2)], flows=flows)) as simulator:
        simulator.access.token = "seu-bearer-token"
        monkeypatch.setattr(robot.atendeaqui.client, "PRODUCTION_URL", simulator.base_url)
        yield simulator


def run(name: str, **known: Any) -> dict[str, Any]:
    """What an example leaves behind."""
    code = EXAMPLES[name].replace("from atendeaqui import", "from robot.atendeaqui import")
    names = {"AtendeAquiClient": AtendeAquiClient, **known}
    exec(compile(code, name, "exec"), names)
    return names


def client() -> AtendeAquiClient:
    return AtendeAquiClient(api_token="seu-bearer-token", flow_key=KEY)


def test_all_examples_are_there():
    assert len(EXAMPLES) == TEXT.count("```python") == 12


def test_quick_start(simulator, capsys):
    names = run("Quick Start")
    assert names["flow"].steps[0].title == "Boas-vindas"
    assert names["progress"].steps_completed == ["welcome"]
    assert capsys.readouterr().out == "Progresso: 12%\n"


def test_with_a_token(simulator):
    run("Com api_token (recomendado)")
    assert [request.status for request in simulator.requests] == [200, 201, 200, 200]


def test_with_a_default_flow(simulator):
    run("Com flow_key default (atalho para um único flow)")
    assert [request.path for request in simulator.requests] == [
        f"onboarding/{FLOW_KEY}/structure/",
        f"onboarding/{FLOW_KEY}/start/",
        "onboarding/outro-flow-uuid/structure/",
    ]
    assert all("authorization" not in request.headers for request in simulator.requests)


def test_with_both(simulator):
    run("Com ambos (API admin + flow default)")
    assert [request.status for request in simulator.requests] == [201, 200, 200]


def test_clients(simulator, capsys):
    run("Clientes (requer api_token)")
    _, generated, own = simulator.world.clients
    assert capsys.readouterr().out == f"{generated['client_id']}\n"  # the new team is empty yet
    assert (own["client_id"], own["full_name"]) == ("meu-sistema-123", "Acme Corp Ltda")
    (member,) = own["team_members"]
    assert (member["email"], member["is_primary"]) == ("joao@acme.com", True)
    assert (member["can_edit_client"], member["is_active"]) == (True, False)


def test_onboarding(simulator, capsys):
    names = run("Onboarding", client=client())
    person = simulator.world.flows[0].people["user-123"]
    assert person["metadata"] == {"company": "Acme", "preferred_language": "pt-BR", "plan": "pro"}
    assert person["status"] == "ABANDONED"
    assert capsys.readouterr().out.splitlines() == [
        "IN_PROGRESS",
        "['welcome', 'config', 'test']",
        "{'welcome': {'accepted_terms': True}, 'config': {'api_key': 'xxx'}}",
        "50",
        "meu-flow",
    ]
    assert names["token"].expires_in == 600
    assert names["analytics"].abandoned == 1
    assert names["progress_list"][0]["external_user_id"] == "user-123"


def test_a_whole_flow(simulator):
    run("Fluxo completo com dados de perfil")
    person = simulator.world.flows[0].people["empresa-456"]
    assert person["status"] == "COMPLETED"
    assert person["metadata"]["role"] == "CTO"
    assert person["step_data"]["convidar-equipe"]["membros_convidados"] == 5
    assert person["step_data"]["configuracao-api"]["api_token"] == "EAAG...configurado"


def test_a_system_of_its_own(simulator):
    names = run("Integração com sistema existente (SaaS)")
    signup = {"id": "42", "company_name": "Acme", "email": "a@acme.com", "name": "Ana"}
    assert names["check_onboarding_status"]("42") == {"status": "NOT_STARTED", "percentage": 0}
    progress = names["on_client_signup"](signup)
    assert (progress.client_id, progress.status) == ("42", "IN_PROGRESS")
    done = names["on_feature_configured"]("42", "team_invite", {"membros": 2})
    assert done.step_data == {"convidar-equipe": {"membros": 2}}
    assert names["on_feature_configured"]("nobody", "branding", {}) is None
    assert names["check_onboarding_status"]("42") == {
        "status": "IN_PROGRESS",
        "percentage": 12,
        "is_completed": False,
        "current_step": "Boas-vindas",
        "steps_done": ["convidar-equipe"],
    }


def test_a_widget(simulator):
    names = run("Widget frontend com token JWT")
    request = SimpleNamespace(user=SimpleNamespace(external_id="user-1", client_id="c-1"))
    token = names["get_onboarding_token"](request)
    assert token == {"token": "header.meu-flow-user-1.signature", "expires_in": 600}


def test_metadata_as_they_change(simulator):
    api = client()
    api.onboarding.start_flow("empresa-456")
    run("Atualizar metadata em tempo real", client=api, FLOW_KEY=KEY)
    assert simulator.world.flows[0].people["empresa-456"]["metadata"] == {
        "plan": "enterprise",
        "seats": 50,
        "timezone": "America/Sao_Paulo",
        "locale": "pt-BR",
    }


def test_a_look_at_all(simulator, capsys):
    api = AtendeAquiClient(flow_key=FLOW_KEY)
    api.onboarding.start_flow("one")
    api.onboarding.start_flow("two")
    api.onboarding.complete_flow("two")
    names = run("Admin: monitorar onboarding")
    out = capsys.readouterr().out
    assert "Flow onboarding-clientes: 2 inícios, 50.0% conclusão" in out
    assert "Em progresso: 1" in out
    assert "  Boas-vindas: 0.0% (2 desistiram)" in out
    assert len(names["progress_list"]) == 2


def test_errors(simulator, capsys):
    api = client()
    api.onboarding.start_flow("user-123")
    run("Tratamento de Erros", client=api, FLOW_KEY=KEY)
    assert capsys.readouterr().out == "Step não existe: A etapa não existe neste flow.\n"
