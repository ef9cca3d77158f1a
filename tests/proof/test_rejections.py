"""A rejected record is kept with its reason, shown without personal data, and stored as soon as it can be."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from proof.machine import Machine, ago

import robot.retrying
from robot.normalizers import Rejection, normalize_call

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
    return next(call for call in machine.simulator.calls if isinstance(call, dict) and "meio-dia" in str(call["call_date"]))


def test_they_are_listed_with_their_reason_and_without_personal_data(machine: Machine) -> None:
    assert machine.run("rejected", "list") == 0
    for reason in ("no id", "null", "cannot be read", "not an object"):
        assert reason in machine.out.replace("\n", " ")
    assert PHONE not in machine.out


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
    payloads = [json.loads(json.loads(line)["payload"]) for line in file.read_text(encoding="utf-8").splitlines()]
    broken = [call for call in machine.simulator.calls if isinstance(normalize_call(call), Rejection)]
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


def test_a_record_that_the_api_corrected_is_stored_and_its_rejection_resolved(machine: Machine) -> None:
    key = undated(machine)["id"]
    machine.simulator.update_call(key, call_date=f"{ago(1)} 12:00:00")
    assert machine.sync(ago(1)) == 3  # three are left
    (execution,) = machine.rows("SELECT MAX(id) FROM execution_logs")[0]
    assert machine.rows("SELECT resolved_execution_id FROM rejected_records WHERE record_id = ?", key) == [(execution,)]
    assert machine.rows("SELECT COUNT(*) FROM calls WHERE id = ?", key) == [(1,)]
    assert open_ones(machine) == 3


def test_a_record_that_breaks_and_is_mended_is_resolved_though_its_row_is_unchanged(operator: Operator) -> None:
    machine = operator(days=1)
    assert machine.sync(ago(1)) == 0
    call = machine.simulator.calls[10]
    machine.simulator.update_call(call["id"], call_date="meio-dia", call_date_rfc3339=None)
    assert machine.sync(ago(1)) == 3
    assert open_ones(machine) == 1
    machine.simulator.update_call(call["id"], call_date=call["call_date"], call_date_rfc3339=call["call_date_rfc3339"])
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


def test_a_record_that_our_rules_accept_now_is_stored_by_retry(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tomorrow's rule reads a date that today's does not."""
    key = undated(machine)["id"]

    def tomorrow(record: Any) -> Any:
        if isinstance(record, dict) and "meio-dia" in str(record.get("call_date")):
            record = {**record, "call_date": f"{ago(1)} 12:00:00"}
        return normalize_call(record)

    monkeypatch.setattr(robot.retrying, "normalize_call", tomorrow)
    assert machine.run("rejected", "retry") == 3
    assert "1 stored, 3 still rejected" in machine.out
    assert machine.rows("SELECT call_date FROM calls WHERE id = ?", key) == [(f"{ago(1)} 12:00:00",)]
    history = machine.rows("SELECT id, status, error_message FROM execution_logs ORDER BY id")[-1]
    assert history[1:] == ("COMPLETED_WITH_ERRORS", "rejected retry: 1 stored, 3 still rejected")
    assert machine.rows("SELECT resolved_execution_id FROM rejected_records WHERE record_id = ?", key) == [(history[0],)]
