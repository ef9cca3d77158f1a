"""One deadline for a whole answer: a server that sends a byte now and then holds nobody for
ever.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time

import pytest
import trustme
from alerts.watching_receivers import HttpReceiver
from raw_server import JSON, RawServer, raw_server, read_request, response
from support import fast_transport

from robot.alerts import Report, healthcheck, mail, web, webhook
from robot.http import ApiUnavailable, Network, NotSent
from robot.http.deadline import Deadline
from robot.http.roots import Roots

TIMEOUT = 0.4  # seconds; the deadline is five times as long
# what a machine under load may take; without a deadline the test would hang until its own time is
# up
SLOW = 60.0
PAUSE = 0.05


def drip(connection: socket.socket, server: RawServer, begin: bytes, rest: bytes) -> None:
    """Send `begin`, then `rest` again and again, a little at a time, until the test is over."""
    connection.sendall(begin)
    while not server.stopping.wait(PAUSE):
        connection.sendall(rest)


def status_line(connection, server):
    read_request(connection, server)
    drip(connection, server, b"HTTP/1.1 200 O", b"K")


def headers(connection, server):
    read_request(connection, server)
    drip(connection, server, b"HTTP/1.1 200 OK\r\nX: ", b"x")


def interim_answers(connection, server):
    read_request(connection, server)
    drip(connection, server, b"", b"HTTP/1.1 100 Continue\r\n\r\n")


def chunks(connection, server):
    read_request(connection, server)
    drip(
        connection, server, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n[\r\n"
    )


def body(connection, server):
    read_request(connection, server)
    drip(connection, server, b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b" ")


def body_without_length(connection, server):
    """The end of the connection is the end of the answer: the one that we make must not count as
    such.
    """
    read_request(connection, server)
    drip(connection, server, b"HTTP/1.0 200 OK\r\n\r\n" + JSON, b" ")


def trailers(connection, server):
    read_request(connection, server)
    drip(
        connection,
        server,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nc\r\n" + JSON + b"\r\n0\r\nX: ",
        b"x",
    )


def redirection(connection, server):
    """`requests` reads the body of a redirection by itself, also where it is not to follow it."""
    read_request(connection, server)
    drip(
        connection,
        server,
        b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 1000000\r\n\r\n",
        b" ",
    )


def refusal(connection, server):
    read_request(connection, server)
    drip(connection, server, b"HTTP/1.1 422 X\r\nContent-Length: 10000\r\n\r\n", b" ")


DRIPS = [
    status_line,
    headers,
    interim_answers,
    chunks,
    body,
    body_without_length,
    trailers,
    redirection,
    refusal,
]


@pytest.mark.parametrize("talk", DRIPS)
def test_an_answer_that_comes_byte_by_byte_is_given_up(talk):
    started = time.monotonic()
    with raw_server(talk) as server:
        transport = fast_transport(timeout_seconds=TIMEOUT, max_attempts=2)
        with pytest.raises(ApiUnavailable, match="no answer in time") as caught:
            transport.get(server.url)
        transport.close()
        assert len(server.heads) == 2
    assert not isinstance(caught.value, NotSent)
    assert time.monotonic() - started < SLOW


def test_a_connection_that_was_cut_is_not_used_again():
    """The next request makes a new one, and the others of the pool are left alone."""

    def talk(connection, server):
        read_request(connection, server)
        if len(server.heads) == 1:
            headers_without_end = b"HTTP/1.1 200 OK\r\nX: "
            drip(connection, server, headers_without_end, b"x")
        connection.sendall(response("200 OK"))

    with raw_server(talk) as server:
        transport = fast_transport(timeout_seconds=TIMEOUT)
        assert transport.get(server.url).body == {"data": []}
        transport.close()
        assert transport.retries == 1


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def encrypted(authority):
    """Wraps the connections of a server in TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)

    def wrapped(talk):
        def serve(connection, server):
            with context.wrap_socket(connection, server_side=True) as inner:
                talk(inner, server)

        return serve

    return wrapped


@pytest.fixture
def trusting(authority, tmp_path):
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    return Network(
        roots=Roots(str(tmp_path / "ca.pem"), "REQUESTS_CA_BUNDLE"), connect_seconds=TIMEOUT
    )


@pytest.mark.parametrize("talk", [headers, interim_answers, body])
def test_an_encrypted_answer_has_the_same_deadline(encrypted, trusting, talk):
    with raw_server(encrypted(talk)) as server:
        transport = fast_transport(timeout_seconds=TIMEOUT, max_attempts=1, network=trusting)
        with pytest.raises(ApiUnavailable, match="no answer in time"):
            transport.get(server.url.replace("http:", "https:"))
        transport.close()
        assert len(server.heads) == 1


def test_a_handshake_that_comes_byte_by_byte_is_given_up_and_nothing_was_sent(trusting):
    def talk(connection, server):
        connection.recv(1)
        # a record of 16 KB of a handshake, to come
        drip(connection, server, b"\x16\x03\x03\x40\x00", b"\x02")

    with raw_server(talk) as server:
        transport = fast_transport(timeout_seconds=TIMEOUT, max_attempts=1, network=trusting)
        with pytest.raises(NotSent, match="in time"):
            transport.send("POST", server.url.replace("http:", "https:"), body={})
        transport.close()


def test_a_proxy_that_lets_us_pass_byte_by_byte_is_given_up_and_nothing_was_sent():
    def talk(connection, server):
        read_request(connection, server)
        drip(connection, server, b"HTTP/1.1 200 Connection established\r\nX: ", b"x")

    with raw_server(talk) as server:
        network = Network({"https": f"http://127.0.0.1:{server.port}"})
        transport = fast_transport(timeout_seconds=TIMEOUT, max_attempts=1, network=network)
        with pytest.raises(NotSent, match="no connection in time"):
            transport.send("POST", "https://api.invalid/calls", body={})
        transport.close()
        assert server.heads[0].startswith("CONNECT api.invalid:443")


def test_a_long_answer_that_goes_on_is_read_to_its_end():
    """Longer than the time-out, shorter than the deadline."""

    def talk(connection, server):
        read_request(connection, server)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (len(JSON) + 10))
        for _ in range(10):
            connection.sendall(b" ")
            server.stopping.wait(0.12)
        connection.sendall(JSON)

    with raw_server(talk) as server:
        transport = fast_transport(timeout_seconds=1, max_attempts=1)
        assert transport.get(server.url).body == {"data": []}
        transport.close()


def test_a_wait_for_something_else_is_no_time_of_the_deadline():
    """Pages wait for room while others are stored: as long as it takes."""

    class Connection:
        def __init__(self):
            self.sock, self.other = socket.socketpair()

    connection = Connection()
    with connection.sock, connection.other, Deadline(0.3) as limit:
        limit.watch(connection)
        connection.sock.settimeout(SLOW)
        with limit.paused():
            threading.Event().wait(0.6)
            assert not limit.passed
        assert connection.sock.recv(1) == b""  # nobody hung up but the deadline
        assert limit.passed


def test_the_watching_thread_ends_with_its_exchange():
    with raw_server(lambda connection, server: _say(connection, server, JSON)) as server:
        transport = fast_transport(timeout_seconds=600)
        transport.get(server.url)
        transport.close()
    watching = [thread for thread in threading.enumerate() if thread.name == "deadline"]
    for thread in watching:
        thread.join(SLOW)
        assert not thread.is_alive()


# -- those who are told of executions

REPORT = Report("calls", "failed", "calls FAILED", "The API is down.")


@pytest.fixture
def hurried(monkeypatch):
    monkeypatch.setattr(web, "DEADLINE_SECONDS", 1.0)
    monkeypatch.setattr(mail, "DEADLINE_SECONDS", 1.0)


@pytest.mark.parametrize("talk", [headers, interim_answers, redirection])
@pytest.mark.parametrize(
    "tell",
    [
        lambda url: healthcheck.ping(url, "/fail", "x"),
        lambda url: webhook.send(url, "text", REPORT),
        lambda url: webhook.send(url, "teams", REPORT),
    ],
)
def test_who_is_told_has_a_deadline_too_and_the_address_is_not_told(hurried, talk, tell):
    with (
        raw_server(talk) as server,
        pytest.raises(OSError, match=r"no answer in time|HTTP 302") as caught,
    ):
        tell(server.url)
    assert "127.0.0.1" not in str(caught.value)


def test_a_mail_server_that_greets_without_end_is_given_up(hurried):
    def talk(connection, server):
        drip(connection, server, b"", b"220-wait\r\n")

    with raw_server(talk) as server, pytest.raises(OSError, match="did not answer in time"):
        mail.send(
            mail.MailServer("127.0.0.1", server.port, "none"),
            "a@example.com",
            ("b@example.com",),
            REPORT,
        )


def test_of_what_a_receiver_says_only_the_begin_is_read():
    """An answer of 200 may say that nothing was delivered; and it may have no end."""

    def talk(connection, server):
        read_request(connection, server)
        drip(connection, server, b"HTTP/1.0 200 OK\r\n\r\n", b"no_service" * 10_000)

    with raw_server(talk) as server, pytest.raises(OSError, match="the receiver says") as caught:
        web.post(server.url, b"x", "text/plain")
    assert len(str(caught.value)) < 1000


def _say(connection, server, words):
    read_request(connection, server)
    connection.sendall(response("200 OK", words))


def test_nobody_is_told_by_a_redirection():
    with HttpReceiver(302) as receiver, pytest.raises(OSError, match="HTTP 302"):
        web.post(receiver.url, b"x", "text/plain")
    assert len(receiver.received) == 1
