"""`mailing_data` of a call → a row of mailing_data: the customer's own CSV headers, in all their
spellings.
"""

import json
from pathlib import Path

import pytest

from robot.cells.tables import CALLS, MAILING_DATA
from robot.threec.call_rows import CallRows, normalize_call

EXAMPLE = json.loads((Path(__file__).parent / "data" / "call.json").read_text("utf-8"))


def normalized(mailing_data) -> CallRows:
    rows = normalize_call({**EXAMPLE, "mailing_data": mailing_data})
    assert isinstance(rows, CallRows), rows
    return rows


def mailing(data=None, **changes):
    """The columns of the example's mailing row, with this `data` and these fields changed."""
    base = EXAMPLE["mailing_data"]
    rows = normalized({**base, **changes, "data": base["data"] if data is None else data})
    assert rows.mailing is not None
    return MAILING_DATA.named(rows.mailing)


def test_the_example_fills_every_column():
    row = mailing()
    assert row == {
        "_id": "68aa",
        "call_id": "68766059ca163b357203b901",
        "identifier": "12345678000199",
        "campaign_id": 5,
        "company_id": 10,
        "list_id": 99,
        "uf": "SP",
        "phone": "5511999998888",
        "dialed_phone": 1,
        "dialed_identifier": 1,
        "on_calling": 0,
        "column_position": 1,
        "row_position": 42,
        "estrategia": "X",
        "razao_social": "EMPRESA LTDA",
        "nome_fantasia": "EMPRESA",
        "valor_conta": "150,00",
        "cidade": "São Paulo",
        "cep": "01000-000",
        "uf_mailing": "SP",
        "socio": "João",
        "extra": None,
    }


@pytest.mark.parametrize("nothing", [None, [], "", {}])
def test_a_call_may_have_no_mailing_data(nothing):
    rows = normalized(nothing)
    assert rows.mailing is None
    assert rows.overflows == 0


@pytest.mark.parametrize("other", ["text", 5, True, [{"identifier": "1"}]])
def test_mailing_data_of_another_shape_is_kept_in_the_extra_of_the_call(other):
    rows = normalized(other)
    assert rows.mailing is None
    assert json.loads(str(CALLS.cell(rows.call, "extra")))["mailing_data"] == other
    assert rows.overflows == 1


@pytest.mark.parametrize("nothing", [[], None, "", {}])
def test_mailing_data_may_have_no_columns_of_the_customer(nothing):
    rows = normalized({**EXAMPLE["mailing_data"], "data": nothing})
    assert rows.mailing is not None
    row = MAILING_DATA.named(rows.mailing)
    assert (row["identifier"], row["cidade"], row["extra"]) == ("12345678000199", None, None)


@pytest.mark.parametrize("other", ["text", ["a", "b"], 5])
def test_columns_of_another_shape_are_kept_in_extra(other):
    assert json.loads(mailing(data=other)["extra"]) == {"data": other}


@pytest.mark.parametrize(
    "header",
    [
        "RAZAO SOCIAL",
        "razao_social",
        "Razão Social",
        " RAZÃO  SOCIAL ",
        "RazaoSocial",
        "_Razão_Social",
        "Raza\u0303o Social",
    ],
)
def test_a_header_is_known_by_its_letters_alone(header):
    row = mailing(data={header: "EMPRESA"})
    assert (row["razao_social"], row["extra"]) == ("EMPRESA", None)


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("Estratégia", "estrategia"),
        ("NOME FANTASIA", "nome_fantasia"),
        ("Valor_Conta", "valor_conta"),
        ("Cidade", "cidade"),
        ("cep", "cep"),
        ("uf", "uf_mailing"),
        ("Sócio ", "socio"),
    ],
)
def test_each_header_has_its_column(header, column):
    assert mailing(data={header: "x"})[column] == "x"


def test_the_uf_of_the_contact_and_the_uf_of_the_mailing_are_two_columns():
    row = mailing(data={"UF": "RJ"})
    assert (row["uf"], row["uf_mailing"]) == ("SP", "RJ")


def test_other_headers_are_kept_under_data_as_they_are_written():
    row = mailing(
        data={
            "Receita ": "10",
            "CIDADE": "Itu",
            "Obs": {"a": [1]},
            "Vazio": "",
            "Nulo": None,
            "UF_MAILING": "x",
        }
    )
    assert json.loads(row["extra"]) == {
        "data": {"Receita ": "10", "Obs": {"a": [1]}, "UF_MAILING": "x"}
    }
    assert row["cidade"] == "Itu"


def test_of_two_headers_for_one_column_the_first_that_is_not_empty_wins():
    row = mailing(data={"Cidade": "", "CIDADE": "Itu", "cidade ": "Salto"})
    assert row["cidade"] == "Itu"
    assert json.loads(row["extra"]) == {"data": {"cidade ": "Salto"}}


def test_values_may_be_numbers():
    row = mailing(data={"CEP": 1000000, "VALOR CONTA": 150.5, "SOCIO": True})
    assert (row["cep"], row["valor_conta"], row["socio"]) == ("1000000", "150.5", "true")


def test_what_does_not_fit_is_cut_and_whole_in_extra_under_its_own_header():
    long_identifier = "9" * 190
    rows = normalized(
        {
            **EXAMPLE["mailing_data"],
            "identifier": long_identifier,
            "data": {"Cep ": "0" * 30, "UF": "SP"},
        }
    )
    assert rows.mailing is not None
    row = MAILING_DATA.named(rows.mailing)
    assert (row["identifier"], row["cep"]) == ("9" * 50, "0" * 20)
    assert json.loads(row["extra"]) == {"identifier": long_identifier, "data": {"Cep ": "0" * 30}}
    assert rows.overflows == 2


def test_a_phone_in_a_column_of_numbers_is_kept_in_extra():
    row = mailing(dialed_phone=5511999998888)
    assert row["dialed_phone"] is None
    assert json.loads(row["extra"]) == {"dialed_phone": 5511999998888}


def test_fields_without_a_column_are_kept_by_their_names():
    row = mailing(id="theirs", call_id="theirs too", weight=3, empty=None)
    assert row["call_id"] == EXAMPLE["id"]
    assert json.loads(row["extra"]) == {"id": "theirs", "call_id": "theirs too", "weight": 3}


def test_nul_characters_in_headers_and_values_are_removed():
    row = mailing(data={"CI\x00DADE": "I\x00tu", "x\x00": "y\x00"})
    assert row["cidade"] == "Itu"
    assert json.loads(row["extra"]) == {"data": {"x": "y"}}
