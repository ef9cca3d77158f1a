"""An export in this process: a simulator, a database with clients, a clock that the test moves."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from end_to_end.support_app import App
from servers import Database
from support import NOW, fast_transport

from robot.customers.importing import import_clients
from robot.database import Repository
from robot.simulators.threec import DEMO_TOKEN, Simulator
from robot.threec import ThreeCMailingClient
from robot.threec.connection import Connection
from robot.threec.dialer_export.choosing import Wish, clients_of_table
from robot.threec.dialer_export.resolving import Resolved, Verdict, resolve
from robot.threec.dialer_export.results import Result
from robot.threec.dialer_export.sending import Exporter
from robot.threec.dialer_export.wire import Order

CAMPAIGN = 5
ORDER = Order(list_name="Lista", blocked=("bloqueado",))


class Desk:
    """Where an export is made: everything that a test needs, and the clock that it moves."""

    def __init__(self, folder: Path, simulator: Simulator, database: Database) -> None:
        self.folder = folder
        self.simulator = simulator
        self.database = database
        self.now = NOW
        self.stop = threading.Event()
        self.timeout_seconds = 30.0

    def be_impatient(self) -> None:
        """For a fault that times out: it waits longer than this."""
        self.timeout_seconds = 0.5

    @property
    def now(self) -> datetime:
        return self.database.clock.now

    @now.setter
    def now(self, value: datetime) -> None:
        self.database.clock.now = value

    def repository(self) -> Repository:
        return self.database.repository(stop=self.stop)

    def app(self, folder: Path, **settings: object) -> App:
        """The robot as a process, on the same API and database."""
        values = {
            "MANAGER_TOKEN": DEMO_TOKEN,
            "BASE_URL": self.simulator.url,
            **self.database.variables,
            **settings,
        }
        return App(folder, **values)

    def add_clients(self, count: int, first: int = 0, **columns: str) -> None:
        """Clients 0, 1, 2, … each with a phone of its own."""
        names = ["id", "nome", "fone", *columns]
        lines = [
            ";".join([str(n), f"Cliente {n}", f"119{70000000 + n}", *columns.values()])
            for n in range(first, first + count)
        ]
        self.import_text("\n".join([";".join(names), *lines]))

    def import_text(self, text: str) -> Any:
        path = self.folder / "clients.csv"
        path.write_text(text, encoding="utf-8")
        repository = self.repository()
        try:
            return import_clients(path, repository, lambda: self.now, self.stop)
        finally:
            repository.close()

    def exporter(self, repository: Repository, **endpoints: str) -> Exporter:
        http = fast_transport(stop=self.stop, timeout_seconds=self.timeout_seconds, max_attempts=3)
        mailing = ThreeCMailingClient(Connection(http, self.simulator.base_url), endpoints)
        return Exporter(
            repository,
            mailing,
            http,
            lambda: clients_of_table(repository),
            lambda: self.now,
            self.stop,
        )

    def export(
        self, order: Order = ORDER, endpoints: dict[str, str] | None = None, **wish: Any
    ) -> Result:
        repository = self.repository()
        exporter = self.exporter(repository, **(endpoints or {}))
        try:
            return exporter.run(Wish(CAMPAIGN, **wish), order)
        finally:
            exporter.close()
            repository.close()

    def preview(self, order: Order = ORDER, **wish: Any) -> Any:
        repository = self.repository()
        exporter = self.exporter(repository)
        try:
            return exporter.preview(Wish(CAMPAIGN, **wish), order)
        finally:
            exporter.close()
            repository.close()

    def resolve(
        self, verdict: Verdict | None = None, later: timedelta = timedelta(hours=1)
    ) -> Resolved:
        self.now += later
        repository = self.repository()
        http = fast_transport(stop=self.stop, max_attempts=3)
        try:
            mailing = ThreeCMailingClient(Connection(http, self.simulator.base_url))
            return resolve(repository, mailing, lambda: self.now, verdict=verdict)
        finally:
            http.close()
            repository.close()

    def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        return self.database.query(sql, *parameters)

    def statuses(self) -> dict[str, int]:
        """How many contacts stand in each status."""
        return dict(self.rows("SELECT status, COUNT(*) FROM dialer_export_items GROUP BY status"))

    def received(self) -> list[str]:
        """The identifiers that the dialer holds, in all lists."""
        return [item["identifier"] for each in self.simulator.lists.all() for item in each.items]

    def sendings(self) -> int:
        return sum(
            request.path.endswith(("/mailing_sync.json", "/mailing.json"))
            for request in self.simulator.requests
        )


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator([]) as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path, simulator: Simulator, database: Database) -> Desk:
    return Desk(tmp_path, simulator, database)


def order(**values: Any) -> Order:
    return replace(ORDER, **values)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
