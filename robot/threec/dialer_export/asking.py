"""How an export is put together: the exporter of the settings, and what the settings ask for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from robot.brazil.money import money
from robot.cells.rejection import Rejection
from robot.cells.words import canonical
from robot.database import Repository
from robot.errors import ConfigurationError
from robot.settings import Settings
from robot.sync.kinds import Sending
from robot.threec import ThreeCMailingClient
from robot.threec.connection import connection
from robot.threec.dialer_export.choosing import Client, Wish, clients_of_table
from robot.threec.dialer_export.query import clients_of_query
from robot.threec.dialer_export.results import Result
from robot.threec.dialer_export.sending import JOB, Exporter
from robot.threec.dialer_export.wire import Order


def exporter_for(
    settings: Settings,
    repository: Repository,
    clock: Callable[[], datetime],
    stop: threading.Event,
) -> Exporter:
    """Connected to the API of the settings. The caller closes it."""
    api = connection(settings, stop)
    http = api.transport
    path = f"/campaigns/{{campaign_id}}/lists/{{list_id}}/{settings.export_endpoint}"
    mailing = ThreeCMailingClient(api, {"contacts": path})
    file = settings.clients_query_file
    if file is None:
        return Exporter(
            repository, mailing, http, lambda: clients_of_table(repository), clock, stop
        )
    rejected: list[Rejection] = []

    def ask() -> Sequence[Client]:
        clients, rejected[:] = clients_of_query(
            repository, file, stop, settings.clients_query_seconds
        )
        return clients

    return Exporter(repository, mailing, http, ask, clock, stop, rejected)


def order_of(settings: Settings, list_name: str, weight: int | None) -> Order:
    """What the settings say of every export."""
    return Order(
        list_name=list_name,
        weight=weight,
        callback_url=settings.callback_url_template,
        phones_per_client=settings.export_phones,
        cooldown=timedelta(hours=settings.export_cooldown_hours),
        blocked=settings.export_blocked_status,
    )


def amount_of(text: str, name: str) -> Decimal | None:
    """An amount of an option or a setting, None when it is empty.

    Raises ConfigurationError, naming it.
    """
    if not text.strip():
        return None
    try:
        amount = Decimal(money(text))
    except ValueError as error:
        why = str(error)
    else:
        if amount >= 0:
            return amount
        why = "the amount is below zero"
    raise ConfigurationError("1 wrong option(s).", problems=(f"{name}: read {text!r}, {why}",))


def send_as_scheduled(given: Sending) -> Result:
    """What `EXPORT_…` asks for, without a question. Raises what `Exporter.run` does."""
    settings, now = given.settings, given.clock()
    if not settings.export_campaign_id:
        raise ConfigurationError(
            "EXPORT_CAMPAIGN_ID is empty.", "Write the campaign of scheduled exports into .env."
        )
    since = now - timedelta(days=settings.export_not_called_days)
    wish = Wish(
        campaign_id=settings.export_campaign_id,
        creditor=settings.export_creditor,
        uf=settings.export_uf,
        status=settings.export_status,
        min_amount=amount_of(settings.export_min_amount, "EXPORT_MIN_AMOUNT"),
        not_called_since=since if settings.export_not_called_days else None,
        limit=settings.export_limit or None,
    )
    name = canonical(settings.export_list).replace("{date}", f"{now:%Y-%m-%d}")
    order = order_of(settings, name, settings.export_weight)
    exporter = exporter_for(settings, given.repository, given.clock, given.stop)
    exporter.begins = given.begins
    try:
        given.repository.prepare(JOB)
        return exporter.run(wish, order)
    finally:
        exporter.close()
