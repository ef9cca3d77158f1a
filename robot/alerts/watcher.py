"""Who is told what, and when: the one object that an execution knows of."""

from __future__ import annotations

import json
import logging
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from robot.alerts import channels, healthcheck
from robot.alerts.report import Reminder, Report
from robot.runtime.escaping import escape
from robot.runtime.masking import mask
from robot.settings import Settings
from robot.windows import event_log

log = logging.getLogger(__name__)

LONGEST_SECONDS = 10.0  # that an execution may be delayed by, in all
_REMINDED = "reminded"  # a key of the memory beside the jobs: the day of the last reminder
_HURRIED_SECONDS = 3.0  # when Windows is about to end the process


@dataclass
class Watcher:
    """Tells of the executions of one job.

    `ping` reaches the health check, `alerts` are told of failures and of the first success after
    one, by their names. `reminder` is told once a day, below the report that is told anyway or as
    an alert of its own. `memory` is the file that remembers how the last execution went, and the
    day of the last reminder; it does not lie in the database, because that may be what failed.
    """

    ping: Callable[[healthcheck.Signal, str], None] | None
    alerts: Mapping[str, Callable[[Report], None]]
    memory: Path
    longest_seconds: float = LONGEST_SECONDS
    ping_name: str = "HEALTHCHECK_URL"
    reminder: Reminder | None = None
    _first: threading.Thread | None = field(init=False, default=None)
    _reminding: list[threading.Thread] = field(init=False, default_factory=list)
    _heard: list[str] = field(init=False, default_factory=list)

    @classmethod
    def from_settings(
        cls,
        settings: Settings,
        health_setting: str = "healthcheck_url",
        reminder: Reminder | None = None,
    ) -> Watcher:
        """Whom the settings name; nobody by default.

        Each job has a health check of its own: one address for two jobs would take the success of
        one for the other's.
        """
        ping = channels.health_check(settings, health_setting)
        memory = settings.db_file.parent / "watching.json"
        return cls(
            ping,
            channels.alerts(settings),
            memory,
            ping_name=health_setting.upper(),
            reminder=reminder,
        )

    def started(self, text: str) -> None:
        """Tell the health check that an execution begins. Returns at once."""
        if self.ping is not None:
            self._first = _begin(self.ping_name, partial(self.ping, "/start", mask(text)))

    @property
    def has_alerts(self) -> bool:
        """Whether a reminder reaches anybody."""
        return bool(self.alerts) or sys.platform == "win32"

    @property
    def heard(self) -> bool:
        """Whether somebody heard what `remind` told, as far as is known now."""
        return bool(self._heard)

    def remind(self, report: Report) -> None:
        """Tell of something that is no execution's end, by the alerts alone.

        Returns at once: `ended` waits for it, too.
        """
        report = report.safe()
        if event_log.report(f"{report.subject}\n\n{report.body}", kind=event_log.WARNING):
            self._heard.append("Event Log")

        def tell(name: str, send: Callable[[Report], None]) -> None:
            send(report)
            self._heard.append(name)

        self._reminding = [
            _begin(name, partial(tell, name, send)) for name, send in self.alerts.items()
        ]

    def ended(self, report: Report, *, hurry: bool = False) -> None:
        """Tell of the end, to everybody at once, and wait until all know it or the time is up.

        Never raises.
        """
        remembered = self._remembered()
        reminder = self.reminder.report().safe() if self.reminder else None
        due = self.reminder is not None and remembered.get(_REMINDED) != str(self.reminder.day)
        report = report.safe()
        told = report.with_note(reminder.body) if reminder else report
        deadline = time.monotonic() + (_HURRIED_SECONDS if hurry else self.longest_seconds)
        if report.outcome != "good":
            kind = event_log.ERROR if report.outcome == "failed" else event_log.WARNING
            event_log.report(f"{told.subject}\n\n{told.body}", kind=kind)
        elif reminder and due:
            event_log.report(f"{reminder.subject}\n\n{reminder.body}", kind=event_log.WARNING)
        threads = list(self._reminding)
        if self.ping is not None:
            threads.append(_begin(self.ping_name, partial(self._ping_end, told)))
        if self.alerts:
            was_good = remembered.get(report.job, "good") == "good"
            alert = reminder if due else None
            if report.outcome != "good" or not was_good:
                alert = told if report.outcome != "good" else told.recovered()
            if alert:
                threads += [
                    _begin(name, partial(send, alert)) for name, send in self.alerts.items()
                ]
        if self.alerts or due:
            reminded = {_REMINDED: str(self.reminder.day)} if self.reminder else {}
            self._remember({**remembered, report.job: report.outcome, **reminded})
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        if late := [thread.name for thread in threads if thread.is_alive()]:
            log.warning("%s did not answer in time; the robot goes on.", ", ".join(late))

    def _ping_end(self, report: Report) -> None:
        if self._first is not None:  # a start that arrives after the end would begin another run
            self._first.join()
        if self.ping is not None:
            self.ping(
                "" if report.outcome == "good" else "/fail", f"{report.subject}\n\n{report.body}"
            )

    def _remembered(self) -> dict[str, Any]:
        try:
            kept = json.loads(self.memory.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return kept if isinstance(kept, dict) else {}

    def _remember(self, kept: Mapping[str, Any]) -> None:
        try:
            self.memory.parent.mkdir(parents=True, exist_ok=True)
            self.memory.write_text(json.dumps(kept), encoding="utf-8")
        except OSError as error:
            log.warning(
                "%s cannot be written (%s): alerts may be repeated or missing.",
                self.memory,
                error.strerror,
            )


def _begin(name: str, tell: Callable[[], None]) -> threading.Thread:
    """Run `tell` in a thread that the process does not wait for."""

    def run() -> None:
        try:
            tell()
        except Exception as error:  # whatever it is, the execution has nothing to do with it
            log.warning("%s could not be told: %s", name, _reason(error))

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    return thread


def _reason(error: Exception) -> str:
    """Why; the channels' own errors do not hold the address, which is a secret and is masked only
    as a whole.
    """
    return f"{type(error).__name__}: {escape(mask(str(error)))}"
