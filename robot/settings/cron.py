"""CRON expressions: what `CRON_SCHEDULE` may say, and when it comes due.

`cronsim` does the arithmetic: of the engines we tried it alone ran a daily job exactly once across
every change of clock. It works on aware date-times, so these functions do too.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo
from itertools import islice

from cronsim import CronSim, CronSimError

_NICKNAMES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_RUNS_SHOWN = 5
_FIELDS = ("minute", "hour", "day-of-month", "month", "day-of-week")


def parse(expression: str) -> str:
    """Return the five fields of an expression (or of a nickname like `@daily`).

    Raises ValueError, naming the field that is wrong.
    """
    text = " ".join(expression.split())
    fields = _NICKNAMES.get(text.lower(), text)
    count = len(fields.split())
    if count != len(_FIELDS):
        raise ValueError(f"it has {count} field(s), not five ({', '.join(_FIELDS)})")
    try:
        CronSim(fields, datetime(2026, 1, 1))
    except CronSimError as error:  # also for a day that no month has, like 30 February
        raise ValueError(_explain(str(error), fields)) from None
    return fields


def _explain(message: str, fields: str) -> str:
    name = message.removeprefix("Bad ")
    if name in _FIELDS:
        return f"the {name} field {fields.split()[_FIELDS.index(name)]!r} is wrong"
    return message


def runs_after(fields: str, moment: datetime) -> Iterator[datetime]:
    """Every time after `moment` (aware) at which the schedule comes due, in the zone of
    `moment`.
    """
    yield from CronSim(fields, moment)


def next_runs(fields: str, zone: tzinfo) -> str:
    """The next few times from now on, in words."""
    runs = islice(runs_after(fields, datetime.now(zone)), _RUNS_SHOWN)
    return ", ".join(f"{run:%Y-%m-%d %H:%M}" for run in runs)
