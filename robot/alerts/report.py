"""What is told of an execution."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from robot.runtime.masking import mask

# How it went, for those who watch: the channels need to know no more of a status than this
Outcome = Literal["good", "with errors", "failed"]


@dataclass(frozen=True)
class Reminder:
    """Something to do soon, told once a day by whatever execution ends first: `day` is today."""

    subject: str
    body: str
    day: date

    def report(self) -> Report:
        """As an alert of its own."""
        return Report("reminder", "with errors", self.subject, self.body)


@dataclass(frozen=True)
class Report:
    """The end of an execution: `subject` is one line, `body` the summary.

    Both are masked by `safe`.
    """

    job: str
    outcome: Outcome
    subject: str
    body: str

    def safe(self) -> Report:
        """The same without secrets and personal data, and with nothing in the subject that could
        begin another header.
        """
        subject = mask(" ".join(self.subject.split()))
        return Report(self.job, self.outcome, subject, mask(self.body))

    def with_note(self, note: str) -> Report:
        """The same, and below it something else that whoever is told should know."""
        return Report(self.job, self.outcome, self.subject, f"{self.body}\n\n{note}")

    def recovered(self) -> Report:
        """The same, told as the first success after a failure."""
        return Report(self.job, self.outcome, f"{self.subject} (works again)", self.body)
