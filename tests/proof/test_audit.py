"""`audit`: what differs is named and counted, `--fix` heals exactly that, exit 0 only when API and
database are equal.
"""

from collections.abc import Callable

import pytest
from proof.machine import LONG_AGO, Machine, ago

from robot.cells.tables import CALLS, MAILING_DATA, Column, Kind
from robot.database import Repository
from robot.errors import FatalError
from robot.simulators.threec import Fault, FaultKind

Operator = Callable[..., Machine]


@pytest.fixture
def machine(operator: Operator) -> Machine:
    """Two days of sixty calls, stored."""
    machine = operator()
    assert machine.sync(ago(2), ago(1)) == 0
    return machine


def differences(machine: Machine) -> list[tuple[str, str, str]]:
    return [
        (day["day"], difference["id"], difference["kind"])
        for day in machine.json()["days"]
        for difference in day["differences"]
    ]


def spoil(machine: Machine) -> dict[str, str]:
    """Five kinds of differences, one record each; kind → id."""
    with_mailing = [
        key for (key,) in machine.rows("SELECT call_id FROM mailing_data ORDER BY call_id")
    ]
    missing, changed, mailing, vanished = (
        with_mailing[0],
        with_mailing[1],
        with_mailing[2],
        with_mailing[3],
    )
    machine.rows("DELETE FROM mailing_data WHERE call_id = ?", missing)
    machine.rows("DELETE FROM calls WHERE id = ?", missing)
    machine.rows("UPDATE calls SET number = '5500000000000' WHERE id = ?", changed)
    machine.rows("UPDATE mailing_data SET cidade = 'Nowhere' WHERE call_id = ?", mailing)
    machine.simulator.remove_call(vanished)
    return {
        "only in the API": missing,
        "the call differs": changed,
        "the mailing data differ": mailing,
        "only here": vanished,
    }


def test_equal_is_told_with_exit_0(machine: Machine) -> None:
    assert machine.audit(ago(2), ago(1)) == 0
    assert "Equal: 120 rows in 2 day(s)." in machine.out


def test_every_difference_is_named_and_counted_by_day_and_campaign(machine: Machine) -> None:
    spoiled = spoil(machine)
    assert machine.audit(ago(2), ago(1), "--json") == 3
    found = {kind: key for _, key, kind in differences(machine)}
    assert found == spoiled
    report = machine.json()
    assert report["equal"] is False
    assert [day["api_total"] for day in report["days"]] == [59, 60]
    assert all(day["proven"] for day in report["days"])
    first = report["days"][0]["campaigns"]
    assert {campaign["campaign"] for campaign in first} == {5, 6, 7}
    assert sum(campaign["api"] for campaign in first) == 59
    assert sum(campaign["here"] for campaign in first) == 59  # one was deleted, one vanished there


def test_an_audit_alone_writes_nothing(machine: Machine) -> None:
    spoil(machine)
    machine.stamp()
    executions = machine.rows("SELECT COUNT(*) FROM execution_logs")
    assert machine.audit(ago(2), ago(1)) == 3
    assert machine.written() == set()
    assert machine.rows("SELECT COUNT(*) FROM execution_logs") == executions
    assert "--fix heals what differs" in machine.out


def test_fix_is_not_offered_where_nothing_could_be_read(machine: Machine) -> None:
    machine.simulator.use_faults([Fault(FaultKind.STATUS_500, day=ago(1), times=None)])
    assert machine.audit(ago(2), ago(1)) == 3
    assert "Not equal: nothing differs in what could be read; 1 day(s) not proven." in machine.out
    assert "--fix" not in machine.out
    assert "Audit again" in machine.out
    spoil(machine)
    machine.simulator.use_faults([Fault(FaultKind.STATUS_500, day=ago(1), times=None)])
    assert machine.audit(ago(2), ago(1)) == 3
    assert "--fix heals what differs. Audit again" in machine.out


def test_fix_heals_exactly_what_differs_and_keeps_what_vanished(machine: Machine) -> None:
    spoiled = spoil(machine)
    machine.stamp()
    # the vanished call is kept, and told
    assert machine.audit(ago(2), ago(1), "--fix", "--json") == 3
    assert [kind for _, _, kind in differences(machine)] == ["only here"]
    assert machine.written() == {key for kind, key in spoiled.items() if kind != "only here"}
    assert machine.rows("SELECT COUNT(*) FROM calls WHERE id = ?", spoiled["only here"]) == [(1,)]
    history = machine.rows(
        "SELECT status, inserted_records, updated_records FROM execution_logs ORDER BY id"
    )
    assert history[-1] == ("COMPLETED_SUCCESS", 1, 1)


def altered(column: Column) -> object:
    """A value that no invented call has in this column."""
    return {Kind.TEXT: "#", Kind.INTEGER: 987654, Kind.BOOLEAN: None, Kind.DATETIME: None}[
        column.kind
    ]


def test_a_cell_that_somebody_altered_by_hand_shows_whichever_it_is_and_is_healed(
    machine: Machine,
) -> None:
    spoiled: dict[str, str] = {}
    keys = iter(machine.rows("SELECT call_id FROM mailing_data ORDER BY call_id"))
    for table, kind in ((CALLS, "the call differs"), (MAILING_DATA, "the mailing data differ")):
        for column in table.row_columns:
            if column.name in table.key or (value := altered(column)) is None:
                continue
            key = next(keys)[0]
            machine.rows(
                f"UPDATE {table.name} SET {column.name} = ? WHERE {table.key[0]} = ?", value, key
            )
            spoiled[key] = kind
    with_agent = [
        key for (key,) in machine.rows("SELECT id FROM calls WHERE has_agent = 1 ORDER BY id")
    ]
    boolean = next(key for key in with_agent if key not in spoiled)
    machine.rows("UPDATE calls SET has_agent = 0 WHERE id = ?", boolean)
    spoiled[boolean] = "the call differs"
    assert machine.audit(ago(2), ago(1), "--json") == 3
    assert {key: kind for _, key, kind in differences(machine)} == spoiled
    machine.stamp()
    assert machine.audit(ago(2), ago(1), "--fix", "--json") == 0
    assert machine.written() == spoiled.keys()
    assert machine.audit(ago(2), ago(1)) == 0


def test_a_row_that_was_moved_to_another_day_by_hand_comes_back(machine: Machine) -> None:
    key = machine.rows("SELECT MIN(id) FROM calls")[0][0]
    machine.rows("UPDATE calls SET call_date = ? WHERE id = ?", LONG_AGO, key)
    assert machine.audit(ago(2), ago(1), "--json") == 3
    assert [(found, kind) for _, found, kind in differences(machine)] == [(key, "only in the API")]
    assert machine.audit(ago(2), ago(1), "--fix") == 0


def test_a_row_that_only_the_hash_speaks_against_is_equal(machine: Machine) -> None:
    machine.rows("UPDATE calls SET row_hash = NULL")
    machine.rows("UPDATE mailing_data SET row_hash = 'of another version'")
    assert machine.audit(ago(2), ago(1)) == 0


def test_what_differs_is_shown_the_worst_first_and_what_is_equal_is_not(machine: Machine) -> None:
    machine.rows("UPDATE calls SET campaign = 'Another' WHERE campaign_id = 6")
    machine.rows(
        "UPDATE calls SET campaign = 'Another' WHERE id = (SELECT MAX(id) FROM calls WHERE"
        " campaign_id = 5)"
    )
    assert machine.audit(ago(2), ago(1)) == 3
    rows = [line.split("│") for line in machine.out.splitlines() if "│" in line]
    campaigns = [cells[2].strip() for cells in rows if cells[2].strip().isdecimal()]
    assert campaigns == ["6", "6", "5"]


def test_fix_that_heals_everything_leaves_with_exit_0(machine: Machine) -> None:
    key = machine.rows("SELECT MIN(id) FROM calls")[0][0]
    machine.rows("UPDATE calls SET campaign = 'Another' WHERE id = ?", key)
    assert machine.audit(ago(2), ago(1), "--fix") == 0
    assert "Equal: 120 rows" in machine.out
    assert machine.audit(ago(2), ago(1)) == 0


def test_fix_waits_for_nobody_and_touches_nothing_while_another_execution_runs(
    machine: Machine,
) -> None:
    spoil(machine)
    machine.stamp()
    holder = machine.database.engine()
    holder.connect()
    assert holder.acquire("calls")
    try:
        assert machine.audit(ago(2), ago(1), "--fix") == 4
    finally:
        holder.release()
    assert machine.written() == set()


def test_the_campaigns_asked_for_are_compared_and_no_others(machine: Machine) -> None:
    spoiled = spoil(machine)
    campaign = machine.rows(
        "SELECT campaign_id FROM calls WHERE id = ?", spoiled["the call differs"]
    )[0][0]
    assert machine.audit(ago(2), ago(1), "--campaigns", campaign, "--json") == 3
    asked = {numbers["campaign"] for day in machine.json()["days"] for numbers in day["campaigns"]}
    assert asked == {campaign}
    assert ("the call differs", spoiled["the call differs"]) in {
        (kind, key) for _, key, kind in differences(machine)
    }


def test_five_hundred_differences_stay_readable(operator: Operator) -> None:
    machine = operator(days=1, per_day=500)
    assert machine.audit(ago(1)) == 3
    assert "Not equal: 500 only in the API." in machine.out
    assert "… and 460 more: --json has them all." in machine.out
    assert len(machine.out.splitlines()) < 70
    assert machine.audit(ago(1), ago(1), "--json") == 3
    assert len(differences(machine)) == 500


def test_a_day_that_cannot_be_proven_is_never_called_equal(machine: Machine) -> None:
    machine.simulator.use_faults([Fault(FaultKind.TOTAL_CHANGED, day=ago(1), times=None, page=2)])
    assert machine.audit(ago(2), ago(1)) == 3
    assert f"{ago(1)}: not proven, the total moved between 60 and 61" in machine.out


def test_a_record_that_cannot_be_stored_is_a_difference(operator: Operator) -> None:
    machine = operator(days=1, broken=4)
    assert machine.sync(ago(1)) == 3
    assert machine.audit(ago(1), ago(1), "--json") == 3
    assert {kind for _, _, kind in differences(machine)} == {"rejected"}


def test_a_healing_that_fails_ends_the_audit_with_exit_1(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.rows("DELETE FROM mailing_data")

    def refuse(*_: object) -> None:
        raise FatalError("The disk is full.")

    monkeypatch.setattr(Repository, "store", refuse)
    assert machine.audit(ago(2), ago(1), "--fix") == 1
    assert "The disk is full." in machine.out
    assert "Not equal" in machine.out


def test_an_api_that_is_down_ends_the_audit_with_exit_1(operator: Operator) -> None:
    machine = operator(days=5, API_MAX_ATTEMPTS=1)
    machine.simulator.stop()
    assert machine.audit(ago(5), ago(1)) == 1
    assert "3 days in a row could not be read: the API is down." in machine.err


def test_a_stored_call_that_breaks_at_the_api_is_told_once_as_rejected(machine: Machine) -> None:
    call = machine.simulator.calls[10]
    machine.simulator.update_call(call["id"], call_date="meio-dia", call_date_rfc3339=None)
    day = str(call["call_date"])[:10]
    assert machine.audit(ago(2), ago(1), "--json") == 3
    assert [found for found in differences(machine) if found[1] == call["id"]] == [
        (day, call["id"], "rejected")
    ]


def test_mailing_data_that_the_api_no_longer_sends_are_kept_told_and_no_reason_for_an_alarm(
    machine: Machine,
) -> None:
    key = machine.rows("SELECT call_id FROM mailing_data ORDER BY call_id")[0][0]
    machine.simulator.update_call(key, mailing_data=None)
    assert machine.sync(ago(2), ago(1)) == 0
    assert machine.audit(ago(2), ago(1), "--json") == 0
    assert [(found, kind) for _, found, kind in differences(machine)] == [
        (key, "the mailing data are kept")
    ]
    assert machine.json()["equal"] is True
    executions = machine.rows("SELECT COUNT(*) FROM execution_logs")
    assert machine.audit(ago(2), ago(1), "--fix") == 0
    assert (
        "Equal: 120 rows in 2 day(s). 1 with mailing data that the API no longer sends: they are"
        " kept."
    ) in machine.out
    assert machine.rows("SELECT COUNT(*) FROM execution_logs") == executions
    assert machine.rows("SELECT COUNT(*) FROM mailing_data WHERE call_id = ?", key) == [(1,)]
