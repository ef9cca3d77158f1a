"""Other people's words never act: on a terminal, in a log, in a chat."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot.runtime.escaping import escape, printable
from robot.runtime.masking import mask

ANYTHING = st.text(
    st.characters() | st.sampled_from("\n\r\t\x1b\x7f\x85\x9b\u202e\u2028\ufeff<>@[]():/\\&"),
    max_size=60,
)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (
            "O campo per_page é inválido: 5 > 3 & mais",
            r"O campo per_page é inválido: 5 \u003e 3 & mais",
        ),
        ("a\x1b[31mb\x9b0mc\x07\x08\x00\x7f", r"a\u001b[31mb\u009b0mc\u0007\b\u0000\u007f"),
        ("x\r\n2026-09-15 10:00:00 INFO [1] forged", r"x\r\n2026-09-15 10:00:00 INFO [1] forged"),
        ("a\u2028b\u2029c\x85d\x0be\x0cf", r"a\u2028b\u2029c\u0085d\u000be\ff"),
        (
            "abc\u202edcba\u2066x\u2069\u200b\u200f\ufeff\u00ad",
            r"abc\u202edcba\u2066x\u2069\u200b\u200f\ufeff\u00ad",
        ),
        ("\ud800 \U000e0041", r"\ud800 \udb40\udc41"),
        ("<!channel> <@U123> <https://evil.example|click>", None),
        ("[click](https://evil.example) ![x](//evil)", None),
        ("@channel @here (@all)", r"\u0040channel \u0040here (\u0040all)"),
        ("https://evil.example HTTP://EVIL www.evil.example mailto:a@b.example", None),
        (
            "ana@example.com 1\xa0000 R$ 5,00 – ok ✓ 😀",
            "ana@example.com 1\xa0000 R$ 5,00 – ok ✓ 😀",
        ),
    ],
)
def test_words_are_shown_by_what_they_are(words, shown):
    told = escape(words)
    if shown is not None:
        assert told == shown
    for sign in ("<", ">", "](", "://", "www.", "mailto:"):
        assert sign not in told


@given(ANYTHING)
def test_no_character_that_does_something_is_left(words):
    for sign in escape(words):
        assert unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
        assert sign not in "<>\n\r"


@given(ANYTHING)
def test_words_are_one_line_however_lines_are_counted(words):
    assert len(f"x{escape(words)}".splitlines()) == 1


@given(ANYTHING)
def test_escaping_twice_changes_nothing_more(words):
    once = escape(words)
    assert escape(once) == printable(once) == escape(once, own=True) == once


@given(ANYTHING)
def test_a_text_of_the_robot_keeps_its_lines(text):
    assert printable(text).count("\n") == escape(text, own=True).count("\n") == text.count("\n")


@given(ANYTHING)
def test_what_stands_in_json_is_the_same_when_it_is_read_back(text):
    written = json.dumps({"x": text}, ensure_ascii=False)
    try:
        assert json.loads(printable(written)) == {"x": text}
    except AssertionError:  # two lone surrogates that stand together are a pair when they are read
        assert any(unicodedata.category(sign) == "Cs" for sign in text)


@given(ANYTHING)
def test_whatever_is_masked_is_printable(text):
    assert mask(text) == printable(mask(text))


def test_words_without_anything_odd_stay_as_they_are():
    text = "Acesso negado: o usuário não pode listar chamadas; fale com o gestor (ramal 12)."
    assert escape(text) == text
