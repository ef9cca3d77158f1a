"""Every fault, by how often and where: every row stored, or the window INCOMPLETE and told; healed
by the next execution.

`FAULT_TABLE=all` runs every line, as `python app.py prove` does; otherwise "several times" is tried
at the middle page only, and the list is served oldest first only. On a server each fault happens
once, at the middle page: what differs by the place and the number lies before the database.
"""

import os
import threading
from collections import Counter
from datetime import date

import pytest

from robot.database import Repository
from robot.simulators.threec import SENDING_ONLY, FaultKind, Request, Simulator
from robot.trials import Case, all_cases, run_case
from robot.trials.cases import DAYS, Owed, world

CASES = list(all_cases())
ORDINARY = [
    case
    for case in CASES
    if (case.often != "several times" or case.place == "middle")
    and "desc" not in case.server.get("order", "")
]
ON_SERVER = [case for case in CASES if case.often in {"once", ""} and case.place in {"middle", ""}]
LINES = [
    ("sqlite", case) for case in (CASES if os.environ.get("FAULT_TABLE") == "all" else ORDINARY)
] + [pytest.param("sqlserver", case, marks=pytest.mark.sqlserver) for case in ON_SERVER]


@pytest.mark.parametrize(("database", "case"), LINES, indirect=["database"], ids=str)
def test_nothing_is_lost_or_doubled_and_what_is_missing_is_told(
    case: Case, repository: Repository
) -> None:
    outcome = run_case(case, repository)
    assert not outcome.broken, (outcome.status, outcome.window, outcome.detail)
    assert outcome.due > 0


def test_the_table_knows_every_kind_of_fault() -> None:
    assert {fault.kind for case in CASES for fault in case.faults} == set(FaultKind) - SENDING_ONLY


def test_the_table_names_each_of_its_cases_once() -> None:
    assert [name for name, count in Counter(map(str, CASES)).items() if count > 1] == []


def test_the_judge_sees_a_row_that_is_missing(repository: Repository) -> None:
    """It can fail: a call that appears behind the proof of its day is owed, and not there."""

    def appear_too_late(simulator: Simulator, request: Request) -> None:
        if request.days == (DAYS[1], DAYS[1]) and request.page == 1:
            turn = threading.Event()
            while not _looked_behind(simulator, DAYS[0]):
                turn.wait(0.01)
            simulator.add_call({**world()[0], "id": "late"})

    outcome = run_case(
        Case("a call appears too late", owed=Owed.SUCCESS, hook=appear_too_late), repository
    )
    assert outcome.broken == [
        "success with 1 row(s) missing",
        "the window is COMPLETE with 1 row(s) missing",
    ]


def _looked_behind(simulator: Simulator, day: date) -> bool:
    """Whether the last of a day's requests is answered."""
    return any(
        request.days == (day, day) and request.per_page == 1 for request in simulator.requests
    )
