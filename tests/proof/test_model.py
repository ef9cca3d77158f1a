"""A stateful model: an API whose calls appear, change, move and vanish; a robot that runs, is
killed, and runs again.

After each successful execution the database equals the model for the days and campaigns that it
covered.
"""

import os
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from servers import Database

from robot.errors import ExitCode
from robot.http import Api, Bearer, Transport
from robot.http.throttle import Throttle
from robot.period import Period, whole, windows_of_days
from robot.simulators.threec import DEMO_TOKEN, Simulator, make_calls
from robot.sync.execution import Execution
from robot.threec.api import too_many
from robot.threec.calls import CallsApi
from robot.threec.calls_job import CallsJob
from robot.trials.bench import Silent, due_rows, stored_rows
from robot.trials.cases import DAY, NOW

DAYS = [DAY + timedelta(days=number) for number in range(3)]
CAMPAIGNS = (5, 6, 7)
ALL = Period(whole(DAYS[0]).start, whole(DAYS[-1]).end)
PER_PAGE = 4


class Killed(BaseException):
    """What no `except Exception` sees, as a kill."""


class KilledAfter(Silent):
    def __init__(self, pages: int) -> None:
        self.left = pages

    def page(self, window: Any, digest: Any) -> None:
        self.left -= 1
        if self.left <= 0:
            raise Killed


class RobotAndApi(RuleBasedStateMachine):
    def __init__(self, database: Database) -> None:
        super().__init__()
        self.database = database
        self.database.clock.now = NOW

    @initialize(
        per_day=st.integers(0, 15),
        descending=st.booleans(),
        simple=st.booleans(),
        seed=st.integers(0, 5),
    )
    def begin(self, per_day: int, descending: bool, simple: bool, seed: int) -> None:
        self.database.empty()
        self.reader = self.database.repository()
        calls = make_calls(DAYS, per_day, seed=seed, odd=False) if per_day else []
        self.simulator = Simulator(
            calls, order="desc" if descending else "asc", simple_pagination=simple
        )
        self.simulator.start()
        self.spare = iter(make_calls(DAYS, 40, seed=99, odd=True))
        self.served = {call["id"] for call in calls}
        self.interrupted = False

    def teardown(self) -> None:
        if hasattr(self, "simulator"):
            self.simulator.stop()
            self.reader.close()

    # -- the API lives

    @rule(number=st.integers(1, 7))
    def calls_appear(self, number: int) -> None:
        for _ in range(number):
            call = next(self.spare, None)
            if call is not None:
                self.simulator.add_call(call)
                self.served.add(call["id"])

    def _some(self, place: int) -> Any:
        calls = self.simulator.calls
        return calls[place % len(calls)] if calls else None

    @rule(place=st.integers(0, 1000), note=st.text(max_size=20))
    def a_call_changes(self, place: int, note: str) -> None:
        if call := self._some(place):
            self.simulator.update_call(call["id"], qualification_note=note, feedback={"note": note})

    @rule(place=st.integers(0, 1000), day=st.sampled_from(DAYS), hour=st.integers(0, 23))
    def a_call_moves(self, place: int, day: Any, hour: int) -> None:
        if call := self._some(place):
            self.simulator.update_call(call["id"], call_date=f"{day} {hour:02}:00:00")

    @rule(place=st.integers(0, 1000))
    def a_call_vanishes(self, place: int) -> None:
        if call := self._some(place):
            self.simulator.remove_call(call["id"])

    # -- the robot

    def _execute(self, days: list[Any], campaigns: tuple[int, ...], listener: Silent) -> Any:
        engine = self.database.engine()
        engine.batch_rows = 5  # so that a kill finds windows stored in part
        repository = self.database.repository(engine)
        transport = Transport(
            Api(auth=Bearer(DEMO_TOKEN), too_many=too_many),
            throttle=Throttle(2),
            max_attempts=3,
            first_wait=0.001,
        )
        job = CallsJob(
            CallsApi(transport, self.simulator.url), campaigns, per_page=PER_PAGE, concurrency=2
        )
        try:
            return Execution(job, repository, lambda: NOW, listener, transport._stop).run(
                windows_of_days(days)
            )
        finally:
            repository.close()

    @rule(
        first=st.integers(0, 2),
        last=st.integers(0, 2),
        campaigns=st.sampled_from([(), (), (5,), (6, 7)]),
    )
    def it_runs(self, first: int, last: int, campaigns: tuple[int, ...]) -> None:
        days = DAYS[min(first, last) : max(first, last) + 1]
        before = self._stored()
        summary = self._execute(days, campaigns, Silent())
        if (
            summary.skipped
        ):  # it goes on where a kill left off: what changed in between is the next one's
            summary = self._execute(days, campaigns, Silent())
        period = Period(whole(days[0]).start, whole(days[-1]).end)
        due = due_rows(self.simulator.calls, campaigns, period)
        stored = self._stored()
        assert {key: stored.get(key) for key in due} == due
        if (
            summary.exit_code is not ExitCode.SUCCESS
        ):  # all of a day's calls vanished: the one thing that is told
            assert summary.exit_code in {ExitCode.WITH_ERRORS, ExitCode.FAILED}
            assert "the API has no record, the database holds" in (summary.message or "")
        assert before.keys() <= stored.keys(), "a row was lost"

    @rule(first=st.integers(0, 2), campaigns=st.sampled_from([(), (5,)]), pages=st.integers(1, 12))
    def it_is_killed(self, first: int, campaigns: tuple[int, ...], pages: int) -> None:
        try:
            self._execute(DAYS[first:], campaigns, KilledAfter(pages))
        except Killed:
            self.interrupted = True

    def _stored(self) -> dict[str, Any]:
        return stored_rows(self.reader, ALL)

    @invariant()
    def nothing_is_here_that_never_was_there(self) -> None:
        if hasattr(self, "reader"):
            assert self._stored().keys() <= self.served


def test_after_each_success_the_database_equals_the_model(database: Database) -> None:
    bounded = settings(
        max_examples=int(os.environ.get("MODEL_EXAMPLES", "2" if database.on_server else "12")),
        stateful_step_count=14,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    run_state_machine_as_test(lambda: RobotAndApi(database), settings=bounded)
