"""A rejected record is kept with its reason, shown without personal data, and stored as soon as it
can be.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from proof.machine import Machine, ago

import robot.threec.calls_job
from robot.cells.rejection import Rejection
from robot.database import Repository, open_repository
from robot.errors import FatalError
from robot.threec.call_rows import normalize_call

Operator = Callable[..., Machine]
PHONE = "5511999998888"


@pytest.fixture
def machine(operator: Operator) -> Machine:
    """A day with four records that cannot become rows: two have an id."""
    machine = operator(days=1, broken=4)
    assert machine.sync(ago(1)) == 3
    return machine


def open_ones(machine: Machine) -> int:
    return machine.rows("SELECT COUNT(*) FROM rejected_records WHERE resolved_at IS NULL")[0][0]


def undated(machine: Machine) -> dict[str, Any]:
    """The record whose date cannot be read."""
    return next(
        call
        for call in machine.simulator.calls
        if isinstance(call, dict) and "meio-dia" in str(call["call_date"])
    )


def test_they_are_listed_with_their_reason_and_without_personal_data(machine: Machine) -> None:
    assert machine.run("rejected", "list") == 0
    for reason in ("no id", "null", "cannot be read", "not an object"):
        assert reason in machine.out.replace("\n", " ")
    assert PHONE not in machine.out


@pytest.mark.parametrize("name", ["call_date", "campaign_id", "status_id", "mode"])
def test_a_person_in_the_place_of_a_date_or_a_number_is_not_listed(
    operator: Operator, name: str
) -> None:
    machine = operator(days=1)
    call = machine.simulator.calls[10]
    words = {
        "call_date": "meio-dia",
        "call_date_rfc3339": None,
        name: f"Maria Souza tel:{PHONE} 11 99999-8888",
    }
    machine.simulator.update_call(call["id"], **words)
    assert machine.sync(ago(1)) == 3
    shown = machine.out + machine.err
    assert machine.run("rejected", "list") == 0
    shown += machine.out + machine.err
    shown += "".join(
        path.read_text(encoding="utf-8") for path in (machine.folder / "logs").glob("*.log")
    )
    shown += str(machine.rows("SELECT reason FROM rejected_records"))
    shown += str(machine.rows("SELECT error_message FROM execution_logs"))
    for secret in ("Maria", "Souza", "99998888", "99999-8888"):
        assert secret not in shown
    assert str(call["id"]) in machine.out.replace("\n", "")


def test_no_rejection_is_told_too(operator: Operator) -> None:
    machine = operator(days=1)
    assert machine.sync(ago(1)) == 0
    assert machine.run("rejected", "list") == 0
    assert "No rejection is open." in machine.out
    assert machine.run("rejected", "retry") == 0


def test_the_export_holds_the_payload_whole_and_says_so(machine: Machine) -> None:
    file = machine.folder / "rejected.jsonl"
    assert machine.run("rejected", "export", file) == 0
    assert "personal data included" in machine.out
    payloads = [
        json.loads(json.loads(line)["payload"])
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    broken = [
        call for call in machine.simulator.calls if isinstance(normalize_call(call), Rejection)
    ]
    assert len(payloads) == 4
    assert all(payload in broken for payload in payloads)


def test_an_export_never_writes_over_a_file(machine: Machine) -> None:
    file = machine.folder / "mine.txt"
    file.write_text("mine")
    assert machine.run("rejected", "export", file) == 2
    assert "exists already" in machine.err
    assert file.read_text() == "mine"


def test_a_retry_that_changes_nothing_says_so(machine: Machine) -> None:
    assert machine.run("rejected", "retry") == 3
    assert "0 stored, 4 still rejected" in machine.out
    assert open_ones(machine) == 4


def test_a_record_that_the_api_corrected_is_stored_and_its_rejection_resolved(
    machine: Machine,
) -> None:
    key = undated(machine)["id"]
    machine.simulator.update_call(key, call_date=f"{ago(1)} 12:00:00")
    assert machine.sync(ago(1)) == 3  # three are left
    (execution,) = machine.rows("SELECT MAX(id) FROM execution_logs")[0]
    assert machine.rows(
        "SELECT resolved_execution_id FROM rejected_records WHERE record_id = ?", key
    ) == [(execution,)]
    assert machine.rows("SELECT COUNT(*) FROM calls WHERE id = ?", key) == [(1,)]
    assert open_ones(machine) == 3


def test_a_record_that_breaks_and_is_mended_is_resolved_though_its_row_is_unchanged(
    operator: Operator,
) -> None:
    machine = operator(days=1)
    assert machine.sync(ago(1)) == 0
    call = machine.simulator.calls[10]
    machine.simulator.update_call(call["id"], call_date="meio-dia", call_date_rfc3339=None)
    assert machine.sync(ago(1)) == 3
    assert open_ones(machine) == 1
    machine.simulator.update_call(
        call["id"], call_date=call["call_date"], call_date_rfc3339=call["call_date_rfc3339"]
    )
    machine.stamp()
    assert machine.sync(ago(1)) == 0
    assert open_ones(machine) == 0
    assert machine.written() == set()


def test_a_record_that_breaks_a_second_time_is_open_again(machine: Machine) -> None:
    broken = undated(machine)
    machine.simulator.update_call(broken["id"], call_date=f"{ago(1)} 12:00:00")
    machine.sync(ago(1))
    machine.simulator.update_call(broken["id"], call_date=broken["call_date"])
    assert machine.sync(ago(1)) == 3
    assert open_ones(machine) == 4


def test_a_record_that_our_rules_accept_now_is_stored_by_retry(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tomorrow's rule reads a date that today's does not."""
    key = undated(machine)["id"]

    def tomorrow(record: Any, _zone: Any) -> Any:
        if isinstance(record, dict) and "meio-dia" in str(record.get("call_date")):
            record = {**record, "call_date": f"{ago(1)} 12:00:00"}
        return normalize_call(record)

    monkeypatch.setattr(robot.threec.calls_job, "normalize_call", tomorrow)
    assert machine.run("rejected", "retry") == 3
    assert "1 stored, 3 still rejected" in machine.out
    assert machine.rows("SELECT call_date FROM calls WHERE id = ?", key) == [
        (f"{ago(1)} 12:00:00",)
    ]
    history = machine.rows("SELECT id, status, error_message FROM execution_logs ORDER BY id")[-1]
    assert history[1:] == ("COMPLETED_WITH_ERRORS", "rejected retry: 1 stored, 3 still rejected")
    counted = machine.rows(
        "SELECT inserted_records, updated_records, unchanged_records FROM execution_logs ORDER BY"
        " id DESC"
    )
    assert counted[0] == (1, 0, 0)
    assert machine.rows(
        "SELECT resolved_execution_id FROM rejected_records WHERE record_id = ?", key
    ) == [(history[0],)]


@pytest.fixture
def two_payloads(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> tuple[Machine, str]:
    """One call rejected twice, first spoken 11 seconds, then 22; and today's rules, that read
    it.
    """
    machine = operator(days=1)
    key = str(machine.simulator.calls[10]["id"])
    for seconds in (11, 22):
        machine.simulator.update_call(
            key, call_date="meio-dia", call_date_rfc3339=None, speaking_time=f"00:00:{seconds}"
        )
        assert machine.sync(ago(1)) == 3
    assert open_ones(machine) == 2
    monkeypatch.setattr(robot.threec.calls_job, "normalize_call", _of_noon)
    return machine, key


def _of_noon(record: Any, _zone: Any) -> Any:
    return normalize_call({**record, "call_date": f"{ago(1)} 12:00:00"})


def test_of_two_payloads_of_one_call_the_newest_is_stored_and_the_older_never(
    two_payloads: tuple[Machine, str],
) -> None:
    machine, key = two_payloads
    assert machine.run("rejected", "retry") == 0
    assert "2 stored, 0 still rejected" in machine.out
    assert machine.rows("SELECT speaking_time FROM calls WHERE id = ?", key) == [("00:00:22",)]
    counted = machine.rows(
        "SELECT inserted_records, updated_records, unchanged_records FROM execution_logs ORDER BY"
        " id DESC"
    )
    assert counted[0] == (1, 0, 0)  # the older one was not written, not even for a moment
    assert open_ones(machine) == 0


def test_of_two_payloads_only_the_older_of_which_can_be_read_that_one_is_stored(
    two_payloads: tuple[Machine, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    machine, key = two_payloads
    monkeypatch.setattr(
        robot.threec.calls_job,
        "normalize_call",
        lambda record, zone: (
            normalize_call(record, zone)
            if "22" in record["speaking_time"]
            else _of_noon(record, zone)
        ),
    )
    assert machine.run("rejected", "retry") == 3
    assert machine.rows("SELECT speaking_time FROM calls WHERE id = ?", key) == [("00:00:11",)]
    assert open_ones(machine) == 1


def test_a_retry_that_the_database_breaks_off_is_failed_in_the_history_and_goes_on_next_time(
    two_payloads: tuple[Machine, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    machine, _key = two_payloads
    store = Repository.store_retried
    done: list[int] = []

    def breaking(repository: Repository, *arguments: Any) -> Any:
        if done:
            raise FatalError("the disk is full at the desk of 5511999998888")
        done.append(1)
        return store(repository, *arguments)

    monkeypatch.setattr(Repository, "store_retried", breaking)
    assert machine.run("rejected", "retry") == 1
    assert PHONE not in machine.out + machine.err
    last = "SELECT status, exit_code, error_message FROM execution_logs ORDER BY id DESC"
    status, code, message = machine.rows(last)[0]
    assert (status, code) == ("FAILED", 1)
    assert "the disk is full" in message
    assert PHONE not in message
    assert open_ones(machine) == 1
    monkeypatch.setattr(Repository, "store_retried", store)
    assert machine.run("rejected", "retry") == 0
    assert machine.rows(last)[0][0] == "COMPLETED_SUCCESS"
    assert open_ones(machine) == 0


def test_a_retry_waits_for_nobody_and_touches_nothing_while_an_execution_runs(
    two_payloads: tuple[Machine, str],
) -> None:
    machine, key = two_payloads
    before = machine.rows("SELECT COUNT(*) FROM execution_logs")
    holder = open_repository(machine.database.settings)
    try:
        with holder.lock("calls"):
            assert machine.run("rejected", "retry") == 4
    finally:
        holder.close()
    assert machine.rows("SELECT COUNT(*) FROM execution_logs") == before
    assert machine.rows("SELECT COUNT(*) FROM calls WHERE id = ?", key) == [(0,)]
    assert open_ones(machine) == 2
