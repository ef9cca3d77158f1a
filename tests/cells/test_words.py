"""One form for keys, names and compared words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot.cells.words import canonical, compared, guarded, listed

INVISIBLE = [
    "\u200b",
    "\u200d",
    "\u00ad",
    "\ufeff",
    "\u2060",
    "\u202a",
    "\u202c",
    "\u200e",
    "\ufe0f",
    "\u3164",
    "\x7f",
]


@pytest.mark.parametrize("sign", INVISIBLE)
def test_a_character_that_nobody_sees_is_no_part_of_a_word(sign):
    assert canonical(f"{sign}Ana{sign} Sil{sign}va") == "Ana Silva"
    assert canonical(sign) == ""


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("\xa01\xa0", "1"),
        ("\uff22loqueado", "Bloqueado"),
        ("e\u0301", "é"),
        (" a\tb ", "a\tb"),
        ("a\u200b\u0301", "á"),
    ],
)
def test_a_text_has_one_canonical_form(written, form):
    assert canonical(written) == form


@given(st.text())
def test_a_canonical_text_stays_as_it_is(text):
    assert canonical(canonical(text)) == canonical(text)
    assert compared(compared(text)) == compared(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Banco\xa0X", "BANCO  x"),
        ("STRASSE", "straße"),
        ("Bloque\u00adado", "bloqueado"),
        ("Ａ", "a"),
    ],
)
def test_words_are_compared_without_case_and_without_what_nobody_sees(one, other):
    assert compared(one) == compared(other)


def test_words_with_other_accents_are_other_words_but_not_where_they_protect():
    assert compared("Itaú") != compared("Itau")
    assert guarded("NAO LIGAR.") == guarded("não ligar")
    assert guarded("Bloqueado\u200b") == guarded("bloqueado")
    assert guarded("!") == "!"


def test_a_list_of_words_may_use_commas_and_semicolons():
    assert listed("bloqueado;acordo, não ligar ;;\u200b") == ("bloqueado", "acordo", "não ligar")
