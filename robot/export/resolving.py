"""`export resolve`: what became of contacts whose answer was lost.

Two proofs count. A later call from the export's list that bears the contact's identifier: the dialer has it. And the
list's total: it holds what was there before our first export plus what is known to be taken; if it holds all of the
unknown ones besides, they were taken, if it holds none of them, they were not. Anything between settles nobody.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from robot.database import Repository, Scope
from robot.database.exports import Export, ExportStore, ItemStatus, Settled
from robot.errors import ConfigurationError
from robot.export.sending import JOB
from robot.history import Ending, recorded
from robot.period import Period
from robot.threec import ThreeCMailingClient

log = logging.getLogger(__name__)

MIN_AGE = timedelta(minutes=15)  # a gateway's timeout does not stop the API: it may still be storing


@dataclass
class Resolved:
    """How many contacts were unknown, what they turned out to be, and a line for each export that stays open."""

    ending: Ending = field(default_factory=Ending)
    counts: Counter[str] = field(default_factory=Counter)
    open: list[str] = field(default_factory=list)


def resolve(
    repository: Repository,
    mailing: ThreeCMailingClient,
    clock: Callable[[], datetime],
    *,
    export_id: int | None = None,
    verdict: ItemStatus | None = None,
    min_age: timedelta = MIN_AGE,
) -> Resolved:
    """Settle what can be settled. `verdict` is the operator's own word: SENT, or PENDING for "not sent: send them"."""
    result = Resolved()
    store = ExportStore(repository)
    now = clock()

    def work(ending: Ending) -> None:
        result.ending = ending
        if export_id is not None and not store.knows(export_id):
            raise ConfigurationError(f"There is no export {export_id}.", "See dialer_exports, or leave --export out.")
        store.found_in_flight()
        for export in store.uncertain(export_id):
            if verdict is None:
                _by_calls(store, export, result)
                _by_total(store, mailing, export, now - min_age, result)
            else:
                _all(store, export, verdict, "settled by the operator", result)
            left = len(store.items(export.id, ItemStatus.UNKNOWN))
            if left and verdict is None and not any(line.startswith(f"export {export.id}:") for line in result.open):
                result.open.append(f"export {export.id}: {left} contact(s) stay unknown")
        ending.total = ending.successful = sum(result.counts.values())
        ending.problems += result.open

    recorded(repository, Scope(JOB, (), Period(now, now)), work)
    return result


def _by_calls(store: ExportStore, export: Export, result: Resolved) -> None:
    called = store.called_of(export)
    if called:
        settled = [Settled(item, ItemStatus.SENT, "a later call bears its identifier") for item in called]
        store.settle(export.id, result.ending.execution_id, settled)
        result.counts["sent"] += len(called)


def _by_total(
    store: ExportStore, mailing: ThreeCMailingClient, export: Export, not_after: datetime, result: Resolved
) -> None:
    unknown = store.items(export.id, ItemStatus.UNKNOWN)
    if not unknown:
        return
    if export.list_id is None:  # in flight needs a list: only a hand-made row has none
        result.open.append(f"export {export.id}: its list is not known")
        return
    before, taken, uncertain, last = store.records_of_list(export.list_id, export.campaign_id)
    if last is not None and last > not_after:
        result.open.append(
            f"export {export.id}: {len(unknown)} contact(s); the dialer may still be storing, ask again later"
        )
        return
    shown = next(
        (each for each in mailing.listar_listas(export.campaign_id) if str(each.get("id")) == str(export.list_id)), None
    )
    total = shown.get("total") if shown else None
    if before is None or not isinstance(total, int):
        result.open.append(f"export {export.id}: the dialer does not tell the total of list {export.list_id}")
        return
    more = total - before - taken
    if more == 0:
        _all(store, export, ItemStatus.PENDING, "not sent: the list's total proves it", result)
    elif more == uncertain:
        _all(store, export, ItemStatus.SENT, "sent: the list's total proves it", result)
    else:
        result.open.append(
            f"export {export.id}: {len(unknown)} contact(s); list {export.list_id} holds {more} of {uncertain} uncertain"
            " records, which does not tell whose. Yours to say: --as sent, or --as not-sent"
        )


def _all(store: ExportStore, export: Export, status: ItemStatus, reason: str, result: Resolved) -> None:
    unknown = store.items(export.id, ItemStatus.UNKNOWN)
    store.settle(export.id, result.ending.execution_id, [Settled(item.id, status, reason) for item in unknown])
    result.counts["sent" if status is ItemStatus.SENT else "not sent"] += len(unknown)
