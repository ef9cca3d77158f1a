"""Columns of cells that are written plainly, each read as a whole.

None stands for an empty cell, ODD for one that is not plain: `row_cells` reads that one with care.
tests/customers/test_quick_lines.py compares both, cell by cell. Justified by benchmarks/files.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from itertools import product
from types import NoneType

from robot.brazil.phones import plain_numbers, read_phones
from robot.brazil.states import STATES
from robot.cells.words import is_canonical
from robot.customers.files import Doubtful, Unreadable
from robot.customers.row_cells import is_scientific, plain

ODD = "\x01"  # no text holds it: `plain` takes it out
Texts = Sequence[str]
Found = list[str | None]

_AMOUNT = re.compile(r"(?:R\$ ?)?(0|[1-9][0-9]{0,8}|[1-9][0-9]{0,2}(?:\.[0-9]{3}){1,2}),([0-9]{2})")
_POINT = re.compile(r"(0|[1-9][0-9]{0,8})(?:\.([0-9]{2}))?")
_AMOUNTS = re.compile(r"(?:(?:(?:0|[1-9][0-9]{0,8})[.,][0-9]{2})?\n)*+")  # most columns as a whole
_EXACT = 10.0**12  # below it a number with two decimals has fifteen digits


def texts_of(cells: Sequence[object], *, typed: bool) -> list[str]:
    """The cells as texts in their canonical form, empty where there is nothing.

    `typed`: of a column in which no date or boolean may stand.
    """
    kinds = set(map(type, cells))
    if kinds <= {str, NoneType}:
        texts: list[str] = [cell or "" for cell in cells]  # type: ignore[misc]
        if is_canonical("".join(texts)):
            return [*map(str.strip, texts)]
        return [plain(text) if text else "" for text in texts]
    if kinds <= {int, NoneType}:
        return ["" if cell is None else str(cell) for cell in cells]
    return [_text(cell, typed=typed) for cell in cells]


def _text(cell: object, *, typed: bool) -> str:
    if cell is None:
        return ""
    kind = type(cell)
    if kind is Unreadable or kind is Doubtful or (typed and kind is not str and kind is not int):
        return ODD
    return plain(cell)


def short(texts: Texts, most: int) -> Found:
    """Texts of at most so many characters."""
    if len(max(texts, key=len)) <= most:
        return [text or None for text in texts]
    return [(text or None) if len(text) <= most else ODD for text in texts]


def keys(texts: Texts, most: int) -> Found:
    """Keys: none is missing, and none is a number that lost digits."""
    return [
        text if text and len(text) <= most and not is_scientific(text) else ODD for text in texts
    ]


def states(texts: Texts) -> Found:
    """Brazil's, by their two letters."""
    return [
        (state if (state := text.upper()) in STATES else ODD) if text else None for text in texts
    ]


def phones(texts: Texts) -> Found:
    """The numbers of a cell, with their area codes; several are joined by `;`."""
    if (numbers := plain_numbers(texts)) is not None:
        return [number or None for number in numbers]
    found: Found = []
    for text in texts:
        if not text:
            found.append(None)
            continue
        read = read_phones(text)
        found.append(";".join(read.numbers) if read.numbers and not read.problems else ODD)
    return found


def amounts(cells: Sequence[object], texts: Texts) -> Found:
    """`1.150,00`, `1150.00`, `1150`, and numbers of a spreadsheet with two decimals at most."""
    if set(map(type, cells)) <= {str, NoneType} and (
        lines := _AMOUNTS.fullmatch("".join([f"{text}\n" for text in texts]))
    ):
        return [amount or None for amount in lines[0].replace(",", ".").split("\n")[:-1]]
    return [
        (_amount(text) if type(cell) is str else _number(cell)) if text else None
        for cell, text in zip(cells, texts, strict=True)
    ]


def _amount(text: str) -> str:
    if match := _AMOUNT.fullmatch(text):
        return f"{match[1].replace('.', '')}.{match[2]}"
    if match := _POINT.fullmatch(text):
        return f"{match[1]}.{match[2] or '00'}"
    return ODD


def _number(cell: object) -> str:
    if isinstance(cell, float | int) and not isinstance(cell, bool) and 0 <= cell < _EXACT:
        text = f"{abs(cell):.2f}"  # never -0.00
        if float(text) == cell:
            return text
    return ODD


# -- documents: the check digits by tables of three digits at once

_NOBODYS = frozenset(digit * length for digit in "0123456789" for length in (11, 14))


def documents(texts: Texts) -> Found:
    """A CPF or CNPJ of digits, with all its zeros, with or without the usual signs."""
    read = _document_reader()
    return [read(text) if text else None for text in texts]


@cache
def _document_reader() -> Callable[[str], str]:
    cpf = _tables(range(10, 1, -1), range(11, 2, -1))
    cnpj = _tables((5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2), (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3))
    (cpf_1, cpf_2, cpf_3), (cnpj_1, cnpj_2, cnpj_3, cnpj_4) = cpf, cnpj
    checks = [_check_digits(sums) for sums in range(len(cnpj) * 1010 + 1)]

    def document(text: str) -> str:
        length = len(text)
        if length == 14 and text[3] == text[7] == "." and text[11] == "-":
            text = f"{text[:3]}{text[4:7]}{text[8:11]}{text[12:]}"
            length = 11
        elif length == 18 and text[2] == text[6] == "." and text[10] == "/" and text[15] == "-":
            text = f"{text[:2]}{text[3:6]}{text[7:10]}{text[11:15]}{text[16:]}"
            length = 14
        try:
            if length == 11:
                sums = cpf_1[text[:3]] + cpf_2[text[3:6]] + cpf_3[text[6:9]]
                return text if checks[sums] == text[9:] and text not in _NOBODYS else ODD
            if length == 14:
                sums = cnpj_1[text[:3]] + cnpj_2[text[3:6]] + cnpj_3[text[6:9]] + cnpj_4[text[9:12]]
                return text if checks[sums] == text[12:] and text not in _NOBODYS else ODD
        except KeyError:  # a letter
            pass
        return ODD

    return document


def _tables(first: Sequence[int], second: Sequence[int]) -> list[dict[str, int]]:
    """For each group of three digits what it adds to both sums, modulo 11.

    To the first sum a hundredfold.
    """
    groups = ["".join(digits) for digits in product("0123456789", repeat=3)]

    def adds(group: str, weights: Sequence[int]) -> int:
        return sum(int(digit) * weight for digit, weight in zip(group, weights, strict=True)) % 11

    return [
        {
            group: 100 * adds(group, first[n : n + 3]) + adds(group, second[n : n + 3])
            for group in groups
        }
        for n in range(0, len(first), 3)
    ]


def _check_digits(sums: int) -> str:
    """Both, the second of which counts the first one twice."""
    first = -(sums // 100) % 11 % 10
    return f"{first}{-(sums % 100 + 2 * first) % 11 % 10}"
