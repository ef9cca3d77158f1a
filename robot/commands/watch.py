"""An execution as those who watch it are told of it."""

from __future__ import annotations

import io
import logging
import socket
from collections.abc import Callable, Sequence

from rich.console import Console

from robot.alerts import Outcome, Reminder, Report, Watcher
from robot.commands.summary import print_summary
from robot.database.statuses import WindowStatus
from robot.errors import ExitCode, RobotError
from robot.period import Window, now
from robot.settings import Settings
from robot.sync.execution import Summary
from robot.sync.job import Digest
from robot.sync.storing import Tally
from robot.sync.windows import Listener
from robot.threec.expiry import expiry_of

log = logging.getLogger(__name__)


def watcher_for(settings: Settings, health_setting: str) -> Watcher:
    """Whom the settings name. A token that ends soon is told to them, and in the log."""
    today = now(settings.timezone).date()
    expiry = expiry_of(settings, today)
    if expiry is None or not expiry.is_near:
        return Watcher.from_settings(settings, health_setting)
    log.warning("%s %s", expiry, expiry.advice)
    subject = f"API 3C Robot on {socket.gethostname()}: {expiry}"
    return Watcher.from_settings(
        settings, health_setting, Reminder(subject, f"{expiry}\n{expiry.advice}", today)
    )


def report_of(summary: Summary, job: str) -> Report:
    """The end of an execution that has its line in the history."""
    told = io.StringIO()
    print_summary(Console(file=told, width=100), summary)
    good = summary.exit_code is ExitCode.SUCCESS
    outcome: Outcome = (
        "good" if good else "with errors" if summary.exit_code is ExitCode.WITH_ERRORS else "failed"
    )
    subject = f"API 3C Robot on {socket.gethostname()}: {job} {summary.status}"
    return Report(job, outcome, subject, told.getvalue())


def report_of_error(error: Exception, job: str) -> Report:
    """An execution that could not even begin."""
    lines = (
        [error.message, *getattr(error, "problems", ()), error.hint]
        if isinstance(error, RobotError)
        else [repr(error)]
    )
    subject = f"API 3C Robot on {socket.gethostname()}: {job} FAILED before it began"
    return Report(job, "failed", subject, "\n".join(line for line in lines if line))


class Announced:
    """A listener that tells `begins` when the execution begins, which is after it got the lock, and
    then its own.
    """

    def __init__(self, listener: Listener, begins: Callable[[str], None]) -> None:
        self._listener = listener
        self._begins = begins

    def started(self, execution_id: int, windows: Sequence[Window], skipped: int) -> None:
        self._begins(
            f"Execution {execution_id} begins: {len(windows)} day(s), {skipped} complete before."
        )
        self._listener.started(execution_id, windows, skipped)

    def page(self, window: Window, digest: Digest) -> None:
        self._listener.page(window, digest)

    def window_done(
        self, window: Window, status: WindowStatus, tally: Tally, detail: str | None
    ) -> None:
        self._listener.window_done(window, status, tally, detail)
