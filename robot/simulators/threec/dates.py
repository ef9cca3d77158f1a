"""The dates of a call as other servers write them: in UTC, with and without saying so."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Literal

Dates = Literal["local", "zulu", "utc"]

_LOCAL = timezone(timedelta(hours=-3))


def writer(dates: Dates) -> Callable[[Any], Any]:
    """What becomes of a record on its way out.

    `zulu` leaves one date, in UTC with a Z; `utc` writes a naive one in UTC beside the right one.
    """
    return {"local": _same, "zulu": _zulu, "utc": _naive_utc}[dates]


def _same(record: Any) -> Any:
    return record


def _zulu(record: Any) -> Any:
    moment = _moment(record)
    if moment is None:
        return record
    without = {key: value for key, value in record.items() if key != "call_date_rfc3339"}
    return {**without, "call_date": moment.strftime("%Y-%m-%dT%H:%M:%S.000000Z")}


def _naive_utc(record: Any) -> Any:
    moment = _moment(record)
    return (
        record if moment is None else {**record, "call_date": moment.strftime("%Y-%m-%d %H:%M:%S")}
    )


def _moment(record: Any) -> datetime | None:
    """When it was, in UTC; None where the record has no readable date."""
    when = record.get("call_date") if isinstance(record, Mapping) else None
    try:
        return datetime.fromisoformat(str(when)).replace(tzinfo=_LOCAL).astimezone(UTC)
    except ValueError:
        return None
