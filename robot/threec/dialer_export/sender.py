"""The requests that carry contacts: each once, between two commits."""

from __future__ import annotations

import logging
import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from robot.database.export_requests import Answer, NewRequest, RequestStatus
from robot.database.exports import Export, ExportStore, Item, ItemStatus, Settled
from robot.errors import FatalError, Interrupted, RetriableError, SyncError
from robot.http import ApiUnavailable, NotSent, RateLimited, RequestRefused, Transport
from robot.threec import Imported, ThreeCMailingClient
from robot.threec.dialer_export.results import Result
from robot.threec.dialer_export.wire import is_of

log = logging.getLogger(__name__)


class _OutcomeUnknown(Exception):
    """The answer to a sending is lost."""


class Sender:
    """Sends contacts into a list, and settles each by what is answered.

    `progress` is told how many contacts are settled. `unknown_in_a_row` counts the requests of
    which the answer was lost, since one was answered.
    """

    def __init__(
        self,
        store: ExportStore,
        mailing: ThreeCMailingClient,
        transport: Transport,
        progress: Callable[[int], None],
    ) -> None:
        self.unknown_in_a_row = 0
        self._progress = progress
        self._store = store
        self._mailing = mailing
        self._transport = transport

    def send(
        self, export: Export, list_id: int, chunk: Sequence[Item], result: Result, *, made: bool
    ) -> None:
        """One request, once, between two commits. `made`: the robot made the list in this
        export.
        """
        wire = [item for each in chunk for item in each.wire]
        request = NewRequest(
            uuid.uuid4().hex, export.id, result.ending.execution_id, list_id, made, len(wire)
        )
        self._store.in_flight(chunk, request)
        try:
            taken = self._post(export.campaign_id, list_id, wire)
        except _OutcomeUnknown as lost:
            self.unknown_in_a_row += 1
            answer = Answer(request.token, RequestStatus.UNKNOWN, reason=str(lost))
            self._settle(
                export,
                [Settled(item.id, ItemStatus.UNKNOWN, str(lost)) for item in chunk],
                answer,
                result,
            )
            self._look(export, request)
        except RequestRefused as refused:
            self._refused(export, request, chunk, refused, result)
        except (SyncError, Interrupted) as error:  # nothing was taken: they wait for the next start
            self._wait_again(export, request, chunk, str(error))
            raise
        else:
            self.unknown_in_a_row = 0
            self._taken(export, request, chunk, taken, result)

    def _look(self, export: Export, request: NewRequest) -> None:
        """Note what the list holds now: whoever changes it from here on cannot be taken for the
        lost request.
        """
        try:
            total = self._mailing.total_of(request.list_id, export.campaign_id)
        except (RetriableError, FatalError) as error:
            log.info("The total of list %d cannot be read now: %s", request.list_id, error)
            return
        if total is not None:
            self._store.remember_total(request.token, total)

    def _wait_again(
        self, export: Export, request: NewRequest, chunk: Sequence[Item], reason: str
    ) -> None:
        """Nothing of the request was taken: its contacts are pending again."""
        pending = [Settled(item.id, ItemStatus.PENDING) for item in chunk]
        answer = Answer(request.token, RequestStatus.NOT_TAKEN, reason=reason)
        self._store.settle(export.id, request.execution_id, pending, [answer])

    def _post(self, campaign_id: int, list_id: int, wire: Sequence[Mapping[str, Any]]) -> Imported:
        """Send; again only where nothing can have arrived.

        Raises _OutcomeUnknown where it may have.
        """

        def once() -> Imported:
            try:
                return self._mailing.send_items(campaign_id, list_id, wire)
            except (NotSent, RateLimited):
                raise
            except ApiUnavailable as error:
                raise _OutcomeUnknown(error.message) from None

        return self._transport.repeat(once)

    def _refused(
        self,
        export: Export,
        request: NewRequest,
        chunk: Sequence[Item],
        refused: RequestRefused,
        result: Result,
    ) -> None:
        """A 422 takes nothing of the request: halve it until the contact that causes it stands
        alone.
        """
        if refused.status != 422:
            self._wait_again(export, request, chunk, refused.message)
            raise refused
        if len(chunk) == 1:
            answer = Answer(request.token, RequestStatus.NOT_TAKEN, reason=refused.message)
            self._settle(
                export, [Settled(chunk[0].id, ItemStatus.REJECTED, refused.message)], answer, result
            )
            return
        half = len(chunk) // 2
        self._wait_again(export, request, chunk, refused.message)
        for part in (chunk[:half], chunk[half:]):
            self.send(export, request.list_id, part, result, made=request.list_made)

    def _taken(
        self,
        export: Export,
        request: NewRequest,
        chunk: Sequence[Item],
        taken: Imported,
        result: Result,
    ) -> None:
        """Settle what was answered.

        Whom the dialer filtered and names is told apart; otherwise the export counts them.
        """
        named: dict[str, str] = {}
        for detail in taken.details:
            item = next(
                (item for item in chunk if is_of(detail.identifier, detail.phone, item)), None
            )
            if item is not None:
                named[item.external_id] = detail.motive
        motives = Counter(detail.motive for detail in taken.details)
        everyone = taken.imported == 0 and taken.filtered >= taken.sent
        anonymous = None
        if taken.filtered and not named and not everyone:
            words = ", ".join(f"{count} {motive}" for motive, count in motives.items())
            anonymous = (
                f"the dialer filtered {taken.filtered} of the {taken.sent} sent together"
                f" ({words}) and names none"
            )
        settled = []
        for item in chunk:
            motive = named.get(item.external_id) or (
                ", ".join(motives) or "filtered" if everyone else None
            )
            partly = motive is not None and len(item.wire) > 1 and not everyone
            if motive is None or partly:
                settled.append(Settled(item.id, ItemStatus.SENT, motive or anonymous))
            else:
                settled.append(Settled(item.id, ItemStatus.FILTERED, motive))
        answer = Answer(
            request.token, RequestStatus.ANSWERED, taken.imported, taken.filtered, motives
        )
        self._settle(export, settled, answer, result)

    def _settle(
        self, export: Export, settled: Sequence[Settled], answer: Answer, result: Result
    ) -> None:
        self._store.settle(export.id, result.ending.execution_id, settled, [answer])
        result.counts.update(each.status for each in settled)
        result.filtered_records += answer.filtered or 0
        result.motives.update(answer.motives)
        ending = result.ending
        ending.total += len(settled)
        ending.successful = result.counts[ItemStatus.SENT]
        ending.failed = result.counts[ItemStatus.REJECTED] + result.counts[ItemStatus.UNKNOWN]
        self._progress(ending.total)
