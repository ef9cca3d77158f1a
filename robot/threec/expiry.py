"""When the token of the settings ends.

The API does not tell it: the operator writes it down (`TOKEN_EXPIRES`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from robot.settings import Settings
from robot.threec.service_tokens import HOW_TO_MAKE

REMIND_FROM = timedelta(days=14)


@dataclass(frozen=True)
class Expiry:
    """The day on which the token ends, seen from `today`."""

    day: date
    today: date

    @property
    def days_left(self) -> int:
        """Negative when that day is over."""
        return (self.day - self.today).days

    @property
    def is_near(self) -> bool:
        """Whether it is time to make another token, or too late."""
        return self.day - self.today <= REMIND_FROM

    def __str__(self) -> str:
        left = self.days_left
        if left < 0:
            return (
                f"TOKEN_EXPIRES says that the token of 3C Plus ended on {self.day},"
                f" {_days(-left)} ago."
            )
        when = "today" if left == 0 else f"in {_days(left)}"
        return f"The token of 3C Plus ends on {self.day}, {when}."

    @property
    def advice(self) -> str:
        """What to do when it is near."""
        return (
            f"{HOW_TO_MAKE} Write its last day into TOKEN_EXPIRES; revoke the old one when the"
            " new one works."
        )


def expiry_of(settings: Settings, today: date) -> Expiry | None:
    """The end of the token that these settings send; None where nothing is known of it."""
    if settings.token_expires is None or settings.logs_in:
        return None
    return Expiry(settings.token_expires, today)


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
