"""What an operator is told of the token: by check, by run, by status, and by those who watch; from
before it ends.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from alerts.watching_receivers import HttpReceiver
from clocks import started_at
from proof.machine import NOON, TODAY, Machine, ago, simulated
from servers import sqlite_only

from robot.simulators.threec import AGENTE, ENDED, GESTOR, SUPERVISOR, Fault, Simulator

pytestmark = sqlite_only("it is about the API alone")
Operator = Callable[..., Machine]
PANEL = "Configurações → Tokens de serviço, role gestor"


@pytest.fixture
def without_personal_tokens() -> Iterator[Simulator]:
    with simulated(1, 60, personal_ended=True) as simulator:
        yield simulator


def line(machine: Machine, name: str) -> str:
    return next(line for line in machine.out.splitlines() if line[7:].startswith(f"{name}: "))


def day(ahead: int) -> str:
    return str(TODAY + timedelta(days=ahead))


def flat(text: str) -> str:
    return " ".join(text.split())


def texts(chat: HttpReceiver) -> list[str]:
    """The messages that the chat was sent."""
    return [flat(json.loads(body)["text"]) for _, _, body in chat.received]


def both(machine: Machine) -> Iterator[str]:
    """What check and run say."""
    assert machine.run("check") == 1
    yield line(machine, "API")
    assert machine.sync(ago(1)) == 1
    yield flat(machine.out + machine.err)


def test_a_gestor_service_token_is_fine(operator: Operator) -> None:
    machine = operator(MANAGER_TOKEN=GESTOR.text)
    assert machine.run("check") == 0
    assert line(machine, "Token").startswith("ok     Token: A service token.")
    assert machine.sync(ago(1)) == 0
    assert GESTOR.text not in machine.out + machine.err


def test_another_token_is_taken_and_warned_of_and_the_check_holds(operator: Operator) -> None:
    machine = operator()
    assert machine.run("check") == 0
    told = line(machine, "Token")
    assert told.startswith("warn   Token: ")
    for words in ("does not begin with 3cs_", "2026-10-01", PANEL):
        assert words in told
    assert machine.out.splitlines()[-1] == "Everything holds."
    assert machine.sync(ago(1)) == 0


def test_a_personal_token_that_is_refused_names_service_tokens(
    operator: Operator, without_personal_tokens: Simulator
) -> None:
    machine = operator(BASE_URL=without_personal_tokens.url)
    for told in both(machine):
        assert "HTTP 401: the API refuses the token. Não autenticado" in told
        for words in ("does not begin with 3cs_", "2026-10-01", PANEL):
            assert words in told
    machine.write(BASE_URL=without_personal_tokens.url, MANAGER_TOKEN=GESTOR.text)
    assert machine.sync(ago(1)) == 0


def test_a_login_whose_token_is_refused_says_what_may_have_happened(
    operator: Operator, without_personal_tokens: Simulator
) -> None:
    login = {
        "MANAGER_TOKEN": "",
        "THREEC_USER": "demo",
        "THREEC_PASSWORD": "demo",
        "THREEC_COMPANY_ID": "10",
    }
    machine = operator(BASE_URL=without_personal_tokens.url, **login)
    for told in both(machine):
        for words in ("The login was taken, its token is not", "2026-10-01", PANEL):
            assert words in told


@pytest.mark.parametrize("token", [ENDED.text, f"{GESTOR.text}x", "3cs_"])
def test_a_service_token_that_is_refused_is_wrong_expired_or_revoked(
    operator: Operator, token: str
) -> None:
    for told in both(operator(MANAGER_TOKEN=token)):
        assert "HTTP 401: the API refuses the token. Token de serviço inválido" in told
        assert "has expired or was revoked" in told


def test_a_service_token_past_its_day_is_told_with_that_day(operator: Operator) -> None:
    for told in both(operator(MANAGER_TOKEN=ENDED.text, TOKEN_EXPIRES=day(-3))):
        assert (
            f"TOKEN_EXPIRES says that the token of 3C Plus ended on {day(-3)}, 3 days ago." in told
        )


def test_an_agente_token_is_recognised(operator: Operator) -> None:
    for told in both(operator(MANAGER_TOKEN=AGENTE.text)):
        assert "HTTP 400: the API asks for an agent." in told
        assert "The token has the role agente" in told
        assert PANEL in told


def test_a_token_that_may_not_list_calls_is_told_of_its_role(operator: Operator) -> None:
    machine = operator(MANAGER_TOKEN=GESTOR.text)
    machine.simulator.use_faults([Fault("status_403", times=None)])
    for told in both(machine):
        assert "HTTP 403: the API forbids this to the token." in told
        assert "role is not gestor" in told


def test_a_supervisor_token_works_and_is_warned_of(operator: Operator) -> None:
    machine = operator(MANAGER_TOKEN=SUPERVISOR.text)
    assert machine.run("check") == 0
    assert line(machine, "Token").startswith("warn")
    assert "Its role is supervisor: it sees only its teams" in line(machine, "Token")


@pytest.mark.parametrize(
    ("ahead", "near", "told"),
    [
        (15, False, "in 15 days."),
        (14, True, "in 14 days."),
        (1, True, "in 1 day."),
        (0, True, ", today."),
        (-1, True, "ended on"),
    ],
)
def test_check_and_status_remind_from_fourteen_days_before(
    operator: Operator, ahead: int, near: bool, told: str
) -> None:
    machine = operator(MANAGER_TOKEN=GESTOR.text, TOKEN_EXPIRES=day(ahead))
    assert machine.run("check") == 0
    assert line(machine, "Token").startswith("warn" if near else "ok")
    assert told in line(machine, "Token")
    assert machine.run("status") == 0
    assert told in flat(machine.out)
    assert (PANEL in flat(machine.out)) is near
    assert machine.run("status", "--json") == 0
    token = json.loads(machine.out)["token"]
    assert (token["expires"], token["days_left"], token["reminder"] is not None) == (
        day(ahead),
        ahead,
        near,
    )


def test_without_the_setting_status_says_nothing_of_the_token(operator: Operator) -> None:
    machine = operator()
    assert machine.run("status", "--json") == 0
    assert machine.json()["token"] is None
    assert machine.run("status") == 0
    assert "token" not in machine.out


def test_the_day_may_be_written_as_brazilians_do(operator: Operator) -> None:
    machine = operator(
        MANAGER_TOKEN=GESTOR.text, TOKEN_EXPIRES=f"{TODAY + timedelta(days=10):%d/%m/%Y}"
    )
    assert machine.run("status", "--json") == 0
    assert machine.json()["token"]["days_left"] == 10


@pytest.mark.parametrize("wrong", ["soon", "2026-13-01", "31/02/2027", "0226-01-01"])
def test_a_day_that_is_none_is_a_wrong_setting(operator: Operator, wrong: str) -> None:
    machine = operator(TOKEN_EXPIRES=wrong)
    assert machine.run("check") == 2
    assert f"TOKEN_EXPIRES: read '{wrong}'" in machine.err


def test_a_day_without_the_token_it_is_of_is_warned_of(operator: Operator) -> None:
    login = {
        "MANAGER_TOKEN": "",
        "THREEC_USER": "demo",
        "THREEC_PASSWORD": "demo",
        "THREEC_COMPANY_ID": "10",
    }
    machine = operator(TOKEN_EXPIRES=day(3), **login)
    assert machine.run("check") == 0
    assert "TOKEN_EXPIRES is the last day of MANAGER_TOKEN, which is empty" in flat(machine.err)
    assert line(machine, "Token").startswith("ok     Token: From the login")


def test_who_watches_is_reminded_once_a_day_though_all_is_well(operator: Operator) -> None:
    with HttpReceiver() as chat:
        machine = operator(
            MANAGER_TOKEN=GESTOR.text, TOKEN_EXPIRES=day(14), ALERT_WEBHOOK_URL=chat.url
        )
        for _ in range(2):
            assert machine.sync(ago(1)) == 0
        # the log says it each time
        assert f"The token of 3C Plus ends on {day(14)}" in flat(machine.err)
        (told,) = texts(chat)
        assert "in 14 days." in told
        assert PANEL in told
        with started_at(NOON + timedelta(days=1)):
            assert machine.sync(ago(1)) == 0
        assert "in 13 days." in texts(chat)[1]


def test_a_failure_that_is_told_anyway_carries_the_reminder(operator: Operator) -> None:
    with HttpReceiver() as chat:
        machine = operator(
            MANAGER_TOKEN=ENDED.text, TOKEN_EXPIRES=day(0), ALERT_WEBHOOK_URL=chat.url
        )
        assert machine.sync(ago(1)) == 1
        (told,) = texts(chat)
        assert "FAILED" in told
        assert f"The token of 3C Plus ends on {day(0)}, today." in told
        machine.write(MANAGER_TOKEN=GESTOR.text, TOKEN_EXPIRES=day(90), ALERT_WEBHOOK_URL=chat.url)
        assert machine.sync(ago(1)) == 0
        assert "works again" in texts(chat)[1]
        assert "ends on" not in texts(chat)[1]


def test_nobody_is_reminded_before_its_time(operator: Operator) -> None:
    with HttpReceiver() as chat:
        machine = operator(
            MANAGER_TOKEN=GESTOR.text, TOKEN_EXPIRES=day(15), ALERT_WEBHOOK_URL=chat.url
        )
        assert machine.sync(ago(1)) == 0
        assert texts(chat) == []
