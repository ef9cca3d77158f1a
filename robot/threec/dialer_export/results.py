"""What an export would do, and what it came to, in contacts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from robot.database import exports
from robot.database.exports import ItemStatus
from robot.runtime.program import command
from robot.sync.history import Ending
from robot.threec.dialer_export.choosing import Choice

RESOLVE = f'"{command("export resolve")}"'
_LABELS = {
    ItemStatus.SENT: "Sent",
    ItemStatus.FILTERED: "Filtered by the dialer",
    ItemStatus.REJECTED: "Refused",
    ItemStatus.UNKNOWN: "Unknown",
}


@dataclass
class Preview:
    """What an export would do: contacts still pending from before, a choice of clients, and whom
    the query gives amiss.
    """

    choice: Choice
    rejected: Counter[str] = field(default_factory=Counter)
    warnings: list[str] = field(default_factory=list)  # of the blocked statuses

    @property
    def contacts(self) -> int:
        """How many contacts would be sent."""
        return len(self.choice.waiting) + len(self.choice.chosen)


@dataclass
class Result:
    """What an export came to, in contacts; `filtered_records` and `motives` as the dialer counts.

    `withdrawn`: who waited, and may not be sent any more, by the reason.
    """

    ending: Ending = field(default_factory=Ending)
    counts: Counter[ItemStatus] = field(default_factory=Counter)
    filtered_records: int = 0
    motives: Counter[str] = field(default_factory=Counter)
    lists: list[str] = field(default_factory=list)
    withdrawn: Counter[str] = field(default_factory=Counter)

    @property
    def counted(self) -> list[tuple[str, str]]:
        """Labels with their counts."""
        rows = [("List", name) for name in self.lists]
        rows += [(label, f"{self.counts[status]:,}") for status, label in _LABELS.items()]
        if self.withdrawn:
            rows.append(("Waited, not to be sent any more", f"{self.withdrawn.total():,}"))
        if self.filtered_records:
            rows.append(("Filtered, as the dialer counts", f"{self.filtered_records:,}"))
        return rows

    @property
    def notes(self) -> list[str]:
        """Why contacts were not taken."""
        return [
            *(f"filtered: {count:,} {motive}" for motive, count in self.motives.most_common()),
            *(
                f"not to be sent any more: {count:,} {reason}"
                for reason, count in self.withdrawn.most_common()
            ),
        ]


def tell_problems(result: Result) -> None:
    """Write what the operator must look at into the end of the execution."""
    problems = result.ending.problems
    if rejected := result.counts[ItemStatus.REJECTED]:
        see = command(f"rejected list --job {exports.JOB}")
        problems.append(f'{rejected} contact(s) refused by the dialer: see "{see}"')
    if unknown := result.counts[ItemStatus.UNKNOWN]:
        problems.append(
            f"{unknown} contact(s) with an unknown outcome, not sent again: see {RESOLVE}"
        )
