"""The simulator of AtendeAqui, asked without our client."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import requests

from robot.simulators.atendeaqui import API_TOKEN, FLOW_KEY, SLUG, Fault, Simulator, make_world

USER = f"onboarding/{FLOW_KEY}/progress/u-1/"


@pytest.fixture
def session():
    with requests.Session() as session:
        session.trust_env = False
        session.headers.update(
            {"Authorization": f"Bearer {API_TOKEN}", "X-Onboarding-Key": FLOW_KEY}
        )
        yield session


@pytest.fixture
def simulator():
    with Simulator() as simulator:
        yield simulator


def ask(session, simulator, method, path, **what):
    return session.request(method, f"{simulator.base_url}/{path}", timeout=5, **what)


def test_a_flow_is_started_once(session, simulator):
    path, body = f"onboarding/{FLOW_KEY}/start/", {"external_user_id": "u-1"}
    first, second = (ask(session, simulator, "POST", path, json=body) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()


def test_the_required_steps_complete_a_flow_and_their_moments_are_kept(session, simulator):
    body = {"external_user_id": "u-1", "occurred_at": "2026-10-01T08:00:00-03:00"}
    ask(session, simulator, "POST", f"onboarding/{FLOW_KEY}/start/", json=body)
    keys = [step["step_key"] for step in simulator.world.flows[0].steps if step["is_required"]]
    steps = [{"step_key": key, "occurred_at": "2026-10-01T09:00:00-03:00"} for key in keys]
    done = ask(session, simulator, "POST", f"{USER}complete-steps/", json={"steps": steps}).json()
    assert (done["status"], done["completed_at"]) == ("COMPLETED", "2026-10-01T09:00:00-03:00")
    numbers = ask(session, simulator, "GET", f"onboarding/flows/{SLUG}/analytics/").json()
    assert (numbers["total_completions"], numbers["average_completion_time"]) == (1, 3600.0)


def test_the_servers_clock_is_the_one_that_it_is_given(session):
    world = make_world()
    world.now = lambda: datetime(2026, 9, 15, 12, tzinfo=UTC)
    with Simulator(world) as simulator:
        body = {"external_user_id": "u-1"}
        path = f"onboarding/{FLOW_KEY}/start/"
        begun = ask(session, simulator, "POST", path, json=body).json()
    assert begun["started_at"] == "2026-09-15T12:00:00.000000Z"


def test_a_moment_without_a_zone_is_refused(session, simulator):
    body = {"external_user_id": "u-1", "occurred_at": "2026-10-01T08:00:00"}
    answer = ask(session, simulator, "POST", f"onboarding/{FLOW_KEY}/start/", json=body)
    assert answer.json()["error"]["code"] == "VALIDATION_ERROR"


def test_pages_have_a_count_and_a_next_and_end_with_a_404(session):
    with Simulator(make_world(clients=60)) as simulator:
        pages = [
            ask(session, simulator, "GET", "clients/", params={"page": page, "page_size": 80})
            for page in (1, 2, 3)
        ]
    first, second, third = pages
    assert (len(first.json()["results"]), first.json()["count"]) == (50, 60)
    assert first.json()["next"].endswith("clients/?page=2&page_size=50")
    assert (len(second.json()["results"]), second.json()["next"]) == (10, None)
    assert third.status_code == 404


def test_bare_lists_and_older_errors(session):
    with Simulator(bare_lists=True, legacy_errors=True) as simulator:
        assert len(ask(session, simulator, "GET", "clients/").json()) == 3
        refused = ask(session, simulator, "POST", "clients/", json={})
        assert (refused.status_code, list(refused.json())) == (400, ["full_name"])
        assert list(ask(session, simulator, "GET", "clients/nobody/").json()) == ["detail"]


def test_a_removed_member_stays_inactive_and_the_answer_is_empty(session, simulator):
    client = simulator.world.clients[0]
    member = client["team_members"][0]
    path = f"clients/{client['client_id']}/remove-team-member/{member['id']}/"
    answer = ask(session, simulator, "DELETE", path)
    assert (answer.status_code, answer.content) == (204, b"")
    assert member["is_active"] is False


@pytest.mark.parametrize(
    ("path", "headers", "code"),
    [
        ("clients/", {"Authorization": "Bearer wrong"}, "AUTH_REQUIRED"),
        ("onboarding/flows/", {"Authorization": None}, "AUTH_REQUIRED"),
        (f"onboarding/{FLOW_KEY}/structure/", {"X-Onboarding-Key": "wrong"}, "AUTH_REQUIRED"),
        ("onboarding/no-such-key/structure/", {}, "FLOW_NOT_FOUND"),
        ("onboarding/flows/no-such-slug/", {}, "FLOW_NOT_FOUND"),
        ("tickets/", {}, "NOT_FOUND"),
    ],
)
def test_whom_it_does_not_let_in_and_what_it_does_not_know(session, simulator, path, headers, code):
    assert ask(session, simulator, "GET", path, headers=headers).json()["error"]["code"] == code


def test_a_fault_may_come_after_what_was_asked_for_is_done(session, simulator):
    simulator.use_faults([Fault("status_500_after", path="/clients/")])
    body = {"full_name": "Acme", "client_id": "a-1"}
    assert ask(session, simulator, "POST", "clients/", json=body).status_code == 500
    assert ask(session, simulator, "GET", "clients/a-1/").json()["full_name"] == "Acme"
    fault = Fault("status_429", path="", retry_after=7)
    simulator.use_faults([fault])
    assert ask(session, simulator, "GET", "clients/").headers["Retry-After"] == "7"
    assert simulator.fired == {fault: 1}
