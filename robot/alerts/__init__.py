"""Telling somebody: a health check that is pinged, a chat, an e-mail, the Windows Event Log.

An execution is told at its start and at its end (`Watcher`). Nothing here can break it, nor delay
it by more than `LONGEST_SECONDS` in all; what could not be told is a warning in the log. Nothing
here knows of APIs or databases.
"""

from robot.alerts.channels import states, tests
from robot.alerts.report import Outcome, Reminder, Report
from robot.alerts.watcher import LONGEST_SECONDS, Watcher

__all__ = ["LONGEST_SECONDS", "Outcome", "Reminder", "Report", "Watcher", "states", "tests"]
