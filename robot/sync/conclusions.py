"""What a window comes to: its status, and in words what is missing or odd, by its reading and by
what was stored of it.
"""

from __future__ import annotations

import logging

from robot.database.statuses import WindowStatus
from robot.sync.job import MOST_KEPT
from robot.sync.reading import Account
from robot.sync.storing import Tally, WindowStore

log = logging.getLogger(__name__)


def judge_window(account: Account, store: WindowStore) -> tuple[WindowStatus, str | None]:
    """The window's status and detail.

    What waits is stored where the database is asked what it holds. Raises SyncError.
    """
    notes = _notes(store.tally)
    if notes:
        log.warning("%s: %s.", store.window, "; ".join(notes))
    tally = store.tally
    left_out = tally.outside_period or tally.outside_campaigns
    if left_out and not tally.distinct and not tally.rejected:
        # nothing else tells a day without calls from an API that answers another question
        return WindowStatus.INCOMPLETE, "; ".join(
            ["none of the records that came was asked for", *notes]
        )
    if not account.complete:
        return WindowStatus.INCOMPLETE, "; ".join(
            [account.reason, *_lacking(account, store), *notes]
        )
    if (
        not tally.distinct and not tally.rejected and (held := len(store.held()))
    ):  # or from one that has lost them
        return (
            WindowStatus.INCOMPLETE,
            f"the API has no record, the database holds {held} of this period",
        )
    if account.note:
        notes.append(account.note)
    complete = store.window.whole_day and account.settled
    return (WindowStatus.COMPLETE if complete else WindowStatus.PARTIAL), "; ".join(notes) or None


def _notes(tally: Tally) -> list[str]:
    """What is odd about the records that came."""
    kept = f", {MOST_KEPT} at most are kept in rejected_records"
    told = (
        (tally.outside_period, f"record(s) of other dates left out{kept}"),
        (tally.outside_campaigns, f"record(s) of other campaigns left out{kept}"),
        (
            tally.neighbours,
            "record(s) dated up to a day outside the window, stored as they are dated",
        ),
        (
            tally.contradicting,
            "record(s) whose two dates contradict each other, stored by call_date_rfc3339",
        ),
    )
    return [f"{count} {words}" for count, words in told if count]


def _lacking(account: Account, store: WindowStore) -> list[str]:
    """How many records the database lacks of those that the API counts: not what one reading
    lacked.
    """
    if account.total is None:
        return []
    here = len(store.held() | account.found.keys())
    if here < account.total:
        return [f"{account.total - here} missing in the database"]
    return ["the database has as many"] if account.distinct < account.total else []
