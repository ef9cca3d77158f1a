"""The demo of the calls: the built-in 3C Plus, and the settings that read it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from pydantic import SecretStr

from robot.period import now
from robot.settings import IsolatedSettings
from robot.simulators.threec import DEMO_TOKEN, Simulator, make_calls
from robot.sync.kinds import Demo

_CALLS = 2000
_QUERY = """SELECT substr(call_date, 12, 2) AS hour, COUNT(*) AS calls, SUM(has_agent) AS with_agent
FROM calls GROUP BY hour ORDER BY hour;"""


@contextmanager
def demo() -> Iterator[Demo]:
    """Two thousand calls of yesterday."""
    settings = IsolatedSettings(
        db_file="data/demo.db",
        log_dir="logs",
        manager_token=SecretStr(DEMO_TOKEN),
        no_proxy="*",  # its API is on this computer
    )
    yesterday = now(settings.timezone).date() - timedelta(days=1)
    with Simulator(make_calls([yesterday], _CALLS)) as simulator:
        yield Demo(
            settings.model_copy(update={"base_url": simulator.url}),
            (
                f"\nThe calls are in {settings.db_file}. To look at them, for example:\n",
                _QUERY,
            ),
        )
