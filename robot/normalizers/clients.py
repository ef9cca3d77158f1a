"""A line of a clients' file (header → cell) → a row of `clients`, or the reason why there is none. Pure functions.

Headers are met in Portuguese and English, in any case, with or without accents, blanks and underscores.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from robot.cpf import InvalidDocument, read_document
from robot.normalizers import values
from robot.normalizers.calls import Rejection
from robot.normalizers.json_text import as_received, clean_text, digest, dump
from robot.normalizers.money import read_money
from robot.normalizers.values import Cell
from robot.phones import read_phones
from robot.states import read_state
from robot.tables import CLIENTS, REJECTED_RECORDS
from robot.utf16 import cut, fits

_HEADERS = {
    "external_id": "externalid id codigo cod codcliente codigocliente idcliente clientid identificador chave"
    " contrato matricula",
    "name": "nome name cliente nomecliente nomecompleto razaosocial devedor nomedevedor nomedocliente",
    "cpf": "cpf cnpj cpfcnpj cnpjcpf documento doc cpfoucnpj",
    "phones": "telefone telefones fone fones celular celulares tel phone phones whatsapp telefoneresidencial"
    " telefonecomercial telefonecelular telefonefixo",
    "ddd": "ddd",
    "email": "email mail emails correioeletronico",
    "creditor": "credor creditor cedente carteira",
    "open_amount": "valor valoremaberto saldo saldodevedor saldoemaberto valordivida divida openamount valortotal"
    " valoratualizado valorconta valordebito",
    "address": "endereco address logradouro rua complemento bairro cidade cep enderecocompleto",
    "uf": "uf estado ufcliente",
    "notes": "observacao observacoes obs notas notes anotacoes",
    "status": "status situacao statuscliente",
}
_COLUMN_OF = {alias: column for column, aliases in _HEADERS.items() for alias in aliases.split()}
_MANY = {"phones", "address", "ddd", "notes"}
_RECORD_ID = REJECTED_RECORDS["record_id"].width
_EXTRA = len(CLIENTS.row_columns) - 2


@dataclass(frozen=True)
class Layout:
    """Which column of the file fills which of ours. `unknown` ones are kept in `extra`.

    `labels`: the headers with a number behind each that occurs again, `Nome (2)`, so that none takes another's place; for a
    blank one `column 4`.
    """

    headers: tuple[str, ...]
    columns: tuple[str | None, ...]
    labels: tuple[str, ...]

    @property
    def unknown(self) -> tuple[str, ...]:
        return tuple(label for column, label in zip(self.columns, self.labels, strict=True) if column is None)

    @property
    def missing(self) -> tuple[str, ...]:
        """Columns without which there can be no client."""
        return tuple(name for name in ("external_id", "name") if name not in self.columns)

    @property
    def ambiguous(self) -> tuple[str, ...]:
        """Columns of which only one can be meant: those of the key, and area codes that could be of the same phone."""
        found: dict[str, list[str]] = {}
        for number, header in enumerate(self.headers, 1):
            plain = simple(header)
            column = column_of(plain)
            if column in {"external_id", "ddd"}:
                found.setdefault(plain if column == "ddd" else column, []).append(f"column {number} ({header})")
        return tuple(f"{what}: {' and '.join(columns)}" for what, columns in found.items() if len(columns) > 1)


@dataclass(frozen=True)
class ClientRow:
    """A client, ready for its table: cells in the order of `CLIENTS.row_columns`. `overflows`: values kept in `extra`."""

    row: tuple[Cell, ...]
    overflows: int = 0


class _Wrong(ValueError):
    """The line cannot become a row."""


def simple(header: str) -> str:
    """A header without case, accents, blanks and signs: `E-mail ` → `email`."""
    plain = unicodedata.normalize("NFKD", header).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]", "", plain)


def column_of(header: str) -> str | None:
    """Our column for a `simple` header; a number at its end (`telefone2`) is left aside."""
    return _COLUMN_OF.get(header) or _COLUMN_OF.get(header.rstrip("0123456789"))


def layout(headers: Sequence[object]) -> Layout:
    """What each column of a file is. A number at a header's end (`Telefone 2`) is left aside; what repeats is unknown."""
    names = tuple("" if header is None else str(header).strip() for header in headers)
    found: list[str | None] = []
    for name in names:
        column = column_of(simple(name))
        found.append(None if column in found and column not in _MANY else column)
    return Layout(names, tuple(found), _labels(names))


def _labels(names: Sequence[str]) -> tuple[str, ...]:
    labels: dict[str, None] = {}
    for number, header in enumerate(names, 1):
        name = label = header or f"column {number}"
        again = 1
        while label in labels:
            again += 1
            label = f"{name} ({again})"
        labels[label] = None
    return tuple(labels)


def normalize_client(of: Layout, cells: Sequence[object]) -> ClientRow | Rejection:
    """The row of a line. Never raises."""
    record = record_of(of, cells)
    try:
        return _normalize(of, cells, record)
    except _Wrong as wrong:
        return rejected(of, cells, str(wrong))


def rejected(of: Layout, cells: Sequence[object], reason: str) -> Rejection:
    """The rejection of a line, known by its external_id as far as that goes; the line is kept whole."""
    found = next((_plain(cell) for column, cell in _paired(of.columns, cells) if column == "external_id"), "")
    return Rejection(cut(found, _RECORD_ID) or None, reason, as_received(record_of(of, cells)))


def record_of(of: Layout, cells: Sequence[object]) -> dict[str, str]:
    """The line as header → text: what is kept of a rejected one."""
    return {label or f"column {n + 1}": _plain(cell) for n, (label, cell) in enumerate(_paired(of.labels, cells))}


def without_id(record: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    """What tells a line apart from others when its external_id is missing, or was wrong: all its other cells."""
    named = {name: simple(name) for name in record}
    return frozenset(
        (named[name], cell) for name, cell in record.items() if cell and column_of(named[name]) != "external_id"
    )


def _paired(names: Sequence[str | None], cells: Sequence[object]) -> list[tuple[str | None, object]]:
    padded = [*cells, *([None] * (len(names) - len(cells)))]
    return [*zip(names, padded, strict=False), *((None, cell) for cell in padded[len(names) :])]


def _plain(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    if isinstance(cell, float | Decimal):
        exact = Decimal(str(cell))
        if exact.is_finite() and abs(exact) < 10**15:
            return str(int(exact)) if exact == int(exact) else f"{exact:f}"
    return clean_text(str(cell))[0].strip()


def _normalize(of: Layout, cells: Sequence[object], record: Mapping[str, str]) -> ClientRow:
    if any(_plain(cell) for cell in cells[len(of.headers) :]):
        raise _Wrong("the line has more cells than there are headers: a separator inside a value?")
    given: dict[str, list[str]] = {}
    for column, cell in _paired(of.columns, cells):
        if column and (value := _plain(cell)):
            given.setdefault(column, []).append(value)
    amounts = [cell for column, cell in _paired(of.columns, cells) if column == "open_amount" and _plain(cell)]
    amount, exact = _amount(amounts[0] if amounts else None)  # by its type: 150.125 of a spreadsheet is no text
    first = {column: found[0] for column, found in given.items()}
    kept = {name: record[name] for name in of.unknown if record.get(name)}
    overflows = 0
    phones, undialled = _phones(of, cells)
    if undialled:
        kept["phones that cannot be dialled"] = "; ".join(undialled)
        overflows += 1
    if not exact:
        kept["open_amount"] = first["open_amount"]
        overflows += 1
    read = {
        "external_id": _external_id(first.get("external_id", "")),
        "name": first.get("name") or _none("the client has no name"),
        "cpf": _document(first.get("cpf")),
        "phones": ";".join(phones),
        "email": first.get("email"),
        "creditor": first.get("creditor"),
        "open_amount": amount,
        "address": ", ".join(given.get("address", [])),
        "uf": _state(first.get("uf")),
        "notes": "\n".join(given.get("notes", [])),
        "status": first.get("status"),
    }
    row: list[Cell] = []
    for target in CLIENTS.row_columns[:_EXTRA]:
        filled = read[target.name]
        cell, whole = values.text(filled, target.width)
        row.append(cell)
        if not whole:
            kept[target.name] = str(filled)
            overflows += 1
    row.append(dump(kept) if kept else None)
    row.append(digest(row))
    return ClientRow(tuple(row), overflows)


def _none(reason: str) -> str:
    raise _Wrong(reason)


def _external_id(text: str) -> str:
    if not text:
        raise _Wrong("the client has no external_id")
    if not fits(text, CLIENTS["external_id"].width):
        raise _Wrong("the external_id is longer than 50 characters")
    return text


def _phones(of: Layout, cells: Sequence[object]) -> tuple[list[str], list[str]]:
    """Numbers that can be dialled, and those of the others as they are written, when there is at least one of the former."""
    paired = [
        (simple(name or ""), column, _plain(cell))
        for (name, cell), column in zip(_paired(of.headers, cells), _columns(of, cells), strict=True)
    ]
    areas = {name.removeprefix("ddd"): value for name, column, value in paired if column == "ddd" and value}
    numbers: list[str] = []
    problems: list[str] = []
    undialled: list[str] = []
    for name, column, value in paired:
        if column != "phones" or not value:
            continue
        number = re.sub(r"^\D*", "", name) or ""
        area = areas.get(number, areas.get("", ""))
        digits = re.sub(r"\D", "", value)
        read = read_phones(f"({area}) {value}" if area and len(digits) in {8, 9} else value)
        numbers += [each for each in read.numbers if each not in numbers]
        problems += read.problems
        if read.problems:
            undialled.append(value)
    if problems and not numbers:
        raise _Wrong(f"no phone that can be dialled: {'; '.join(dict.fromkeys(problems))}")
    return numbers, undialled


def _columns(of: Layout, cells: Sequence[object]) -> list[str | None]:
    return [column for column, _ in _paired(of.columns, cells)]


def _document(text: str | None) -> str | None:
    if not text:
        return None
    try:
        return read_document(text).number
    except InvalidDocument as error:
        raise _Wrong(f"CPF/CNPJ: {error}") from None


def _state(text: str | None) -> str | None:
    if not text:
        return None
    try:
        return read_state(text)
    except ValueError as error:
        raise _Wrong(str(error)) from None


def _amount(cell: object) -> tuple[str | None, bool]:
    if not _plain(cell):
        return None, True
    try:
        return read_money(cell)
    except ValueError as error:
        raise _Wrong(str(error)) from None
