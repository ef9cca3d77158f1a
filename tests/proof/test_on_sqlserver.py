"""The table of faults on a T-SQL server: each fault once, at a middle page, or as it is where it has no place."""

from __future__ import annotations

import pytest
from servers import Database

from robot.proof import Case, all_cases, run_case

CASES = [case for case in all_cases() if case.often in {"once", ""} and case.place in {"middle", ""}]


@pytest.mark.sqlserver
@pytest.mark.parametrize("case", CASES, ids=str)
def test_nothing_is_lost_or_doubled_on_a_server_either(case: Case, server_database: Database) -> None:
    repository = server_database.repository()
    try:
        outcome = run_case(case, repository)
    finally:
        repository.close()
    assert not outcome.broken, (outcome.status, outcome.window, outcome.detail)
    assert outcome.due > 0
