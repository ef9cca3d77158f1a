"""What a refusal of 3C Plus is told as: what happened, and the way out, by the kind of token that
was sent.
"""

import json

import pytest
from support import DAY, always

from robot.http import AuthenticationRefused, RequestRefused, TokenExpired
from robot.http.bodies import api_message
from robot.period import whole
from robot.settings import IsolatedSettings
from robot.simulators.threec import Fault
from robot.threec import InvalidCredentials, ThreeCAuthClient
from robot.threec.calls import CallsApi
from robot.threec.connection import transport
from tests.threec.conftest import quick

SERVICE, PERSONAL = "3cs_0123456789abcdefghijklmnopqrstuvwxyz", "p" * 60
LOGIN = {"threec_user": "demo", "threec_password": "demo-password", "threec_company_id": "10"}


def refused(status, body, token=SERVICE):
    with always(status, body if isinstance(body, bytes) else json.dumps(body).encode()) as url:
        http = transport(IsolatedSettings(manager_token=token, base_url=url, api_max_attempts=1))
        with pytest.raises((AuthenticationRefused, RequestRefused)) as caught:
            http.get(url)
    assert token not in str(caught.value)
    return caught.value


def test_a_service_token_that_is_not_known_is_wrong_expired_or_revoked():
    error = refused(
        401, {"status": 401, "title": "Unauthorized", "detail": "Token de serviço inválido"}
    )
    assert isinstance(error, TokenExpired)
    assert (
        "HTTP 401: the API refuses the token. Token de serviço inválido; Unauthorized."
        in error.message
    )
    for words in (
        "not copied whole",
        "expired",
        "revoked",
        "Tokens de serviço",
        "gestor",
        "shown once",
        "MANAGER_TOKEN",
    ):
        assert words in error.hint
    assert "2026-10-01" not in error.hint


@pytest.mark.parametrize("token", [PERSONAL, "3CS_UPPER", "x3cs_inside", "3cs-hyphen"])
def test_another_token_that_is_not_known_is_told_of_the_day_and_of_service_tokens(token):
    hint = refused(401, {"message": "Unauthenticated."}, token).hint
    for words in ("does not begin with 3cs_", "2026-10-01", "Tokens de serviço", "gestor"):
        assert words in hint


@pytest.mark.parametrize(
    ("token", "told"), [(SERVICE, "role is not gestor"), (PERSONAL, "user is no gestor")]
)
def test_403_is_about_the_role_and_not_about_the_token(token, told):
    error = refused(403, {"detail": "Você não tem permissão."}, token)
    assert not isinstance(error, TokenExpired)
    assert "HTTP 403: the API forbids this to the token. Você não tem permissão." in error.message
    assert told in error.hint
    assert "gestor" in error.hint


@pytest.mark.parametrize(
    "detail", ["O cabeçalho X-Agent-Id é obrigatório.", "x-agent-id não pertence a um agente ativo"]
)
@pytest.mark.parametrize("status", [400, 401, 422])
def test_a_token_of_the_role_agente_is_recognised_by_the_header_it_needs(detail, status):
    error = refused(status, {"status": status, "title": "Bad Request", "detail": detail})
    # no other day would fare better: it ends the execution
    assert isinstance(error, AuthenticationRefused)
    assert "asks for an agent" in error.message
    assert "role agente" in error.hint
    assert "role gestor" in error.hint


def test_an_agent_header_that_somebody_adds_is_told_as_that():
    error = refused(400, {"detail": "X-Agent-Id só é aceito em tokens de papel agente"})
    assert "proxy that adds it" in error.hint


def test_another_400_is_no_matter_of_tokens():
    error = refused(400, {"detail": "O campo per_page é inválido."})
    assert isinstance(error, RequestRefused)
    assert error.hint == "Check BASE_URL, PER_PAGE and the dates."


def test_a_page_of_a_firewall_is_not_taken_for_the_apis_own_word():
    """As a 403 it is a fault that passes: tests/http/test_passing_faults.py."""
    error = refused(401, b"<html><body>Sorry, you have been blocked</body></html>")
    assert "proxy or a firewall" in error.hint
    assert "3cs_" in error.hint


def test_a_200_whose_body_says_401_has_the_same_words():
    body = {"status": 401, "detail": "Token de serviço inválido"}
    with always(200, json.dumps(body).encode()) as url:
        http = transport(IsolatedSettings(manager_token=SERVICE, base_url=url))
        with pytest.raises(TokenExpired) as caught:
            CallsApi(http, url).page(whole(DAY), (), 1, 10)
    assert "the API refuses the token. Token de serviço inválido." in caught.value.message
    assert "Tokens de serviço" in caught.value.hint


class TestLogin:
    """The login by user stays, and says what may have happened."""

    def test_a_refused_login_names_its_settings_and_the_day(self, simulate):
        client = ThreeCAuthClient(
            "demo",
            "wrong-one",
            company_id="10",
            base_url=simulate().base_url,
            logout_path="",
            connect=quick,
        )
        with pytest.raises(InvalidCredentials) as caught:
            client.login()
        assert "refuses the login. Usuário ou senha inválidos" in caught.value.message
        for words in (
            "THREEC_PASSWORD",
            "2026-10-01",
            "Tokens de serviço",
            "3cs_",
            "MANAGER_TOKEN",
        ):
            assert words in caught.value.hint

    def test_a_token_of_a_login_that_is_refused_is_told_as_that(self, simulate):
        simulator = simulate(faults=[Fault("status_401", path="/me", times=None)])
        http = transport(
            IsolatedSettings(base_url=simulator.url, **LOGIN | {"threec_password": "demo"})
        )
        with pytest.raises(TokenExpired) as caught:
            http.get(simulator.base_url + "/me")
        for words in ("The login was taken", "2026-10-01", "3cs_"):
            assert words in caught.value.hint


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"message": "c", "title": "b", "detail": "a"}, "a; b; c."),
        ({"title": "b.", "message": "b"}, "b."),
        ({"message": "c"}, "c."),
        ({"detail": "", "title": None, "message": "c!"}, "c!"),
        ({"detail": "a", "errors": {"x": ["y"]}}, "a; x: ['y']."),
        ({"detail": "a", "errors": []}, "a."),
        ({"errors": []}, "no explanation."),
        ([], "no explanation."),
    ],
)
def test_detail_comes_before_title_and_title_before_message(body, told):
    assert api_message(json.dumps(body).encode()) == told
