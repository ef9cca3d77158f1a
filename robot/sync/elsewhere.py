"""Windows that came empty, although the database holds rows of them.

Either the API has lost those records, or it lists them in the window before or after: its days need
not be the account's (days in UTC). To tell the one from the other those windows are read, once all
others are done: a reading beside the execution's own could wait for memory that only the execution
gives back.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from datetime import datetime

from robot.database import Coverage, Repository
from robot.database.statuses import WindowStatus
from robot.database.window_lines import stored_before
from robot.errors import WindowFailed
from robot.http import RequestRefused
from robot.period import Window
from robot.runtime.workers import Pool
from robot.sync.conclusions import came_empty, judge_window
from robot.sync.job import Job
from robot.sync.pagers.account import Account
from robot.sync.storing import Tally, WindowStore


@dataclass(frozen=True)
class Concluded:
    """A window that is done."""

    window: Window
    status: WindowStatus
    detail: str | None
    tally: Tally


class EmptyWindows:
    """The empty windows of one execution that are in doubt.

    `store_of` makes a window's store anew.
    """

    def __init__(
        self,
        job: Job,
        repository: Repository,
        coverage: Coverage,
        store_of: Callable[[Window], WindowStore],
        clock: Callable[[], datetime],
    ) -> None:
        self._job = job
        self._repository = repository
        self._coverage = coverage
        self._store_of = store_of
        self._clock = clock
        self._doubtful: dict[Window, tuple[Account, int]] = {}

    def __contains__(self, window: Window) -> bool:
        return window in self._doubtful

    def conclude(self, account: Account, store: WindowStore) -> Concluded:
        """Judge a window and write its line.

        One that is in doubt is INCOMPLETE until `settle`. Raises SyncError.
        """
        status, detail = judge_window(account, store)
        if status is WindowStatus.INCOMPLETE and came_empty(account):
            before = stored_before(self._repository, self._coverage, store.window.key)
            self._doubtful[store.window] = account, before
            store.remember_stored(before)
        store.conclude(status, account, detail, self._clock())
        return Concluded(store.window, status, detail, store.tally)

    def settle(self, pool: Pool, stop: threading.Event) -> Iterator[Concluded]:
        """Judge each window that is in doubt once more, given what the windows beside it list.
        Raises SyncError.

        A window that had records when it was read before has lost them: what others list is no
        excuse.
        """
        for window, (account, before) in self._doubtful.items():
            store = self._store_of(window)
            listed: set[str] = set()
            if not before and not window.name:
                listed = listed_beside(self._job, window, store.held(), pool, self._clock(), stop)
            status, detail = judge_window(account, store, listed)
            if status is WindowStatus.INCOMPLETE:
                store.remember_stored(before)
            store.conclude(status, account, detail, self._clock())
            yield Concluded(window, status, detail, store.tally)


def listed_beside(
    job: Job,
    window: Window,
    keys: Set[str],
    pool: Pool,
    now: datetime,
    stop: threading.Event,
) -> set[str]:
    """Those of these keys that the API lists in the day after the window, or in the day before it.

    A side that cannot be read lists nothing. Raises FatalError, Interrupted.
    """
    listed: set[str] = set()
    for side in (window.period.after(), window.period.before()):
        if side.start > now or listed >= keys:
            continue
        beside = Window(side.start.date(), side)
        with pool.line(lambda digest: digest.size) as line:
            line.run(iter(job.pager(beside).reading(line, settled=side.end < now)))
            try:
                for digest in line.events(stop):
                    listed.update(keys & set(digest.keys))
                    digest.release()
                    if listed >= keys:
                        break
            except (WindowFailed, RequestRefused):
                continue
    return listed
