"""`export resolve`: settles what can be proven, and nothing else."""

from datetime import timedelta

import pytest
from export.conftest import order

from robot.database.exports import ItemStatus
from robot.demo import Fault
from robot.errors import ExitCode

SYNC = "/mailing_sync.json"


def lose(desk, kind, count=150, **fault):
    desk.add_clients(count)
    desk.simulator.use_faults([Fault(kind, path=SYNC, seconds=5, **fault)])
    desk.export()
    desk.simulator.use_faults([])


@pytest.mark.parametrize("kind", ["status_500_after", "timeout_before", "reset_before"])
def test_what_the_dialer_stored_before_its_answer_was_lost_is_sent(desk, kind):
    lose(desk, kind)
    assert desk.resolve().ending.exit_code is ExitCode.SUCCESS
    assert desk.statuses() == {"sent": 150}
    desk.export()
    assert len(desk.received()) == 150


def test_what_the_dialer_never_stored_is_pending_again_and_goes_once_with_the_next_export(desk):
    lose(desk, "status_500")
    desk.resolve()
    assert desk.statuses() == {"pending": 100, "sent": 50}
    desk.export()
    assert desk.statuses() == {"sent": 150}
    assert sorted(desk.received(), key=int) == [str(n) for n in range(150)]


def test_half_a_chunk_settles_nobody_and_says_so(desk):
    lose(desk, "status_500_halfway")
    result = desk.resolve()
    assert result.ending.exit_code is ExitCode.WITH_ERRORS
    assert "holds 50 of 100" in result.ending.message
    assert desk.statuses() == {"unknown": 100, "sent": 50}


def test_totals_are_not_believed_while_the_dialer_may_still_be_storing(desk):
    lose(desk, "status_500")
    result = desk.resolve(later=timedelta(minutes=14))
    assert "ask again later" in result.ending.message
    assert desk.statuses() == {"unknown": 100, "sent": 50}


def test_filtered_contacts_do_not_confuse_the_totals(desk):
    desk.simulator.lists.blocked = {f"119{70000000 + n}" for n in range(100, 110)}
    lose(desk, "status_500_after")
    desk.resolve()
    assert desk.statuses() == {"sent": 150}


def test_a_list_that_had_contacts_before_does_not_confuse_the_totals(desk):
    there = desk.simulator.lists.create(5, "Lista")
    desk.simulator.lists.take(there, [{"phone": "11911111111", "identifier": "old"}] * 7)
    lose(desk, "status_500_after")
    desk.resolve()
    assert desk.statuses() == {"sent": 150}


def test_contacts_that_somebody_else_put_into_the_list_settle_nobody(desk):
    lose(desk, "status_500")
    desk.simulator.lists.take(desk.simulator.lists.all()[0], [{"phone": "11911111111", "identifier": "x"}] * 7)
    desk.resolve()
    assert desk.statuses() == {"unknown": 100, "sent": 50}


def test_a_later_call_with_its_identifier_proves_that_the_dialer_has_a_contact(desk):
    lose(desk, "status_500_halfway")
    list_id = desk.simulator.lists.all()[0].id
    repository = desk.repository()

    def call(engine, now):
        cursor = engine.cursor()
        cursor.execute("INSERT INTO calls (id, call_date) VALUES ('c', ?)", (desk.now + timedelta(minutes=5),))
        cursor.execute("INSERT INTO mailing_data (call_id, identifier, list_id) VALUES ('c', '3', ?)", (list_id,))

    repository.change(call)
    repository.close()
    desk.resolve()
    assert desk.rows("SELECT external_id FROM dialer_export_items WHERE reason LIKE 'a later call%'") == [("3",)]
    assert desk.statuses() == {"unknown": 99, "sent": 51}


@pytest.mark.parametrize(
    ("verdict", "left"), [(ItemStatus.SENT, {"sent": 150}), (ItemStatus.PENDING, {"pending": 100, "sent": 50})]
)
def test_the_rest_is_the_operators_choice(desk, verdict, left):
    lose(desk, "status_500_halfway")
    desk.resolve(verdict)
    assert desk.statuses() == left


def test_two_exports_into_one_list_are_counted_together(desk):
    desk.add_clients(50)
    desk.export(order())
    lose(desk, "status_500_after", count=120)
    assert desk.statuses() == {"sent": 50, "unknown": 70}
    desk.resolve()
    assert desk.statuses() == {"sent": 120}


def test_nothing_unknown_is_nothing_to_do(desk):
    desk.add_clients(2)
    desk.export()
    assert desk.resolve().counts == {}
