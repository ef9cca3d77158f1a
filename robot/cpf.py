"""CPF and CNPJ: their check digits. Kept as text: a leading zero is a part of them.

Check digits: Receita Federal, Instrução Normativa RFB 2.119/2022; since July 2026 a new CNPJ may hold letters in its
first twelve places, each of which counts as its ASCII code less 48 (IN RFB 2.229/2024).
"""

from __future__ import annotations

import re

_CNPJ = re.compile(r"[0-9A-Z]{12}[0-9]{2}")


class InvalidDocument(ValueError):
    """A text that is no CPF and no CNPJ; the message says why, without showing it."""


def read_document(written: object) -> str:
    """A CPF (11 digits) or CNPJ (14 characters) without its punctuation. Raises InvalidDocument.

    A spreadsheet eats leading zeros: 8 to 10 digits are filled up to a CPF, 12 and 13 to a CNPJ, if the check digits agree.
    """
    text = re.sub(r"\.0+$", "", str(written).strip())
    bare = re.sub(r"[\s./\-]", "", text).upper()
    if len(bare) <= 11 and bare.isascii() and bare.isdigit() and len(bare) >= 8:
        return _checked(bare.zfill(11), "CPF")
    if 12 <= len(bare) <= 14 and bare.isascii() and bare.isalnum():
        return _checked(bare.zfill(14) if bare.isdigit() else bare, "CNPJ")
    raise InvalidDocument(f"{len(bare)} characters, where a CPF has 11 and a CNPJ 14")


def _checked(bare: str, kind: str) -> str:
    if (kind == "CNPJ" and not _CNPJ.fullmatch(bare)) or len(set(bare)) == 1:
        raise InvalidDocument(f"no {kind}")
    body = bare[:-2]
    first = _check_digit(body, kind)
    if bare[-2:] != f"{first}{_check_digit(body + str(first), kind)}":
        raise InvalidDocument(f"the check digits of the {kind} do not agree")
    return bare


def _check_digit(body: str, kind: str) -> int:
    longest = 9 if kind == "CNPJ" else 11
    weights = ((place % (longest - 1)) + 2 for place in range(len(body)))
    rest = sum((ord(sign) - 48) * weight for sign, weight in zip(reversed(body), weights, strict=True)) % 11
    return 0 if rest < 2 else 11 - rest
