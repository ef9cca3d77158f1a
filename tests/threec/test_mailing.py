"""Campaigns, lists and contacts, over real HTTP against the simulator with its traps."""

import pytest

from robot.brazil.phones import UndiallablePhone
from robot.errors import FatalError
from robot.http import Api, NotSent
from robot.simulators.threec import Fault
from robot.threec import (
    ApiUnavailable,
    Contact,
    RateLimitExceeded,
    ThreeCMailingClient,
    Unauthorized,
)
from tests.threec.conftest import client_of, quick

SYNC = "/mailing_sync.json"


def mailing_of(simulator, **options):
    auth = client_of(simulator)
    auth.login()
    return ThreeCMailingClient(auth, **options)


def contacts(count, first=0):
    return [
        Contact(f"Cliente {n}", [f"119{n:08}"], str(n)).to_dict()
        for n in range(first + 70000000, first + 70000000 + count)
    ]


def test_before_the_login_every_method_is_unauthorized(simulate):
    with pytest.raises(Unauthorized):
        ThreeCMailingClient(client_of(simulate())).listar_campanhas()


def test_every_campaign_and_every_list_of_many_pages_comes_once(simulate):
    simulator = simulate()
    for n in range(230):
        simulator.lists.create(5, f"L{n}")
    mailing = mailing_of(simulator)
    assert [each["id"] for each in mailing.listar_campanhas()] == [5, 6, 7]
    names = [each["name"] for each in mailing.listar_listas(5)]
    assert sorted(names) == sorted(f"L{n}" for n in range(230))


def test_a_listing_that_ends_before_its_total_is_tried_again_and_never_taken_for_the_whole(
    simulate,
):
    mailing = mailing_of(simulator := simulate())
    simulator.use_faults(
        [
            Fault(
                "wrong_shape",
                path="/campaigns",
                body='{"data":[],"meta":{"pagination":{"total":3}}}',
            )
        ]
    )
    assert len(mailing.listar_campanhas()) == 3


def test_a_list_is_made_once_and_found_the_next_time(simulate):
    mailing = mailing_of(simulator := simulate())
    made = mailing.criar_mailing_container("Lista A", 5)
    again = mailing.criar_mailing_container("Lista A", 5)
    assert (made["created"], again["created"], made["mailing_id"]) == (
        True,
        False,
        again["mailing_id"],
    )
    assert [each.name for each in simulator.lists.of(5)] == ["Lista A"]


def test_of_lists_with_equal_names_the_newest_is_taken_and_told(simulate, caplog):
    simulator = simulate()
    simulator.lists.create(5, "Igual")
    newest = simulator.lists.create(5, "Igual")
    assert mailing_of(simulator).criar_mailing_container("Igual", 5)["mailing_id"] == newest.id
    assert "2 lists named" in caplog.text


@pytest.mark.parametrize(
    "kind", ["status_500_after", "timeout_before", "reset_before", "empty_body"]
)
def test_a_list_whose_making_was_answered_with_trouble_is_looked_for_and_not_made_again(
    simulate, kind
):
    # the first request is the look for the name
    fault = Fault(kind, path="/campaigns/5/lists", skip=1, seconds=5)
    simulator = simulate(faults=[fault])
    mailing = mailing_of(simulator)
    if kind == "empty_body":  # the request was answered with nothing, and nothing was made
        with pytest.raises(ApiUnavailable, match="Start again"):
            mailing.criar_mailing_container("Lista A", 5)
    else:
        assert mailing.criar_mailing_container("Lista A", 5)["created"] is False
    assert simulator.fired[fault] == 1
    mailing.criar_mailing_container("Lista A", 5)
    assert len(simulator.lists.of(5)) == 1


def test_contacts_go_in_chunks_of_a_hundred_and_are_counted(simulate):
    mailing = mailing_of(simulator := simulate())
    container = mailing.criar_mailing_container("Lista", 5)
    result = mailing.enviar_mailing_json(container["mailing_id"], contacts(230))
    assert (result.sent, result.imported, result.filtered) == (230, 230, 0)
    assert [r.records for r in simulator.requests if r.path.endswith(SYNC)] == [100, 100, 30]
    assert len(simulator.lists.of(5)[0].items) == 230


def test_a_phone_travels_without_55_and_the_name_inside_data(simulate):
    mailing = mailing_of(simulator := simulate())
    container = mailing.criar_mailing_container("Lista", 5)
    mailing.enviar_mailing_json(
        container["mailing_id"], [Contact("João", ["5511999999999"], "1", {"cpf": "x"})]
    )
    assert simulator.lists.of(5)[0].items == [
        {"phone": "11999999999", "identifier": "1", "data": {"nome": "João", "cpf": "x"}}
    ]


def test_a_contact_with_several_phones_is_an_item_for_each(simulate):
    mailing = mailing_of(simulator := simulate())
    container = mailing.criar_mailing_container("Lista", 5)
    result = mailing.enviar_mailing_json(
        container["mailing_id"], [Contact("A", ["11 99999-8888", "2133334444"], "7")]
    )
    assert result.sent == 2
    assert [(i["identifier"], i["phone"]) for i in simulator.lists.of(5)[0].items] == [
        ("7", "11999998888"),
        ("7", "2133334444"),
    ]


@pytest.mark.parametrize(
    "wrong",
    [{"identifier": "1", "phone": "99999-8888"}, {"identifier": "1"}, {"phone": "11999998888"}],
)
def test_what_cannot_be_dialled_or_has_no_identifier_is_never_sent(simulate, wrong):
    mailing = mailing_of(simulator := simulate())
    container = mailing.criar_mailing_container("Lista", 5)
    with pytest.raises(ValueError, match="contact"):
        mailing.enviar_mailing_json(container["mailing_id"], [wrong])
    assert not [r for r in simulator.requests if r.path.endswith(SYNC)]


def test_a_contact_without_a_diallable_phone_says_why_without_its_number(simulate):
    with pytest.raises(UndiallablePhone, match="DDD") as caught:
        Contact("A", ["20999998888"], "7").to_dict()
    assert "999998888" not in str(caught.value)


def test_what_the_dialer_filters_is_told_with_its_motive(simulate):
    blocked = "11970000001"
    mailing = mailing_of(simulate(blocked=[blocked], names_filtered=True))
    container = mailing.criar_mailing_container("Lista", 5)
    result = mailing.enviar_mailing_json(container["mailing_id"], contacts(3))
    assert (result.imported, result.filtered) == (2, 1)
    assert (result.details[0].motive, result.details[0].phone) == ("Telefone na blacklist", blocked)


def test_mailing_json_is_a_setting_and_says_nothing_of_counts(simulate):
    path = "/campaigns/{campaign_id}/lists/{list_id}/mailing.json"
    mailing = mailing_of(simulator := simulate(), endpoints={"contacts": path})
    container = mailing.criar_mailing_container("Lista", 5)
    assert mailing.enviar_mailing_json(container["mailing_id"], contacts(3)).imported is None
    assert len(simulator.lists.of(5)[0].items) == 3


@pytest.mark.parametrize(
    ("kind", "stored"),
    [
        ("status_500", 0),
        ("status_500_after", 3),
        ("status_500_halfway", 1),
        ("timeout_before", 3),
        ("reset_before", 3),
    ],
)
def test_a_sending_with_an_unknown_outcome_is_never_repeated(simulate, kind, stored):
    mailing = mailing_of(simulator := simulate())
    container = mailing.criar_mailing_container("Lista", 5)
    simulator.use_faults([Fault(kind, path=SYNC, seconds=5)])
    with pytest.raises(ApiUnavailable, match="0 of 3 items were sent before") as caught:
        mailing.enviar_mailing_json(container["mailing_id"], contacts(3))
    assert not isinstance(caught.value, NotSent)
    assert len(simulator.lists.of(5)[0].items) == stored
    assert sum(r.path.endswith(SYNC) for r in simulator.requests) == 1


def test_a_server_that_cannot_be_reached_has_certainly_not_received_anything(simulate):
    mailing = mailing_of(simulator := simulate())
    container = mailing.criar_mailing_container("Lista", 5)
    simulator.stop()
    with pytest.raises(NotSent):
        mailing.enviar_mailing_json(container["mailing_id"], contacts(3))


def test_429_is_told_by_its_name(simulate):
    mailing = mailing_of(simulator := simulate())
    container = mailing.criar_mailing_container("Lista", 5)
    simulator.use_faults([Fault("status_429", path=SYNC)])
    with pytest.raises(RateLimitExceeded):
        mailing.enviar_mailing_json(container["mailing_id"], contacts(3))


def test_a_token_that_dies_before_a_sending_is_renewed_and_the_contacts_go_once(simulate):
    mailing = mailing_of(simulator := simulate())
    container = mailing.criar_mailing_container("Lista", 5)
    simulator.expire_token()
    mailing.enviar_mailing_json(container["mailing_id"], contacts(3))
    assert len(simulator.lists.of(5)[0].items) == 3


def test_a_weight_is_set(simulate):
    mailing = mailing_of(simulator := simulate())
    container = mailing.criar_mailing_container("Lista", 5)
    mailing.ajustar_peso_mailing(container["mailing_id"], 100)
    assert simulator.lists.of(5)[0].weight == 100
    with pytest.raises(FatalError, match="weight"):
        mailing.ajustar_peso_mailing(container["mailing_id"], 101)


def test_a_list_that_the_client_has_not_met_needs_its_campaign(simulate):
    simulator = simulate()
    there = simulator.lists.create(6, "Antiga")
    mailing = mailing_of(simulator)
    with pytest.raises(ValueError, match="campaign"):
        mailing.ajustar_peso_mailing(there.id, 3)
    mailing.ajustar_peso_mailing(there.id, 3, campaign_id=6)
    assert there.weight == 3


def test_what_was_not_imported_was_filtered_whatever_the_answer_says(simulate):
    mailing = mailing_of(simulator := simulate())
    container = mailing.criar_mailing_container("Lista", 5)
    body = '{"data":{"imported":{"quantity":1},"filtered":{"quantity":0,"details":[]}}}'
    simulator.use_faults([Fault("wrong_shape", path=SYNC, body=body)])
    result = mailing.enviar_mailing_json(container["mailing_id"], contacts(3))
    assert (result.imported, result.filtered) == (1, 2)


def test_an_answer_without_counts_is_an_unknown_outcome(simulate):
    mailing = mailing_of(simulator := simulate())
    container = mailing.criar_mailing_container("Lista", 5)
    simulator.use_faults([Fault("wrong_shape", path=SYNC, body='{"status":200}')])
    with pytest.raises(ApiUnavailable, match="how many"):
        mailing.enviar_mailing_json(container["mailing_id"], contacts(3))


@pytest.mark.parametrize(
    "url", ["https://no-such-host.invalid/api/v1", "http://127.0.0.1:1/api/v1"]
)
def test_no_name_and_no_connection_are_certainly_not_sent(url):
    with pytest.raises(NotSent):
        quick(Api()).send("POST", url, body=[])


def test_a_server_that_speaks_no_tls_leaves_the_outcome_unknown_to_be_safe(simulate):
    url = simulate().base_url.replace("http://", "https://")
    with pytest.raises(ApiUnavailable) as caught:
        quick(Api()).send("POST", url, body=[])
    assert not isinstance(caught.value, NotSent)
