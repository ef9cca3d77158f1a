"""The examples of the client's documents, run as they stand: in this process, and as a script
beside a `.env`.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import auth_3cplus
import mailing_3cplus
from robot import threec
from robot.settings import Settings

ROOT = Path(__file__).resolve().parent.parent.parent

LOGIN = """
from dotenv import load_dotenv
from auth_3cplus import ThreeCAuthClient

load_dotenv()
client = ThreeCAuthClient()
client.login()
dados = client.verificar_sessao()
print(dados.get("name"))
client.logout()
"""

MAILING = """
from auth_3cplus import ThreeCAuthClient
from mailing_3cplus import ThreeCMailingClient, Contact

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

EXCEPTIONS = (
    "InvalidCredentials",
    "TokenExpired",
    "Unauthorized",
    "RateLimitExceeded",
    "ApiUnavailable",
)


@pytest.fixture
def variables(simulate):
    return {
        "THREEC_USER": "demo",
        "THREEC_PASSWORD": "demo",
        "THREEC_COMPANY_ID": "10",
        "THREEC_COMPANY_DOMAIN": "demo",
        "THREEC_BASE_URL": simulate().base_url,
    }


@pytest.fixture
def simulator(simulate, monkeypatch, variables):
    simulator = simulate()
    for name, value in {**variables, "THREEC_BASE_URL": simulator.base_url}.items():
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


def test_the_login_as_a_script_of_its_own_beside_its_env(variables, tmp_path):
    (tmp_path / "exemplo.py").write_text(LOGIN, encoding="utf-8")
    (tmp_path / ".env").write_text(
        "".join(f"{name}={value}\n" for name, value in variables.items()), encoding="utf-8"
    )
    names = {name.upper() for name in Settings.model_fields}
    environment = {name: value for name, value in os.environ.items() if name.upper() not in names}
    ended = subprocess.run(
        [sys.executable, tmp_path / "exemplo.py"],
        capture_output=True,
        encoding="utf-8",
        check=False,
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "Gestora Demonstração\n", "")


def test_the_modules_of_the_spec_give_every_public_name():
    modules = (auth_3cplus, mailing_3cplus)
    assert {name for module in modules for name in module.__all__} == set(threec.__all__)
    for module in modules:
        assert set(EXCEPTIONS) <= set(module.__all__)
        for name in module.__all__:
            assert getattr(module, name) is getattr(threec, name)
