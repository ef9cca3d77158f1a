"""Settings in use: the campaigns that `status` tells of, and the zone of the simulator's days."""

import os
import subprocess
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from clocks import robot_at
from proof.machine import NOON, TODAY, Machine, ago
from servers import sqlite_only

Operator = Callable[..., Machine]


@pytest.mark.parametrize(("mode", "complete"), [("manual", [ago(1)]), ("scheduled", [])])
def test_status_tells_the_days_of_the_campaigns_that_are_read(
    operator: Operator, mode: str, complete: list[object]
) -> None:
    machine = operator(days=1, EXECUTION_MODE=mode, CAMPAIGN_IDS="7", MANUAL_CAMPAIGN_IDS="5,6")
    assert machine.run("run") == 0
    assert machine.run("status", "--json") == 0
    assert machine.json()["days_complete"] == [str(day) for day in complete]


@sqlite_only("it is about the API alone")
def test_the_simulators_yesterday_is_the_robots_whatever_the_zone_of_the_system(
    operator: Operator,
) -> None:
    """At the end of the world it is another day than in São Paulo."""
    zone = "Pacific/Kiritimati"
    assert datetime.now(ZoneInfo(zone)).date() != TODAY
    machine = operator(days=1, per_day=1)
    process = subprocess.Popen(
        [
            *robot_at(NOON),
            "--env-file",
            str(machine.env_file),
            "simulator",
            "--days",
            "1",
            "--per-day",
            "30",
        ],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TZ": zone},
    )
    try:
        assert process.stdout is not None
        machine.write(BASE_URL=process.stdout.readline().strip().removeprefix("BASE_URL="))
        assert machine.sync(ago(1)) == 0
        assert machine.rows("SELECT COUNT(*) FROM calls") == [(30,)]
    finally:
        process.kill()
        process.communicate()
