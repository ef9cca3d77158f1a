"""The kinds of the fault table, over a list that is read by a cursor: nothing is lost, and what is
missing is told.
"""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Any

import pytest
from servers import sqlite_only

from robot.errors import ExitCode
from robot.simulators.faults import Fault, FaultKind
from robot.sync.execution import Execution, Summary
from robot.trials.bench import Silent
from robot.trials.cases import PATIENT_SECONDS, TIMEOUT_SECONDS
from toy.api import PATH, ToyApi, orders, serving
from toy.job import ToyJob, window_at
from toy.test_toy import make_tables, owed, stored

pytestmark = sqlite_only("what differs by the fault lies before the database")

NOW = datetime(2026, 9, 20, 12, 0, 0)
PAGES = {"first": 1, "middle": 3, "last": 5}
LATE = {"seconds": 3 * TIMEOUT_SECONDS}
# each is cured by asking again
OF_A_REQUEST: dict[str, dict[str, Any]] = {
    kind: {}
    for kind in (
        *("status_429", "status_500", "status_502", "status_503", "status_524"),
        *("reset_before", "reset_in_body", "empty_body", "truncated_json", "short_body"),
        *("html_200", "wrong_shape", "empty_data"),
    )
} | {"timeout_before": LATE, "timeout_in_body": LATE}
# the account at the end tells of them
OF_THE_LIST: dict[str, dict[str, Any]] = {
    "short_page": {},
    "extra_duplicate": {},
    "total_changed": {"count": 1},
}
CASES = [
    *((kind, values, times) for kind, values in OF_A_REQUEST.items() for times in (1, None)),
    *((kind, values, times) for kind, values in OF_THE_LIST.items() for times in (1, None)),
]


@pytest.fixture
def api():
    with serving(orders(45)) as running:
        yield running


def execute(api: ToyApi, repository: Any, kind: str = "") -> Summary:
    late = kind in {FaultKind.TIMEOUT_BEFORE, FaultKind.TIMEOUT_IN_BODY}
    seconds = TIMEOUT_SECONDS if late else PATIENT_SECONDS
    stop = threading.Event()
    job = ToyJob(api.url, stop, timeout_seconds=seconds)
    return Execution(job, repository, lambda: NOW, Silent(), stop).run([window_at(NOW)])


@pytest.mark.parametrize("place", PAGES)
@pytest.mark.parametrize(("kind", "values", "times"), CASES)
def test_nothing_is_lost_and_what_is_missing_is_told(
    database, repository, api, kind, values, times, place
):
    make_tables(database, repository)
    api.suffer(Fault(kind, page=PAGES[place], path=PATH, times=times, **values))
    summary = execute(api, repository, kind)
    assert sum(api.plan.fired.values()) > 0, "the fault did not happen: the case proves nothing"
    whole = stored(database.query) == owed(api)
    if summary.exit_code is ExitCode.SUCCESS:
        assert whole
    else:
        assert times is None, summary.message
        assert "orders" in (summary.message or "")
    api.suffer()
    assert execute(api, repository).exit_code is ExitCode.SUCCESS
    assert stored(database.query) == owed(api)
