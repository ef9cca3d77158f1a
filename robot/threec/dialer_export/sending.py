"""The job `dialer_export`: clients → a list of a campaign at the dialer. Never twice, never lost.

Each contact is written down as in flight, and that is committed, before the request that carries
it. What the answer says is committed after it. An answer that is lost (a timeout, a 5xx, a killed
robot) leaves it unknown: it is not sent again before `export resolve`, or the operator, has settled
it.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from robot.cells.rejection import Rejection
from robot.database import Coverage, Repository, exports
from robot.database.export_requests import Answer, NewRequest, RequestStatus
from robot.database.exports import Export, ExportStore, Item, ItemStatus, NewExport, Settled
from robot.errors import FatalError, Interrupted, RetriableError, SyncError
from robot.http import ApiUnavailable, NotSent, RateLimited, RequestRefused, Transport
from robot.period import Period
from robot.runtime.program import command
from robot.sync.history import Ending, recorded
from robot.threec import Imported, ThreeCMailingClient
from robot.threec.dialer_export import filters
from robot.threec.dialer_export.choosing import Choice, Client, Wish, choose
from robot.threec.dialer_export.query import QUERY_JOB, keep_rejections
from robot.threec.dialer_export.results import RESOLVE, Preview, Result, tell_problems
from robot.threec.dialer_export.wire import Order, chunks, is_of, wire_of

log = logging.getLogger(__name__)

JOB = exports.JOB
UNKNOWN_BEFORE_STOPPING = 3


class _OutcomeUnknown(Exception):
    """The answer to a sending is lost."""


class Exporter:
    """Sends clients to a campaign. `clients` gives all of them, and is asked again under the lock.

    `rejected` is where `clients` leaves the records of the company's own table that are no clients;
    None = no such table.

    `begins` is told when the lock is held and the execution has its line in the history, `progress`
    how many contacts are settled.
    """

    def __init__(
        self,
        repository: Repository,
        mailing: ThreeCMailingClient,
        transport: Transport,
        clients: Callable[[], Sequence[Client]],
        clock: Callable[[], datetime],
        stop: threading.Event,
        rejected: list[Rejection] | None = None,
    ) -> None:
        self.begins: Callable[[str], None] = lambda _: None
        self.progress: Callable[[int], None] = lambda _: None
        self._repository = repository
        self._store = ExportStore(repository)
        self._mailing = mailing
        self._transport = transport
        self._clients = clients
        self._rejected = rejected
        self._clock = clock
        self._stop = stop
        self._unknown_in_a_row = 0
        self._made: set[int] = set()  # the lists that this execution made

    def preview(self, wish: Wish, order: Order) -> Preview:
        """Look, without a lock and without changing anything."""
        choice = self._choose(wish, order)
        rejected = Counter(rejection.reason for rejection in self._rejected or ())
        return Preview(choice, rejected, filters.warnings(self._repository, choice.blocked))

    def _choose(self, wish: Wish, order: Order) -> Choice:
        since = self._clock() - order.cooldown
        return choose(
            self._store, self._clients(), wish, blocked=order.blocked, cooldown_since=since
        )

    def run(self, wish: Wish, order: Order, only: Preview | None = None) -> Result:
        """Send who waits from before, then who is chosen now; with `only`, nobody who was not in
        that preview.

        Raises AnotherExecutionRunning, and a SyncError of the database before anything was begun.
        """
        result = Result()
        now = self._clock()
        seen = (
            None
            if only is None
            else {client.external_id for client in (*only.choice.waiting, *only.choice.chosen)}
        )

        def confirmed(clients: Sequence[Client]) -> list[Client]:
            return [client for client in clients if seen is None or client.external_id in seen]

        def work(ending: Ending) -> None:
            result.ending = ending
            self.begins(
                f"Execution {ending.execution_id} begins: campaign {wish.campaign_id}, list"
                f" {order.list_name}."
            )
            if lost := self._store.found_in_flight():
                log.warning(
                    (
                        "%d contact(s) were in flight when the robot was stopped: their outcome is"
                        " unknown."
                    ),
                    lost,
                )
                ending.problems.append(
                    f"{lost} contact(s) of a stopped export are unknown: see {RESOLVE}"
                )
            choice = self._choose(wish, order)
            for warning in filters.warnings(self._repository, choice.blocked):
                log.warning(warning)
            filters.remember(self._repository, choice.blocked)
            if self._rejected is not None:
                keep_rejections(self._repository, ending.execution_id, self._rejected)
                if self._rejected:
                    see = command(f"rejected list --job {QUERY_JOB}")
                    log.warning('%d client(s) rejected: see "%s".', len(self._rejected), see)
            waiting = {client.external_id: client for client in confirmed(choice.waiting)}
            for export, _ in self._store.unfinished(wish.campaign_id):
                self._go_on(export, order, waiting, choice.withdrawn, result)
            if chosen := confirmed(choice.chosen):
                export = self._create(wish, order, chosen, ending)
                self._send_all(export, self._store.items(export.id, ItemStatus.PENDING), result)
            tell_problems(result)

        campaign = str(wish.campaign_id)
        coverage = Coverage(JOB, campaign, Period(now, now), campaign_ids=campaign)
        recorded(self._repository, coverage, work)
        return result

    def close(self) -> None:
        """Close the connections to the API."""
        self._transport.close()

    def _create(self, wish: Wish, order: Order, chosen: Sequence[Client], ending: Ending) -> Export:
        asked = {
            name: value
            for name, value in (
                *(
                    ("ids", len(wish.ids) or None),
                    ("creditor", wish.creditor),
                    ("uf", wish.uf),
                    ("status", wish.status),
                ),
                *(
                    ("min_amount", wish.min_amount),
                    ("not_called_since", wish.not_called_since),
                    ("limit", wish.limit),
                ),
            )
            if value
        }
        # The list first: a campaign that is not there, or a token that is refused, leaves nobody
        # pending for ever. An API that is down leaves everybody pending, for the next start. A list
        # whose export was not written is found by name.
        list_id = total = None
        try:
            list_id, total = self._found_or_made(order.list_name, wish.campaign_id)
        except RetriableError as error:
            log.warning(
                "The list is asked for again when the contacts are written down: %s", error.message
            )
        new = NewExport(
            uuid.uuid4().hex,
            ending.execution_id,
            wish.campaign_id,
            order.list_name,
            order.weight,
            selection=asked,
        )
        number = self._store.create(
            new, [(client.external_id, wire_of(client, order)) for client in chosen]
        )
        if list_id is not None:
            self._store.list_known(number, list_id, total or 0)
        return Export(number, wish.campaign_id, order.list_name, list_id, total, order.weight)

    def _found_or_made(self, name: str, campaign_id: int) -> tuple[int, int]:
        """The id of the campaign's list of that name, and how many contacts it holds."""
        made = self._mailing.criar_mailing_container(name, campaign_id)
        if made["created"]:
            self._made.add(int(made["mailing_id"]))
        log.info(
            "List %s %r: %s.", made["mailing_id"], name, "made" if made["created"] else "found"
        )
        return int(made["mailing_id"]), int(made["total"] or 0)

    def _go_on(
        self,
        export: Export,
        order: Order,
        waiting: Mapping[str, Client],
        withdrawn: Mapping[str, str],
        result: Result,
    ) -> None:
        """Of an export that was not finished: send who may still be sent, by today's data, and
        settle who may not.
        """
        settled, ready = [], []
        for item in self._store.items(export.id, ItemStatus.PENDING):
            if why := withdrawn.get(item.external_id):
                settled.append(
                    Settled(item.id, ItemStatus.REJECTED, f"withdrawn before it was sent: {why}")
                )
                result.withdrawn[why] += 1
            elif client := waiting.get(item.external_id):
                ready.append(replace(item, wire=tuple(wire_of(client, order))))
        if settled:
            log.info(
                "Export %d: %d contact(s) that waited are not to be sent any more.",
                export.id,
                len(settled),
            )
            self._store.settle(export.id, result.ending.execution_id, settled)
        if ready:
            self._store.rewrite(ready)
            self._send_all(export, ready, result)

    # -- sending

    def _send_all(self, export: Export, items: Sequence[Item], result: Result) -> None:
        list_id = self._list(export, result)
        log.info(
            "Export %d: %d contact(s) into list %d of campaign %d.",
            export.id,
            len(items),
            list_id,
            export.campaign_id,
        )
        for chunk in chunks(items):
            if self._stop.is_set():
                raise Interrupted("The robot was asked to stop.")
            self._send(export, list_id, chunk, result)
            if self._unknown_in_a_row >= UNKNOWN_BEFORE_STOPPING:
                raise FatalError(
                    (
                        f"{self._unknown_in_a_row} requests in a row were not answered: the API is"
                        " down."
                    ),
                    (
                        f'What is pending is sent by the next "{command("export")}"; for the rest'
                        " see"
                        f" {RESOLVE}."
                    ),
                )

    def _list(self, export: Export, result: Result) -> int:
        """The export's list: the one it has, the one of that name, or a new one."""
        list_id = export.list_id
        if list_id is None:
            list_id, total = self._found_or_made(export.list_name, export.campaign_id)
            self._store.list_known(export.id, list_id, total)
        result.lists.append(f"{export.list_name} ({list_id})")
        if export.weight is not None:
            try:
                self._mailing.ajustar_peso_mailing(
                    list_id, export.weight, campaign_id=export.campaign_id
                )
            except (RequestRefused, RetriableError) as error:
                result.ending.problems.append(
                    f"the weight of list {list_id} was not set: {error.message}"
                )
        return list_id

    def _send(self, export: Export, list_id: int, chunk: Sequence[Item], result: Result) -> None:
        """One request, once, between two commits."""
        wire = [item for each in chunk for item in each.wire]
        made = list_id in self._made or self._store.made_its_list(export.id)
        request = NewRequest(
            uuid.uuid4().hex, export.id, result.ending.execution_id, list_id, made, len(wire)
        )
        self._store.in_flight(chunk, request)
        try:
            taken = self._post(export.campaign_id, list_id, wire)
        except _OutcomeUnknown as lost:
            self._unknown_in_a_row += 1
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
            self._unknown_in_a_row = 0
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
            self._send(export, request.list_id, part, result)

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
        self.progress(ending.total)
