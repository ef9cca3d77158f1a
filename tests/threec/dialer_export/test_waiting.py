"""Contacts that wait in an export that was not finished: sent later by the data of that day, or not
at all.
"""

import json
from datetime import timedelta

import pytest
from threec.dialer_export.conftest import order

from robot.errors import ExitCode
from robot.simulators.threec import Fault

SYNC = "/mailing_sync.json"


def leave_waiting(desk, count=3, **columns):
    """An export whose contacts all wait: the dialer was busy to the end."""
    desk.add_clients(count, **columns)
    desk.simulator.use_faults([Fault("status_429", path=SYNC, times=None, retry_after=0)])
    desk.export()
    desk.simulator.use_faults([])
    assert desk.statuses() == {"pending": count}
    desk.now += timedelta(days=90)


def reasons(desk):
    return dict(
        desk.rows(
            "SELECT reason, COUNT(*) FROM dialer_export_items WHERE status = 'rejected' GROUP BY"
            " reason"
        )
    )


def test_who_was_blocked_meanwhile_is_not_sent(desk):
    leave_waiting(desk)
    desk.import_text(
        "id;nome;fone;status\n0;A;11970000000;bloqueado\n1;B;11970000001;ativo\n2;C;11970000002;Bloqueado\n"
    )
    preview = desk.preview()
    assert preview.choice.withdrawn == {
        "0": "blocked (status bloqueado)",
        "2": "blocked (status Bloqueado)",
    }
    assert [client.external_id for client in preview.choice.waiting] == ["1"]
    assert preview.contacts == 1
    result = desk.export()
    assert desk.received() == ["1"]
    assert desk.statuses() == {"rejected": 2, "sent": 1}
    # a server's collation may group them without case
    told = {reason.lower() for reason in reasons(desk)}
    assert told == {"withdrawn before it was sent: blocked (status bloqueado)"}
    assert (result.withdrawn.total(), result.ending.exit_code) == (2, ExitCode.SUCCESS)


def test_who_is_no_client_any_more_is_not_sent_and_may_be_sent_when_he_is_one_again(desk):
    leave_waiting(desk)
    repository = desk.repository()
    repository.change(
        lambda engine, _: engine.cursor().execute("DELETE FROM clients WHERE external_id = '1'")
    )
    repository.close()
    desk.export()
    assert (sorted(desk.received()), reasons(desk)) == (
        ["0", "2"],
        {"withdrawn before it was sent: is among the clients no more": 1},
    )
    desk.add_clients(3)
    desk.export()
    assert sorted(desk.received()) == ["0", "1", "2"]


def test_whose_phone_can_be_dialled_no_more_is_not_sent(desk):
    leave_waiting(desk)
    desk.database.query("UPDATE clients SET phones = NULL WHERE external_id = '1'")
    desk.export()
    assert sorted(desk.received()) == ["0", "2"]
    assert reasons(desk) == {"withdrawn before it was sent: no phone that can be dialled": 1}


def test_what_is_sent_late_bears_the_amount_and_the_phone_of_that_day(desk):
    leave_waiting(desk, count=2, valor="100,00")
    desk.import_text("id;nome;fone;fone2;valor\n0;Zé;21988887777;1133334444;1.150,00\n")
    desk.export(order(phones_per_client=2))
    sent = {
        (item["identifier"], item["phone"]): item["data"]
        for each in desk.simulator.lists.all()
        for item in each.items
    }
    assert set(sent) == {("0", "21988887777"), ("0", "1133334444"), ("1", "11970000001")}
    assert sent["0", "21988887777"]["valor"] == "1.150,00"
    assert sent["1", "11970000001"]["valor"] == "100,00"
    ((payload, records),) = desk.rows(
        "SELECT payload, records FROM dialer_export_items WHERE external_id = '0'"
    )
    assert (records, json.loads(payload)[0]["data"]["nome"]) == (2, "Zé")
    assert desk.rows("SELECT records FROM dialer_export_requests WHERE status = 'answered'") == [
        (3,)
    ]


def test_a_wish_for_one_client_sends_nobody_else_who_waits(desk):
    leave_waiting(desk)
    desk.add_clients(1, first=1000)
    preview = desk.preview(ids=frozenset({"1000"}), limit=1)
    assert (preview.contacts, preview.choice.staying) == (1, 3)
    desk.export(ids=frozenset({"1000"}), limit=1)
    assert desk.received() == ["1000"]
    assert desk.statuses() == {"pending": 3, "sent": 1}
    desk.export()
    assert desk.received() == ["1000", "0", "1", "2"]


def test_the_limit_counts_who_waits_and_who_waits_comes_first(desk):
    leave_waiting(desk)
    desk.add_clients(5, first=10)
    desk.export(limit=2)
    assert desk.received() == ["0", "1"]
    desk.export(limit=2)
    assert desk.received() == ["0", "1", "2", "10"]


def test_who_was_blocked_between_the_preview_and_the_yes_is_not_sent(desk):
    from robot.threec.dialer_export.choosing import Wish

    leave_waiting(desk)
    repository = desk.repository()
    exporter = desk.exporter(repository)
    preview = exporter.preview(Wish(5), order())
    desk.add_clients(1, first=1, status="bloqueado")
    exporter.run(Wish(5), order(), preview)
    exporter.close()
    repository.close()
    assert sorted(desk.received()) == ["0", "2"]


@pytest.mark.parametrize("options", [["--dry-run"], ["--yes"]])
def test_the_preview_and_the_end_tell_of_those_who_waited(desk, tmp_path, options):
    leave_waiting(desk, uf="SP")
    desk.add_clients(1, status="bloqueado", uf="SP")
    app = desk.app(tmp_path)
    code, told = app.run("export", "--campaign", "5", "--ids", "1", *options)
    assert code == 0, told
    assert "waited, and is not to be sent any more: 1 blocked (status bloqueado)" in told
    assert "sent first: 1" in told
    assert "not asked for now: 1" in told
    if options == ["--yes"]:
        assert "not to be sent any more: 1 blocked" in told
        assert desk.received() == ["1"]
