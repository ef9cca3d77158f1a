"""A line of a clients' file becomes a row, or says why not."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot.brazil.money import money, read_money
from robot.cells.rejection import Rejection
from robot.cells.tables import CLIENTS
from robot.customers.rows import layout, normalize_client

HEADERS = [
    "Código",
    "Nome do Cliente",
    "CPF/CNPJ",
    "Telefone 1",
    "Telefone 2",
    "Valor em Aberto",
    "UF",
    "Credor",
    "Situação",
]
LINE = [
    "7",
    "João da Silva",
    "529.982.247-25",
    "(11) 99999-8888",
    "21 3333-4444",
    "1.150,00",
    "sp",
    "Banco A",
    "ativo",
]


def row_of(headers, cells):
    read = normalize_client(layout(headers), cells)
    assert not isinstance(read, Rejection), read
    return {**CLIENTS.named(read.row), "row_hash": read.row.hash}


def reason_of(headers, cells):
    read = normalize_client(layout(headers), cells)
    assert isinstance(read, Rejection)
    return read.reason


def test_headers_in_portuguese_are_recognised():
    row = row_of(HEADERS, LINE)
    assert row["external_id"] == "7"
    assert row["name"] == "João da Silva"
    assert row["cpf"] == "52998224725"
    assert row["phones"] == "11999998888;2133334444"
    assert row["open_amount"] == "1150.00"
    assert (row["uf"], row["creditor"], row["status"]) == ("SP", "Banco A", "ativo")
    assert row["extra"] is None


@pytest.mark.parametrize(
    ("header", "column"),
    [
        *(
            ("ID", "external_id"),
            ("cod_cliente", "external_id"),
            ("NOME COMPLETO", "name"),
            ("Razão Social", "name"),
        ),
        *(
            ("Celular", "phones"),
            ("fone_2", "phones"),
            ("WhatsApp", "phones"),
            ("E-mail", "email"),
            ("Saldo Devedor", "open_amount"),
        ),
        *(
            ("Endereço", "address"),
            ("Observações", "notes"),
            ("ESTADO", "uf"),
            ("phones", "phones"),
            ("creditor", "creditor"),
        ),
        ("Nome da Mãe", None),
    ],
)
def test_a_header_is_met_in_any_writing(header, column):
    assert layout([header]).columns == (column,)


def test_what_has_no_column_is_kept_in_extra():
    row = row_of([*HEADERS, "Nome da Mãe"], [*LINE, "Ana"])
    assert json.loads(row["extra"]) == {"Nome da Mãe": "Ana"}


def test_a_cell_below_a_blank_header_is_kept_in_extra():
    assert json.loads(row_of(["id", "nome", " ", "Fone"], ["1", "A", "VIP", ""])["extra"]) == {
        "column 3": "VIP"
    }
    assert row_of(["id", "nome", "", "Fone"], ["1", "A", "", ""])["extra"] is None


def test_columns_of_the_same_header_do_not_take_each_others_place():
    headers = ["id", "nome", "Nome", "Nome", "Vendedor", "Vendedor"]
    extra = row_of(headers, ["1", "A", "B", "C", "X", "Y"])["extra"]
    assert json.loads(extra) == {"Nome": "B", "Nome (2)": "C", "Vendedor": "X", "Vendedor (2)": "Y"}
    rejected = normalize_client(layout(["id", "nome", "Fone", "Fone"]), ["1", "A", "123", "456"])
    assert isinstance(rejected, Rejection)
    assert json.loads(rejected.payload) == {
        "id": "1",
        "nome": "A",
        "Fone": "123",
        "Fone (2)": "456",
    }


def test_a_ddd_column_belongs_to_its_phone():
    assert (
        row_of(["id", "nome", "DDD", "Telefone"], ["1", "A", "11", "99999-8888"])["phones"]
        == "11999998888"
    )
    headers = ["id", "nome", "DDD1", "Fone1", "DDD2", "Fone2"]
    assert (
        row_of(headers, ["1", "A", "11", "33334444", "21", "33334444"])["phones"]
        == "1133334444;2133334444"
    )


def test_a_phone_that_cannot_be_dialled_beside_one_that_can_is_kept_in_extra():
    row = row_of(["id", "nome", "fone1", "fone2"], ["1", "A", "11999998888", "9999"])
    assert row["phones"] == "11999998888"
    assert "9999" in row["extra"]


def test_a_client_without_any_phone_is_a_client():
    assert row_of(["id", "nome", "fone"], ["1", "A", ""])["phones"] is None


def test_the_same_line_has_the_same_hash_and_another_line_another():
    changed = [*LINE[:5], "1.150,01", *LINE[6:]]
    assert (
        row_of(HEADERS, LINE)["row_hash"]
        == row_of(HEADERS, LINE)["row_hash"]
        != row_of(HEADERS, changed)["row_hash"]
    )


@pytest.mark.parametrize(
    ("place", "value", "why"),
    [
        (0, "", "no external_id"),
        (0, "x" * 51, "longer than 50"),
        (1, " ", "no name"),
        (2, "529.982.247-24", "CPF"),
        (5, "dez reais", "amount"),
        (5, "1,150", "ambiguous"),
        (6, "XX", "UF"),
    ],
)
def test_a_line_that_cannot_become_a_row_says_why_and_keeps_everything(place, value, why):
    line = list(LINE)
    line[place] = value
    read = normalize_client(layout(HEADERS), line)
    assert isinstance(read, Rejection)
    assert why in read.reason
    assert "(11) 99999-8888" in read.payload
    assert "99999" not in read.reason


def test_no_diallable_phone_among_those_given_is_a_rejection():
    assert "area code" in reason_of(["id", "nome", "fone"], ["1", "A", "99999-8888"])


def test_a_line_with_more_cells_than_headers_is_a_rejection():
    assert "more cells" in reason_of(["id", "nome"], ["1", "A", "B"])


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        *(
            ("1.150,00", "1150.00"),
            ("R$ 1.150,00", "1150.00"),
            ("1150", "1150.00"),
            ("1150.5", "1150.50"),
            ("1.150", "1150.00"),
        ),
        *(
            ("1.150.000", "1150000.00"),
            ("1,150.00", "1150.00"),
            ("150,5", "150.50"),
            ("-5,00", "-5.00"),
            ("0", "0.00"),
        ),
    ],
)
def test_money_as_people_write_it(text, amount):
    assert money(text) == amount


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        *(
            (150.125, "150.13"),
            (99.375, "99.38"),
            (1234.567, "1234.57"),
            (1150.5, "1150.50"),
            (1e-7, "0.00"),
            (-0.001, "0.00"),
        ),
        *(
            (Decimal("150.000"), "150.00"),
            (Decimal("150.0000"), "150.00"),
            (Decimal("1E+3"), "1000.00"),
            (1150, "1150.00"),
        ),
        *(
            ("0.125", "0.13"),
            ("012.345", "12.35"),
            ("150.125,50", "150125.50"),
            ("1 150,00", "1150.00"),
            (".5", "0.50"),
        ),
        *(
            ("-R$ 5,00", "-5.00"),
            ("R$ -5,00", "-5.00"),
            ("R$1.150", "1150.00"),
            ("000150.00", "150.00"),
            (",5", "0.50"),
        ),
    ],
)
def test_a_number_is_what_it_is_and_a_text_is_read_to_the_letter(value, amount):
    assert money(value) == amount


@pytest.mark.parametrize(
    "value",
    [
        *(
            "1e3",
            "1_000",
            "1R0",
            "1 2",
            "1,150",
            "1,2,3",
            "1.15.000",
            "(5,00)",
            "5-",
            "--5",
            "1.150,00 D",
            "1.2.3,4",
            "١٢٣",
        ),
        *(
            "nan",
            "Infinity",
            "",
            "R$",
            "12 345 6",
            "0.125,00",
            "1.150.00",
            True,
            float("nan"),
            float("inf"),
            10**13,
            None,
        ),
    ],
)
def test_what_has_two_readings_or_none_is_no_amount(value):
    with pytest.raises(ValueError, match="amount"):
        money(value)


@given(st.decimals(min_value=Decimal("-1e12"), max_value=Decimal("1e12"), places=2))
def test_an_amount_comes_back_whole_from_every_writing(amount):
    english = f"{amount:,.2f}"
    brazilian = english.translate(str.maketrans(",.", ".,"))
    plain = "0.00" if not amount else f"{amount:.2f}"
    for written in (
        amount,
        float(amount),
        str(amount),
        f"{amount:.2f}".replace(".", ","),
        english,
        brazilian,
    ):
        assert read_money(written) == (plain, True)


@pytest.mark.parametrize(
    ("cell", "kept"), [(150.125, "150.125"), (Decimal("99.999"), "99.999"), (0.1 + 0.2, None)]
)
def test_what_an_amount_loses_by_rounding_is_kept_in_extra(cell, kept):
    read = normalize_client(layout(["id", "nome", "valor"]), ["1", "A", cell])
    cells = CLIENTS.named(read.row)
    assert (json.loads(cells["extra"]) if cells["extra"] else None) == (
        kept and {"open_amount": kept}
    )
    assert read.overflows == (1 if kept else 0)


def test_an_emoji_counts_twice_in_the_id_of_a_rejection():
    rejected = normalize_client(layout(["id", "nome"]), ["\N{GRINNING FACE}" * 200, "A"])
    assert isinstance(rejected, Rejection)
    assert len((rejected.record_id or "").encode("utf-16-le")) == 2 * 254


@given(
    st.lists(
        st.one_of(
            st.none(),
            st.text(max_size=20),
            st.integers(),
            st.floats(),
            st.booleans(),
            st.decimals(),
        ),
        max_size=10,
    )
)
def test_any_cells_give_a_row_or_a_rejection(cells):
    read = normalize_client(layout(HEADERS), cells)
    assert isinstance(read, Rejection) or len(read.row.cells) == len(CLIENTS.row_columns)
