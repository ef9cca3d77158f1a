"""Brazilian phones in the writings in which people keep them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot.brazil.phones import UndiallablePhone, _read_with_care, national, read_phones

MOBILE = "11999998888"


@pytest.mark.parametrize(
    "written",
    [
        "11999998888",
        "(11) 99999-8888",
        "11 9 9999 8888",
        "+55 11 99999-8888",
        "5511999998888",
        "0055 11 99999-8888",
        "011999998888",
        "(011) 99999-8888",
        "0 15 11 99999-8888",  # with a carrier
        "01511999998888",
        "0211199998888",  # a carrier, and no ninth digit
        "1199998888",  # from before the ninth digit
        "551199998888",
        "11999998888.0",  # a spreadsheet's number
        "1.1999998888E+10",
        "11999998888 ramal 12",
        "Cel: (11) 99999-8888",
        11999998888,
    ],
)
def test_every_writing_of_a_mobile_is_its_eleven_digits(written):
    assert national(written) == MOBILE


@pytest.mark.parametrize(
    "written",
    ["1133334444", "(11) 3333-4444", "551133334444", "+55 (11) 3333.4444", "0 21 11 3333-4444"],
)
def test_a_fixed_line_has_ten_digits_and_gets_no_ninth(written):
    assert national(written) == "1133334444"


@pytest.mark.parametrize(
    ("written", "number"), [("55999998888", "55999998888"), ("5533334444", "5533334444")]
)
def test_55_may_be_an_area_code(written, number):
    assert national(written) == number


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("99999-8888", "DDD"),  # nine digits: the dialer would take it, and dial wrong
        ("3333-4444", "DDD"),
        ("1234", "too few"),
        ("20999998888", "DDD"),
        ("0800 777 1234", "service"),
        ("0300 777 1234", "service"),
        ("+1 212 555 1212", "another country"),
        ("00 1 212 555 1212", "another country"),
        ("11 1234-5678", "numbering plan"),
        ("1,2E+10", "scientific"),
        ("1199999888811988887777", "too many"),
        ("sem telefone", "no digits"),
    ],
)
def test_what_cannot_be_dialled_says_why_and_never_shows_the_number(written, why):
    with pytest.raises(UndiallablePhone, match=why) as caught:
        national(written)
    assert not any(
        part in str(caught.value) for part in ("99998888", "9999-8888", "7771234", "12345678")
    )


@pytest.mark.parametrize(
    "cell",
    [
        "11999998888;2133334444",
        "11999998888 / 2133334444",
        "(11) 99999-8888, (21) 3333-4444",
        "11999998888 e 21 3333-4444",
        "11 99999-8888 ou 21 3333-4444",
        "11999998888 2133334444",
        "(11) 99999-8888 (21) 3333-4444",
        "11999998888\n2133334444\n11 99999 8888",
        "11999998888|2133334444",
    ],
)
def test_several_numbers_in_one_cell_are_each_found_once(cell):
    assert read_phones(cell).numbers == ("11999998888", "2133334444")
    assert read_phones(cell).problems == ()


def test_a_cell_gives_what_can_be_dialled_and_a_reason_for_what_cannot():
    read = read_phones("11999998888; 9999")
    assert read.numbers == (MOBILE,)
    assert len(read.problems) == 1


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "99999-8888 11",
            "99999-8888 (11)",
            "999998888 11",
            "33334444-11",
            "3333-4444 (11)",
            "55 3333-4444 11",
        ),
        *("99999-8888 011", "9 9999 8888, 11", "99999-8888/11", "Cel 99999-8888 DDD 11"),
    ],
)
def test_an_area_code_behind_its_number_is_never_dialled_as_another_number(cell):
    """99 99988-8811 would be a stranger in Maranhão."""
    read = read_phones(cell)
    assert read.numbers == ()
    assert read.problems


@given(
    st.sampled_from(["11", "21", "55", "99", "47"]),
    st.sampled_from(
        ["99999-8888", "9 9999 8888", "99999.8888", "3333-4444", "33334444", "999998888"]
    ),
    st.sampled_from([" ", "-", " - ", " (", ".", " ddd "]),
)
def test_no_order_of_area_code_and_number_gives_a_stranger(area, number, between):
    digits = "".join(filter(str.isdigit, number))
    assert set(read_phones(f"{number}{between}{area}").numbers) <= {area + digits}
    assert read_phones(f"({area}) {number}").numbers == (area + digits,)


@pytest.mark.parametrize("cell", [None, "", " ", "-", " ; / "])
def test_an_empty_cell_has_neither(cell):
    assert read_phones(cell) == read_phones("")


@given(st.text(max_size=40))
def test_no_text_breaks_it_and_whatever_is_found_is_10_or_11_national_digits(text):
    for number in read_phones(text).numbers:
        assert number.isascii()
        assert number.isdecimal()
        assert len(number) in {10, 11}
        assert national(number) == number


@given(
    st.integers(10, 99),
    st.sampled_from(["9", ""]),
    st.from_regex(r"[0-9]{8}", fullmatch=True),
    st.sampled_from(
        [
            "{0}{1}{2}{3}",
            "({0}) {1}{2}-{3}",
            "{0} {1}{2} {3}",
            "({0}){1}{2}{3}",
            "{0} {1}{2}-{3}",
            "({0} {1}{2}{3}",
        ]
    ),
)
def test_the_quick_way_for_plain_numbers_says_what_the_careful_one_does(area, ninth, number, form):
    text = form.format(area, ninth, number[:4], number[4:])
    assert read_phones(text) == _read_with_care(text)
