"""The view `export_results`: what came of what was sent."""

from datetime import timedelta

from support import NOW

COLUMNS = "contacts, sent, filtered, dialled, answered, qualified, converted, calls"


def call(
    desk,
    number,
    identifier,
    list_id,
    *,
    when=NOW + timedelta(minutes=1),
    agent=0,
    qualification=None,
    converted=0,
):
    repository = desk.repository()

    def work(engine, _):
        cursor = engine.cursor()
        cursor.execute(
            (
                "INSERT INTO calls (id, call_date, has_agent, qualification, is_conversion) VALUES"
                " (?, ?, ?, ?, ?)"
            ),
            (f"c{number}", when, agent, qualification, converted),
        )
        cursor.execute(
            "INSERT INTO mailing_data (call_id, identifier, list_id) VALUES (?, ?, ?)",
            (f"c{number}", identifier, list_id),
        )

    repository.change(work)
    repository.close()


def test_each_export_has_one_line_that_counts_contacts_and_their_calls(desk):
    desk.simulator._names_filtered = True
    desk.simulator.lists.blocked = {"11970000009"}
    desk.add_clients(10)
    desk.export()
    list_id = desk.simulator.lists.all()[0].id
    call(desk, 1, "0", list_id)
    call(desk, 2, "0", list_id, agent=1)  # called twice: one contact
    call(desk, 3, "1", list_id, agent=1, qualification="Venda", converted=1)
    call(desk, 4, "2", list_id + 1, agent=1)  # of another list
    call(desk, 5, "3", list_id, when=NOW - timedelta(days=1), agent=1)  # before it was sent
    call(desk, 6, "stranger", list_id, agent=1)
    assert desk.rows(f"SELECT {COLUMNS} FROM export_results") == [(10, 9, 1, 2, 2, 1, 1, 3)]


def test_an_export_without_calls_counts_zero(desk):
    desk.add_clients(3)
    desk.export()
    assert desk.rows(f"SELECT {COLUMNS} FROM export_results") == [(3, 3, 0, 0, 0, 0, 0, 0)]
