"""Who is sent, and why the others are not."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from support import NOW
from threec.dialer_export.conftest import ORDER, order

from robot.errors import ConfigurationError
from robot.threec.dialer_export.query import clients_of_query

CLIENTS = """id;nome;fone;credor;uf;valor;status
1;Ana;11999990001;Banco A;SP;100,00;ativo
2;Bia;11999990002;Banco B;RJ;50,00;ativo
3;Cid;;Banco A;SP;900,00;ativo
4;Dora;11999990004;Banco A;SP;200,00;Bloqueado
5;Eva;11999990005;banco a;SP;;ativo
"""


def chosen(desk, **wish):
    return [client.external_id for client in desk.preview(**wish).choice.chosen]


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ({}, ["1", "2", "5"]),
        ({"creditor": "BANCO A"}, ["1", "5"]),
        ({"uf": "rj"}, ["2"]),
        ({"min_amount": Decimal(100)}, ["1"]),
        ({"status": "ativo", "creditor": "banco b"}, ["2"]),
        ({"ids": frozenset({"2", "5", "99"})}, ["2", "5"]),
        ({"limit": 2}, ["1", "2"]),
    ],
)
def test_a_wish_is_granted_to_the_letter(desk, wish, expected):
    desk.import_text(CLIENTS)
    assert chosen(desk, **wish) == expected


def test_who_is_left_out_is_counted_with_the_reason(desk):
    desk.import_text(CLIENTS)
    choice = desk.preview(ids=frozenset("12345") | {"99"}, limit=2).choice
    assert choice.matched == 5
    assert dict(choice.left_out) == {
        "no phone that can be dialled": 1,
        "blocked (status Bloqueado)": 1,
        "beyond the limit": 1,
        "asked for by their ids, and not among the clients": 1,
    }


def test_a_preview_changes_nothing_and_asks_the_dialer_nothing(desk):
    desk.import_text(CLIENTS)
    desk.preview()
    assert desk.simulator.requests == []
    assert desk.statuses() == {}


def test_a_phone_that_somebody_wrote_into_the_table_by_hand_is_read_again(desk):
    desk.add_clients(3)
    repository = desk.repository()
    sql = "UPDATE clients SET phones = ? WHERE external_id = ?"
    for phones, number in (("99999-8888", "0"), ("(11) 98888-7777", "1")):
        repository.change(
            lambda engine, _, values=(phones, number): engine.cursor().execute(sql, values)
        )
    repository.close()
    assert [client.phones for client in desk.preview().choice.chosen] == [
        ("11988887777",),
        ("11970000002",),
    ]


def test_a_client_goes_to_a_campaign_once_within_the_cooldown_and_again_after_it(desk):
    desk.add_clients(2)
    desk.export()
    assert "already sent" in str(desk.preview().choice.left_out)
    desk.now = NOW + timedelta(hours=23)
    desk.export()
    assert desk.received() == ["0", "1"]
    desk.now = NOW + timedelta(hours=25)
    desk.export()
    assert desk.received() == ["0", "1", "0", "1"]


def test_not_called_since_leaves_out_who_was_called(desk):
    desk.add_clients(3)
    repository = desk.repository()

    def call(engine, now):
        cursor = engine.cursor()
        cursor.execute(
            "INSERT INTO calls (id, call_date) VALUES ('c', ?)", (NOW - timedelta(days=1),)
        )
        cursor.execute("INSERT INTO mailing_data (call_id, identifier) VALUES ('c', '1')")

    repository.change(call)
    repository.close()
    assert chosen(desk, not_called_since=NOW - timedelta(days=2)) == ["0", "2"]
    assert chosen(desk, not_called_since=NOW) == ["0", "1", "2"]


class TestTheCompanysOwnTable:
    def query(self, desk, text):
        repository = desk.repository()
        try:
            (desk.folder / "q.sql").write_text(text, encoding="utf-8")
            return clients_of_query(repository, desk.folder / "q.sql")
        finally:
            repository.close()

    def test_a_select_gives_clients_by_the_names_of_its_columns(self, desk):
        text = (
            "SELECT 1 AS codigo, 'Ana; Lima' AS nome, '11999998888' AS telefone UNION ALL"
            " SELECT 2, 'Zé', '99' -- delete\n;"
        )
        clients, rejected = self.query(desk, text)
        assert [(client.external_id, client.name, client.phones) for client in clients] == [
            ("1", "Ana; Lima", ("11999998888",))
        ]
        assert [(rejection.record_id, "phone" in rejection.reason) for rejection in rejected] == [
            ("2", True)
        ]

    @pytest.mark.parametrize(
        "text",
        [
            "DELETE FROM clients",
            "SELECT 1; DROP TABLE clients",
            "WITH x AS (SELECT 1 AS a) UPDATE clients SET name = 'x'",
            "SELECT * INTO other FROM clients",
            "EXEC sp_who",
            "SELECT id, nome, telefone FROM OPENQUERY(crm, 'DELETE FROM c OUTPUT deleted.*')",
            "SELECT * FROM OPENROWSET('MSOLEDBSQL', 'x', 'EXEC apagar')",
            "SELECT * FROM OpenDataSource('MSOLEDBSQL', 'x').a.b.c",
            "SELECT NEXT VALUE  FOR numeros AS id",
            "",
        ],
    )
    def test_what_is_no_single_select_is_not_run(self, desk, text):
        with pytest.raises(ConfigurationError, match=r"q\.sql"):
            self.query(desk, text)

    def test_words_inside_texts_names_and_comments_are_no_commands(self, desk):
        text = (
            "SELECT 1 AS codigo, 'não delete' AS nome, '11999998888' AS telefone, 1 AS [update], 2"
            ' AS "drop",'
            " REPLACE('a', 'b', 'into') AS exec_date /* exec */ -- don't openquery"
        )
        assert [client.name for client in self.query(desk, text)[0]] == ["não delete"]

    def test_missing_columns_are_named(self, desk):
        with pytest.raises(ConfigurationError) as caught:
            self.query(desk, "SELECT 1 AS codigo")
        assert caught.value.problems == ("no column for name", "no column for phones")


def test_the_order_of_the_desk_is_the_one_that_blocks():
    assert order(weight=3).blocked == ORDER.blocked


@pytest.mark.parametrize("column", ["Bloqueado", "Situação Cadastral", "nao_ligar"])
def test_a_column_of_the_companys_query_that_may_be_the_status_stops_it(desk, tmp_path, column):
    file = tmp_path / "query.sql"
    file.write_text(
        f"SELECT '1' AS id, 'Ana' AS nome, '11999990001' AS fone, 'S' AS \"{column}\"",
        encoding="utf-8",
    )
    repository = desk.repository()
    repository.prepare()
    with pytest.raises(ConfigurationError) as caught:
        clients_of_query(repository, file)
    repository.close()
    assert caught.value.problems == (f"{column}: probably the status",)


def test_the_rows_of_the_companys_query_are_read_without_what_nobody_sees(desk, tmp_path):
    file = tmp_path / "query.sql"
    cells = (
        "'\u200b1\xa0' AS id, 'Ana\u200b' AS nome, '11999990001' AS fone, 'Bloque\u00adado' AS"
        " status"
    )
    server = bool(desk.database.variables.get("DB_SERVER"))
    file.write_text(
        "SELECT " + (re.sub(r"'(?=[^ ,])", "N'", cells) if server else cells), encoding="utf-8"
    )
    repository = desk.repository()
    repository.prepare()
    (client,), rejected = clients_of_query(repository, file)
    repository.close()
    assert (client.external_id, client.name, client.status, rejected) == (
        "1",
        "Ana",
        "Bloqueado",
        [],
    )
