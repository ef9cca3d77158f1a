"""Runs one case of the table over real HTTP into a database of its own, and judges what came of
it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from robot.cells.rejection import Rejection
from robot.cells.rows import CONTENT_DIGITS
from robot.cells.tables import CALLS_FAMILY
from robot.database import Repository
from robot.database.statuses import ExecutionStatus, WindowStatus
from robot.errors import ExitCode
from robot.http import Api, Bearer, Network, Transport
from robot.http.throttle import Throttle
from robot.period import Period, Window, whole, windows_of_days
from robot.simulators.threec import DEMO_TOKEN, Request, Simulator
from robot.sync.execution import Execution, Summary
from robot.sync.job import Digest
from robot.sync.storing import Tally
from robot.sync.windows import Listener
from robot.threec.api import too_many
from robot.threec.call_rows import normalize_call
from robot.threec.calls import CallsApi
from robot.threec.calls_job import CallsJob
from robot.trials.cases import (
    ATTEMPTS,
    DAY,
    DAYS,
    NOW,
    PATIENT_SECONDS,
    PER_PAGE,
    Case,
    Owed,
    world,
)

CONCURRENCY = 3
_ALL = Period(whole(DAYS[0]).start, whole(DAYS[-1]).end)

Contents = dict[str, tuple[str | None, ...]]


@dataclass
class Outcome:
    """What a case came to. `broken` names every promise that did not hold; empty = kept."""

    case: Case
    status: str = ""
    exit_code: int = -1
    window: str = ""
    detail: str = ""
    due: int = 0
    stored: int = 0
    seconds: float = 0.0
    broken: list[str] = field(default_factory=list)


class Silent:
    """A listener that says nothing."""

    def started(self, execution_id: int, windows: Sequence[Window], skipped: int) -> None: ...
    def page(self, window: Window, digest: Digest) -> None: ...
    def window_done(
        self, window: Window, status: WindowStatus, tally: Tally, detail: str | None
    ) -> None: ...


def execute(
    simulator: Simulator,
    repository: Repository,
    days: Sequence[date] = DAYS,
    campaigns: tuple[int, ...] = (),
    timeout_seconds: float = PATIENT_SECONDS,
    listener: Listener | None = None,
) -> Summary:
    """One execution in this process, with waits of milliseconds where the real ones last
    seconds.
    """
    stop = threading.Event()
    transport = Transport(
        Api(auth=Bearer(DEMO_TOKEN), too_many=too_many),
        throttle=Throttle(CONCURRENCY, stop=stop),
        timeout_seconds=timeout_seconds,
        max_attempts=ATTEMPTS,
        first_wait=0.001,
        stop=stop,
        network=Network(no_proxy="*"),  # the simulator is on this computer
    )
    job = CallsJob(
        CallsApi(transport, simulator.url), campaigns, per_page=PER_PAGE, concurrency=CONCURRENCY
    )
    execution = Execution(job, repository, lambda: NOW, listener or Silent(), stop)
    return execution.run(windows_of_days(days))


def due_rows(
    calls: Sequence[Any], campaigns: tuple[int, ...] = (), period: Period = _ALL
) -> Contents:
    """What the database owes: the content of the rows of every call that was asked for and can
    become one.
    """
    due: Contents = {}
    for record in calls:
        rows = normalize_call(record)
        if isinstance(rows, Rejection):
            continue
        cells = CALLS_FAMILY.parent.named(rows.call)
        if cells["call_date"] in period and (not campaigns or cells["campaign_id"] in campaigns):  # type: ignore[operator]
            due[str(cells["id"])] = (
                rows.call.hash,
                None if rows.mailing is None else rows.mailing.hash,
            )
    return due


def stored_rows(repository: Repository, period: Period = _ALL) -> Contents:
    """What the database has."""
    calls, mailings = (
        {key: each.hash and each.hash[:CONTENT_DIGITS] for key, each in known.items()}
        for known in repository.known_hashes(CALLS_FAMILY, period)
    )
    return {key: (call, mailings.get(key)) for key, call in calls.items()}


def run_case(case: Case, repository: Repository) -> Outcome:
    """Run it into an empty database. The repository stays open."""
    started = time.monotonic()
    outcome = Outcome(case)
    hook = case.hook
    simulator: Simulator
    on_page: Callable[[Request], None] | None = (
        None if hook is None else lambda request: hook(simulator, request)
    )
    simulator = Simulator(world(), faults=case.faults, on_page=on_page, **case.server)
    with simulator:
        summary = execute(
            simulator, repository, campaigns=case.campaigns, timeout_seconds=case.timeout_seconds
        )
        fired = not case.faults or sum(simulator.fired.values()) > 0
        _judge(outcome, summary, repository, simulator.calls)
        if not fired:
            outcome.broken.append("the fault did not happen: the case proves nothing")
        if outcome.exit_code != ExitCode.SUCCESS:
            simulator.use_faults([])
            simulator.on_page = None
            _judge_healing(
                outcome,
                execute(simulator, repository, campaigns=case.campaigns),
                repository,
                simulator.calls,
            )
    outcome.seconds = time.monotonic() - started
    return outcome


def _judge(
    outcome: Outcome, summary: Summary, repository: Repository, calls: Sequence[Any]
) -> None:
    case, broken = outcome.case, outcome.broken
    due, stored = due_rows(calls, case.campaigns), stored_rows(repository)
    missing = {key for key, hashes in due.items() if stored.get(key) != hashes}
    known = repository.windows("calls", summary.campaigns, DAYS[0], DAYS[-1])
    window, detail = known.get(DAY, (None, None))
    outcome.status, outcome.exit_code = str(summary.status), int(summary.exit_code)
    outcome.window, outcome.detail = str(window or "never begun"), detail or ""
    outcome.due, outcome.stored = len(due), len(due) - len(missing)
    success = summary.exit_code is ExitCode.SUCCESS
    if success and missing:
        broken.append(f"success with {len(missing)} row(s) missing")
    if window is WindowStatus.COMPLETE and missing:
        broken.append(f"the window is COMPLETE with {len(missing)} row(s) missing")
    if success != (summary.status is ExecutionStatus.COMPLETED_SUCCESS):
        broken.append(f"exit code {summary.exit_code} with status {summary.status}")
    if case.owed is Owed.SUCCESS and not success:
        broken.append(f"not survived: {summary.message}")
    line = repository.last_executions("calls", 1)[0]
    if (line.status, line.exit_code) != (summary.status, summary.exit_code):
        broken.append(f"execution_logs says {line.status}, {line.exit_code}")
    if success:
        return
    message = line.error_message or ""
    if case.owed is Owed.STOP:
        if summary.exit_code is not ExitCode.FAILED or " the token." not in message:
            broken.append(f"a refused token is told as: {message}")
        return
    if summary.exit_code not in {ExitCode.FAILED, ExitCode.WITH_ERRORS}:
        broken.append(f"exit code {summary.exit_code}")
    if str(DAY) not in message or not detail or detail not in message:
        broken.append(f"the message does not say what is missing: {message!r}")
    if not any(character.isdigit() for character in detail or ""):
        broken.append(f"the message has no number in it: {detail!r}")
    if window not in {WindowStatus.INCOMPLETE, WindowStatus.FAILED}:
        broken.append(f"the window is {window}")
    others = due_rows(
        [call for call in calls if not call["call_date"].startswith(str(DAY))], case.campaigns
    )
    if any(stored.get(key) != hashes for key, hashes in others.items()):
        broken.append("the other days are not whole")


def _judge_healing(
    outcome: Outcome, summary: Summary, repository: Repository, calls: Sequence[Any]
) -> None:
    due, stored = due_rows(calls, outcome.case.campaigns), stored_rows(repository)
    if summary.exit_code is not ExitCode.SUCCESS or any(
        stored.get(key) != hashes for key, hashes in due.items()
    ):
        outcome.broken.append(f"not healed by the next execution: {summary.message}")
