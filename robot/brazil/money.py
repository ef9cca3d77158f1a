"""An amount in a cell → text with two decimals.

A number (a spreadsheet's, a database's) is what it is. A text is read as people write amounts in
Brazil, to the letter: what has two readings is refused, never guessed.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

_SIGN = r"(?P<sign>[+-]?)"
_TEXT = re.compile(
    rf"{_SIGN}(?:R\$|BRL)?\s*(?P<sign2>[+-]?)(?P<digits>[0-9., \u00a0\u202f]+)", re.IGNORECASE
)
_THOUSANDS = r"[1-9][0-9]{0,2}"  # a group of thousands never begins with 0: 0.125 is an eighth
_WRITINGS = (  # with what separates thousands, and what decimals
    (re.compile(rf"{_THOUSANDS}(?:\.[0-9]{{3}})+(?:,[0-9]+)?"), ".", ","),
    (re.compile(rf"{_THOUSANDS}(?: [0-9]{{3}})+(?:,[0-9]{{1,2}})?"), " ", ","),
    (re.compile(rf"{_THOUSANDS}(?:,[0-9]{{3}})+\.[0-9]+"), ",", "."),
    (re.compile(r"[0-9]*,[0-9]{1,2}"), "", ","),
    (re.compile(r"[0-9]+(?:\.[0-9]+)?|\.[0-9]+"), "", "."),
)
_AMBIGUOUS = re.compile(r"[0-9]+(?:,[0-9]{3,})+|[0-9]+,[0-9,]+")
_CENT = Decimal("0.01")
_NOISE = Decimal("0.000001")  # what a float may differ from what was typed into the sheet


def money(value: object) -> str:
    """`1.150,00`, `R$ 1.150,00`, `1150.5`, `1150`, or a number → `1150.00`, `1150.50`, … Raises
    ValueError.
    """
    return read_money(value)[0]


def read_money(value: object) -> tuple[str, bool]:
    """The amount, and whether it is the whole value: false where it was rounded (halves away from
    zero, as Excel does).
    """
    exact = _number(value)
    if not exact.is_finite() or abs(exact) >= 10**13:
        raise ValueError("the amount is too large")
    rounded = exact.quantize(_CENT, ROUND_HALF_UP) + 0  # never -0.00
    return f"{rounded:.2f}", abs(rounded - exact) < _NOISE


def _number(value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(repr(value))  # as it is shown: 0.1 is a tenth
    match = _TEXT.fullmatch(str(value).strip())
    if not match or (match["sign"] and match["sign2"]):
        raise ValueError("the amount cannot be read; expected one like 1.150,00")
    digits = re.sub(r"[\u00a0\u202f]", " ", match["digits"]).strip()
    for writing, thousands, decimals in _WRITINGS:
        if writing.fullmatch(digits):
            plain = digits.replace(thousands, "") if thousands else digits
            return Decimal(f"{match['sign']}{match['sign2']}{plain.replace(decimals, '.')}")
    ambiguous = _AMBIGUOUS.fullmatch(digits)
    why = "is ambiguous" if ambiguous else "cannot be read"
    raise ValueError(f"the amount {why}; expected one like 1.150,00")
