"""A plain line joined with the row that is stored, as `merge` does where empty cells erase nothing.

tests/customers/test_quick_lines.py compares both. Justified by benchmarks/files.py.
"""

from __future__ import annotations

import orjson

from robot.cells.json_text import digest, dump
from robot.cells.rows import Row, StoredHash
from robot.cells.tables import CLIENTS
from robot.cells.values import Cell
from robot.customers.merging import UNDIALLED, Change, Merged
from robot.customers.quick_lines import SURE, Line

_NAMES = CLIENTS.row_names[:-1]
_PLACES = tuple(enumerate(_NAMES))
_PHONES, _EXTRA = _NAMES.index("phones"), len(_NAMES)
_COMPOSED = (_NAMES.index("address"), _NAMES.index("notes"))


def join(line: Line, stored: Row) -> Merged | None:
    """The row and what it changes; None where it takes the care of `merge`."""
    if StoredHash(stored.hash).has(line.row):
        return Merged(line.row)
    known, said = stored.cells, line.row.cells
    if not _replaces_phones(line, known[_PHONES]):
        return None
    row: list[Cell] = []
    changes: dict[str, Change] = {}
    for place, name in _PLACES:
        new, old = said[place], known[place] or None
        if old is None:
            if new is not None:
                changes[name] = Change.FILLED
        elif type(old) is not str or len(old) > SURE[name]:
            return None
        elif new is None:
            new = old
            changes[name] = Change.LEFT
        elif new != old:
            if place in _COMPOSED:
                return None
            changes[name] = Change.CHANGED
        row.append(new)
    extra = _extra(line, known[_EXTRA])
    if row[1] is None or extra == "":
        return None
    if extra != (known[_EXTRA] or None):
        changes["extra"] = Change.CHANGED
    row.append(extra)
    return Merged(Row(tuple(row), digest(row)), changes=changes)


def _replaces_phones(line: Line, stored: object) -> bool:
    """Whether the stored numbers all go or all stay.

    None in the place of an empty cell, none beyond the file's columns.
    """
    new = line.row.cells[_PHONES]
    if new is None or not stored or new == stored:
        return True
    return None not in line.phones and str(stored).count(";") < len(line.phones)


def _extra(line: Line, stored: object) -> str | None:
    """Both, the line's own first; empty where it takes more care."""
    new = line.row.cells[_EXTRA]
    if not stored:
        return None if new is None else str(new)
    try:
        old = orjson.loads(str(stored))
    except ValueError:
        return ""
    if (
        not old
        or not isinstance(old, dict)
        or any(type(value) is not str for value in old.values())
    ):
        return ""
    if UNDIALLED in old or any(name in old for name in _NAMES) or dump(old) != stored:
        return ""
    return dump({**old, **orjson.loads(str(new))} if new is not None else old)
