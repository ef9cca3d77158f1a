"""What is tried again, and what is sent once."""

from __future__ import annotations

import inspect

import pytest
from answering import Reply, answering

from robot.atendeaqui import AtendeAquiError, NetworkError, RateLimitError, ServerError
from robot.atendeaqui.clients import ClientsModule
from robot.atendeaqui.onboarding import OnboardingModule
from robot.simulators.atendeaqui import Fault

# Beside the reads: the server gives the progress that is there, or sets what is set already.
REPEATED = {
    "start_flow": {"user_id": "u"},
    "complete_step": {"user_id": "u", "step_key": "welcome"},
    "skip_step": {"user_id": "u", "step_key": "tour"},
    "update_metadata": {"user_id": "u", "metadata": {"plan": "pro"}},
}
READS = {
    "list": {},
    "get": {"client_id": "c"},
    "get_team": {"client_id": "c"},
    "iter_clients": {},
    "get_structure": {},
    "get_progress": {"user_id": "u"},
    "list_flows": {},
    "get_flow": {"slug": "s"},
    "get_analytics": {"slug": "s"},
    "list_progress": {"slug": "s"},
    "iter_progress": {"slug": "s"},
    "get_email_rules": {"slug": "s"},
    "list_email_logs": {"slug": "s"},
    "get_email_logs_summary": {"slug": "s"},
    "list_email_pieces": {"slug": "s"},
    "get_email_piece": {"slug": "s", "piece_id": 1},
    "get_email_coverage": {"slug": "s"},
}
SENT_ONCE = {
    "create": {"full_name": "Acme", "client_id": "our-own"},
    "update": {"client_id": "c", "full_name": "Acme"},
    "add_team_member": {"client_id": "c", "user_email": "a@b.c"},
    "update_team_member": {"client_id": "c", "member_id": 1, "is_primary": True},
    "remove_team_member": {"client_id": "c", "member_id": 1},
    "start_step": {"user_id": "u", "step_key": "welcome"},
    "complete_steps": {"user_id": "u", "steps": [{"step_key": "welcome"}]},
    "complete_flow": {"user_id": "u"},
    "restart_flow": {"user_id": "u"},
    "abandon_flow": {"user_id": "u"},
    "get_widget_token": {},
    "update_flow": {"slug": "s", "name": "n"},
    "create_email_rule": {"slug": "s", "event_type": "reminder"},
    "update_email_rule": {"slug": "s", "rule_id": 1, "is_enabled": True},
    "delete_email_rule": {"slug": "s", "rule_id": 1},
    "create_email_piece": {"slug": "s", "block": "corpo", "body": "b"},
    "update_email_piece": {"slug": "s", "piece_id": 1, "body": "b"},
    "delete_email_piece": {"slug": "s", "piece_id": 1},
    "approve_email_piece": {"slug": "s", "piece_id": 1},
    "archive_email_piece": {"slug": "s", "piece_id": 1},
    "preview_email": {"slug": "s", "event_type": "reminder"},
    "set_email_subscription": {"slug": "s", "user_id": "u", "unsubscribed": True},
}
AGAIN = {**READS, **REPEATED}
EVERY = {**AGAIN, **SENT_ONCE}


def call(client, name, arguments):
    part = client.clients if hasattr(client.clients, name) else client.onboarding
    result = getattr(part, name)(**arguments)
    return list(result) if name.startswith("iter_") else result


def heard(client_of, name, *replies):
    """How many requests a call made, and its error."""
    with answering(*replies) as server:
        with pytest.raises(AtendeAquiError) as caught:
            call(client_of(server.url), name, EVERY[name])
        return len(server.heard), caught.value


def test_every_public_method_is_looked_at_here():
    methods = {
        name
        for module in (ClientsModule, OnboardingModule)
        for name, _ in inspect.getmembers(module, inspect.isfunction)
        if not name.startswith("_")
    }
    assert methods == set(EVERY)


@pytest.mark.parametrize("name", AGAIN)
@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_is_safe_is_tried_three_times(client_of, name, status):
    count, error = heard(client_of, name, Reply(status, {}))
    assert (count, error.status_code) == (3, status)


@pytest.mark.parametrize("name", SENT_ONCE)
@pytest.mark.parametrize("status", [429, 500, 503])
def test_everything_else_is_sent_once(client_of, name, status):
    count, error = heard(client_of, name, Reply(status, {}))
    assert (count, error.status_code) == (1, status)
    assert error.outcome_unknown is (status >= 500)


@pytest.mark.parametrize("name", ["get", "start_flow", "create"])
@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 406, 408, 409, 422, 425, 451])
@pytest.mark.parametrize("body", [{"detail": "no"}, b"<html>no</html>"])
def test_no_4xx_but_429_is_tried_again_whoever_answers(client_of, name, status, body):
    count, error = heard(client_of, name, Reply(status, body))
    assert (count, error.status_code, error.outcome_unknown) == (1, status, False)


def test_a_read_gets_through_after_two_faults(simulator, client):
    simulator.use_faults([Fault("reset_before", path=""), Fault("status_502", path="", skip=0)])
    assert len(client.clients.list()) == 3
    assert [request.fault for request in simulator.requests] == [
        "reset_before",
        "status_502",
        None,
    ]


def test_a_start_whose_answer_was_lost_is_repeated_and_finds_what_it_began(simulator, client):
    simulator.use_faults([Fault("status_500_after", path="/start/")])
    assert client.onboarding.start_flow("u-1").status == "IN_PROGRESS"
    assert [request.status for request in simulator.requests] == [500, 200]


def test_a_client_whose_answer_was_lost_is_made_once(simulator, client):
    simulator.use_faults([Fault("status_500_after", path="/clients/")])
    with pytest.raises(ServerError) as caught:
        client.clients.create("Acme", client_id="a-1")
    assert caught.value.outcome_unknown
    assert client.clients.get("a-1").full_name == "Acme"
    assert [each["client_id"] for each in simulator.world.clients].count("a-1") == 1


@pytest.mark.parametrize(("written", "seconds"), [("0", 0.0), ("7", 7.0), ("", None)])
def test_a_wish_to_wait_is_kept(client_of, written, seconds):
    headers = {"Retry-After": written} if written else {}
    _, error = heard(client_of, "create", Reply(429, {}, headers))
    assert (type(error), error.retry_after) == (RateLimitError, seconds)


def test_the_next_try_waits_as_long_as_the_api_wishes(client_of, monkeypatch):
    waits = []
    with answering(Reply(429, {}, {"Retry-After": "9"}), Reply(200, [])) as server:
        client = client_of(server.url)
        transport = client._http._transport
        monkeypatch.setattr(transport, "_sleep", waits.append)
        monkeypatch.setattr(transport.throttle, "slow_down", lambda seconds: None)
        assert client.clients.list() == []
    assert waits == [9.0]


def test_one_attempt_is_one_request(client_of):
    with answering(Reply(500, {})) as server:
        with pytest.raises(ServerError):
            client_of(server.url, max_attempts=1).clients.list()
        assert len(server.heard) == 1


def test_a_call_that_gets_no_answer_is_tried_three_times_where_that_is_safe(simulator, client):
    simulator.use_faults([Fault("reset_before", path="", times=None)])
    with pytest.raises(NetworkError):
        client.onboarding.complete_step("u-1", "welcome")
    assert len(simulator.requests) == 3
