"""How the fields of an object become the cells of consecutive columns: a plan, made once, run for
every record.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from robot.cells import values
from robot.cells.tables import Column, Kind
from robot.cells.values import Cell, Read

Reader = Callable[[Any], Read]
# name on the wire; kind; a text of so many characters fits for sure; reader
Field = tuple[str, Kind, int, Reader]
Plan = tuple[Field, ...]

_BOOLEAN, _INTEGER = Kind.BOOLEAN, Kind.INTEGER
_LEAST, _MOST = -(2**31), 2**31 - 1


def plan(
    columns: Iterable[Column],
    wire_names: Mapping[str, str],
    readers: Mapping[str, Callable[..., Read]],
) -> Plan:
    """The plan for these columns.

    A name on the wire is the column's own, a reader its kind's, unless given.
    """
    return tuple(
        _field(column, wire_names.get(column.name, column.name), readers.get(column.name))
        for column in columns
    )


def _field(column: Column, wire_name: str, reader: Callable[..., Read] | None) -> Field:
    if column.kind is Kind.TEXT:
        always_fits = (column.width or 2**31) // 2  # a character is at most two units
        if reader is values.text_or_dash:
            always_fits = 0
        return (
            wire_name,
            column.kind,
            always_fits,
            partial(reader or values.text, width=column.width),
        )
    by_kind = {
        Kind.INTEGER: values.integer,
        Kind.BOOLEAN: values.boolean,
        Kind.DATETIME: values.date,
    }
    return wire_name, column.kind, -1, reader or by_kind[column.kind]


def fill(source: dict[str, Any], fields: Plan, kept: dict[str, Any]) -> list[Cell]:
    """The cells, in the plan's order. A value that its cell does not hold whole is put into `kept`,
    by its wire name.

    Four branches know the value that nearly always comes; the reader knows every other. They must
    agree.
    """
    cells: list[Cell] = []
    append = cells.append
    get = source.get
    for name, kind, always_fits, read in fields:
        value = get(name)
        if value is None:
            append(None)
            continue
        exact = type(value)
        if exact is str and len(value) <= always_fits:
            append(value or None)
        elif (exact is bool and kind is _BOOLEAN) or (
            exact is int and kind is _INTEGER and _LEAST <= value <= _MOST
        ):
            append(value)
        else:
            cell, whole = read(value)
            append(cell)
            if not whole:
                kept[name] = value
    return cells


def names(*plans: Plan) -> frozenset[str]:
    """The names on the wire that these plans read."""
    return frozenset(name for each in plans for name, *_ in each)


def keep_unknown(source: dict[str, Any], known: frozenset[str], kept: dict[str, Any]) -> None:
    """Put every field that is not known and not empty into `kept`.

    Nothing (null, "", [], {}) is not kept: else a new empty field in the API's answers would change
    every row there is.
    """
    for name in source.keys() - known:
        value = source[name]
        if not values.is_nothing(value):
            kept[name] = value
