import socket
import threading

import pytest
import requests
from support import DAY, FAST, always, fast_transport

from robot.cells.rejection import Rejection
from robot.errors import Interrupted
from robot.http import (
    Api,
    ApiUnavailable,
    AuthenticationRefused,
    RateLimited,
    RequestRefused,
    TokenParameter,
    Transport,
)
from robot.http.bodies import decode
from robot.http.throttle import Throttle
from robot.simulators.threec import DEMO_TOKEN, Fault, Simulator, make_calls
from robot.threec.call_rows import normalize_call, record_key

PARAMETERS = [("start_date", f"{DAY} 00:00:00"), ("end_date", f"{DAY} 23:59:59"), ("per_page", 10)]


@pytest.fixture(scope="module")
def calls():
    return make_calls([DAY], 30)


@pytest.fixture
def simulator(calls):
    with Simulator(calls) as running:
        yield running


def get(simulator, transport=None, **values):
    transport = transport or fast_transport(**values)
    try:
        return transport.get(simulator.url, PARAMETERS), transport
    finally:
        transport.close()


def test_an_answer_is_its_decoded_body(simulator):
    answer, transport = get(simulator)
    assert len(answer.body["data"]) == 10
    assert transport.retries == 0


@pytest.mark.parametrize(
    "kind",
    [
        "status_429",
        "status_500",
        "status_502",
        "status_503",
        "status_524",
        "status_422_busy",
        "reset_before",
        "reset_in_body",
        "empty_body",
        "truncated_json",
        "short_body",
        "html_200",
    ],
)
def test_a_passing_fault_is_tried_again(simulator, kind):
    simulator.use_faults([Fault(kind, times=2)])
    answer, transport = get(simulator)
    assert len(answer.body["data"]) == 10
    assert transport.retries == 2


@pytest.mark.parametrize("kind", ["timeout_before", "timeout_in_body"])
def test_a_timeout_is_tried_again(simulator, kind):
    simulator.use_faults([Fault(kind, times=1, seconds=5)])
    answer, transport = get(simulator, timeout_seconds=0.2)
    assert len(answer.body["data"]) == 10
    assert transport.retries == 1


def test_a_body_that_trickles_for_ever_is_cut(simulator):
    simulator.use_faults([Fault("trickle", times=None, seconds=0.05, count=200)])
    with pytest.raises(ApiUnavailable, match="no answer in time"):
        get(simulator, timeout_seconds=0.15, max_attempts=1)


@pytest.mark.parametrize(
    ("kind", "error"), [("status_500", ApiUnavailable), ("status_429", RateLimited)]
)
def test_a_lasting_fault_ends_after_the_attempts(simulator, kind, error):
    simulator.use_faults([Fault(kind, times=None)])
    with pytest.raises(error):
        get(simulator, max_attempts=3)
    assert len(simulator.requests) == 3


@pytest.mark.parametrize("kind", ["status_401", "status_403"])
def test_a_refused_token_stops_at_once(simulator, kind):
    simulator.use_faults([Fault(kind, times=None)])
    with pytest.raises(AuthenticationRefused, match="MANAGER_TOKEN"):
        get(simulator)
    assert len(simulator.requests) == 1


def test_a_refused_request_stops_at_once_with_the_apis_words(simulator):
    with pytest.raises(RequestRefused, match="start_date"):
        fast_transport().get(simulator.url, [])
    assert len(simulator.requests) == 1


def test_an_unknown_path_is_refused(simulator):
    with pytest.raises(RequestRefused, match="404"):
        fast_transport().get(simulator.base_url + "/nothing")


def test_retry_after_is_honoured_up_to_a_bound(simulator):
    waited = []
    transport = fast_transport()
    transport._sleep = waited.append
    simulator.use_faults(
        [
            Fault("status_429", times=1, retry_after=2),
            Fault("status_429", times=1, retry_after=86400),
        ]
    )
    transport.throttle.slow_down = lambda seconds: None
    get(simulator, transport)
    assert waited == [2, 120]


def test_a_429_slows_everybody_down(simulator):
    simulator.use_faults([Fault("status_429", times=1)])
    transport = fast_transport(concurrency=8)
    get(simulator, transport)
    assert transport.throttle.limit == 4


def test_a_refused_connection_is_an_api_that_is_unavailable():
    with pytest.raises(ApiUnavailable, match="no connection"):
        fast_transport(max_attempts=2).get("http://127.0.0.1:9/calls")


def test_the_token_travels_in_the_header_or_in_the_query(simulator):
    get(simulator)
    transport = Transport(
        Api(auth=TokenParameter(DEMO_TOKEN)), throttle=Throttle(1), first_wait=FAST
    )
    get(simulator, transport)
    in_header, in_query = simulator.requests
    assert in_header.authorization_ok
    assert "api_token" not in in_header.query
    assert in_query.authorization_ok
    assert in_query.query["api_token"] == [DEMO_TOKEN]


def test_a_netrc_never_replaces_the_token(simulator, tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login x password y\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    get(simulator)
    assert simulator.requests[0].authorization_ok


def test_a_token_never_reaches_a_message(simulator):
    simulator.use_faults([Fault("reset_before", times=None)])
    transport = Transport(
        Api(auth=TokenParameter(DEMO_TOKEN)), throttle=Throttle(1), first_wait=FAST, max_attempts=1
    )
    with pytest.raises(ApiUnavailable) as caught:
        get(simulator, transport)
    assert DEMO_TOKEN not in repr(caught.value) + str(caught.value) + repr(caught.value.__cause__)


def test_stopping_ends_the_waits_between_tries(simulator):
    stop = threading.Event()
    simulator.use_faults([Fault("status_500", times=None)])
    simulator.on_page = lambda request: stop.set()
    with pytest.raises(Interrupted):
        get(simulator, stop=stop, first_wait=3600)


def test_a_redirection_is_not_followed_with_the_token(simulator, monkeypatch):
    answer = requests.Response()
    answer.status_code, answer.headers["Location"], answer._content = (
        301,
        "https://elsewhere/?api_token=abc",
        b"",
    )
    transport = fast_transport()
    with pytest.raises(RequestRefused, match=r"sends us to https://elsewhere/\?api_token=\*\*\*"):
        transport._judge("GET", simulator.url, answer, b"")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirection_is_refused_and_nobody_else_sees_a_request(simulator, status):
    """The token would travel along."""
    transport = fast_transport()
    with always(status, b"", Location=f"{simulator.url}?api_token=s3cretS3cret") as url:
        with pytest.raises(RequestRefused, match=f"HTTP {status}: the API sends us to") as caught:
            transport.get(url, PARAMETERS)
        transport.close()
    assert simulator.requests == []
    assert transport.retries == 0
    assert simulator.url in str(caught.value)
    assert "s3cretS3cret" not in str(caught.value)


def test_what_the_api_says_of_a_refusal_is_masked_in_the_error_itself():
    body = (
        b'{"title": "Inv\xc3\xa1lido", "errors": {"phone": ["11 99999-8888"]}, "detail":'
        b' "?api_token=s3cretS3cret"}'
    )
    transport = fast_transport()
    with always(422, body) as url, pytest.raises(RequestRefused, match="Inválido") as caught:
        transport.get(url, PARAMETERS)
    transport.close()
    assert "99999" not in str(caught.value)
    assert "s3cretS3cret" not in str(caught.value)


def test_a_number_that_is_none_comes_as_its_text():
    """Else `null` and NaN would have one hash: what orjson writes for both is null."""
    body = decode(b'[NaN, Infinity, -Infinity, 1E999, -1E999, 1.5, "\\ud800"]', "GET x: HTTP 200")
    assert body == ["NaN", "Infinity", "-Infinity", "1E999", "-1E999", 1.5, "\ud800"]


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("http://127.0.0.1:{closed}/calls", "nobody answers there. Check the address"),
        (
            "http://no-such-host.invalid/calls",
            "no computer of this name is known. Check the address",
        ),
        (
            "https://127.0.0.1:{port}/calls",
            "the encryption is refused. Check that the address begins with https",
        ),
    ],
)
def test_a_connection_that_is_never_made_is_told_with_what_to_check(simulator, address, told):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # and does not listen
        transport = fast_transport(max_attempts=1)
        port = simulator.url.split(":")[2].partition("/")[0]
        with pytest.raises(ApiUnavailable, match=told):
            transport.get(address.format(closed=held.getsockname()[1], port=port))
        transport.close()


def test_a_page_of_html_is_told_with_what_to_check():
    with (
        always(200, b"<html>Login</html>") as url,
        pytest.raises(ApiUnavailable, match=r"an HTML page.*BASE_URL.*proxy") as caught,
    ):
        fast_transport(max_attempts=1).get(url)
    assert (caught.value.status, caught.value.raw) == (200, b"<html>Login</html>")


def test_an_integer_is_the_same_whatever_else_the_page_holds():
    """A lone surrogate makes another parser read the page."""
    for number in (-(2**63), 2**63, 2**64 - 1, 2**64, -(2**63) - 1, 10**30):
        one, other = (
            decode(b'[%d, "%b"]' % (number, text), "GET x: HTTP 200") for text in (b"a", b"\\ud800")
        )
        assert (type(one[0]), one[0]) == (type(other[0]), other[0])
    assert decode(b"[1%b]" % (b"0" * 5000), "GET x: HTTP 200") == ["1" + "0" * 5000]


def test_ids_that_a_json_parser_rounds_are_rejected_each_for_itself():
    """Integers beyond 64 bits come as the nearest float: these two as the same."""
    date = b'"call_date": "2026-09-15 10:00:00"'
    body = (
        b'[{"id": 18446744073709551617, "n": 1, %b}, {"id": 18446744073709551618, "n": 2, %b}]'
        % (date, date)
    )
    records = decode(body, "GET x: HTTP 200")
    assert all(isinstance(normalize_call(record), Rejection) for record in records)
    assert len({record_key(record) for record in records}) == 2
