"""A record of `GET /calls` → the rows of a call, or a rejection.

What a column cannot hold whole is kept in `extra` under the field's name on the wire, beside the
fields without a column; the parts of `route` under "route". Shapes on the wire:
tests/threec/data/call.json and the tests beside it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from functools import cache
from typing import Any

from robot.cells import fields, values
from robot.cells.json_text import (
    TooDeepError,
    UncleanError,
    as_received,
    clean_text,
    cleaned,
    digest,
    dump,
    salt_of,
    trace,
)
from robot.cells.rejection import Rejection
from robot.cells.rows import CONTENT_DIGITS, Row
from robot.cells.tables import CALLS, REJECTED_RECORDS
from robot.cells.utf16 import cut, fits
from robot.threec.mailing_rows import normalize_mailing

# Raise it when the same record becomes another row: what is stored is normalized again then, when
# it is read again.
FORM = 1
_FORM_IN_A_ZONE = 2  # where a zone is given, dates are converted to it

_NAMES = CALLS.row_names
_ID, _CALL_DATE = _NAMES.index("id"), _NAMES.index("call_date")
_ROUTE_START, _ROUTE_END, _EXTRA = (
    _NAMES.index("route_id"),
    _NAMES.index("billed_time"),
    _NAMES.index("extra"),
)
_ID_WIDTH = CALLS["id"].width
_FLOATS_WHOLE = 2**53  # below it a float is one integer, and no other
_RECORD_ID_WIDTH = REJECTED_RECORDS["record_id"].width

_WIRE_NAMES = {"list_name": "list"} | {
    name: name.removeprefix("route_") for name in _NAMES[_ROUTE_START:_ROUTE_END]
}
_READERS: dict[str, Callable[..., values.Read]] = {
    name: values.duration for name in _NAMES if name.endswith("_time")
} | {
    "agent": values.text_or_dash,
    "qualification": values.text_or_dash,
    "qualification_id": values.integer_or_dash,
    "billed_value": values.amount,
}
_HEAD = fields.plan(CALLS.row_columns[:_ROUTE_START], _WIRE_NAMES, _READERS)
_ROUTE = fields.plan(CALLS.row_columns[_ROUTE_START:_ROUTE_END], _WIRE_NAMES, _READERS)
_TAIL = fields.plan(CALLS.row_columns[_ROUTE_END:_EXTRA], _WIRE_NAMES, _READERS)
_KNOWN = fields.names(_HEAD, _TAIL) | {"route", "mailing_data"}
_KNOWN_OF_ROUTE = fields.names(_ROUTE)


@dataclass(frozen=True, slots=True)
class CallRows:
    """A call, ready for its tables: a row of `CALLS`, and one of `MAILING_DATA` where it has any.

    `overflows` counts the values kept in `extra` because their column could not hold them,
    `nul_characters` the characters removed (NUL) or replaced (lone surrogates). `contradicts`: the
    record's two dates are not the same moment.
    """

    call: Row
    mailing: Row | None
    overflows: int
    nul_characters: int
    contradicts: bool = False


class _RejectedError(Exception):
    """The record cannot become a row."""


def normalize_call(record: object, zone: tzinfo | None = None) -> CallRows | Rejection:
    """The rows of a record, or why it has none. Takes any JSON value and never raises.

    `zone` is the account's: a date with an offset is converted to it. Of two dates that contradict
    each other the one of RFC 3339 counts; the other is kept in `extra`.
    """
    received = record_hash(record, zone)
    try:
        try:
            return _normalize(record, 0, zone, received)
        except UncleanError:
            return _normalize(*cleaned(record), zone, received)
    except (_RejectedError, TooDeepError) as error:
        text = _id_text(record)
        record_id = text and cut(text, _RECORD_ID_WIDTH)
        return Rejection(record_id or None, str(error), as_received(record))


def record_hash(record: object, zone: tzinfo | None = None) -> str | None:
    """The version of this normalizer's form, then 12 hex digits of all that the record's rows are
    made from.

    Of the record as received, the zone and the form: where it is the same, so are the rows. None of
    a record that cannot be told so.
    """
    digits = trace(record, _salt(FORM, zone))
    return f"{FORM if zone is None else _FORM_IN_A_ZONE}{digits}" if digits else None


@cache
def _salt(form: int, zone: tzinfo | None) -> bytes:
    return salt_of(
        f"calls {form} {zone}" if zone is None else f"calls {form} {_FORM_IN_A_ZONE} {zone}"
    )


def mailing_of(record: dict[str, Any]) -> dict[str, Any] | None:
    """The mailing data of which a row is made, None where there is none."""
    mailing = record.get("mailing_data")
    return mailing if isinstance(mailing, dict) and mailing else None


def record_key(record: object) -> str:
    """What tells records apart: the row's id; for a record without a usable one, a stable hash of
    the whole of it.
    """
    text = _id_text(record)
    if text and fits(text, _ID_WIDTH):
        return text
    return "no id: " + digest([as_received(record, sort_keys=True)])


def _normalize(
    record: object, nul_characters: int, zone: tzinfo | None, received: str | None
) -> CallRows:
    if not isinstance(record, dict):
        raise _RejectedError(f"the record is not an object but {_article(record)}")
    call_id = _id(record)
    kept: dict[str, Any] = {}
    cells = fields.fill(record, _HEAD, kept)
    cells[_ID] = call_id
    local = values.converted(zone, record.get("call_date"))
    if local is not None:
        cells[_CALL_DATE] = local
    if cells[_CALL_DATE] is None:
        cells[_CALL_DATE] = _date_of_rfc3339(record, zone)
    contradicting = _contradicting(record, cells[_CALL_DATE], zone)
    if contradicting is not None:
        cells[_CALL_DATE] = contradicting
        kept["call_date"] = record["call_date"]
    route = record.get("route")
    if isinstance(route, dict):
        kept_of_route: dict[str, Any] = {}
        cells += fields.fill(route, _ROUTE, kept_of_route)
        overflows = len(kept_of_route)
        fields.keep_unknown(route, _KNOWN_OF_ROUTE, kept_of_route)
    else:
        cells += [None] * len(_ROUTE)
        kept_of_route = {}
        overflows = 0
        if not values.is_nothing(route):
            kept["route"] = route
    cells += fields.fill(record, _TAIL, kept)
    mailing_data = mailing_of(record)
    mailing = None
    if mailing_data is not None:
        mailing, overflows_of_mailing = normalize_mailing(mailing_data, call_id, received)
        overflows += overflows_of_mailing
    elif not values.is_nothing(record.get("mailing_data")):
        kept["mailing_data"] = record["mailing_data"]
    overflows += len(kept)
    if kept_of_route:
        kept["route"] = kept_of_route
    fields.keep_unknown(record, _KNOWN, kept)
    cells.append(dump(kept) if kept else None)
    call = Row(tuple(cells), digest(cells)[:CONTENT_DIGITS], received)
    return CallRows(call, mailing, overflows, nul_characters, contradicting is not None)


def _id(record: dict[str, Any]) -> str:
    text = _id_text(record)
    if text is None:
        if "id" not in record:
            raise _RejectedError("the record has no id")
        digits_lost = " of more digits than are read" if isinstance(record["id"], float) else ""
        raise _RejectedError(f"the record's id is {_article(record['id'])}{digits_lost}")
    if not text:
        raise _RejectedError("the record's id is empty")
    if not fits(text, _ID_WIDTH):
        raise _RejectedError(f"the record's id is longer than {_ID_WIDTH} characters")
    return text


def _id_text(record: object) -> str | None:
    """The record's id as clean text, stripped; None where it is missing or neither a text nor a
    number.

    None also of an integer beyond 64 bits, of which a JSON parser gives the nearest float: another
    id may have the same.
    """
    value = record.get("id") if isinstance(record, dict) else None
    if type(value) is not str:
        if not isinstance(value, int | float) or isinstance(value, bool):
            return None
        if isinstance(value, float) and abs(value) >= _FLOATS_WHOLE:
            return None
        try:
            return values.number_text(value)
        except UncleanError:
            value = str(cleaned(value)[0])
    if not value.isascii() or "\x00" in value:
        value = clean_text(value)[0]
    return value.strip()


def contradicts(record: dict[str, Any], zone: tzinfo | None) -> bool:
    """Whether the record's two dates, both readable, are not the same moment."""
    sent = record.get("call_date")
    return sent is not None and _contradicting(record, values.date_in(zone, sent), zone) is not None


def _contradicting(record: dict[str, Any], moment: values.Cell, zone: tzinfo | None) -> values.Cell:
    """The date of RFC 3339, where `call_date` was read as another moment."""
    told = values.converted(zone, record.get("call_date_rfc3339"))
    return told if told is not None and moment is not None and told != moment else None


def _date_of_rfc3339(record: dict[str, Any], zone: tzinfo | None) -> values.Cell:
    moment = values.date_in(zone, record.get("call_date_rfc3339"))
    if moment is not None:
        return moment
    sent = [record.get(name) for name in ("call_date", "call_date_rfc3339")]
    given = [value for value in sent if not values.is_nothing(value)]
    if any(isinstance(value, str) and clean_text(value)[1] for value in given):
        raise UncleanError("a date that may be readable once it is clean")
    if not given:
        raise _RejectedError("the call has no date")
    raise _RejectedError(f"the call's date cannot be read: {_shape(given[0])}")


def _shape(value: object) -> str:
    """What a value looks like; never its text, which may hold anything: `15/09 noon` is a text like
    `dd/dd aaaa`.
    """
    if not isinstance(value, str):
        return _article(value)
    signs = (
        "d" if sign.isdigit() else "a" if sign.isalpha() else sign if " " <= sign <= "~" else "?"
        for sign in value[:40]
    )
    return f"a text like {''.join(signs)}"


def _article(value: object) -> str:
    """The kind of a JSON value, in plain words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "a text"
    return "a list" if isinstance(value, list) else "an object"
