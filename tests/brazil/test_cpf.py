"""CPF and CNPJ: their check digits."""

import pytest

from robot.brazil.cpf import InvalidDocument, read_document


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("529.982.247-25", "52998224725"),
        ("52998224725", "52998224725"),
        (" 529 982 247 25 ", "52998224725"),
        ("52998224725.0", "52998224725"),
        ("00000000191", "00000000191"),
        ("1234567890", "01234567890"),  # a spreadsheet has eaten the zero
        ("11.222.333/0001-81", "11222333000181"),
        ("12.abc.345/01de-35", "12ABC34501DE35"),  # the example of the Receita Federal
    ],
)
def test_what_is_right_comes_back_without_punctuation(written, read):
    assert read_document(written).number == read


@pytest.mark.parametrize(
    ("written", "zeros"),
    [
        ("52998224725", 0),
        ("1234567890", 1),
        ("191", None),
        ("00000000191", 0),
        ("11222333000181", 0),
    ],
)
def test_leading_zeros_that_were_restored_are_told(written, zeros):
    if zeros is None:
        with pytest.raises(InvalidDocument):
            read_document(written)
    else:
        assert read_document(written).zeros == zeros


@pytest.mark.parametrize("written", ["5,29982E+10", "5.2998224725E+10", "1,12223E+13"])
def test_a_number_in_scientific_notation_is_no_document(written):
    with pytest.raises(InvalidDocument, match="scientific"):
        read_document(written)


@pytest.mark.parametrize(
    "written",
    ["529.982.247\u201125", "5299822\u200b4725", "\uff15\uff12\uff19.982.247-25", "529_982_247_25"],
)
def test_a_document_is_read_in_any_writing(written):
    assert read_document(written).number == "52998224725"


def test_any_company_number_of_the_new_kind_is_checked_by_its_letters():
    assert read_document("12.ABC.345/01DE-35").number == "12ABC34501DE35"
    with pytest.raises(InvalidDocument, match="check digits"):
        read_document("12.ABD.345/01DE-35")


@pytest.mark.parametrize(
    "written",
    [
        "529.982.247-24",
        "111.111.111-11",
        "11.222.333/0001-80",
        "12ABC34501DE36",
        "123",
        "",
        "529982247251234",
        "ABC",
    ],
)
def test_what_is_wrong_is_told_and_not_shown(written):
    with pytest.raises(InvalidDocument) as caught:
        read_document(written)
    assert not written or written not in str(caught.value)


def test_one_wrong_digit_is_always_found():
    right = "52998224725"
    for place in range(11):
        for digit in "0123456789":
            if digit != right[place]:
                with pytest.raises(InvalidDocument):
                    read_document(right[:place] + digit + right[place + 1 :])
