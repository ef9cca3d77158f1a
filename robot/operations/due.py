"""What has come due under somebody else's clock: `schedule --once`, which a task runs at a time of
its own, and `export scheduled`.

The loop of `schedule` sends at the times of the job's own CRON expression. A task that runs
`schedule --once` sends what has come due since its last run, after the reading. Whoever wants the
time to the minute gives `export scheduled` a task of its own; then `--once` finds that nothing is
due.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from robot.errors import ExitCode, RobotError
from robot.operations.scheduler import Memory, Timetable

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Due:
    """Work with a CRON expression, whose last occurrence is remembered.

    `cron` may be empty: then it is never due. `clock` gives the aware time in `TIMEZONE`.
    """

    cron: str
    memory: Memory
    clock: Callable[[], datetime]
    stop: threading.Event

    def run(self, work: Callable[[], ExitCode]) -> ExitCode:
        """Do the work if an occurrence has come since the last one. `work` may not raise."""
        if not self.cron or self.stop.is_set():
            return ExitCode.SUCCESS
        if not self._counts():  # the first run under this schedule: from now on
            self.mark_done(self.clock())
        timetable = Timetable(self.cron, self.clock, self.memory)
        if not timetable.due():
            log.info(
                "The next scheduled export is due at %s.", f"{timetable.next_run:%Y-%m-%d %H:%M}"
            )
            return ExitCode.SUCCESS
        log.info("The scheduled export of %s is due.", f"{timetable.next_run:%Y-%m-%d %H:%M}")
        code = work()
        if not self.stop.is_set():  # an interrupted one is made up for by the next start
            timetable.done()
        return code

    def mark_done(self, moment: datetime) -> None:
        """What came due until then is done: the next occurrence is the one after it."""
        if self.cron:
            kept = {"cron": self.cron, "zone": str(moment.tzinfo), "last": moment.isoformat()}
            self.memory.remember(json.dumps(kept))

    def _counts(self) -> bool:
        """Whether what is remembered was remembered under this schedule."""
        try:
            kept = json.loads(self.memory.recall() or "null")
            zone = str(self.clock().tzinfo)
            return bool(kept) and (kept["cron"], kept["zone"]) == (self.cron, zone)
        except (ValueError, KeyError, TypeError):
            return False


def one_after_the_other(works: Sequence[Callable[[], ExitCode]]) -> ExitCode:
    """Do them all; the exit code of the first that did not succeed.

    Raises what the first raised, after the others: the one does not wait for the other's repair.
    """
    first: RobotError | None = None
    codes = []
    for work in works:
        try:
            codes.append(work())
        except RobotError as error:
            first = first or error
            codes.append(error.exit_code)
    if first is not None:
        raise first
    return next((code for code in codes if code is not ExitCode.SUCCESS), ExitCode.SUCCESS)
