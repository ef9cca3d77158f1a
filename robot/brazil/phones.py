"""Brazilian phone numbers in any writing → 10 or 11 national digits, as the dialer wants them.

The dialer takes national numbers without 55; one of nine digits imports and then dials wrong
(measured in production). Google's `phonenumbers` knows which area codes and ranges exist, and the
carrier codes that people write before a number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumber, PhoneNumberType

_BETWEEN = re.compile(r"[;,/|\n\r\t]+|\s+(?:e|ou|and|or)\s+", re.IGNORECASE)
_EXTENSION = re.compile(r"\s*(?:ramal|ram\.?|r\.|ext\.?|x)\s*:?\s*\d+\s*$", re.IGNORECASE)
_FLOAT = re.compile(r"\d+\.0+")
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?e\+?\d+", re.IGNORECASE)
_MANY = re.compile(r"(?<=\d{4})\s+(?=(?:\+?55\s*)?\(?\d{2}\)?\s*9?\d{4})")
_NO_AREA = {20, 23, 25, 26, 29, 30, 36, 39, 40, 50, 52, 56, 57, 58, 59, 60, 70, 72, 76, 78, 80, 90}
_AREA_CODES = frozenset(str(code) for code in range(11, 100) if code not in _NO_AREA)
# Nearly every number: area code and number with the usual signs between them. The numbering plan is
# the library's own; its functions would take ten times as long to say the same
# (tests/brazil/test_phones.py compares).
_PLAIN = r"\(?(?:[1-9][1-9])\)? ?(?:9[0-9]{4}|[2-5][0-9]{3})[- ]?[0-9]{4}"
_ONE, _LINES = re.compile(_PLAIN), re.compile(rf"(?:(?:{_PLAIN})?\n)*+")
_SIGNS = str.maketrans("", "", "() -")
_DIALLED = {
    PhoneNumberType.MOBILE,
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE,
}


@dataclass(frozen=True)
class PhonesRead:
    """What a cell holds: the numbers that can be dialled, each once, in order; and a reason for
    each that cannot.
    """

    numbers: tuple[str, ...]
    problems: tuple[str, ...]


class UndiallablePhone(ValueError):
    """A text that is no number the dialer can call; the message says why, without showing it."""


def read_phones(cell: object) -> PhonesRead:
    """Every number of a cell: several are separated by `;`, `,`, `/`, `|`, line breaks, "e", "ou",
    or by blanks.
    """
    text = "" if cell is None else str(cell).strip()
    if _ONE.fullmatch(text):
        number = text.translate(_SIGNS)
        if _plan().fullmatch(f"{number}\n"):
            return PhonesRead((number,), ())
    return _read_with_care(text)


def plain_numbers(texts: Sequence[str]) -> list[str] | None:
    """The one number of each text, empty for an empty text; None where any is not written plainly.

    Five times as fast as one by one (benchmarks/files.py).
    """
    lines = "".join([f"{text}\n" for text in texts])
    numbers = lines.translate(_SIGNS)
    if _LINES.fullmatch(lines) and _plan().fullmatch(numbers) and numbers.count("\n") == len(texts):
        return numbers.split("\n")[:-1]
    return None


@cache
def _plan() -> re.Pattern[str]:
    """Lines, each a national number of a mobile or a fixed line, or empty."""
    brazil: Any = PhoneMetadata.metadata_for_region("BR")
    plan = f"{brazil.mobile.national_number_pattern}|{brazil.fixed_line.national_number_pattern}"
    areas = "|".join(sorted(_AREA_CODES))
    return re.compile(rf"(?:(?:(?={areas})(?:{plan}))?\n)*+")


def _read_with_care(text: str) -> PhonesRead:
    numbers: list[str] = []
    problems: list[str] = []
    for part in [text] if _SCIENTIFIC.fullmatch(text) else _BETWEEN.split(text):
        for piece in _pieces(part):
            if not any(sign.isalnum() for sign in piece):
                continue
            try:
                number = national(piece)
            except UndiallablePhone as error:
                problems.append(str(error))
            else:
                if number not in numbers:
                    numbers.append(number)
    return PhonesRead(tuple(numbers), tuple(problems))


def _pieces(part: str) -> list[str]:
    """A part as it stands where it is one number, otherwise cut where a blank may separate two."""
    pieces = _MANY.split(part)
    if len(pieces) > 1:
        try:
            national(part)
        except UndiallablePhone:
            return pieces
    return [part]


def national(written: object) -> str:
    """One number → its 10 or 11 digits, the ninth digit of a mobile added where it is missing.

    Raises UndiallablePhone.
    """
    text = _EXTENSION.sub("", str(written).strip())
    if _FLOAT.fullmatch(text):  # how a spreadsheet gives a number
        text = text.partition(".")[0]
    elif _SCIENTIFIC.fullmatch(text):
        text = _from_scientific(text)
    digits = re.sub(r"\D", "", text)
    if not digits:
        raise UndiallablePhone("no digits")
    if not _in_order(text):
        raise UndiallablePhone(
            "its digits stand in an odd order: the area code (DDD) behind the number, or two"
            " numbers"
        )
    if text.lstrip().startswith("+") and not digits.startswith("55"):
        raise UndiallablePhone("a number of another country")
    if digits.startswith("00"):
        if not digits.startswith("0055"):
            raise UndiallablePhone("a number of another country")
        digits = digits[4:]
    if digits.lstrip("0")[:3] in {"800", "300", "500", "900"} and digits.startswith("0"):
        raise UndiallablePhone("a service number (0800, 0300 …)")
    if len(digits) > 17:
        raise UndiallablePhone("too many digits")
    if len(digits) < 10:
        raise UndiallablePhone(
            "too few digits: the area code (DDD) is missing"
            if len(digits) >= 8
            else "too few digits"
        )
    return _valid(_significant(digits))


def _in_order(text: str) -> bool:
    """Whether a few digits stand behind a number's last four: `99999-8888 11` would be a stranger's
    99 99988-8811.
    """
    groups = re.findall(r"\d+", text)
    return len(groups) < 2 or len(groups[-1]) > 3 or len(groups[-2]) < 4


def _from_scientific(text: str) -> str:
    try:
        value = Decimal(text.replace(",", "."))
    except InvalidOperation:
        raise UndiallablePhone("no number") from None
    if value.adjusted() > 14 or len(value.as_tuple().digits) < value.adjusted():
        raise UndiallablePhone(
            "a spreadsheet has rounded it (scientific notation): format the column as text"
        )
    return str(int(value))


def _significant(digits: str) -> str:
    """Without 55, trunk zero and carrier code."""
    if len(digits) in {12, 13} and digits.startswith("55"):
        return digits[2:]
    try:
        parsed = phonenumbers.parse(digits, "BR")
    except NumberParseException:
        raise UndiallablePhone("no number") from None
    found = phonenumbers.national_significant_number(parsed)
    if len(found) not in {10, 11}:
        raise UndiallablePhone("too many digits" if len(found) > 11 else "too few digits")
    return found


def _valid(digits: str) -> str:
    area, subscriber = digits[:2], digits[2:]
    if area not in _AREA_CODES:
        raise UndiallablePhone(f"the area code (DDD) {area} does not exist")
    if (
        len(subscriber) == 8 and subscriber[0] in "6789"
    ):  # a mobile from before the ninth digit (complete since 2016)
        subscriber = "9" + subscriber
    number = PhoneNumber(country_code=55, national_number=int(area + subscriber))
    if not phonenumbers.is_valid_number(number):
        raise UndiallablePhone("no such number in Brazil's numbering plan")
    if phonenumbers.number_type(number) not in _DIALLED:
        raise UndiallablePhone("no subscriber's number")
    return area + subscriber
