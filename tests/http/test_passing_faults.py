"""What a network puts in the API's place, and an API that asks for time: the same request is made
again, later.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from raw_server import JSON, answers, response
from support import fast_transport

from robot.errors import ExitCode
from robot.http import ApiUnavailable, AuthenticationRefused, CannotAsk, RequestRefused
from robot.http.waits import LONGEST_WAIT, next_wait, retry_after

PAGE = b"<!DOCTYPE html>\n<title>Attention Required!</title>"
GOOD = response("200 OK")
NOW = datetime(2026, 9, 20, 12, 0, 0, tzinfo=UTC)


def moment(seconds: float) -> str:
    return format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)


def get(server, **values):
    transport = fast_transport(**values)
    try:
        return transport.get(server.url), transport.retries
    finally:
        transport.close()


# -- Retry-After


@pytest.mark.parametrize(
    "status", ["429 Too Many Requests", "503 Service Unavailable", "408 Request Timeout"]
)
@pytest.mark.parametrize(
    "wish",
    [
        "0",
        "00",
        moment(-300),
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "-5",
        "soon",
        "1.5",
        "²",
        "",
        "9" * 400,
    ],
)
def test_a_wish_for_haste_never_shortens_our_own_waits(status, wish):
    """All tries would be spent before a load balancer has restarted anything."""
    waited = []
    with answers(*[response(status, JSON, f"Retry-After: {wish}")] * 3, GOOD) as server:
        transport = fast_transport(first_wait=1)
        transport._sleep = waited.append
        transport.throttle.slow_down = lambda seconds: None
        transport.get(server.url)
        transport.close()
    assert all(ours <= seconds for ours, seconds in zip([1, 2, 4], waited, strict=True))
    assert max(waited) <= LONGEST_WAIT


@given(ours=st.floats(0, 200), wish=st.none() | st.floats(-1e300, allow_nan=False))
def test_a_wait_is_at_least_ours_and_no_more_than_the_bound_for_a_wish(ours, wish):
    seconds = next_wait(ours, wish)
    assert ours <= seconds <= max(ours, LONGEST_WAIT)
    if wish is not None:
        assert seconds >= min(wish, LONGEST_WAIT)


@pytest.mark.parametrize(
    ("clock", "wish"), [(0, 10), (-300, 10), (3600, 10), (0, -10), (-300, -10)]
)
def test_a_date_is_read_by_the_clock_of_the_server_that_wrote_it(clock, wish):
    headers = {"Date": moment(clock), "Retry-After": moment(clock + wish)}
    assert retry_after(headers) == max(0, wish)


@given(st.dictionaries(st.sampled_from(["Date", "Retry-After"]), st.text(max_size=40)))
def test_whatever_the_headers_hold_a_wish_is_no_error(headers):
    wish = retry_after(headers)
    assert wish is None or wish >= 0


# -- statuses that pass


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (
            "408 Request Timeout",
            b"<html><h1>408 Request Time-out</h1>",
            "an HTML page|did not arrive in time",
        ),
        ("408 Request Timeout", JSON, "HTTP 408: the request did not arrive in time"),
        ("425 Too Early", b"", "HTTP 425: too early"),
        (
            "403 Forbidden",
            PAGE,
            "HTTP 403 with an HTML page, which is not the API's answer. A firewall",
        ),
        ("403 Forbidden", b"\xef\xbb\xbf  \r\n" + PAGE, "HTTP 403 with an HTML page"),
        ("403 Forbidden", PAGE.decode().encode("utf-16"), "HTTP 403 with an HTML page"),
        ("403 Forbidden", b'<?xml version="1.0"?><Error/>', "HTTP 403 with an HTML page"),
        ("404 Not Found", PAGE, "HTTP 404 with an HTML page"),
        ("406 Not Acceptable", PAGE, "HTTP 406 with an HTML page"),
        ("503 Service Unavailable", PAGE, "HTTP 503 with an HTML page"),
        ("502 Bad Gateway", PAGE, "HTTP 502 with an HTML page"),
        ("503 Service Unavailable", JSON, "HTTP 503. The API is in trouble"),
    ],
)
def test_a_fault_that_passes_is_tried_again_and_told_in_its_own_words(status, body, words):
    fault = response(status, body)
    with answers(fault, fault, GOOD) as server:
        answer, retries = get(server)
    assert answer.body == {"data": []}
    assert retries == 2
    with answers(fault) as server, pytest.raises(ApiUnavailable, match=words) as caught:
        get(server, max_attempts=1)
    assert "token" not in str(caught.value).lower()


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        ("403 Forbidden", b'{"detail": "This user may not list calls"}', AuthenticationRefused),
        ("403 Forbidden", b"", AuthenticationRefused),
        ("401 Unauthorized", PAGE, AuthenticationRefused),
        ("404 Not Found", b'{"message": "no such path"}', RequestRefused),
        ("400 Bad Request", PAGE, RequestRefused),
        ("422 Unprocessable Content", b'{"detail": "start_date"}', RequestRefused),
        ("413 Content Too Large", PAGE, RequestRefused),
    ],
)
def test_what_the_api_itself_refuses_is_final(status, body, error):
    with answers(response(status, body), GOOD) as server:
        with pytest.raises(error):
            get(server)
        assert len(server.heads) == 1


def test_a_proxy_that_wants_a_login_is_named_and_no_token_is_doubted():
    refusal = response("407 Proxy Authentication Required", PAGE, "Proxy-Authenticate: Basic")
    with (
        answers(refusal, GOOD) as server,
        pytest.raises(CannotAsk, match="the proxy wants a login") as caught,
    ):
        get(server)
    assert "HTTPS_PROXY" in caught.value.hint
    assert caught.value.exit_code is ExitCode.CONFIGURATION
    assert len(server.heads) == 1


@pytest.mark.parametrize("status", ["403 Forbidden", "408 Request Timeout", "425 Too Early"])
def test_a_request_that_must_not_be_repeated_has_an_unknown_outcome_then(status):
    """A firewall may stop the answer on its way back, too."""
    with answers(response(status, PAGE)) as server:
        transport = fast_transport()
        with pytest.raises(ApiUnavailable):
            transport.send("POST", server.url, body={})
        transport.close()
        assert len(server.heads) == 1
