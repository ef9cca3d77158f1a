"""What a cell may be in a key, a phone or a document: what is not known for sure is a rejection
that names the cell.
"""

from datetime import date, datetime

import pytest

from robot.customers.cells import known_cells, shown_cells
from robot.customers.files import Doubtful, Reason, Unreadable
from robot.customers.rows import Refused, layout, normalize_client

HEADERS = ["codigo", "nome", "cpf", "telefone", "valor", "status"]


def rejections(portfolio):
    return portfolio.query("SELECT record_id, reason FROM rejected_records ORDER BY id")


@pytest.mark.parametrize("key", ["7,00001E+15", "1.23457E+15", "1.23457e15", "2E+16", "1,2E-3"])
def test_a_key_that_a_spreadsheet_has_rounded_is_a_rejection(portfolio, key):
    result = portfolio.take(f"codigo;nome;telefone\n{key};Ana;11999990001\n8;Bia;11999990002\n")
    assert portfolio.keys() == ["8"]
    ((reason, hint),) = result.tally.hints.items()
    assert "external_id is a number that lost digits" in reason
    assert "as text" in hint
    assert result.tally.first[reason] == "line 2, column 1 (codigo)"


def test_a_key_that_a_query_gives_rounded_is_a_rejection_too():
    for key in ("7,00001E+15", 7.00001e15):
        read = normalize_client(layout(["codigo", "nome", "fone"]), [key, "Ana", "11999990001"])
        assert "external_id is a number that lost digits" in read.reason


@pytest.mark.parametrize("key", ["1E5", "E+15", "12E34", "A7,1E+15", "7"])
def test_a_key_with_letters_of_its_own_is_a_key(portfolio, key):
    portfolio.take(f"codigo;nome;telefone\n{key};Ana;11999990001\n")
    assert portfolio.keys() == [key]


@pytest.mark.parametrize(
    ("column", "text"), [("cpf", "5,29982E+10"), ("telefone", "1,2E+10"), ("ddd", "1,1E+1")]
)
def test_a_document_or_phone_that_was_rounded_is_a_rejection_even_beside_a_good_one(
    portfolio, column, text
):
    portfolio.take(f"codigo;nome;Celular;{column}\n1;Ana;11999990001;{text}\n")
    assert portfolio.keys() == []
    ((_, reason),) = rejections(portfolio)
    assert "a number that lost digits" in reason


@pytest.mark.parametrize("value", [datetime(2026, 3, 1, 10, 0), date(2026, 3, 1), True, False])
@pytest.mark.parametrize("place", [0, 1, 2, 3, 5])
def test_a_date_or_boolean_where_a_key_name_document_phone_or_status_is_expected_names_its_cell(
    place, value
):
    line: list[object] = ["1", "Ana", "52998224725", "11999990001", "10,00", "ativo"]
    line[place] = value
    read = normalize_client(layout(HEADERS), line)
    assert "boolean where" in read.reason or "date or time where" in read.reason


def test_a_rejection_names_the_sheet_and_the_cell_and_the_way_to_save_the_file_right(portfolio):
    file = portfolio.workbook(
        [HEADERS, ["1", "Ana", None, "11999990001"], ["2", "Bia", None, date(2026, 3, 1)]]
    )
    result = portfolio.take(file)
    assert portfolio.keys() == ["1"]
    ((record_id, reason),) = rejections(portfolio)
    assert record_id == "2"
    if result.table.sheet is not None:  # the reader knows the sheet
        assert "(Carteira!D3, line 3 of clients.xlsx)" in reason
        assert next(iter(result.tally.first.values())) == "Carteira!D3"
    assert "as text" in next(iter(result.tally.hints.values()))


def test_a_cell_that_is_unreadable_refuses_the_line_whatever_its_column():
    of = layout(["codigo", "nome", "fone", "Vendedor"])
    bad = Unreadable(Reason.FORMULA, "Carteira!D7")
    with pytest.raises(Refused) as caught:
        known_cells(of, ("1", "Ana", "11999990001", bad))
    assert (caught.value.place, caught.value.reason) == (3, "a formula without a stored value")
    assert caught.value.hint == Reason.FORMULA.hint
    ignored = layout(["codigo", "nome", "fone", "Vendedor"], {"Vendedor": "ignore"})
    assert known_cells(ignored, ("1", "Ana", "11999990001", bad))[3] is None


@pytest.mark.parametrize(
    ("header", "kept"), [("codigo", False), ("fone", False), ("status", False), ("obs", True)]
)
def test_a_doubtful_cell_is_kept_in_a_note_and_refuses_the_line_elsewhere(header, kept):
    of = layout([header, "Loja"])
    cell = Doubtful("JoÃ£o", Reason.GARBLED, "Carteira!A7")
    if kept:
        assert known_cells(of, (cell, "x")) == ["JoÃ£o", "x"]
    else:
        with pytest.raises(Refused):
            known_cells(of, (cell, "x"))
    assert shown_cells((cell, Unreadable(Reason.ERROR, "A1", "#REF!"))) == ["JoÃ£o", "#REF!"]


def test_a_number_of_a_workbook_that_has_lost_digits_is_no_key(portfolio):
    file = portfolio.workbook(
        [
            HEADERS,
            [7000010000000001024.0, "Ana", None, "11999990001"],
            [8, "Bia", None, 11999990002],
        ]
    )
    portfolio.take(file)
    assert portfolio.keys() == ["8"]
    assert portfolio.client("8")["phones"] == "11999990002"


def test_the_zeros_of_a_document_are_restored_and_told(portfolio):
    file = portfolio.workbook(
        [HEADERS, [1, "Ana", 1234567890, 11999990001], [2, "Bia", 52998224725, 11999990002]]
    )
    result = portfolio.take(file)
    assert (portfolio.client("1")["cpf"], result.tally.zeros) == ("01234567890", 1)


def test_a_company_number_with_letters_is_stored(portfolio):
    portfolio.take("codigo;nome;cnpj;telefone\n1;Loja;12.ABC.345/01DE-35;1133334444\n")
    assert portfolio.client("1")["cpf"] == "12ABC34501DE35"
