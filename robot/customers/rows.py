"""A line of a client's file or query → what it says of a client → a row of `clients`. Pure
functions.

A line need not say everything: `read_client` gives what it says, `merge` joins that with what is
stored.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from robot.brazil.phones import read_phones
from robot.cells.json_text import as_received
from robot.cells.rejection import Rejection
from robot.cells.tables import REJECTED_RECORDS
from robot.cells.utf16 import cut
from robot.customers import row_cells as cell_of
from robot.customers.header_words import meaning_of
from robot.customers.headers import Layout, layout
from robot.customers.merging import UNDIALLED, Merged, Read, merge
from robot.customers.row_cells import AS_TEXT, Refused, plain, raw_text

__all__ = [
    "Layout",
    "Merged",
    "Read",
    "Refused",
    "layout",
    "merge",
    "normalize_client",
    "read_client",
    "record_of",
    "rejected",
    "without_id",
]

_RECORD_ID = REJECTED_RECORDS["record_id"].width
_ONE_TEXT = ("name", "email", "creditor", "status")


def normalize_client(of: Layout, cells: Sequence[object]) -> Merged | Rejection:
    """The row of a line that says everything. Never raises."""
    try:
        return merge(of, read_client(of, cells))
    except Refused as refused:
        return rejected(of, cells, refused.reason)


def rejected(of: Layout, cells: Sequence[object], reason: str) -> Rejection:
    """The rejection of a line, known by its external_id as far as that goes; the line is kept
    whole.
    """
    found = next(
        (plain(cell) for column, cell in _paired(of.columns, cells) if column == "external_id"), ""
    )
    return Rejection(cut(found, _RECORD_ID) or None, reason, as_received(record_of(of, cells)))


def record_of(of: Layout, cells: Sequence[object]) -> dict[str, str]:
    """The line as header → text: what is kept of a rejected one."""
    return {
        label or f"column {n + 1}": raw_text(cell)
        for n, (label, cell) in enumerate(_paired(of.labels, cells))
    }


def without_id(record: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    """What tells a line apart from others when its external_id is missing, or was wrong: all its
    other cells.

    A cell goes by its column's meaning: the corrected file may name its columns otherwise.
    """
    cells = ((meaning_of(name).column or name, cell) for name, cell in record.items() if cell)
    return frozenset((name, cell) for name, cell in cells if name != "external_id")


def _paired(
    names: Sequence[str | None], cells: Sequence[object]
) -> list[tuple[str | None, object]]:
    padded = [*cells, *([None] * (len(names) - len(cells)))]
    return [*zip(names, padded, strict=False), *((None, cell) for cell in padded[len(names) :])]


def read_client(of: Layout, cells: Sequence[object]) -> Read:
    """What a line says of a client. Raises Refused."""
    width = len(of.columns)
    if len(cells) > width and any(plain(cell) for cell in cells[width:]):
        raise Refused("the line has more cells than there are headers: a separator inside a value?")
    texts = [plain(cell) for cell in cells[:width]]
    texts += [""] * (width - len(texts))
    given: dict[str, list[int]] = {}
    kept: dict[str, str] = {}
    for place, (column, text) in enumerate(zip(of.columns, texts, strict=True)):
        if not text:
            continue
        if column is None:
            if place not in of.ignored:
                kept[of.labels[place]] = text
        else:
            cell_of.check(column, cells[place], text, place)
            given.setdefault(column, []).append(place)
    return _read(of, cells, texts, given, kept)


def _read(
    of: Layout,
    cells: Sequence[object],
    texts: Sequence[str],
    given: Mapping[str, list[int]],
    kept: dict[str, str],
) -> Read:
    key_place = given.get("external_id", [None])[0]
    key = cell_of.external_id("" if key_place is None else texts[key_place], key_place)
    values = {column: texts[given[column][0]] for column in _ONE_TEXT if column in given}
    whole: dict[str, str] = {}
    zeros = 0
    if of.key_is_document and key_place is not None:
        document = cell_of.document(key, key_place)
        key = values["cpf"] = document.number
        zeros = document.zeros
    elif documents := given.get("cpf"):
        document = cell_of.document(texts[documents[0]], documents[0])
        values["cpf"], zeros = document.number, document.zeros
        for place in documents[1:]:
            kept[of.labels[place]] = texts[place]
    if amounts := given.get("open_amount"):
        place = amounts[0]
        values["open_amount"], exact = cell_of.amount(cells[place], texts[place], place)
        if not exact:
            whole["open_amount"] = raw_text(cells[place])
    if states := given.get("uf"):
        values["uf"] = cell_of.state(texts[states[0]], states[0])
    if places := given.get("address"):
        values["address"] = ", ".join(texts[place] for place in places)
    if places := given.get("notes"):
        values["notes"] = "\n".join(texts[place] for place in places)
    phones, undialled = _phones(of, texts)
    if undialled:
        whole[UNDIALLED] = "; ".join(undialled)
    street = not of.street.isdisjoint(given.get("address", ()))
    return Read(key, values, tuple(phones), kept, whole, zeros=zeros, has_street=street)


def _phones(of: Layout, texts: Sequence[str]) -> tuple[list[tuple[str, ...] | None], list[str]]:
    """By column the numbers that can be dialled; and the others as they are written, if any of the
    former is there.
    """
    found: list[tuple[str, ...] | None] = []
    problems: dict[str, int] = {}
    undialled: list[str] = []
    for place, column in enumerate(of.columns):
        if column != "phones":
            continue
        text = texts[place]
        if not text:
            found.append(None)
            continue
        area_place = of.areas[place] if of.areas else None
        area = "" if area_place is None else texts[area_place]
        if area and len(re.sub(r"\D", "", text)) in {8, 9}:
            text = f"({area}) {text}"
        read = read_phones(text)
        if any("scientific" in problem for problem in read.problems):
            raise Refused(
                "a phone is a number that lost digits (scientific notation)", place, AS_TEXT
            )
        found.append(read.numbers)
        for problem in read.problems:
            problems.setdefault(problem, place)
        if read.problems:
            undialled.append(texts[place])
    if problems and not any(found):
        raise Refused(
            f"no phone that can be dialled: {'; '.join(problems)}", next(iter(problems.values()))
        )
    return found, undialled
