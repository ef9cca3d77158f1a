"""What a window comes to: its status, and in words what is missing or odd, by its reading and by
what was stored of it.
"""

from __future__ import annotations

import logging
from collections.abc import Set

from robot.database.statuses import WindowStatus
from robot.sync.job import MOST_KEPT
from robot.sync.pagers.account import Account
from robot.sync.storing import Tally, WindowStore

log = logging.getLogger(__name__)


def judge_window(
    account: Account, store: WindowStore, elsewhere: Set[str] = frozenset()
) -> tuple[WindowStatus, str | None]:
    """The window's status and detail. What waits is stored where the database is asked what it
    holds. Raises SyncError.

    `elsewhere` are keys of rows of its period that the API lists in another window.
    """
    notes = _notes(store.tally)
    if notes:
        log.warning("%s: %s.", store.window, "; ".join(notes))
    tally = store.tally
    left_out = tally.outside_period or tally.outside_campaigns
    if left_out and not tally.distinct and not tally.rejected:
        # nothing else tells a day without calls from an API that answers another question
        told = [
            "none of the records that came was asked for",
            *([account.reason] if account.reason else []),
            *notes,
        ]
        return WindowStatus.INCOMPLETE, "; ".join(told)
    if not account.complete:
        return WindowStatus.INCOMPLETE, "; ".join(
            [account.reason, *_lacking(account, store), *notes]
        )
    if came_empty(account) and (held := store.held()):
        if lost := len(
            held - elsewhere
        ):  # nothing else tells a day without calls from an API that has lost them
            return (
                WindowStatus.INCOMPLETE,
                f"the API has no record, the database holds {lost} of this period",
            )
        notes.append(
            f"{len(held)} record(s) of this period are listed by the API in the day before or"
            " after it"
        )
    if account.note:
        notes.append(account.note)
    complete = store.window.entire and account.settled
    return (WindowStatus.COMPLETE if complete else WindowStatus.PARTIAL), "; ".join(notes) or None


def came_empty(account: Account) -> bool:
    """Whether the API's list is proven to have no record at all."""
    return account.complete and account.entire and not account.found


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
    if (
        store.tally.neighbours
    ):  # the API's days are others: of the rows of this period, some are of another list
        here, most = len(account.found), "up to "
    else:
        here, most = len(store.held() | account.found.keys()), ""
    if here < account.total:
        return [f"{most}{account.total - here} missing in the database"]
    return ["the database has as many"] if account.distinct < account.total else []
