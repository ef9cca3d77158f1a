"""The examples of the client's README, run as they stand: only the import lines name our modules."""

import pytest

LOGIN = """
from dotenv import load_dotenv
from robot.threec import ThreeCAuthClient

load_dotenv()
client = ThreeCAuthClient()
client.login()
dados = client.verificar_sessao()
print(dados.get("name"))
client.logout()
"""

MAILING = """
from robot.threec import ThreeCAuthClient
from robot.threec import ThreeCMailingClient, Contact

auth = ThreeCAuthClient()
auth.login()

mailing = ThreeCMailingClient(auth)
campanhas = mailing.listar_campanhas()
container = mailing.criar_mailing_container("Meu mailing", campanhas[0]["id"])

contatos = [
    Contact(name="João", phones=["5511999999999"], external_id="1").to_dict(),
]
mailing.enviar_mailing_json(container["mailing_id"], contatos)
mailing.ajustar_peso_mailing(container["mailing_id"], 100)
"""


@pytest.fixture
def simulator(simulate, monkeypatch):
    simulator = simulate()
    variables = {
        "THREEC_USER": "demo",
        "THREEC_PASSWORD": "demo",
        "THREEC_COMPANY_ID": "10",
        "THREEC_COMPANY_DOMAIN": "demo",
        "THREEC_BASE_URL": simulator.base_url,
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return simulator


def test_the_login(simulator, capsys):
    exec(compile(LOGIN, "example", "exec"), {"__name__": "example"})
    assert capsys.readouterr().out == "Gestora Demonstração\n"


def test_the_mailing(simulator):
    exec(compile(MAILING, "example", "exec"), {"__name__": "example"})
    (made,) = simulator.lists.all()
    assert (made.name, made.campaign, made.weight) == ("Meu mailing", 5, 100)
    assert made.items == [{"phone": "11999999999", "identifier": "1", "data": {"nome": "João"}}]
