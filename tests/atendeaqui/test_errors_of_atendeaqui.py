"""What becomes of answers that are none, and of requests that get none."""

from __future__ import annotations

import json
import socket
import threading

import pytest
from answering import Reply, answering
from hypothesis import given
from hypothesis import strategies as st

from robot.atendeaqui import (
    AtendeAquiError,
    AuthenticationError,
    CannotAskError,
    NetworkError,
    NoAnswerError,
    NotFoundError,
    OriginNotAllowedError,
    RateLimitError,
    ServerError,
    StepNotFoundError,
    StepNotSkippableError,
    UserProgress,
    ValidationError,
)
from robot.atendeaqui.exceptions import ERROR_CODE_MAP
from robot.atendeaqui.refusals import error_of
from robot.errors import FatalError, Interrupted, RetriableError
from robot.http import Network, RequestRefused
from robot.simulators.atendeaqui import READ_ONLY_TOKEN, Fault, Simulator

WORDS = st.text(st.characters(codec="utf-8"), max_size=5)
NAMES = st.sampled_from(["error", "code", "message", "detail", "email"]) | WORDS
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | WORDS | st.sampled_from([*ERROR_CODE_MAP]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
HTML = b"<!DOCTYPE html><html><body>Em manuten\xc3\xa7\xc3\xa3o</body></html>"


def refused(client_of, reply, call=lambda client: client.clients.get("c-1")):
    with answering(reply) as server, pytest.raises(AtendeAquiError) as caught:
        call(client_of(server.url))
    return caught.value


@pytest.mark.parametrize(("code", "kind"), ERROR_CODE_MAP.items())
@pytest.mark.parametrize("status", [400, 401, 404])
def test_the_code_decides_before_the_status(client_of, code, kind, status):
    error = refused(client_of, Reply(status, {"error": {"code": code, "message": "Não."}}))
    assert type(error) is kind
    assert (error.message, error.code, error.status_code) == ("Não.", code, status)
    assert error.response.json() == {"error": {"code": code, "message": "Não."}}
    assert (str(error), repr(error)) == ("Não.", f"{kind.__name__}(code={code!r}, message='Não.')")


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (400, ValidationError, "VALIDATION_ERROR"),
        (401, AuthenticationError, "AUTH_REQUIRED"),
        (403, AuthenticationError, "AUTH_REQUIRED"),
        (404, NotFoundError, "NOT_FOUND"),
        (409, ValidationError, "VALIDATION_ERROR"),
        (422, ValidationError, "VALIDATION_ERROR"),
        (429, RateLimitError, "RATE_LIMITED"),
        (500, ServerError, "SERVER_ERROR"),
        (503, ServerError, "SERVER_ERROR"),
    ],
)
def test_without_a_code_the_status_decides(client_of, status, kind, code):
    error = refused(client_of, Reply(status, {"detail": "Not found."}))
    assert (type(error), error.code, error.message) == (kind, code, "Not found.")


def test_an_unknown_code_is_kept_and_the_status_decides(client_of):
    error = refused(client_of, Reply(409, {"error": {"code": "TAKEN", "message": "Já existe."}}))
    assert (type(error), error.code) == (ValidationError, "TAKEN")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"detail": "Not found."}, "Not found."),
        ({"email": ["Inválido."], "phone": ["Curto.", "Sem DDD."]}, "Inválido.; Curto.; Sem DDD."),
        ({"problems": ["Variável desconhecida: {CUPOM}."]}, "Variável desconhecida: {CUPOM}."),
        ({"error": "so nicht"}, "so nicht"),
        ({"error": None}, "HTTP 400 without an explanation."),
        ({"error": None, "detail": None, "email": ["Inválido."]}, "Inválido."),
        ({"error": {"code": None, "message": None}}, "HTTP 400 without an explanation."),
        ({"error": {"code": "TAKEN"}}, "TAKEN"),
        ({"error": {"code": ["a"], "message": "Não."}}, "Não."),
        ({"error": ["um", "dois"]}, "um; dois"),
        ({}, "HTTP 400 without an explanation."),
        ([], "HTTP 400 without an explanation."),
        (["um", "dois"], "um; dois"),
        ([{"email": ["Inválido."]}], "{'email': ['Inválido.']}"),
        ("so nicht", "so nicht"),
        (None, "HTTP 400 without an explanation."),
        (5, "5"),
        (b"", "HTTP 400 without an explanation."),
        (b"Bad Request", "Bad Request"),
        (HTML, "HTTP 400 with an HTML page, which is not the API's answer."),
    ],
)
def test_no_form_of_an_error_crashes_the_client(client_of, body, message):
    error = refused(client_of, Reply(400, body))
    assert (type(error), error.message, error.status_code) == (ValidationError, message, 400)
    assert error.response.status_code == 400
    assert error.response.content == Reply(400, body).raw


@given(st.integers(400, 599), ANY_JSON)
def test_no_body_at_all_crashes_the_client(status, body):
    refusal = RequestRefused("GET x", status=status)
    refusal.body, refusal.raw = body, json.dumps(body).encode()
    error = error_of(refusal, "GET", "http://h/")
    assert isinstance(error, AtendeAquiError)
    assert error.message
    assert isinstance(error.code, str)
    assert error.response.json() == body


@pytest.mark.parametrize("body", [HTML, b"", b"oops", b"{", [1], [[]], "text", 5, None])
@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.clients.get("c-1"),
        lambda client: client.onboarding.get_progress("u-1"),
        lambda client: client.onboarding.get_email_coverage("flow"),
    ],
)
def test_a_2xx_that_is_no_object_is_an_error_of_the_tree_for_a_read(client_of, body, call):
    error = refused(client_of, Reply(200, body), call)
    assert (type(error), error.code) == (ServerError, "INVALID_RESPONSE")
    assert error.status_code == 200
    assert not error.outcome_unknown


@pytest.mark.parametrize("body", [HTML, b"", {}, {"detail": "?"}, {"results": None}, [1], None, 5])
def test_a_list_that_is_none_is_an_error_and_never_an_empty_list(client_of, body):
    for call in (
        lambda client: client.clients.list(),
        lambda client: client.clients.get_team("c-1"),
        lambda client: client.onboarding.list_progress("flow"),
        lambda client: list(client.clients.iter_clients()),
    ):
        assert refused(client_of, Reply(200, body), call).code == "INVALID_RESPONSE"


@pytest.mark.parametrize("reply", [Reply(204), Reply(200, b""), Reply(201, b" ")])
def test_a_write_that_is_answered_without_a_body_is_done(client_of, reply):
    with answering(reply) as server:
        client = client_of(server.url)
        assert client.onboarding.complete_flow("u-1") == UserProgress.from_dict({})
        assert client.onboarding.archive_email_piece("flow", 3) == {}
        assert client.clients.remove_team_member("c-1", 3) is None


def test_a_write_that_a_web_page_answers_may_have_been_done(client_of):
    error = refused(client_of, Reply(200, HTML), lambda client: client.clients.create("Acme"))
    assert (type(error), error.code, error.outcome_unknown) == (
        *(ServerError, "INVALID_RESPONSE"),
        True,
    )


def test_a_redirection_is_not_followed(client_of):
    with answering(Reply(302, {}, {"Location": "http://127.0.0.1:1/"})) as server:
        with pytest.raises(CannotAskError) as caught:
            client_of(server.url).clients.list()
        assert len(server.heard) == 1
    assert (caught.value.code, caught.value.status_code) == ("REDIRECTED", 302)


def test_a_connection_that_cannot_be_made_is_an_error_of_the_tree(client_of):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and not listening
        client = client_of(f"http://127.0.0.1:{taken.getsockname()[1]}/v1")
        with pytest.raises(NoAnswerError) as caught:
            client.clients.create("Acme")
    assert isinstance(caught.value, NetworkError)
    assert (caught.value.code, caught.value.status_code) == ("NOT_SENT", None)
    assert (caught.value.response, caught.value.outcome_unknown) == (None, False)


@pytest.mark.parametrize("kind", ["reset_before", "reset_in_body", "short_body"])
def test_a_connection_that_breaks_is_an_error_that_leaves_a_write_unknown(simulator, client, kind):
    simulator.use_faults([Fault(kind, path="/clients/")])
    with pytest.raises(NetworkError) as caught:
        client.clients.create("Acme", client_id="a-1")
    assert (caught.value.code, caught.value.outcome_unknown) == ("NO_ANSWER", True)
    assert sum(request.method == "POST" for request in simulator.requests) == 1


def test_a_timeout_is_an_error_of_the_tree(simulator, client_of):
    simulator.use_faults([Fault("timeout_before", path="", times=None, seconds=30)])
    with pytest.raises(NetworkError) as caught:
        client_of(simulator, timeout=0.2).clients.update("cliente-0001", full_name="Acme")
    assert caught.value.code == "NO_ANSWER"


def test_an_address_that_is_none_is_an_error_of_the_tree(client_of):
    with pytest.raises(CannotAskError):
        client_of("nowhere").clients.list()


def test_a_proxy_that_is_wrong_is_an_error_of_the_tree(client_of):
    network = Network(proxies={"all": "http://127.0.0.1:1"})
    with pytest.raises(NetworkError):
        client_of("http://example.invalid/v1", network=network).clients.list()


def test_a_stop_ends_the_waiting(client_of):
    stop = threading.Event()
    with answering(Reply(503, {}, {"Retry-After": "100"})) as server:
        client = client_of(server.url, stop=stop)
        stopping = threading.Timer(0.2, stop.set)
        stopping.start()
        with pytest.raises(Interrupted):
            client.clients.list()
        stopping.join()


def test_the_loops_of_the_robot_can_decide_by_class():
    fatal = (AuthenticationError, NotFoundError, ValidationError, StepNotFoundError)
    retriable = (RateLimitError, ServerError, NoAnswerError)
    assert all(issubclass(kind, FatalError) for kind in (*fatal, CannotAskError))
    assert all(issubclass(kind, FatalError) for kind in ERROR_CODE_MAP.values())
    assert all(issubclass(kind, RetriableError) for kind in retriable)
    assert issubclass(StepNotSkippableError, ValidationError)
    assert issubclass(OriginNotAllowedError, AtendeAquiError)


def test_the_message_shows_no_token_and_no_phone(client_of):
    words = {"detail": "Token my-own-secret-token, phone (11) 98765-4321"}
    with answering(Reply(400, words)) as server:
        client = client_of(server.url, api_token="my-own-secret-token")
        with pytest.raises(ValidationError) as caught:
            client.clients.get("c-1")
    assert "my-own" not in caught.value.message
    assert "98765" not in caught.value.message


@pytest.mark.parametrize("legacy", [False, True])
def test_the_simulators_refusals_in_both_forms(client_of, legacy):
    with Simulator(legacy_errors=legacy) as simulator:
        client = client_of(simulator)
        with pytest.raises(NotFoundError):
            client.clients.get("nobody")
        with pytest.raises(ValidationError, match="obrigatório"):
            client.clients.create("")
        with pytest.raises(AuthenticationError):
            client_of(simulator, api_token="wrong").clients.list()
        with pytest.raises(AuthenticationError):
            client_of(simulator, api_token=READ_ONLY_TOKEN).clients.create("Acme")
        with pytest.raises(NotFoundError):
            client.onboarding.get_progress("nobody")
        with pytest.raises(NotFoundError):
            client.onboarding.get_structure(flow_key="no-such-flow")
        simulator.access.expired = True
        with pytest.raises(AuthenticationError):
            client.clients.list()


def test_steps_that_are_unknown_or_required_and_a_wrong_origin_have_their_classes(
    simulator, client
):
    client.onboarding.start_flow("u-1")
    with pytest.raises(StepNotFoundError):
        client.onboarding.complete_step("u-1", "nothing")
    with pytest.raises(StepNotSkippableError):
        client.onboarding.skip_step("u-1", "welcome")
    simulator.world.flows[0].refuses_origin = True
    with pytest.raises(OriginNotAllowedError):
        client.onboarding.get_structure()
