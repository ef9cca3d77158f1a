"""Clients, exports and their results, on both databases: the same states, the same counts."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from support import fast_transport

from robot.customers.importing import import_clients
from robot.database.export_requests import NewRequest, RequestStatus
from robot.database.exports import ExportStore, ItemStatus, NewExport, Settled
from robot.simulators.threec import Fault, Simulator
from robot.threec import ThreeCMailingClient
from robot.threec.connection import Connection
from robot.threec.dialer_export.choosing import Wish, clients_of_table
from robot.threec.dialer_export.query import clients_of_query
from robot.threec.dialer_export.resolving import resolve
from robot.threec.dialer_export.sending import Exporter
from robot.threec.dialer_export.wire import Order

HEADERS = "id;nome;fone;valor;credor;uf;obs\n"
SYNC = "/mailing_sync.json"


@pytest.fixture
def simulator():
    with Simulator([]) as running:
        yield running


@pytest.fixture
def work(database, repository, simulator, tmp_path):
    """What a test does with one database and one dialer."""

    class Work:
        def load(self, lines):
            path = tmp_path / "clients.csv"
            path.write_text(HEADERS + lines, "utf-8")
            return import_clients(path, repository, database.clock, threading.Event()).ending

        def load_many(self, count):
            return self.load(
                "".join(
                    f"{n};Cliente {n};119{70000000 + n};{n},50;Banco Ção;SP;\n"
                    for n in range(count)
                )
            )

        def export(self, **wish):
            http = fast_transport(max_attempts=2)
            mailing = ThreeCMailingClient(Connection(http, simulator.base_url))
            clients = lambda: clients_of_table(repository)  # noqa: E731 - one line says it
            exporter = Exporter(
                repository, mailing, http, clients, database.clock, threading.Event()
            )
            try:
                return exporter.run(Wish(5, **wish), Order(list_name="Lista"))
            finally:
                exporter.close()

        def resolve(self):
            database.clock.advance(hours=1)
            http = fast_transport(max_attempts=2)
            try:
                return resolve(
                    repository,
                    ThreeCMailingClient(Connection(http, simulator.base_url)),
                    database.clock,
                )
            finally:
                http.close()

        def statuses(self):
            return dict(
                database.query("SELECT status, COUNT(*) FROM dialer_export_items GROUP BY status")
            )

    return Work()


def test_clients_are_inserted_updated_and_left_alone(work, database):
    assert (
        work.load(
            "1;Ana Ção;11999998888;1.150,00;;SP;\n2;Zé;;;;;" + "x" * 5000 + "\n"
        ).counts.inserted
        == 2
    )
    counts = work.load(
        "1;Ana Ção;11999998888;1.150,00;;SP;\n2;José;;;;;" + "x" * 5000 + "\n"
    ).counts
    assert (counts.inserted, counts.updated, counts.unchanged) == (0, 1, 1)
    assert database.query(
        "SELECT external_id, name, open_amount FROM clients ORDER BY external_id"
    ) == [
        ("1", "Ana Ção", "1150.00"),
        ("2", "José", None),
    ]


def test_clients_come_back_as_they_went_in(work, repository):
    work.load("1;Ana;11999998888, 2133334444;1.150,00;Banco;SP;\n")
    (client,) = clients_of_table(repository)
    assert client.phones == ("11999998888", "2133334444")
    assert (client.open_amount, client.creditor, client.uf, client.status) == (
        Decimal("1150.00"),
        "Banco",
        "SP",
        "",
    )


def test_an_export_goes_through_every_state(work, database, repository, simulator):
    work.load_many(350)
    simulator.use_faults(
        [Fault("status_500_after", path=SYNC), Fault("status_500", path=SYNC, skip=1)]
    )
    work.export()
    assert work.statuses() == {"unknown": 200, "sent": 150}
    assert work.resolve().open  # one was stored and one was not: nobody can say which
    assert work.statuses() == {"unknown": 200, "sent": 150}
    again = ExportStore(repository).held_back(5, database.clock() + timedelta(days=9))
    assert set(again.values()) == {ItemStatus.UNKNOWN}


@pytest.mark.parametrize(
    ("kind", "left"),
    [("status_500_after", {"sent": 150}), ("status_500", {"pending": 100, "sent": 50})],
)
def test_totals_settle_the_unknown(work, simulator, kind, left):
    work.load_many(150)
    simulator.use_faults([Fault(kind, path=SYNC)])
    work.export()
    work.resolve()
    assert work.statuses() == left
    work.export()
    assert work.statuses() == {"sent": 150}
    assert len(simulator.lists.all()[0].items) == 150


def test_filtered_contacts_are_counted_with_their_motives(work, database, simulator):
    work.load_many(5)
    simulator.lists.blocked = {"11970000001"}
    work.export()
    assert database.query("SELECT filtered_records FROM dialer_exports") == [(1,)]
    assert "blacklist" in database.value("SELECT motives FROM dialer_exports")


def test_what_is_in_flight_at_the_start_becomes_unknown(work, repository):
    store = ExportStore(repository)
    number = store.create(
        NewExport("t", 1, 5, "Lista", None, {"limit": 3}),
        [("a", [{"phone": "1"}]), ("b", [{"phone": "2"}])],
    )
    first, second = store.items(number, ItemStatus.PENDING)
    store.list_known(number, 9, 0)
    store.in_flight([first], NewRequest("r", number, 1, 9, False, 1))
    assert store.found_in_flight() == 1
    assert [line.status for line in store.requests_of_list(9, 5)] == [RequestStatus.UNKNOWN]
    assert work.statuses() == {"unknown": 1, "pending": 1}
    assert [(export.id, count) for export, count in store.unfinished(5)] == [(number, 1)]
    assert [export.list_id for export in store.uncertain()] == [9]
    store.settle(
        number,
        1,
        [Settled(second.id, ItemStatus.SENT), Settled(first.id, ItemStatus.REJECTED, "x" * 600)],
    )
    assert store.unfinished(5) == store.uncertain() == []


def test_what_was_sent_before_there_was_a_ledger_has_one_line_without_counts(database, repository):
    store = ExportStore(repository)
    number = store.create(
        NewExport("old", 1, 5, "Lista", None, {}),
        [("a", [{"phone": "1"}]), ("b", [{"phone": "2"}])],
    )
    waits = store.create(NewExport("waits", 1, 5, "Lista", None, {}), [("c", [{"phone": "3"}])])
    for each in (number, waits):
        store.list_known(each, 9, 4)
    database.query(
        "UPDATE dialer_export_items SET status = 'sent', in_flight_at = created_at WHERE"
        " external_id = 'a'"
    )
    database.query(
        "UPDATE dialer_exports SET filtered_records = 1, motives = '{\"m\": 1}' WHERE token = 'old'"
    )
    for _ in range(2):
        database.query("DELETE FROM schema_versions WHERE script LIKE '%dialer_export_requests%'")
        repository.prepare()
    (line,) = store.requests_of_list(9, 5)
    assert (line.export_id, line.status, line.records, line.imported, line.items) == (
        number,
        "answered",
        1,
        None,
        (),
    )
    store.settle(number, 1, [])
    assert database.query(
        "SELECT filtered_records, motives FROM dialer_exports WHERE token = 'old'"
    ) == [(1, '{"m": 1}')]


def test_an_export_whose_transaction_is_repeated_is_written_once(repository, database):
    store = ExportStore(repository)
    new = NewExport("the same", 1, 5, "Lista", None, {})
    assert store.create(new, [("a", [])]) == store.create(new, [("a", [])])
    assert database.query("SELECT COUNT(*) FROM dialer_export_items") == [(1,)]


def test_the_results_join_what_was_sent_with_the_calls_that_came_of_it(
    work, database, repository, simulator
):
    work.load_many(3)
    work.export()
    list_id = simulator.lists.all()[0].id
    later = database.clock() + timedelta(minutes=5)
    for number, (identifier, agent, qualification, converted) in enumerate(
        [("0", 0, None, 0), ("0", 1, None, 0), ("1", 1, "Venda", 1), ("x", 1, "Venda", 1)]
    ):
        database.query(
            (
                "INSERT INTO calls (id, call_date, has_agent, qualification, is_conversion) VALUES"
                " (?, ?, ?, ?, ?)"
            ),
            *(
                f"c{number}",
                f"{later:%Y-%m-%dT%H:%M:%S}".replace("T", " "),
                agent,
                qualification,
                converted,
            ),
        )
        database.query(
            "INSERT INTO mailing_data (call_id, identifier, list_id) VALUES (?, ?, ?)",
            f"c{number}",
            identifier,
            list_id,
        )
    columns = "contacts, sent, dialled, answered, qualified, converted, calls"
    assert database.query(f"SELECT {columns} FROM export_results") == [(3, 3, 2, 2, 1, 1, 3)]
    assert ExportStore(repository).called_since(later) == {"0", "1", "x"}


def test_the_companys_own_query_changes_nothing(database, repository, tmp_path):
    (tmp_path / "q.sql").write_text(
        "SELECT '7' AS codigo, 'Ana' AS nome, '11999998888' AS telefone", "utf-8"
    )
    clients, rejected = clients_of_query(repository, tmp_path / "q.sql")
    assert ([client.external_id for client in clients], rejected) == (["7"], [])
    assert database.query("SELECT COUNT(*) FROM clients") == [(0,)]
