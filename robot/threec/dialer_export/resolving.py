"""`export resolve`: what became of contacts whose answer was lost.

Two proofs count. A later call from the export's list that bears the contact's identifier: the
dialer has it. And the list's total, as `totals.py` reads it. Where a total tells something and
proves nothing, somebody must say that nobody else has changed the list; where it tells nothing,
what became of the contacts.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from robot.database import Coverage, Repository
from robot.database.export_requests import Answer, RequestStatus
from robot.database.exports import Export, ExportStore, ItemStatus, Settled
from robot.errors import ConfigurationError
from robot.period import Period
from robot.sync.history import Ending, recorded
from robot.threec import ThreeCMailingClient
from robot.threec.dialer_export.sending import JOB
from robot.threec.dialer_export.totals import Outcome, read_total

log = logging.getLogger(__name__)

_ASK = "Yours to say: --as sent, or --as not-sent"
# a gateway's timeout does not stop the API: it may still be storing
MIN_AGE = timedelta(minutes=15)


class Verdict(StrEnum):
    """The operator's own word for what cannot be proven."""

    SENT = "sent"
    NOT_SENT = "not-sent"  # they are pending again, and go with the next export
    TOTAL = "total"  # what the list's total tells: nobody else has changed the list


@dataclass
class Resolved:
    """How many contacts were unknown, what they turned out to be, and a line for each export that
    stays open.
    """

    ending: Ending = field(default_factory=Ending)
    counts: Counter[str] = field(default_factory=Counter)
    open: list[str] = field(default_factory=list)


def resolve(
    repository: Repository,
    mailing: ThreeCMailingClient,
    clock: Callable[[], datetime],
    *,
    export_id: int | None = None,
    verdict: Verdict | None = None,
    min_age: timedelta = MIN_AGE,
) -> Resolved:
    """Settle what can be settled.

    `min_age`: how long the last request must be over before totals are believed.
    """
    result = Resolved()
    store = ExportStore(repository)
    now = clock()

    def work(ending: Ending) -> None:
        result.ending = ending
        if export_id is not None and not store.knows(export_id):
            raise ConfigurationError(
                f"There is no export {export_id}.", "See dialer_exports, or leave --export out."
            )
        store.found_in_flight()
        for export in store.uncertain(export_id):
            if verdict in {Verdict.SENT, Verdict.NOT_SENT}:
                _all(
                    store,
                    export,
                    Outcome(verdict is Verdict.SENT, "settled by the operator"),
                    result,
                    counted=False,
                )
            else:
                _by_calls(store, export, result)
                _by_total(
                    store, mailing, export, now - min_age, result, trusted=verdict is Verdict.TOTAL
                )
        ending.total = ending.successful = sum(result.counts.values())
        ending.problems += result.open

    recorded(repository, Coverage(JOB, "", Period(now, now), campaign_ids=""), work)
    return result


def _by_calls(store: ExportStore, export: Export, result: Resolved) -> None:
    called = store.called_of(export)
    if called:
        settled = [
            Settled(item, ItemStatus.SENT, "a later call bears its identifier") for item in called
        ]
        store.settle(export.id, result.ending.execution_id, settled)
        result.counts["sent"] += len(called)


def _by_total(
    store: ExportStore,
    mailing: ThreeCMailingClient,
    export: Export,
    not_after: datetime,
    result: Resolved,
    *,
    trusted: bool,
) -> None:
    unknown = store.items(export.id, ItemStatus.UNKNOWN)
    if not unknown:
        return
    opened = f"export {export.id}: {len(unknown)} contact(s)"
    if export.list_id is None:  # in flight needs a list: only a hand-made row has none
        result.open.append(f"{opened}; its list is not known. {_ASK}")
        return
    lines = store.requests_of_list(export.list_id, export.campaign_id)
    if any(line.sent_at > not_after for line in lines):
        result.open.append(f"{opened}; the dialer may still be storing, ask again later")
        return
    total = mailing.total_of(export.list_id, export.campaign_id)
    outcome = read_total(lines, total, export.id, {item.id for item in unknown})
    if outcome.sent is None:
        result.open.append(f"{opened}; list {export.list_id} {outcome.why}. {_ASK}")
    elif outcome.proven:
        _all(store, export, outcome, result)
    elif trusted:
        told = "sent" if outcome.sent else "not sent"
        why = f"{told}: by the list's total, which the operator trusts"
        _all(store, export, Outcome(outcome.sent, why), result)
    else:
        result.open.append(
            f"{opened}; list {export.list_id} {outcome.why}, and nothing proves that nobody else"
            " has changed it."
            " Is that so? Then --as total; otherwise --as sent, or --as not-sent"
        )


def _all(
    store: ExportStore, export: Export, outcome: Outcome, result: Resolved, *, counted: bool = True
) -> None:
    """Settle the export's unknown contacts and requests.

    `counted`: by a total, so that later totals may count on it.
    """
    status = ItemStatus.SENT if outcome.sent else ItemStatus.PENDING
    unknown = store.items(export.id, ItemStatus.UNKNOWN)
    lines = (
        [] if export.list_id is None else store.requests_of_list(export.list_id, export.campaign_id)
    )
    answers = [
        Answer(
            line.token,
            RequestStatus.SETTLED,
            (line.records if outcome.sent else 0) if counted else None,
            reason=outcome.why,
        )
        for line in lines
        if line.export_id == export.id and line.status is RequestStatus.UNKNOWN
    ]
    settled = [Settled(item.id, status, outcome.why) for item in unknown]
    store.settle(export.id, result.ending.execution_id, settled, answers)
    result.counts["sent" if outcome.sent else "not sent"] += len(unknown)
