"""CPF and CNPJ, kept as text without punctuation: a leading zero is a part of them.

python-stdnum knows their check digits, also those of the CNPJ with letters that the Receita Federal
gives out since July 2026 (IN RFB 2.229/2024).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from stdnum.br import cnpj, cpf
from stdnum.exceptions import InvalidChecksum, ValidationError

from robot.cells.words import canonical

_PUNCTUATION = re.compile(r"[\s./\-\u2010-\u2015\u2212_]")
_FLOAT = re.compile(r"(\d+)[.,]0+", re.ASCII)
_SCIENTIFIC = re.compile(r"\d+(?:[.,]\d+)?E[+-]?\d+", re.ASCII | re.IGNORECASE)
_LETTERS_OF_A_CNPJ = re.compile(r"[0-9A-Z]{12}[0-9]{2}", re.ASCII)


class InvalidDocument(ValueError):
    """A text that is no CPF and no CNPJ; the message says why, without showing it."""


@dataclass(frozen=True)
class Document:
    """A CPF (11 digits) or CNPJ (14 characters); `zeros`: leading zeros that were restored."""

    number: str
    zeros: int = 0


def read_document(written: object) -> Document:
    """Read a CPF or CNPJ in any writing. Raises InvalidDocument.

    A spreadsheet eats leading zeros: 8 to 10 digits are filled up to a CPF, 12 and 13 to a CNPJ,
    where the check digits then agree.
    """
    text = canonical(str(written))
    if text.isascii() and text.isdigit() and len(text) == 11:
        return Document(_checked_cpf(text))
    if _SCIENTIFIC.fullmatch(text):
        raise InvalidDocument(
            "a spreadsheet has rounded it (scientific notation): format the column as text"
        )
    if number := _FLOAT.fullmatch(text):
        text = number[1]
    bare = _PUNCTUATION.sub("", text).upper()
    if 8 <= len(bare) <= 11 and bare.isascii() and bare.isdigit():
        return Document(_checked_cpf(bare.zfill(11)), 11 - len(bare))
    if 12 <= len(bare) <= 14 and bare.isascii() and bare.isalnum():
        whole = bare.zfill(14) if bare.isdigit() else bare
        return Document(_checked_cnpj(whole), len(whole) - len(bare))
    raise InvalidDocument(f"{len(bare)} characters, where a CPF has 11 and a CNPJ 14")


def _checked_cpf(bare: str) -> str:
    if len(set(bare)) == 1:  # 111.111.111-11 has the right check digits, and is nobody's
        raise InvalidDocument("no CPF")
    try:
        return str(cpf.validate(bare))
    except ValidationError as error:
        raise InvalidDocument(_why(error, "CPF")) from None


def _checked_cnpj(bare: str) -> str:
    if not _LETTERS_OF_A_CNPJ.fullmatch(bare) or len(set(bare)) == 1:
        raise InvalidDocument("no CNPJ")
    try:
        return str(cnpj.validate(bare))
    except ValidationError as error:
        raise InvalidDocument(_why(error, "CNPJ")) from None


def _why(error: ValidationError, kind: str) -> str:
    wrong = isinstance(error, InvalidChecksum)
    return f"the check digits of the {kind} do not agree" if wrong else f"no {kind}"
