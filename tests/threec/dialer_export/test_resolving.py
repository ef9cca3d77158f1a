"""`export resolve`: settles what can be proven, and nothing else."""

from collections import Counter
from datetime import timedelta

import pytest
from threec.dialer_export.conftest import order

from robot.errors import ExitCode, RetriableError
from robot.simulators.threec import Fault
from robot.threec.dialer_export.resolving import Verdict

SYNC = "/mailing_sync.json"
UNCOUNTED = {"contacts": "/campaigns/{campaign_id}/lists/{list_id}/mailing.json"}


def lose(desk, kind, count=150, **fault):
    desk.add_clients(count)
    desk.simulator.use_faults([Fault(kind, path=SYNC, seconds=5, **fault)])
    if kind == "timeout_before":
        desk.be_impatient()
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


def strangers(desk, count, name="alheio"):
    """Contacts that somebody else puts into the list."""
    items = [{"phone": "11911111111", "identifier": f"{name} {n}"} for n in range(count)]
    desk.simulator.lists.take(desk.simulator.lists.all()[0], items)


def test_the_total_of_a_list_that_was_there_before_is_a_proposal_that_somebody_must_confirm(desk):
    desk.simulator.lists.create(5, "Lista")
    strangers(desk, 7)
    lose(desk, "status_500_after")
    result = desk.resolve()
    assert "holds all of the 100 uncertain records by its total" in result.ending.message
    assert "--as total" in result.ending.message
    assert desk.statuses() == {"unknown": 100, "sent": 50}
    assert desk.resolve(Verdict.TOTAL).ending.exit_code is ExitCode.SUCCESS
    assert desk.statuses() == {"sent": 150}


@pytest.mark.parametrize("count", [7, 100])
def test_contacts_that_somebody_else_put_into_the_list_settle_nobody(desk, count):
    lose(desk, "status_500")
    strangers(desk, count)
    assert desk.resolve().ending.exit_code is ExitCode.WITH_ERRORS
    assert desk.statuses() == {"unknown": 100, "sent": 50}


def test_contacts_that_somebody_took_out_of_a_list_that_was_there_do_not_send_anybody_twice(desk):
    there = desk.simulator.lists.create(5, "Lista")
    strangers(desk, 100)
    lose(desk, "status_500_after", count=100)
    del there.items[:100]
    desk.resolve()
    assert desk.statuses() == {"unknown": 100}
    desk.export()
    assert set(Counter(desk.received()).values()) == {1}


def test_contacts_taken_out_of_our_own_list_before_the_question_settle_nobody(desk):
    lose(desk, "status_500_after")
    del desk.simulator.lists.all()[0].items[:100]
    desk.resolve()
    assert desk.statuses() == {"unknown": 100, "sent": 50}


def test_where_the_total_could_not_be_read_at_once_it_is_no_proof_later(desk):
    desk.add_clients(150)
    lost = Fault("status_500_after", path=SYNC)
    desk.simulator.use_faults(
        [lost, Fault("status_500", path="/campaigns/5/lists", skip=2, times=3)]
    )
    desk.export()
    assert desk.rows("SELECT status, total_after FROM dialer_export_requests ORDER BY id") == [
        ("unknown", None),
        ("answered", None),
    ]
    desk.resolve()
    assert desk.statuses() == {"unknown": 100, "sent": 50}


def test_a_list_that_took_contacts_without_counting_them_settles_nobody(desk):
    """50 were filtered without a word, then 50 were stored before a 500: the total says "none", and
    means nothing.
    """
    desk.add_clients(150)
    desk.simulator.lists.blocked = {f"119{70000000 + n}" for n in range(50)}
    desk.simulator.use_faults([Fault("status_500_after", path="/mailing.json", skip=1)])
    desk.export(endpoints=UNCOUNTED)
    desk.simulator.use_faults([])
    result = desk.resolve()
    assert "uncounted" in result.ending.message
    assert desk.resolve(Verdict.TOTAL).ending.exit_code is ExitCode.WITH_ERRORS
    assert desk.statuses() == {"sent": 100, "unknown": 50}
    desk.export(endpoints=UNCOUNTED)
    assert set(Counter(desk.received()).values()) == {1}


def test_after_the_operators_word_a_lists_total_proves_nothing_any_more(desk):
    lose(desk, "status_500")
    desk.resolve(Verdict.SENT)
    desk.add_clients(100, first=1000)
    desk.simulator.use_faults([Fault("status_500", path=SYNC)])
    desk.export()
    result = desk.resolve()
    assert "uncounted" in result.ending.message
    assert desk.statuses() == {"sent": 150, "unknown": 100}


def lose_the_commit_that(desk, monkeypatch, finds):
    """The first COMMIT before which this SELECT counts something holds, and its answer is lost.

    Returns what it lost.
    """
    kind = type(desk.database.engine())
    commit, lost = kind.commit, []

    def commit_then_lose(engine):
        found = 0
        if not lost and "dialer_exports" in engine.tables_standing():
            cursor = engine.cursor()
            cursor.execute(finds)
            found = cursor.fetchone()[0]
            cursor.close()
        commit(engine)
        if found:
            lost.append(found)
            raise RetriableError("The answer to COMMIT was lost.")

    monkeypatch.setattr(kind, "commit", commit_then_lose)
    return lost


def test_filters_counted_in_a_transaction_that_was_repeated_are_counted_once(desk, monkeypatch):
    """A COMMIT that held, and whose answer was lost, once made `resolve` call 50 contacts sent that
    were never stored.
    """
    desk.add_clients(150)
    desk.simulator.lists.blocked = {f"119{70000000 + n}" for n in range(50)}
    desk.simulator.use_faults([Fault("status_500", path=SYNC, skip=1)])
    lost = lose_the_commit_that(
        desk, monkeypatch, "SELECT COUNT(*) FROM dialer_exports WHERE filtered_records > 0"
    )
    desk.export()
    desk.simulator.use_faults([])
    assert lost
    # of the first request; the clients' order is the database's own
    filtered = 100 - len(desk.received())
    assert desk.rows("SELECT filtered_records, motives FROM dialer_exports") == [
        (filtered, f'{{"Telefone na blacklist": {filtered}}}')
    ]
    desk.resolve()
    assert desk.statuses() == {"pending": 50, "sent": 100}
    desk.export()
    assert sorted(map(int, desk.received())) == list(range(50, 150))


def test_contacts_found_in_flight_are_told_though_the_answer_to_the_commit_was_lost(
    desk, monkeypatch
):
    desk.add_clients(3)
    desk.export()
    repository = desk.repository()
    for table in ("dialer_export_items", "dialer_export_requests"):
        repository.change(
            lambda engine, _, table=table: engine.cursor().execute(
                f"UPDATE {table} SET status = 'in flight'"
            )
        )
    repository.close()
    lost = lose_the_commit_that(
        desk, monkeypatch, "SELECT COUNT(*) FROM dialer_export_items WHERE status = 'unknown'"
    )
    result = desk.export()
    assert lost
    assert desk.statuses() == {"unknown": 3}
    assert desk.rows("SELECT status FROM dialer_export_requests") == [("unknown",)]
    assert result.ending.exit_code is ExitCode.WITH_ERRORS
    assert "3 contact(s) of a stopped export are unknown" in result.ending.message


def test_a_later_call_with_its_identifier_proves_that_the_dialer_has_a_contact(desk):
    lose(desk, "status_500_halfway")
    list_id = desk.simulator.lists.all()[0].id
    repository = desk.repository()

    def call(engine, now):
        cursor = engine.cursor()
        cursor.execute(
            "INSERT INTO calls (id, call_date) VALUES ('c', ?)", (desk.now + timedelta(minutes=5),)
        )
        cursor.execute(
            "INSERT INTO mailing_data (call_id, identifier, list_id) VALUES ('c', '3', ?)",
            (list_id,),
        )

    repository.change(call)
    repository.close()
    desk.resolve()
    assert desk.rows(
        "SELECT external_id FROM dialer_export_items WHERE reason LIKE 'a later call%'"
    ) == [("3",)]
    assert desk.statuses() == {"unknown": 99, "sent": 51}


@pytest.mark.parametrize(
    ("verdict", "left"),
    [(Verdict.SENT, {"sent": 150}), (Verdict.NOT_SENT, {"pending": 100, "sent": 50})],
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
    assert "holds all of the 70" in desk.resolve().ending.message
    desk.resolve(Verdict.TOTAL)
    assert desk.statuses() == {"sent": 120}


def test_a_call_from_a_list_that_holds_none_of_them_by_its_total_leaves_the_others_in_doubt(desk):
    lose(desk, "status_500_after")
    listed = desk.simulator.lists.all()[0]
    del listed.items[:100]
    repository = desk.repository()

    def call(engine, now):
        cursor = engine.cursor()
        cursor.execute(
            "INSERT INTO calls (id, call_date) VALUES ('c', ?)", (desk.now + timedelta(minutes=5),)
        )
        cursor.execute(
            "INSERT INTO mailing_data (call_id, identifier, list_id) VALUES ('c', '3', ?)",
            (listed.id,),
        )

    repository.change(call)
    repository.close()
    assert "a later call bears" in desk.resolve(Verdict.TOTAL).ending.message
    assert desk.statuses() == {"unknown": 99, "sent": 51}


def test_nothing_unknown_is_nothing_to_do(desk):
    desk.add_clients(2)
    desk.export()
    assert desk.resolve().counts == {}
