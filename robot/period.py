"""Periods, windows and days: what span of local time an execution covers, and how it is cut.

All date-times here are naive and local to `TIMEZONE`, as the spec's columns and the API's
parameters are; `now()` is the one place where a zone is applied.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

API_FORMAT = "%Y-%m-%d %H:%M:%S"
_DAY_FORMATS = ("%Y-%m-%d", "%d/%m/%Y")
_FIRST_YEAR = 2000  # no dialer is older: an earlier year is a slip of the keyboard, like 0226
LAST_SECOND = time(23, 59, 59)
# on the wall clock: also where a change of clocks makes it longer or shorter
A_DAY = timedelta(days=1)


def now(zone: ZoneInfo) -> datetime:
    """The wall clock in `zone`: naive, whole seconds."""
    return datetime.now(zone).replace(tzinfo=None, microsecond=0)


@dataclass(frozen=True, order=True)
class Period:
    """A closed range of local date-times, to the second."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"the end {text(self.end)} is before the start {text(self.start)}")

    def halves(self) -> tuple[Period, ...]:
        """Two periods that make up this one; itself, where it is but a second."""
        middle = (self.start + (self.end - self.start) / 2).replace(microsecond=0)
        if middle == self.end:
            return (self,)
        return Period(self.start, middle), Period(middle + timedelta(seconds=1), self.end)

    def before(self) -> Period:
        """The day before it, up to its start."""
        return Period(self.start - A_DAY, self.start - timedelta(seconds=1))

    def after(self) -> Period:
        """The day after it, from its end on."""
        return Period(self.end + timedelta(seconds=1), self.end + A_DAY)

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment <= self.end

    def __str__(self) -> str:
        return f"{text(self.start)} – {text(self.end)}"


@dataclass(frozen=True, order=True)
class Window:
    """What is fetched, checked, stored and remembered as a unit: a slice of one local day, or, with
    a `name`, a list that is no day (`flow onboarding-1`).

    Such a list is dated by the day on which it is read; its period holds whatever it may bring.
    """

    day: date
    period: Period
    name: str = ""

    @property
    def key(self) -> str:
        """What tells it from the other windows of its job and scope."""
        return self.name or self.day.isoformat()

    @property
    def entire(self) -> bool:
        """Whether it is a whole list, or spans its day from the first to the last second."""
        return bool(self.name) or self.whole_day

    @property
    def whole_day(self) -> bool:
        """Whether it spans its day from the first to the last second."""
        return not self.name and self.period == whole(self.day)

    def settled(self, today: date) -> bool:
        """Whether what it holds is there to its end: of a day, that the day is over."""
        return bool(self.name) or self.day < today

    def __str__(self) -> str:
        if self.name:
            return self.name
        if self.whole_day:
            return self.day.isoformat()
        return f"{self.day.isoformat()} {self.period.start:%H:%M:%S}–{self.period.end:%H:%M:%S}"


def text(moment: datetime) -> str:
    """`YYYY-MM-DD HH:MM:SS`, the form of the API's parameters and of `execution_logs`."""
    return moment.isoformat(" ", "seconds")  # strftime leaves the zeros of the year 226 away


def whole(day: date) -> Period:
    """A day, from its first to its last second."""
    return Period(datetime.combine(day, time.min), datetime.combine(day, LAST_SECOND))


def parse_start(value: str) -> datetime:
    """Read an operator's start. A date alone is the first second of its day. Raises ValueError."""
    return _parse(value, time.min)


def parse_end(value: str) -> datetime:
    """Read an operator's end. A date alone is the last second of its day. Raises ValueError."""
    return _parse(value, LAST_SECOND)


def _parse(value: str, time_of_a_bare_date: time) -> datetime:
    value = value.strip()
    for form in (API_FORMAT, *_DAY_FORMATS):
        try:
            moment = datetime.strptime(value, form)
        except ValueError:
            continue
        if moment.year < _FIRST_YEAR:
            raise ValueError(f"{value!r} is before the year {_FIRST_YEAR}")
        return (
            moment if form == API_FORMAT else datetime.combine(moment.date(), time_of_a_bare_date)
        )
    raise ValueError(f"{value!r} is not a date")


def windows(period: Period) -> Iterator[Window]:
    """The days of a period, oldest first; the first and the last may be parts of a day."""
    day = period.start.date()
    while day <= period.end.date():
        full = whole(day)
        yield Window(day, Period(max(period.start, full.start), min(period.end, full.end)))
        day += timedelta(days=1)


def windows_of_days(days: Iterable[date]) -> list[Window]:
    """One whole-day window for each day, oldest first."""
    return [Window(day, whole(day)) for day in sorted(set(days))]


def days_due(
    today: date, complete: set[date], first_known: date | None, lookback: int, catch_up: int
) -> list[date]:
    """The days that a scheduled execution covers, oldest first.

    Yesterday and the `lookback` days before it (late edits); and every day since the first one ever
    read (`first_known`), at most `catch_up` days back, that is not complete (the robot was off, or
    a reading failed).
    """
    due = {today - timedelta(days=1 + back) for back in range(lookback + 1)}
    if first_known is not None:
        oldest = max(first_known, today - timedelta(days=catch_up))
        due |= {
            day for day in days_between(oldest, today - timedelta(days=1)) if day not in complete
        }
    return sorted(due)


def days_between(first: date, last: date) -> Iterator[date]:
    """Each day from `first` to `last`, both included."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)
