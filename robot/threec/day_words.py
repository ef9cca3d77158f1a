"""How the days of the calls are told: of which campaigns they speak, and what reads them again."""

from __future__ import annotations

import re
from datetime import date

from robot.database.records import campaigns_text
from robot.runtime.program import command
from robot.settings import Settings

_CAMPAIGNS_SHOWN = 30
_COUNTED = re.compile(r"\((\d+) campaigns, ")


def reading_command(settings: Settings, scope: str, first: date, last: date) -> str:
    """What an operator types to read these days of these campaigns again."""
    configured = (settings.campaign_ids, settings.manual_campaign_ids)
    # a list too long for its column is known only where a setting still holds it
    whole = next((ids for ids in configured if campaigns_text(ids) == scope), None)
    campaigns = scope if whole is None else ",".join(map(str, whole))
    by_default = ",".join(map(str, settings.manual_campaign_ids))
    named = campaigns or '""'
    option = "" if campaigns == by_default else f" --campaigns={named}"
    return command(f"run --start {first} --end {last}{option}")


def scope_words(scope: str) -> str:
    """The campaigns of a scope, in brackets; of many, how many."""
    if not scope:
        return " (all campaigns)"
    if len(scope) <= _CAMPAIGNS_SHOWN:
        return f" (campaigns {scope})"
    counted = _COUNTED.search(scope)  # as campaigns_text shortens a list too long for its column
    return f" ({counted[1] if counted else scope.count(',') + 1} campaigns)"
