"""A host with several addresses: a dead one costs a moment, not the time-out."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

import pytest
from raw_server import answers, response
from support import fast_transport

from robot.http import Network, NotSent
from robot.http.connecting import connect

GOOD = response("200 OK")
NAME = "api.example"
PATIENCE = 120.0  # the time-out of the connection: nothing here may take so long


@contextmanager
def dead(address: str, port: int = 0) -> Iterator[int]:
    """An address that takes no connection and refuses none: the queue of its listener is full.

    Its port.
    """
    with closing(socket.socket()) as listener, ExitStack() as clients:
        listener.bind((address, port))
        listener.listen(0)
        for _ in range(8):  # Linux takes one or two more than asked for
            client = clients.enter_context(closing(socket.socket()))
            client.setblocking(False)
            client.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


@pytest.fixture
def resolve(monkeypatch):
    """Let the name have these addresses, in this order."""
    real = socket.getaddrinfo

    def use(*addresses: str) -> None:
        def found(host, port, *arguments, **options):
            if host != NAME:
                return real(host, port, *arguments, **options)
            return [
                (
                    socket.AF_INET6 if ":" in each else socket.AF_INET,
                    socket.SOCK_STREAM,
                    6,
                    "",
                    (each, port),
                )
                for each in addresses
            ]

        monkeypatch.setattr(socket, "getaddrinfo", found)

    return use


def ask(port: int, connect_seconds: float = PATIENCE, **values):
    transport = fast_transport(
        max_attempts=1, network=Network(connect_seconds=connect_seconds), **values
    )
    try:
        return transport.get(f"http://{NAME}:{port}/calls")
    finally:
        transport.close()


def test_a_first_address_that_is_dead_costs_a_moment(resolve):
    with answers(GOOD) as server, dead("127.0.0.2", server.port), dead("127.0.0.3", server.port):
        resolve("127.0.0.2", "127.0.0.3", "127.0.0.1")
        started = time.monotonic()
        assert ask(server.port).body == {"data": []}
        assert time.monotonic() - started < PATIENCE / 2


def test_an_address_that_refuses_costs_nothing_and_the_next_one_is_asked(resolve):
    with answers(GOOD) as server:
        resolve("127.0.0.2", "127.0.0.3", "127.0.0.1")
        assert ask(server.port).body == {"data": []}


@pytest.mark.skipif(not socket.has_ipv6, reason="this system has no IPv6")
def test_a_family_that_this_computer_cannot_reach_does_not_keep_it_from_the_other(resolve):
    with answers(GOOD) as server:
        resolve("2001:db8::1", "2001:db8::2", "127.0.0.1")
        assert ask(server.port).body == {"data": []}


def test_a_host_all_of_whose_addresses_are_dead_is_given_up_in_time_and_nothing_was_sent(resolve):
    with dead("127.0.0.2") as port, dead("127.0.0.3", port):
        resolve("127.0.0.2", "127.0.0.3")
        with pytest.raises(NotSent, match="no connection in time"):
            ask(port, connect_seconds=0.6)


def test_the_deadline_of_the_answer_bounds_the_connection_too(resolve):
    with dead("127.0.0.2") as port:
        resolve("127.0.0.2")
        with pytest.raises(NotSent, match="no connection in time"):
            ask(port, timeout_seconds=0.1)


def test_a_host_that_refuses_everywhere_is_told_as_that(resolve):
    with answers(GOOD) as server:
        port = server.port
    resolve("127.0.0.2", "127.0.0.3")
    with pytest.raises(NotSent, match="nobody answers there"):
        ask(port)


def test_a_proxy_is_connected_to_in_the_same_way(resolve):
    with answers(GOOD) as server, dead("127.0.0.2", server.port):
        resolve("127.0.0.2", "127.0.0.1")
        network = Network({"http": f"http://{NAME}:{server.port}"}, connect_seconds=PATIENCE)
        transport = fast_transport(max_attempts=1, network=network)
        assert transport.get("http://elsewhere.invalid/calls").body == {"data": []}
        transport.close()
        assert server.heads[0].startswith("GET http://elsewhere.invalid/calls ")


def test_the_sockets_of_the_addresses_that_lost_are_closed(resolve):
    made = []
    real = socket.socket.connect_ex

    class Recorded(socket.socket):
        def connect_ex(self, address):
            made.append(self)
            return real(self, address)

    with (
        answers(GOOD) as server,
        dead("127.0.0.2", server.port),
        pytest.MonkeyPatch.context() as patch,
    ):
        resolve("127.0.0.2", "127.0.0.1")
        patch.setattr("robot.http.connecting.socket.socket", Recorded)
        with connect(NAME, server.port, PATIENCE) as sock:
            assert sock.getpeername() == ("127.0.0.1", server.port)
        assert len(made) == 2
        assert all(each.fileno() == -1 for each in made)


def test_two_threads_connect_at_once(resolve):
    with answers(GOOD) as server, dead("127.0.0.2", server.port):
        resolve("127.0.0.2", "127.0.0.1")
        bodies = []
        threads = [
            threading.Thread(target=lambda: bodies.append(ask(server.port).body)) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        assert bodies == [{"data": []}] * 4
