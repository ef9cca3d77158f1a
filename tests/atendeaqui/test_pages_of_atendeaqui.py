"""Lists from the first page to the last, in every form that the API has for them."""

from __future__ import annotations

import pytest
from answering import Reply, answering

from robot.atendeaqui import Client, NotFoundError, ServerError
from robot.simulators.atendeaqui import Fault, Simulator, make_world


def ids(client, **options):
    return [each.client_id for each in client.clients.iter_clients(**options)]


def page(*ids, **more):
    return Reply(200, {"results": [{"client_id": each} for each in ids], **more})


@pytest.mark.parametrize("bare", [False, True])
@pytest.mark.parametrize("count", [0, 1, 49, 50, 51, 120])
def test_every_client_comes_once(client_of, bare, count):
    with Simulator(make_world(clients=count), bare_lists=bare) as simulator:
        found = ids(client_of(simulator))
        assert found == [each["client_id"] for each in simulator.world.clients]


def test_a_page_size_beyond_the_apis_most_loses_nobody(client_of):
    with Simulator(make_world(clients=120)) as simulator:
        assert len(ids(client_of(simulator), page_size=500)) == 120


@pytest.mark.parametrize("bare", [False, True])
def test_the_progress_of_everybody_comes_once(client_of, bare):
    with Simulator(bare_lists=bare) as simulator:
        client = client_of(simulator)
        for number in range(7):
            client.onboarding.start_flow(f"u-{number}")
        found = client.onboarding.iter_progress("onboarding-clientes", page_size=3)
        assert [each["external_user_id"] for each in found] == [f"u-{n}" for n in range(7)]


def test_pages_are_read_when_they_are_needed(client_of):
    with Simulator(make_world(clients=120)) as simulator:
        found = client_of(simulator).clients.iter_clients()
        assert simulator.requests == []
        assert isinstance(next(found), Client)
        assert len(simulator.requests) == 1


def test_a_list_without_a_next_ends_with_the_page_that_brings_nothing_new(client_of):
    with answering(page("a", "b"), page("b", "c"), page("c")) as server:
        assert ids(client_of(server.url)) == ["a", "b", "c"]
        assert [heard.target for heard in server.heard] == [
            f"/v1/clients/?page={number}&page_size=50" for number in (1, 2, 3)
        ]


def test_a_list_without_a_next_may_end_with_a_404(client_of):
    with answering(page("a"), Reply(404, {"detail": "Página inválida."})) as server:
        assert ids(client_of(server.url)) == ["a"]


def test_a_404_on_the_first_page_is_no_end(client_of):
    nothing = Reply(404, {"detail": "Não encontrado."})
    with answering(nothing) as server, pytest.raises(NotFoundError):
        ids(client_of(server.url))
    lost = Reply(404, {"error": {"code": "FLOW_NOT_FOUND", "message": "?"}})
    with answering(page("a"), lost) as server, pytest.raises(NotFoundError):
        ids(client_of(server.url))


def test_a_next_that_never_ends_is_an_error(client_of):
    with answering(page("a", next="http://elsewhere/?page=2")) as server:
        with pytest.raises(ServerError, match=r"page 2.*nothing new"):
            ids(client_of(server.url))
        assert len(server.heard) == 2


def test_the_next_address_is_not_followed_only_its_number_is(client_of):
    with answering(
        page("a", next="http://elsewhere.invalid/steal"), page("b", next=None)
    ) as server:
        assert ids(client_of(server.url)) == ["a", "b"]


def test_a_page_that_fails_is_read_again(client_of):
    with Simulator(make_world(clients=120)) as simulator:
        simulator.use_faults([Fault("html_200", path="/clients/", page=2)])
        assert len(ids(client_of(simulator))) == 120


def test_records_without_an_id_are_told_apart_by_what_they_hold(client_of):
    nameless = [{"full_name": "A"}, {"full_name": "B"}]
    with answering(Reply(200, nameless)) as server:
        found = client_of(server.url).clients.iter_clients()
        assert [each.full_name for each in found] == ["A", "B"]
