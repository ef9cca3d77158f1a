"""One cell of a client's line, by the column that it belongs to.

Pure functions; each raises Refused.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from robot.brazil.cpf import Document, InvalidDocument, read_document
from robot.brazil.money import read_money
from robot.brazil.states import read_state
from robot.cells.json_text import clean_text
from robot.cells.tables import CLIENTS
from robot.cells.utf16 import fits
from robot.cells.words import canonical

AS_TEXT = "Format the column as text, write or export the values again, and save the file."
_EXACT = 10**15  # a spreadsheet keeps 15 digits of a number
_SCIENTIFIC = re.compile(r"[0-9](?:[.,][0-9]+)?E[+-][0-9]+|[0-9][.,][0-9]+E[0-9]+", re.IGNORECASE)
_ROUNDED = "a number that lost digits (scientific notation)"
# where a date or a boolean is a mistake
_TYPED = {"external_id", "phones", "ddd", "cpf", "name", "status"}
WHAT = {
    "external_id": "the external_id",
    "phones": "a phone",
    "ddd": "an area code",
    "cpf": "the CPF/CNPJ",
    "name": "the name",
    "status": "the status",
    "open_amount": "the amount",
    "email": "the e-mail",
    "creditor": "the creditor",
    "uf": "the UF",
}
"""Our columns in the middle of a sentence."""


class Refused(ValueError):
    """The line cannot become a client's row.

    `place`: of the column; `hint`: how to save the file right.
    """

    def __init__(self, reason: str, place: int | None = None, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.place = place
        self.hint = hint


def raw_text(cell: object) -> str:
    """A cell as text, as it came: what is kept of a line that is rejected."""
    if cell is None:
        return ""
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    if isinstance(cell, float | Decimal):
        exact = Decimal(str(cell))
        if exact.is_finite() and abs(exact) < _EXACT:
            return str(int(exact)) if exact == int(exact) else f"{exact:f}"
    return clean_text(str(cell))[0].strip()


def plain(cell: object) -> str:
    """A cell as text in its canonical form; empty when there is nothing to see in it."""
    if type(cell) is str and cell.isascii() and cell.isprintable():
        return cell.strip()
    return canonical(raw_text(cell))


def check(column: str, cell: object, text: str, place: int) -> None:
    """Whether this may stand in one of our columns: no date or boolean, and no digits lost.

    Raises Refused.
    """
    if column not in _TYPED:
        return
    if type(cell) is not str and isinstance(cell, bool | datetime | date | time | timedelta):
        kind = "a boolean" if isinstance(cell, bool) else "a date or time"
        raise Refused(f"{kind} where {WHAT[column]} is expected", place, AS_TEXT)
    if column in {"name", "status"}:
        return
    lost = isinstance(cell, float) and abs(cell) >= _EXACT
    if column != "phones":  # a phone in scientific notation may be whole: `read_phones` knows
        lost = lost or is_scientific(text)
    if lost:
        raise Refused(f"{WHAT[column]} is {_ROUNDED}", place, AS_TEXT)


def is_scientific(text: str) -> bool:
    """Whether a text is a number with an exponent: a spreadsheet shows long numbers so."""
    return ("e" in text or "E" in text) and _SCIENTIFIC.fullmatch(text) is not None


def external_id(text: str, place: int | None) -> str:
    """The key, whole."""
    if not text:
        raise Refused("the client has no external_id", place)
    if not fits(text, CLIENTS["external_id"].width):
        raise Refused("the external_id is longer than 50 characters", place)
    return text


def document(text: str, place: int) -> Document:
    """A CPF or CNPJ with its zeros."""
    try:
        return read_document(text)
    except InvalidDocument as error:
        hint = AS_TEXT if "scientific" in str(error) else ""
        raise Refused(f"CPF/CNPJ: {error}", place, hint) from None


def state(text: str, place: int) -> str:
    """One of Brazil's 27."""
    try:
        return read_state(text)
    except ValueError as error:
        raise Refused(str(error), place) from None


def amount(cell: object, text: str, place: int) -> tuple[str, bool]:
    """By its type: 150.125 of a spreadsheet is no text. And whether it is the whole value."""
    try:
        return read_money(text if isinstance(cell, str) else cell)
    except ValueError as error:
        raise Refused(str(error), place) from None
