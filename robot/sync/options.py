"""What a command line says of a reading, as typed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from robot.errors import ConfigurationError
from robot.period import parse_end, parse_start
from robot.settings.check import expected
from robot.settings.executions import period_problems


@dataclass(frozen=True)
class Options:
    """The options of `run` and `audit`; None = not given."""

    start: str | None = None
    end: str | None = None
    campaigns: str | None = None

    def period(self) -> tuple[datetime, datetime] | None:
        """From `--start` to `--end`; None where neither is given. Raises ConfigurationError."""
        if self.start is None and self.end is None:
            return None
        problems = period_problems(self.start or "", self.end or "", "--start", "--end")
        ends: list[datetime] = []
        for name, value, read in (
            ("--start", self.start, parse_start),
            ("--end", self.end, parse_end),
        ):
            try:
                ends.append(read(value or ""))
            except ValueError as error:
                if value is not None:
                    problems.append(f"{name}: {error}; expected {expected('manual_start_date')}")
        if problems:
            raise wrong(*problems)
        return ends[0], ends[1]

    def require_none(self, job: str) -> None:
        """Raises ConfigurationError where one is given to a job that has no use for any."""
        given = {"--start": self.start, "--end": self.end, "--campaigns": self.campaigns}
        problems = [
            f"{name}: read {value!r}; {job} takes no such option, leave it out"
            for name, value in given.items()
            if value is not None
        ]
        if problems:
            raise wrong(*problems)


def wrong(*problems: str) -> ConfigurationError:
    """The error that tells of wrong options, one problem a line."""
    return ConfigurationError(f"{len(problems)} wrong option(s).", problems=problems)
