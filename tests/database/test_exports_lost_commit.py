"""Every transaction of the exports, when its COMMIT holds and its answer is lost: it is repeated,
and nothing is doubled.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from tcp_proxy import Cut, TcpProxy

from robot.database.export_requests import Answer, NewRequest, RequestStatus
from robot.database.exports import ExportStore, ItemStatus, NewExport, Settled
from robot.errors import RetriableError

# messages of a life, and the way from one cut to the next: three kinds, at places of their own
FURTHEST, STEP = (400, 9)


def wire(name, *phones):
    return [{"phone": phone, "identifier": name, "data": {}} for phone in phones]


def life(store, name):
    """An export's whole life: each of the store's transactions at least once.

    Returns what they return.
    """
    number = store.create(
        NewExport(name, 1, 5, "Lista", None, {}),
        [(f"{name} {n}", wire(name, "1")) for n in range(6)],
    )
    store.list_known(number, 9, 4)
    items = store.items(number, ItemStatus.PENDING)
    items[0] = replace(items[0], wire=tuple(wire(name, "2", "3")))
    store.rewrite(items)
    requests = [NewRequest(f"{name} {place}", number, 1, 9, True, 2) for place in range(3)]
    store.in_flight(items[:2], requests[0])
    filtered = Answer(requests[0].token, RequestStatus.ANSWERED, 2, 1, {"blacklist": 1})
    store.settle(
        number,
        1,
        [Settled(items[0].id, ItemStatus.SENT), Settled(items[1].id, ItemStatus.FILTERED)],
        [filtered],
    )
    store.in_flight(items[2:4], requests[1])
    unknown = [Settled(item.id, ItemStatus.UNKNOWN, "timeout") for item in items[2:4]]
    store.settle(
        number, 1, unknown, [Answer(requests[1].token, RequestStatus.UNKNOWN, reason="timeout")]
    )
    store.remember_total(requests[1].token, 6)
    store.in_flight(items[4:], requests[2])
    found = store.found_in_flight()
    settled = [
        Settled(items[2].id, ItemStatus.SENT),
        Settled(items[3].id, ItemStatus.REJECTED, "recusado"),
    ]
    settled += [Settled(item.id, ItemStatus.PENDING) for item in items[4:]]
    answers = [Answer(request.token, RequestStatus.SETTLED, 0) for request in requests[1:]]
    store.settle(number, 1, settled, answers)
    return number, found


class LosesAnswers:
    """An engine whose COMMIT of that number holds, while its answer is lost."""

    def __init__(self, engine, lost):
        self._commit, self.count, self.lost = engine.commit, 0, lost
        engine.commit = self.commit

    def commit(self):
        self._commit()
        self.count += 1
        if self.count == self.lost:
            raise RetriableError("The connection broke during COMMIT.")


def test_every_transaction_may_be_repeated_after_a_commit_that_held(database):
    """At the 1st, 2nd, … COMMIT in turn, until an export ends without a loss."""
    repository = database.repository()
    engine = repository._engine
    plain = engine.commit
    base = life(ExportStore(repository), "export a")
    expected = counted(database, "export a", base[0])
    for lost in range(1, 40):
        engine.commit = plain
        losing = LosesAnswers(engine, lost)
        name = f"export {lost:03}"
        number, found = life(ExportStore(repository), name)
        assert found == base[1] == 2, f"COMMIT {lost}"
        assert counted(database, name, number) == expected, f"COMMIT {lost}"
        if losing.count < lost:
            break
    assert 11 < lost < 39
    engine.commit = plain
    repository.close()


def counted(database, name, number):
    """What the tables hold of that export, with nothing in it that numbers alone tell apart."""
    items = database.query(
        (
            "SELECT external_id, status, reason, records, payload FROM dialer_export_items WHERE"
            " export_id = ? ORDER BY id"
        ),
        number,
    )
    requests = database.query(
        "SELECT token, status, records, imported, filtered, motives, total_after, reason FROM"
        " dialer_export_requests"
        " WHERE export_id = ? ORDER BY id",
        number,
    )
    exports = database.query(
        (
            "SELECT token, list_id, list_total_before, motives, filtered_records FROM"
            " dialer_exports"
            " WHERE token = ?"
        ),
        name,
    )
    refused = database.query(
        "SELECT record_id, reason, resolved_at FROM rejected_records WHERE record_id LIKE ?",
        f"{name} %",
    )
    rows = [*exports, *items, *requests, *refused]
    return [
        tuple(cell.replace(name, "NAME") if isinstance(cell, str) else cell for cell in row)
        for row in rows
    ]


@pytest.mark.sqlserver
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("how", "first"), [(Cut.BEFORE, 1), (Cut.DURING, 4), (Cut.AFTER, 7)])
def test_an_exports_life_is_the_same_wherever_the_connection_is_cut(
    how, first, sql_server, server_database
):
    direct = server_database.repository()
    expected = counted(server_database, "export a", life(ExportStore(direct), "export a")[0])
    with TcpProxy(*sql_server.host_and_port) as proxy:
        settings = server_database.settings.model_copy(
            update={"db_server": f"127.0.0.1,{proxy.port}"}
        )
        repository = replace(server_database, settings=settings).repository()

        with repository.lock("dialer_export"):
            for message in range(first, FURTHEST, STEP):
                proxy.cut_at(message, how)
                name = f"export {message:03}"
                number, found = life(ExportStore(repository), name)
                assert found == 2, f"cut at {message}"
                assert counted(server_database, name, number) == expected, f"cut at {message}"
                if not proxy.cuts:
                    break
        repository.close()
    direct.close()
    assert 30 < message < FURTHEST - STEP
