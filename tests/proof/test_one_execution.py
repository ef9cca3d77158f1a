"""`status --execution N` tells one whole execution."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from proof.machine import Machine, ago

from robot.simulators.threec import Fault, FaultKind

Operator = Callable[..., Machine]


@pytest.fixture
def machine(operator: Operator) -> Machine:
    """Execution 1: of three days one failed, and four records were refused.

    Execution 2 read the failed day again.
    """
    machine = operator(days=3, broken=4, API_MAX_ATTEMPTS=1)
    machine.simulator.use_faults([Fault(FaultKind.STATUS_500, day=ago(2), times=None)])
    assert machine.sync(ago(3), ago(1)) == 3
    return machine


def numbers(machine: Machine) -> list[int]:
    return [number for (number,) in machine.rows("SELECT id FROM execution_logs ORDER BY id")]


def test_it_tells_its_windows_reasons_counts_and_rejections(machine: Machine) -> None:
    (number,) = numbers(machine)
    assert machine.run("status", "--execution", number) == 0
    told = " ".join(machine.out.split())
    assert f"Execution {number} of calls: COMPLETED_WITH_ERRORS (exit code 3)" in told
    assert f"Period: {ago(3)} 00:00:00 – {ago(1)} 23:59:59" in told
    assert "Campaigns: all" in told
    assert "128 received, 120 stored, 8 rejected" in told
    assert "120 inserted, 0 updated, 0 unchanged" in told
    assert f"{ago(2)} FAILED: The first page could not be read" in told
    assert f"{ago(1)} COMPLETE: 64 announced by the API, 64 received, 60 stored, 4 rejected" in told
    assert "Rejected records, seen by it first: 8" in told
    reason = machine.rows("SELECT reason FROM rejected_records")[0][0]
    assert reason in told


def test_for_programs_it_is_json(machine: Machine) -> None:
    (number,) = numbers(machine)
    assert machine.run("status", "--execution", number, "--json") == 0
    told = machine.json()
    assert (told["id"], told["job"], told["status"], told["exit_code"]) == (
        number,
        "calls",
        "COMPLETED_WITH_ERRORS",
        3,
    )
    assert (told["total_records"], told["inserted_records"], told["failed_records"]) == (
        128,
        120,
        8,
    )
    windows = {window["day"]: window for window in told["windows"]}
    assert [(day, windows[day]["status"]) for day in sorted(windows)] == [
        (str(ago(3)), "COMPLETE"),
        (str(ago(2)), "FAILED"),
        (str(ago(1)), "COMPLETE"),
    ]
    assert "HTTP 500" in windows[str(ago(2))]["detail"]
    assert windows[str(ago(1))]["stored"] == 60
    assert len(told["rejections"]) == 8
    assert all(rejection["reason"] for rejection in told["rejections"])
    assert "payload" not in machine.out


def test_a_day_that_a_later_execution_read_again_keeps_what_this_one_said_of_it(
    machine: Machine,
) -> None:
    machine.simulator.use_faults([])
    machine.sync(ago(2))
    first, second = numbers(machine)
    assert machine.run("status", "--execution", first) == 0
    told = " ".join(machine.out.split())
    assert f"{ago(2)} FAILED, The first page could not be read" in told
    assert f"read since by execution {second}: COMPLETE" in told
    assert machine.run("status", "--execution", second, "--json") == 0
    assert [window["day"] for window in machine.json()["windows"]] == [str(ago(2))]


def test_an_execution_that_goes_on_with_another_says_so(machine: Machine) -> None:
    machine.rows("UPDATE execution_logs SET status = 'FAILED'")
    machine.sync(ago(3), ago(1))
    first, second = numbers(machine)
    assert machine.run("status", "--execution", second) == 0
    assert f"execution {first}, which was cut off" in machine.out


@pytest.mark.parametrize("number", ["999", "12345"])
@pytest.mark.parametrize("more", [(), ("--json",)])
def test_an_unknown_number_is_an_error_that_names_the_last(
    machine: Machine, number: str, more: tuple[str, ...]
) -> None:
    (last,) = numbers(machine)
    assert machine.run("status", "--execution", number, *more) == 2
    assert machine.out == ""
    assert f"There is no execution {number}. The last one is {last}" in " ".join(
        machine.err.split()
    )


@pytest.mark.parametrize("number", ["0", "-1", "x", "", "99999999999999999999"])
def test_what_is_no_number_is_a_wrong_option(machine: Machine, number: str) -> None:
    assert machine.run("status", "--execution", number) == 2


def test_without_any_execution_there_is_none_to_tell(operator: Operator) -> None:
    machine = operator()
    assert machine.run("status", "--execution", 1) == 2
    assert "There is none yet" in machine.err


def test_an_import_and_an_export_are_told_too(operator: Operator) -> None:
    machine = operator()
    file = machine.folder / "clients.csv"
    file.write_text("id;nome;fone\n1;Ana;11970000001\n2;Bia;1\n", "utf-8")
    machine.run("clients", "import", file)
    machine.run("export", "--campaign", "5", "--yes")
    imported, exported = numbers(machine)
    assert machine.run("status", "--execution", imported) == 0
    assert f"Execution {imported} of clients_import" in machine.out
    assert "Rejected records, seen by it first: 1" in machine.out
    assert machine.run("status", "--execution", exported, "--json") == 0
    assert machine.json()["contacts"] == {"sent": 1}
