"""Days that are not proven stand in `status` and `check`, however old, until they are proven or
given up.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from datetime import date

import pytest
from clocks import robot_at
from proof.machine import NOON, Machine, ago
from servers import sqlite_only

from robot.period import whole
from robot.simulators.threec import Fault, FaultKind

Operator = Callable[..., Machine]
OLD = ago(400)


def fail(machine: Machine, *days: date, arguments: tuple[object, ...] = ()) -> None:
    """Read these days, one after the other, from an API that fails at each of them."""
    machine.simulator.use_faults([Fault(FaultKind.STATUS_500, day=day, times=None) for day in days])
    for day in days:
        assert machine.sync(day, day, *arguments) == 1
    machine.simulator.use_faults([])


@pytest.fixture
def quick(operator: Operator) -> Machine:
    """An API that is asked once, so that a failure takes no time."""
    return operator(days=2, API_MAX_ATTEMPTS=1)


def unproven(machine: Machine) -> list[tuple[str, str, str]]:
    assert machine.run("status", "--json") == 0
    return [
        (each["day"], each["campaigns"], each["status"]) for each in machine.json()["days_unproven"]
    ]


def command_in(text: str, after: str = "Read again") -> list[str]:
    """The arguments of the command that the operator is told to type."""
    line = next(line for line in text.splitlines() if after in line)
    return [part.replace('""', "") for part in line.partition(" run ")[2].split()]


def test_an_old_day_that_failed_is_told_by_status_and_fails_check_until_it_is_read(
    quick: Machine,
) -> None:
    fail(quick, OLD)
    assert quick.sync(ago(1)) == 0, "the exit code of a run speaks of its own days"
    assert quick.run("status") == 0
    told = next(line for line in quick.out.splitlines() if line.startswith(f"  {OLD}"))
    assert re.search("FAILED +The first page could not be read: .*HTTP 500", told)
    assert quick.run("check") == 1
    assert "FAILED Days: 1 day(s) are not proven" in quick.out
    assert f"{OLD}  FAILED" in quick.out
    again = command_in(quick.out)
    assert unproven(quick) == [(str(OLD), "", "FAILED")]
    assert str(OLD) in quick.json()["days_incomplete"]
    assert quick.run("run", *again) == 0
    assert unproven(quick) == []
    assert quick.run("check") == 0
    assert "ok     Days: every day that was read or missed is proven" in quick.out


def test_a_day_that_is_incomplete_partial_or_cut_off_is_told_with_its_reason(
    quick: Machine,
) -> None:
    assert quick.sync(ago(2)) == 0
    quick.simulator.use_faults([Fault(FaultKind.EMPTY_TOTAL_ZERO, day=ago(2), times=None)])
    quick.sync(ago(2))
    quick.simulator.use_faults([])
    assert quick.run("run", "--start", f"{ago(1)} 08:00:00", "--end", f"{ago(1)} 12:00:00") == 0
    quick.sync(OLD)
    quick.rows("UPDATE sync_windows SET status = 'READING' WHERE day = ?", str(OLD))
    assert quick.run("status", "--json") == 0
    reasons = {
        each["day"]: (each["status"], each["reason"]) for each in quick.json()["days_unproven"]
    }
    assert reasons[str(OLD)] == ("READING", "its reading was cut off")
    assert reasons[str(ago(1))] == ("PARTIAL", "read before it was over, or only a part of it")
    assert reasons[str(ago(2))][0] == "INCOMPLETE"
    assert "60" in reasons[str(ago(2))][1]


def test_the_day_that_an_execution_reads_and_the_one_that_is_not_over_are_no_fault(
    quick: Machine,
) -> None:
    assert quick.sync(ago(0)) == 0
    quick.sync(ago(1))
    quick.rows("UPDATE sync_windows SET status = 'READING' WHERE day = ?", str(ago(1)))
    quick.rows("UPDATE execution_logs SET status = 'RUNNING'")
    assert unproven(quick) == []
    quick.rows("UPDATE sync_windows SET started_at = ?", whole(ago(3)).start)
    assert unproven(quick) == [(str(ago(1)), "", "READING")], "nobody reads one day for two days"


@pytest.mark.parametrize(
    ("proven", "left"),
    [
        ([""], False),
        (["5,6"], False),
        (["5", "6"], False),
        (["5,6,7"], False),
        (["5"], True),
        (["7"], True),
    ],
)
def test_a_day_counts_for_whatever_campaigns_it_was_proven(
    quick: Machine, proven: list[str], left: bool
) -> None:
    fail(quick, ago(1), arguments=("--campaigns", "5,6"))
    for campaigns in proven:
        quick.sync(ago(1), ago(1), f"--campaigns={campaigns}")
    assert unproven(quick) == ([(str(ago(1)), "5,6", "FAILED")] if left else [])


def test_status_says_for_which_campaigns_it_speaks_and_a_day_read_for_all_counts(
    operator: Operator,
) -> None:
    machine = operator(days=2, CAMPAIGN_IDS="5,6")
    assert machine.sync(ago(1)) == 0
    assert machine.run("status") == 0
    assert "Campaigns: 5, 6 (CAMPAIGN_IDS)." in machine.out
    assert f"Days complete of the last 30: 1. {ago(1)}" in machine.out
    machine.write(EXECUTION_MODE="manual")
    assert machine.run("status") == 0
    assert "Campaigns: all (MANUAL_CAMPAIGN_IDS)." in machine.out


def test_the_command_names_the_campaigns_that_run_would_not_read(operator: Operator) -> None:
    machine = operator(days=2, API_MAX_ATTEMPTS=1, MANUAL_CAMPAIGN_IDS="5,6")
    many = ",".join(map(str, range(1, 60)))
    fail(machine, OLD)
    fail(machine, ago(1), arguments=("--campaigns=",))
    machine.write(API_MAX_ATTEMPTS=1, MANUAL_CAMPAIGN_IDS="5,6", CAMPAIGN_IDS=many)
    fail(machine, ago(300), arguments=("--campaigns", many))
    assert machine.run("status", "--json") == 0
    commands = {each["day"]: each["command"] for each in machine.json()["days_unproven"]}
    assert commands[str(OLD)].endswith(f"run --start {OLD} --end {OLD}")
    assert commands[str(ago(1))].endswith(f'run --start {ago(1)} --end {ago(1)} --campaigns=""')
    assert commands[str(ago(300))].endswith(f" --campaigns={many}")
    for day in (OLD, ago(1), ago(300)):
        words = commands[str(day)].partition(" run ")[2].replace('""', "").split()
        assert machine.run("run", *words) == 0
    assert unproven(machine) == []


def test_days_that_follow_one_another_have_one_command(quick: Machine) -> None:
    fail(quick, ago(9), ago(8), ago(6))
    assert quick.run("status") == 0
    commands = [
        line.partition(" run ")[2] for line in quick.out.splitlines() if "Read again" in line
    ]
    assert commands == [f"--start {ago(9)} --end {ago(8)}", f"--start {ago(6)} --end {ago(6)}"]


@sqlite_only("the clock is the process's")
def test_days_that_the_schedule_missed_are_told_once_it_is_back(operator: Operator) -> None:
    machine = operator(days=2, CATCH_UP_DAYS=1, LOOKBACK_DAYS=0)
    assert machine.run("schedule", "--once") == 0
    assert unproven(machine) == []
    machine.rows(
        "UPDATE scheduled_days SET first_day = ?, last_day = ?", str(ago(50)), str(ago(49))
    )
    assert machine.run("schedule", "--once") == 0
    assert unproven(machine) == [(str(ago(back)), "", "never read") for back in range(50, 1, -1)]
    assert machine.run("status") == 0
    assert f"  {ago(50)} – {ago(2)}  never read" in machine.out
    assert machine.run("check") == 1
    assert machine.run("run", *command_in(machine.out)) == 0
    assert machine.run("check") == 0


def test_days_that_were_asked_for_and_not_reached_are_told(quick: Machine) -> None:
    """The token is refused at the first of three days: the execution stops there."""
    quick.simulator.use_faults([Fault(FaultKind.STATUS_401, times=None)])
    assert quick.sync(OLD, ago(398)) == 1
    assert unproven(quick) == [(str(ago(back)), "", "never read") for back in (400, 399, 398)]
    assert quick.run("status") == 0
    assert f"  {OLD} – {ago(398)}  never read: execution " in quick.out
    quick.simulator.use_faults([])
    assert quick.sync(ago(399)) == 0
    assert [day for day, *_ in unproven(quick)] == [str(OLD), str(ago(398))]
    assert quick.run("days", "give-up", "--start", OLD, "--end", OLD) == 0
    assert quick.sync(ago(398)) == 0
    assert quick.run("check") == 0


def test_the_days_that_a_running_execution_will_come_to_are_no_fault(quick: Machine) -> None:
    quick.simulator.use_faults([Fault(FaultKind.STATUS_401, times=None)])
    assert quick.sync(OLD, ago(398)) == 1
    quick.rows("UPDATE execution_logs SET status = 'RUNNING'")
    assert unproven(quick) == []


def test_what_was_asked_for_is_forgotten_once_it_was_read(quick: Machine) -> None:
    for first in (ago(2), ago(1)):
        assert quick.sync(first, ago(1)) == 0
    ((kept,),) = quick.rows("SELECT value FROM robot_state WHERE name = 'asked.calls'")
    assert len(json.loads(kept)) == 1
    quick.rows("UPDATE robot_state SET value = 'no JSON'")
    assert unproven(quick) == []
    assert quick.sync(ago(1)) == 0


def test_a_day_that_is_given_up_is_neither_told_nor_forgotten(quick: Machine) -> None:
    fail(quick, OLD, ago(399))
    assert quick.run("days", "give-up", "--start", OLD, "--end", OLD) == 0
    assert "1 day(s) given up" in quick.out
    assert unproven(quick) == [(str(ago(399)), "", "FAILED")]
    (gone,) = quick.json()["days_given_up"]
    assert (gone["day"], gone["campaigns"]) == (str(OLD), "")
    assert gone["given_up_by"]
    assert quick.run("status") == 0
    assert f"Days given up: 1. {OLD}" in quick.out
    assert quick.run("days", "give-up", "--start", OLD, "--end", ago(399)) == 0
    assert quick.run("check") == 0
    assert "but for 2 that were given up" in quick.out
    fail(quick, OLD)
    assert unproven(quick) == [], "it failed once more: it is given up still"


def test_a_day_that_is_proven_is_not_given_up_any_more(quick: Machine) -> None:
    fail(quick, OLD)
    quick.run("days", "give-up", "--start", OLD, "--end", OLD)
    assert quick.sync(OLD) == 0
    assert quick.rows("SELECT COUNT(*) FROM days_given_up") == [(0,)]
    quick.rows("UPDATE sync_windows SET status = 'FAILED'")
    assert unproven(quick) == [(str(OLD), "", "FAILED")]


def test_giving_up_can_be_undone(quick: Machine) -> None:
    fail(quick, OLD)
    quick.run("days", "give-up", "--start", OLD, "--end", OLD)
    undo = (
        next(line for line in quick.out.splitlines() if "--undo" in line)
        .partition(" days ")[2]
        .split()
    )
    assert quick.run("days", *undo) == 0
    assert unproven(quick) == [(str(OLD), "", "FAILED")]
    assert quick.run("days", *undo) == 0
    assert "is given up: nothing was changed" in quick.out


def test_only_the_days_of_the_campaigns_that_are_named_are_given_up(quick: Machine) -> None:
    fail(quick, OLD)
    fail(quick, OLD, arguments=("--campaigns", "6,5"))
    assert quick.run("days", "give-up", "--start", OLD, "--end", OLD, "--campaigns", "5") == 0
    assert "nothing was changed" in quick.out
    assert quick.run("days", "give-up", "--start", OLD, "--end", OLD, "--campaigns", "5;6") == 0
    assert unproven(quick) == [(str(OLD), "", "FAILED")]
    assert quick.run("days", "give-up", "--start", OLD, "--end", OLD, "--campaigns=") == 0
    assert unproven(quick) == []


def test_a_period_without_such_days_changes_nothing(quick: Machine) -> None:
    assert quick.sync(ago(1)) == 0
    assert quick.run("days", "give-up", "--start", ago(30), "--end", ago(0)) == 0
    assert "nothing was changed" in quick.out
    fail(quick, OLD)
    quick.run("days", "give-up", "--start", OLD, "--end", OLD)
    assert quick.run("days", "give-up", "--start", OLD, "--end", OLD) == 0
    assert "(1 of them were given up before)" in quick.out
    assert quick.rows("SELECT COUNT(*) FROM days_given_up") == [(1,)]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--start", "2026-01-05"],
        ["--start", "2026-01-05", "--end", "soon"],
        ["--start", "2026-01-05", "--end", "2026-01-04"],
        ["--start", "2026-01-05", "--end", "2026-01-05", "--campaigns", "five"],
    ],
)
def test_a_wrong_option_of_give_up_is_told(quick: Machine, arguments: list[str]) -> None:
    assert quick.run("days", "give-up", *arguments) == 2
    assert "--" in quick.err


def test_nothing_is_given_up_while_an_execution_runs(quick: Machine) -> None:
    fail(quick, OLD)
    repository = quick.database.elsewhere(quick.folder / "elsewhere").repository()
    try:
        with repository.lock("calls"):
            assert quick.run("days", "give-up", "--start", OLD, "--end", OLD) == 4
    finally:
        repository.close()
    assert unproven(quick) == [(str(OLD), "", "FAILED")]


def test_the_list_of_days_has_both_kinds(quick: Machine) -> None:
    fail(quick, OLD, ago(300))
    quick.run("days", "give-up", "--start", OLD, "--end", OLD)
    assert quick.run("days", "list") == 0
    assert f"  {ago(300)}  FAILED      The first page" in quick.out
    assert re.search(f"  {OLD}  {ago(0).year}-.* by .*@", quick.out)
    assert quick.run("days", "list", "--json") == 0
    told = quick.json()
    assert [each["day"] for each in told["unproven"]] == [str(ago(300))]
    assert [each["day"] for each in told["given_up"]] == [str(OLD)]


@sqlite_only("it is about the terminal")
@pytest.mark.parametrize(
    ("typed", "options", "gone"), [("y", (), 1), ("n", (), 0), ("\x04", (), 0), ("", ("--yes",), 1)]
)
def test_at_a_terminal_the_operator_is_asked(
    quick: Machine, typed: str, options: tuple[str, ...], gone: int
) -> None:
    pty = pytest.importorskip("pty", reason="Windows has no pseudo-terminals", exc_type=ImportError)
    fail(quick, OLD)
    ours, theirs = pty.openpty()
    command = [*robot_at(NOON), "--env-file", quick.env_file, "days", "give-up"]
    with subprocess.Popen(
        [*map(str, command), "--start", str(OLD), "--end", str(OLD), *options],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "PYTHONUTF8": "1", "TERM": "dumb"},
    ) as process:
        os.write(ours, f"{typed}\n".encode())
        told = process.communicate(timeout=60)[0].decode()
    os.close(ours)
    os.close(theirs)
    assert process.returncode == 0, told
    assert ("Give up 1 day(s)? [y/N]" in told) is (not options)
    assert quick.rows("SELECT COUNT(*) FROM days_given_up") == [(gone,)]
