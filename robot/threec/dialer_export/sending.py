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

from robot.cells.rejection import Rejection
from robot.database import Coverage, Repository, exports
from robot.database.exports import Export, ExportStore, Item, ItemStatus, NewExport, Settled
from robot.errors import FatalError, Interrupted, RetriableError
from robot.http import RequestRefused, Transport
from robot.period import Period
from robot.runtime.program import command
from robot.sync.history import Ending, recorded
from robot.threec import ThreeCMailingClient
from robot.threec.dialer_export import filters
from robot.threec.dialer_export.choosing import Choice, Client, Wish, choose
from robot.threec.dialer_export.query import QUERY_JOB, keep_rejections
from robot.threec.dialer_export.results import RESOLVE, Preview, Result, tell_problems
from robot.threec.dialer_export.sender import Sender
from robot.threec.dialer_export.wire import Order, chunks, wire_of

log = logging.getLogger(__name__)

JOB = exports.JOB
UNKNOWN_BEFORE_STOPPING = 3


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
        self._sender = Sender(self._store, mailing, transport, lambda count: self.progress(count))
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
        made = list_id in self._made or self._store.made_its_list(export.id)
        for chunk in chunks(items):
            if self._stop.is_set():
                raise Interrupted("The robot was asked to stop.")
            self._sender.send(export, list_id, chunk, result, made=made)
            if self._sender.unknown_in_a_row >= UNKNOWN_BEFORE_STOPPING:
                raise FatalError(
                    (
                        f"{self._sender.unknown_in_a_row} requests in a row were not answered:"
                        " the API is down."
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
