"""Characters that nobody sees make no second customer, no name, and let nobody who is blocked be
called.
"""

import pytest

from robot.customers.headers import layout

TEXT = (
    "\u200bcodigo;nome\xa0;cpf;telefone;valor\n"
    "\u200b1;Ana\u200b;;11\xa099999\u20110001;1,00\n"
    "1;Ana;;11999990001;1,00\n"
    "\xa02\xa0;\xa0Bia\xa0;;\u202a11999990002\u202c;R$\xa02,00\n"
    "3\u200b;\u200b;;11999990003;1,00\n"
)


def test_keys_names_phones_and_amounts_are_read_without_what_nobody_sees(portfolio):
    result = portfolio.take(TEXT)
    assert portfolio.keys() == ["1", "2"]
    assert (portfolio.client("1")["name"], portfolio.client("1")["phones"]) == (
        "Ana",
        "11999990001",
    )
    assert (portfolio.client("2")["name"], portfolio.client("2")["open_amount"]) == ("Bia", "2.00")
    assert dict(result.tally.reasons) == {"the client has no name": 1}


@pytest.mark.parametrize("key", ["\u200b7", "7\u00ad", "\ufeff7", "７", " 7 ", "7\u2060"])
def test_a_key_is_found_again_in_any_writing(portfolio, key):
    portfolio.take("codigo;nome;telefone\n7;Ana;11999990001\n")
    portfolio.take(f"codigo;nome;telefone\n{key};Ana Maria;11999990001\n")
    assert portfolio.keys() == ["7"]
    assert portfolio.client("7")["name"] == "Ana Maria"


@pytest.mark.parametrize("header", ["\ufeffcodigo", "co\u00addigo", "ｃｏｄｉｇｏ", "codigo\u200b"])
def test_a_header_is_found_in_any_writing(header):
    assert layout([header]).columns == ("external_id",)


def test_a_status_in_odd_writing_is_stored_as_it_is_compared(portfolio):
    portfolio.take(
        "codigo;nome;telefone;status\n1;Ana;11999990001;Bloque\u00adado\u200b\n2;Bia;11999990002;Ｂloqueado\n"
    )
    assert [portfolio.client(key)["status"] for key in "12"] == ["Bloqueado", "Bloqueado"]
