"""`demo`: the whole robot against the built-in 3C Plus, into `data/demo.db`.

Needs no token, no server, no `.env`.
"""

from __future__ import annotations

from datetime import timedelta

from pydantic import SecretStr

from robot.commands.context import Context, Session
from robot.commands.run import execute
from robot.commands.summary import print_summary
from robot.errors import ExitCode
from robot.period import now
from robot.runtime.signals import stop_on_signals
from robot.settings import IsolatedSettings
from robot.simulators.threec import DEMO_TOKEN, Simulator, make_calls
from robot.sync.planning import manual_windows

CALLS = 2000
_QUERY = """SELECT substr(call_date, 12, 2) AS hour, COUNT(*) AS calls, SUM(has_agent) AS with_agent
FROM calls GROUP BY hour ORDER BY hour;"""


def demo(context: Context) -> ExitCode:
    """Two thousand calls of yesterday, over HTTP, into SQLite. A second time nothing is written."""
    settings = IsolatedSettings(
        db_file="data/demo.db",
        log_dir="logs",
        manager_token=SecretStr(DEMO_TOKEN),
        no_proxy="*",  # its API is on this computer
    )
    yesterday = now(settings.timezone).date() - timedelta(days=1)
    with Simulator(make_calls([yesterday], CALLS)) as simulator:
        settings = settings.model_copy(update={"base_url": simulator.url})
        context.open_logs(settings)
        session = Session(context, settings, stop_on_signals())
        summary = execute(session, (), lambda _: manual_windows(None, None, session.now()))
    print_summary(context.out, summary)
    context.out.print(
        f"\nThe calls are in {settings.db_file}. To look at them, for example:\n",
        soft_wrap=True,
        markup=False,
    )
    context.out.print(_QUERY, markup=False, soft_wrap=True)
    return summary.exit_code
