"""The computer's clock beside `TIMEZONE`: the Task Scheduler knows only the first."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo


def clock_warning(at: time, zone: ZoneInfo, here: datetime) -> str | None:
    """What an operator has to know of a time of day `at` on this computer, whose aware time is
    `here`; None = nothing.
    """
    there = here.astimezone(zone)
    if here.utcoffset() == there.utcoffset():
        return None
    planned = datetime.combine(here.date(), at, here.tzinfo)
    meant = planned.astimezone(zone)
    days = (meant.date() - planned.date()).days
    day = {-1: " of the day before", 0: "", 1: " of the day after"}[days]
    lag = ' What it then calls "yesterday" is a day earlier.' if days < 0 else ""
    better = datetime.combine(there.date(), at, zone).astimezone(here.tzinfo)
    return (
        f"This computer's clock ({_offset(here)}) is not that of TIMEZONE ({zone.key},"
        f" {_offset(there)}): {at:%H:%M} here is"
        f" {meant:%H:%M}{day} there.{lag} For {at:%H:%M} there: --at {better:%H:%M}"
    )


def _offset(moment: datetime) -> str:
    return f"UTC{moment.isoformat()[-6:]}" if moment.utcoffset() else "UTC"
