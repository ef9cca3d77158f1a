"""Logging in at 3C Plus, over real HTTP."""

import logging
import threading

import pytest

from robot.errors import ConfigurationError, FatalError
from robot.http import NotSent, RenewableToken, TokenExpired
from robot.runtime.masking import mask
from robot.simulators.threec import DEMO_TOKEN, Fault
from robot.threec import (
    ApiUnavailable,
    InvalidCredentials,
    RateLimitExceeded,
    SecondFactorRequired,
    ThreeCAuthClient,
    Unauthorized,
)
from tests.threec.conftest import client_of


def test_a_login_gives_the_token_and_a_session_that_tells_who_it_is(simulate):
    client = client_of(simulate())
    client.login()
    assert client.token == DEMO_TOKEN
    assert client.verificar_sessao()["name"] == "Gestora Demonstração"


def test_the_profile_is_given_without_the_token(simulate):
    client = client_of(simulate())
    client.login()
    assert DEMO_TOKEN not in str(client.verificar_sessao())


def test_the_company_may_be_given_by_its_number(simulate):
    client = client_of(simulate(), company_domain="", company_id="10")
    client.login()
    assert client.token


def test_wrong_credentials_are_told_once_and_without_the_password(simulate):
    simulator = simulate()
    client = client_of(simulator, password="errada-mesmo")
    with pytest.raises(InvalidCredentials) as caught:
        client.login()
    assert "errada-mesmo" not in str(caught.value)
    assert "THREEC_PASSWORD" in str(caught.value)
    assert len(simulator.requests) == 1


def test_a_second_factor_is_named_as_such(simulate):
    with pytest.raises(SecondFactorRequired, match="second factor"):
        client_of(simulate(second_factor=True)).login()


def test_what_is_missing_is_named_before_anything_is_asked(simulate, monkeypatch):
    monkeypatch.delenv("THREEC_USER", raising=False)
    simulator = simulate()
    client = ThreeCAuthClient("", "", company_id="", company_domain="", base_url=simulator.base_url)
    with pytest.raises(ConfigurationError) as caught:
        client.login()
    assert [problem.partition(":")[0] for problem in caught.value.problems] == [
        "THREEC_USER",
        "THREEC_PASSWORD",
        "THREEC_COMPANY_ID or THREEC_COMPANY_DOMAIN",
    ]
    assert simulator.requests == []


@pytest.mark.parametrize("method", ["verificar_sessao", "logout"])
def test_a_method_before_the_login_is_unauthorized(simulate, method):
    simulator = simulate()
    with pytest.raises(Unauthorized):
        getattr(client_of(simulator), method)()
    assert simulator.requests == []


def test_an_expired_token_is_told_by_the_session_check_and_forgotten(simulate):
    simulator = simulate()
    client = client_of(simulator)
    client.login()
    simulator.expire_token()
    with pytest.raises(TokenExpired, match="expired"):
        client.verificar_sessao()
    with pytest.raises(Unauthorized):
        client.verificar_sessao()
    client.login()
    assert client.verificar_sessao()["id"] == 1


def test_a_logout_asks_the_path_that_is_configured_and_forgets_the_token(simulate):
    simulator = simulate()
    # the simulator's only POST path that answers anybody
    client = client_of(simulator, logout_path="/authenticate")
    client.login()
    # 422: no form. What counts: it was asked, and the token is gone all the same
    with pytest.raises(FatalError):
        client.logout()
    assert [request.path for request in simulator.requests] == ["/api/v1/authenticate"] * 2
    with pytest.raises(Unauthorized):
        _ = client.token


def test_a_logout_without_a_path_asks_nothing(simulate):
    simulator = simulate()
    client = client_of(simulator)
    client.login()
    client.logout()
    assert len(simulator.requests) == 1
    with pytest.raises(Unauthorized):
        client.logout()


def test_a_logout_with_a_dead_token_says_so(simulate):
    simulator = simulate()
    client = client_of(simulator, logout_path="/campaigns/5/lists")
    client.login()
    simulator.expire_token()
    with pytest.raises(TokenExpired):
        client.logout()


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("status_429", RateLimitExceeded),
        ("status_503", ApiUnavailable),
        ("timeout_before", ApiUnavailable),
    ],
)
def test_trouble_of_the_api_is_tried_again_and_then_told(simulate, kind, error):
    fault = Fault(kind, path="/authenticate", times=2, seconds=5)
    simulator = simulate(faults=[fault])
    client_of(simulator).login()
    assert simulator.fired[fault] == 2
    simulator.use_faults([Fault(kind, path="/authenticate", times=None, seconds=5)])
    with pytest.raises(error):
        client_of(simulator).login()


def test_the_token_and_the_password_are_masked_everywhere(simulate, caplog):
    simulator = simulate()
    client = client_of(simulator)
    with caplog.at_level(logging.DEBUG):
        client.login()
        client.verificar_sessao()
    assert DEMO_TOKEN not in caplog.text
    assert DEMO_TOKEN not in repr(client)
    assert mask(f"x {DEMO_TOKEN} y") == "x *** y"


class TestRenewal:
    """A token that dies while many threads use it."""

    def test_all_threads_together_log_in_once_more(self, simulate):
        simulator = simulate()
        client = client_of(simulator)
        client.login()
        http, url = client.transport, simulator.base_url + "/me"
        http.get(url)
        simulator.expire_token()
        together = threading.Barrier(8)
        answers: list[int] = []

        def ask() -> None:
            together.wait()
            answers.append(http.get(url).status)

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == [200] * 8
        assert sum(request.path.endswith("/authenticate") for request in simulator.requests) == 2

    def test_a_token_that_was_never_accepted_is_not_renewed(self, simulate):
        simulator = simulate(faults=[Fault("status_401", path="/me", times=None)])
        client = client_of(simulator)
        client.login()
        with pytest.raises(TokenExpired):
            client.transport.get(simulator.base_url + "/me")
        assert [request.path.rsplit("/", 1)[-1] for request in simulator.requests] == [
            "authenticate",
            "me",
        ]

    def test_a_token_refused_right_after_the_renewal_ends_it(self, simulate):
        simulator = simulate()
        client = client_of(simulator)
        client.login()
        client.transport.get(simulator.base_url + "/me")
        simulator.use_faults([Fault("status_401", path="/me", times=None)])
        for _ in range(3):
            with pytest.raises(TokenExpired):
                client.transport.get(simulator.base_url + "/me")
        assert sum(request.path.endswith("/authenticate") for request in simulator.requests) == 2

    def test_a_login_that_is_refused_for_good_is_tried_once_by_all_threads_together(self):
        tries = []

        def fetch() -> str:
            tries.append(1)
            raise InvalidCredentials("no")

        token = RenewableToken(fetch)
        for _ in range(3):
            with pytest.raises(InvalidCredentials):
                token.credentials()
        assert len(tries) == 1

    def test_a_403_is_no_reason_to_log_in_again(self, simulate):
        simulator = simulate()
        client = client_of(simulator)
        client.login()
        client.transport.get(simulator.base_url + "/me")
        simulator.use_faults([Fault("status_403", path="/me")])
        with pytest.raises(FatalError):
            client.transport.get(simulator.base_url + "/me")
        assert sum(request.path.endswith("/authenticate") for request in simulator.requests) == 1

    def test_a_login_that_fails_for_now_is_tried_as_often_as_any_request_and_nothing_was_sent(
        self, simulate
    ):
        simulator = simulate()
        client = client_of(simulator)
        client.login()
        client.transport.get(simulator.base_url + "/me")
        simulator.expire_token()
        simulator.use_faults([Fault("status_503", path="/authenticate", times=None)])
        with pytest.raises(NotSent):
            client.transport.get(simulator.base_url + "/me")
        assert (
            sum(request.path.endswith("/authenticate") for request in simulator.requests) == 1 + 3
        )
        simulator.use_faults([])
        assert client.transport.get(simulator.base_url + "/me").status == 200
