"""An export over real HTTP: each contact once, and what became of it."""

import json
from datetime import timedelta

import pytest
from threec.dialer_export.conftest import ORDER, order

from robot.database.exports import ItemStatus
from robot.database.statuses import ExecutionStatus
from robot.errors import AnotherExecutionRunning, ExitCode
from robot.simulators.threec import Fault

SYNC = "/mailing_sync.json"
LOST = [
    "status_500",
    "status_500_after",
    "status_500_halfway",
    "status_524",
    "timeout_before",
    "reset_before",
    "empty_body",
]


def test_every_contact_is_sent_once_with_its_data(desk):
    desk.import_text("id;nome;cpf;fone;valor\n7;João;529.982.247-25;11999998888;1.150,00\n")
    result = desk.export(order(weight=100, callback_url="https://crm/atendimento/{client_id}"))
    (made,) = desk.simulator.lists.all()
    assert (made.name, made.campaign, made.weight) == ("Lista", 5, 100)
    data = {
        "nome": "João",
        "cpf": "52998224725",
        "valor": "1.150,00",
        "url": "https://crm/atendimento/7",
    }
    assert made.items == [{"phone": "11999998888", "identifier": "7", "data": data}]
    assert (result.ending.status, result.ending.exit_code) == (
        ExecutionStatus.COMPLETED_SUCCESS,
        ExitCode.SUCCESS,
    )


def test_contacts_go_in_chunks_of_a_hundred_and_the_history_counts_them(desk):
    desk.add_clients(250)
    desk.export()
    assert [
        request.records for request in desk.simulator.requests if request.path.endswith(SYNC)
    ] == [100, 100, 50]
    assert sorted(desk.received()) == sorted(map(str, range(250)))
    assert desk.statuses() == {"sent": 250}
    columns = (
        "job, campaign_ids, status, total_records, successful_records, failed_records, exit_code"
    )
    assert desk.rows(f"SELECT {columns} FROM execution_logs WHERE job = 'dialer_export'") == [
        ("dialer_export", "5", "COMPLETED_SUCCESS", 250, 250, 0, 0)
    ]


def test_as_many_phones_of_a_client_as_asked_for_are_sent_together(desk):
    desk.import_text(
        "id;nome;f1;f2\n".replace("f1", "fone1").replace("f2", "fone2")
        + "7;A;11999998888;2133334444\n"
    )
    desk.export(order(phones_per_client=2))
    assert [item["phone"] for item in desk.simulator.lists.all()[0].items] == [
        "11999998888",
        "2133334444",
    ]
    assert desk.statuses() == {"sent": 1}


def test_nobody_to_send_makes_no_list(desk):
    assert desk.export().ending.status is ExecutionStatus.COMPLETED_NO_DATA
    assert desk.simulator.requests == []


def test_two_exports_to_one_name_fill_one_list(desk):
    desk.add_clients(3)
    desk.export(limit=2)
    desk.export()
    assert [len(each.items) for each in desk.simulator.lists.all()] == [3]


def test_a_contact_is_committed_as_in_flight_before_its_request_travels(desk):
    desk.add_clients(150)
    seen = []
    take = desk.simulator.lists.take

    def look_then_take(to, items):
        seen.append(desk.statuses())
        return take(to, items)

    desk.simulator.lists.take = look_then_take
    desk.export()
    assert seen == [{"in flight": 100, "pending": 50}, {"sent": 100, "in flight": 50}]


def test_whom_the_dialer_filters_and_names_is_told_apart(desk):
    desk.simulator._names_filtered = True
    desk.simulator.lists.blocked = {"11970000001"}
    desk.add_clients(3)
    result = desk.export()
    assert desk.statuses() == {"sent": 2, "filtered": 1}
    assert desk.rows(
        "SELECT external_id, reason FROM dialer_export_items WHERE status = 'filtered'"
    ) == [("1", "Telefone na blacklist")]
    assert result.ending.exit_code is ExitCode.SUCCESS


def test_whom_the_dialer_filters_and_does_not_name_is_counted(desk):
    desk.simulator.lists.blocked = {"11970000001"}
    desk.add_clients(3)
    result = desk.export()
    assert (result.filtered_records, dict(result.motives)) == (1, {"Telefone na blacklist": 1})
    assert desk.statuses() == {"sent": 3}
    assert (
        "filtered 1 of the 3" in desk.rows("SELECT DISTINCT reason FROM dialer_export_items")[0][0]
    )
    (count, motives) = desk.rows("SELECT filtered_records, motives FROM dialer_exports")[0]
    assert (count, json.loads(motives)) == (1, {"Telefone na blacklist": 1})


def test_where_all_are_filtered_all_are_filtered(desk):
    desk.simulator.lists.blocked = {"11970000000", "11970000001"}
    desk.add_clients(2)
    desk.export()
    assert desk.statuses() == {"filtered": 2}


@pytest.mark.parametrize("kind", LOST)
def test_a_lost_answer_leaves_the_contacts_unknown_and_they_are_never_sent_again_by_themselves(
    desk, kind
):
    desk.add_clients(150)
    desk.simulator.use_faults([Fault(kind, path=SYNC, seconds=5)])
    if kind == "timeout_before":
        desk.be_impatient()
    result = desk.export()
    assert desk.statuses() == {"unknown": 100, "sent": 50}
    assert result.ending.exit_code is ExitCode.WITH_ERRORS
    assert "export resolve" in result.ending.message
    desk.now += timedelta(days=30)
    assert "unknown outcome" in str(desk.preview().choice.left_out)
    desk.export()
    received = desk.received()
    assert sum(received.count(str(n)) > 1 for n in range(100)) == 0


def test_three_lost_answers_in_a_row_stop_the_export_and_the_rest_waits(desk):
    desk.add_clients(1000)
    desk.simulator.use_faults([Fault("status_503", path=SYNC, times=None)])
    result = desk.export()
    assert result.ending.exit_code is ExitCode.FAILED
    assert desk.statuses() == {"unknown": 300, "pending": 700}
    desk.simulator.use_faults([])
    desk.export()
    assert desk.statuses() == {"unknown": 300, "sent": 700}
    assert len(desk.received()) == 700


@pytest.mark.parametrize("kind", ["status_429", "status_422_busy"])
def test_a_busy_dialer_has_taken_nothing_and_is_asked_again(desk, kind):
    desk.add_clients(3)
    desk.simulator.use_faults([Fault(kind, path=SYNC, times=2, retry_after=0)])
    desk.export()
    assert (desk.statuses(), desk.received()) == ({"sent": 3}, ["0", "1", "2"])


def test_a_dialer_that_stays_busy_leaves_everybody_pending_for_the_next_start(desk):
    desk.add_clients(3)
    desk.simulator.use_faults([Fault("status_429", path=SYNC, times=None, retry_after=0)])
    assert desk.export().ending.exit_code is ExitCode.FAILED
    assert desk.statuses() == {"pending": 3}
    desk.simulator.use_faults([])
    desk.export()
    assert (desk.statuses(), desk.received()) == ({"sent": 3}, ["0", "1", "2"])


def test_a_dialer_that_cannot_be_reached_has_taken_nothing(desk):
    desk.add_clients(3)
    desk.export(limit=1)
    desk.simulator.stop()
    desk.export()
    assert desk.statuses() == {"sent": 1, "pending": 2}
    desk.simulator.start()
    desk.export()
    assert desk.received() == ["0", "1", "2"]


def test_a_refused_token_leaves_everybody_pending(desk):
    desk.add_clients(3)
    desk.simulator.use_faults([Fault("status_401", path=SYNC)])
    assert desk.export().ending.exit_code is ExitCode.FAILED
    assert desk.statuses() == {"pending": 3}


def test_one_contact_that_the_dialer_refuses_does_not_take_the_others_with_it(desk, monkeypatch):
    """The dialer answers 422 for a whole request. Halving finds the contact that causes it."""
    import robot.simulators.threec.mailing as answers

    refuses = answers.invalid_items

    def refuse_number_seven(content):
        return (
            {"phone": ["inválido"]}
            if any(item["identifier"] == "7" for item in content)
            else refuses(content)
        )

    monkeypatch.setattr(answers, "invalid_items", refuse_number_seven)
    desk.add_clients(20)
    result = desk.export()
    assert desk.statuses() == {"sent": 19, "rejected": 1}
    assert desk.rows("SELECT external_id FROM dialer_export_items WHERE status = 'rejected'") == [
        ("7",)
    ]
    assert sorted(desk.received(), key=int) == [str(n) for n in range(20) if n != 7]
    assert (result.ending.exit_code, result.counts[ItemStatus.REJECTED]) == (
        ExitCode.WITH_ERRORS,
        1,
    )


def test_a_list_that_is_gone_stops_the_export_and_nobody_is_rejected(desk):
    desk.add_clients(3)
    desk.simulator.use_faults([Fault("status_403", path=SYNC)])
    assert desk.export().ending.exit_code is ExitCode.FAILED
    assert desk.statuses() == {"pending": 3}


@pytest.mark.parametrize("kind", ["status_401", "status_403"])
def test_a_campaign_that_is_refused_leaves_nobody_waiting_for_it(desk, kind):
    """A campaign that was mistyped would otherwise keep contacts pending for ever."""
    desk.add_clients(3)
    desk.simulator.use_faults([Fault(kind, path="/campaigns/5/lists", times=None)])
    assert desk.export().ending.exit_code is ExitCode.FAILED
    assert desk.statuses() == {}
    desk.simulator.use_faults([])
    assert desk.export().counts[ItemStatus.SENT] == 3


def test_a_list_made_with_a_lost_answer_is_found_and_not_made_twice(desk):
    desk.add_clients(3)
    desk.simulator.use_faults([Fault("status_500_after", path="/campaigns/5/lists", skip=1)])
    desk.export()
    assert [len(each.items) for each in desk.simulator.lists.all()] == [3]


def test_a_weight_that_is_refused_is_told_and_stops_nothing(desk):
    desk.add_clients(3)
    desk.simulator.use_faults([Fault("status_403", path="/updateWeight", times=None)])
    result = desk.export(order(weight=50))
    assert desk.statuses() in ({"sent": 3}, {"pending": 3})
    assert result.ending.exit_code is not ExitCode.SUCCESS


def test_mailing_json_counts_nobody_and_loses_nobody(desk):
    desk.add_clients(3)
    desk.export(endpoints={"contacts": "/campaigns/{campaign_id}/lists/{list_id}/mailing.json"})
    assert (desk.statuses(), desk.received()) == ({"sent": 3}, ["0", "1", "2"])


def test_only_who_was_in_the_confirmed_preview_is_sent(desk):
    from robot.threec.dialer_export.choosing import Wish

    desk.add_clients(2)
    repository = desk.repository()
    exporter = desk.exporter(repository)
    preview = exporter.preview(Wish(5), ORDER)
    desk.add_clients(2, first=10)
    exporter.run(Wish(5), ORDER, preview)
    exporter.close()
    repository.close()
    assert desk.received() == ["0", "1"]


def test_one_export_at_a_time(desk):
    desk.add_clients(2)
    other = desk.repository()
    with other.lock("dialer_export"), pytest.raises(AnotherExecutionRunning):
        desk.export()
    other.close()
    assert desk.sendings() == 0


def test_a_stop_between_two_requests_leaves_the_rest_pending_and_the_next_start_goes_on(desk):
    desk.add_clients(250)
    take = desk.simulator.lists.take

    def take_then_stop(to, items):
        desk.stop.set()
        return take(to, items)

    desk.simulator.lists.take = take_then_stop
    assert desk.export().ending.exit_code is ExitCode.INTERRUPTED
    assert desk.statuses() == {"sent": 100, "pending": 150}
    desk.simulator.lists.take = take
    desk.stop.clear()
    desk.export()
    assert sorted(desk.received(), key=int) == [str(n) for n in range(250)]


def test_what_waits_goes_to_its_own_list_whatever_the_next_export_is_called(desk):
    desk.add_clients(2)
    desk.simulator.use_faults([Fault("status_429", path=SYNC, times=None, retry_after=0)])
    desk.export()
    desk.simulator.use_faults([])
    desk.add_clients(1, first=7)
    desk.export(order(list_name="Outra"))
    held = {
        each.name: [item["identifier"] for item in each.items]
        for each in desk.simulator.lists.all()
    }
    assert held == {"Lista": ["0", "1"], "Outra": ["7"]}


def test_what_waits_for_one_campaign_does_not_go_to_another(desk):
    from robot.threec.dialer_export.choosing import Wish

    desk.add_clients(2)
    desk.simulator.use_faults([Fault("status_429", path=SYNC, times=None, retry_after=0)])
    desk.export()
    desk.simulator.use_faults([])
    repository = desk.repository()
    exporter = desk.exporter(repository)
    exporter.run(Wish(6), ORDER)
    exporter.close()
    repository.close()
    assert [(each.campaign, len(each.items)) for each in desk.simulator.lists.all()] == [
        (5, 0),
        (6, 2),
    ]


def test_a_login_that_fails_before_a_sending_leaves_the_contacts_pending_and_not_unknown(desk):
    from support import FAST

    from robot.http import Transport
    from robot.http.throttle import Throttle
    from robot.threec import ThreeCAuthClient, ThreeCMailingClient
    from robot.threec.connection import Connection
    from robot.threec.dialer_export.choosing import Wish, clients_of_table
    from robot.threec.dialer_export.sending import Exporter

    def connect(api):
        return Transport(api, throttle=Throttle(4), max_attempts=2, first_wait=FAST)

    def export():
        base_url = desk.simulator.base_url
        login = ThreeCAuthClient(
            "demo", "demo", company_id="10", company_domain="", base_url=base_url, connect=connect
        )
        http = connect(login.api)
        mailing = ThreeCMailingClient(Connection(http, base_url, login.known))
        repository = desk.repository()
        clients = lambda: clients_of_table(repository)  # noqa: E731 - one line says it
        exporter = Exporter(repository, mailing, http, clients, lambda: desk.now, desk.stop)
        try:
            return exporter.run(Wish(5), ORDER)
        finally:
            exporter.close()
            repository.close()

    desk.add_clients(150)
    take = desk.simulator.lists.take

    def take_then_expire(to, items):
        desk.simulator.expire_token()
        desk.simulator.use_faults([Fault("status_503", path="/authenticate", times=None)])
        return take(to, items)

    desk.simulator.lists.take = take_then_expire
    export()
    assert desk.statuses() == {"sent": 100, "pending": 50}
    desk.simulator.lists.take = take
    desk.simulator.use_faults([])
    export()
    assert (desk.statuses(), len(desk.received())) == ({"sent": 150}, 150)
