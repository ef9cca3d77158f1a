"""The days that are not proven, for `status`, `check`, `days list` and alerts: as lines for a
person, as plain data.

Each stretch of days comes with the command that reads it again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from robot.commands.layout import folded
from robot.database import open_repository
from robot.database.days import DayOf, Days, DayStore, GivenUp, Unproven, ranges
from robot.database.records import campaigns_text
from robot.period import now
from robot.runtime.masking import mask
from robot.runtime.program import command
from robot.settings import Settings
from robot.sync.planning import reading_command
from robot.threec.calls_job import CallsJob

_STATUS_WIDTH = 10
_CAMPAIGNS_SHOWN = 30
_COUNTED = re.compile(r"\((\d+) campaigns, ")


def read_days(settings: Settings, job: str = CallsJob.name) -> Days:
    """The days of a job, as the database knows them now. Raises SyncError."""
    repository = open_repository(settings)
    try:
        repository.prepare()
        return DayStore(repository, job).read(now(settings.timezone))
    finally:
        repository.close()


def command_for(settings: Settings, stretch: Sequence[Unproven]) -> str:
    """What reads these days again: they follow one another, and speak of the same campaigns."""
    campaigns = stretch[0].of.scope
    configured = (settings.campaign_ids, settings.manual_campaign_ids)
    # a list too long for its column is known only where a setting still holds it
    whole = next((ids for ids in configured if campaigns_text(ids) == campaigns), None)
    return reading_command(
        stretch[0].of.day,
        stretch[-1].of.day,
        campaigns=campaigns if whole is None else ",".join(map(str, whole)),
        manual_campaigns=",".join(map(str, settings.manual_campaign_ids)),
    )


def lines(
    settings: Settings, unproven: Sequence[Unproven], width: int, *, advice: bool = True
) -> list[str]:
    """Each day with its status and reason, folded at `width`; with `advice`, below each stretch
    what reads it again.
    """
    told: list[str] = []
    named = {each.of.scope for each in unproven} != {""}
    for stretch in stretches(unproven):
        about = of(stretch[0].of) if named else ""
        for line in _stretch(stretch):
            told += folded(f"{line}{'' if advice else about}", width, first="  ", then=" " * 26)
        if advice:
            told.append(f"    Read again{about}: {command_for(settings, stretch)}")
    if told and advice:
        told.append(
            "  Days that nobody can prove any more:"
            f" {command('days give-up --start DAY --end DAY')}"
        )
    return told


def stretches(unproven: Sequence[Unproven]) -> Iterator[list[Unproven]]:
    """Cut into days that follow one another, of the same campaigns.

    `unproven` is sorted as `Days.unproven` does.
    """
    for _, of_campaigns in groupby(unproven, key=lambda each: each.of.scope):
        by_day = {each.of.day: each for each in of_campaigns}
        for first, last in ranges(by_day):
            yield [each for day, each in by_day.items() if first <= day <= last]


def plain(settings: Settings, unproven: Sequence[Unproven]) -> list[dict[str, object]]:
    """For programs."""
    return [
        {
            "day": each.of.day.isoformat(),
            "campaigns": each.of.scope,
            "status": each.word,
            "reason": mask(each.reason) or None,
            "execution": each.execution_id,
            "command": command_for(settings, [each]),
        }
        for each in unproven
    ]


def plain_given_up(given_up: Mapping[DayOf, GivenUp]) -> list[dict[str, object]]:
    """The days that were given up, for programs."""
    return [
        {
            "day": of.day.isoformat(),
            "campaigns": of.scope,
            "given_up_at": gone.at.isoformat(" ", "seconds"),
            "given_up_by": gone.by,
        }
        for of, gone in given_up.items()
    ]


def _stretch(stretch: Sequence[Unproven]) -> Iterator[str]:
    """A line for each day; those that were never read stand in one."""

    def alike(each: Unproven) -> object:
        return each.reason if each.status is None else each.of.day

    for (status, _), group in groupby(stretch, key=lambda each: (each.status, alike(each))):
        days = list(group)
        if status is None:
            first, last = days[0].of.day, days[-1].of.day
            yield (
                f"{first if first == last else f'{first} – {last}'}  never"
                f" read{mask(_because(days[0]))}"
            )
        else:
            yield (
                f"{days[0].of.day}  {days[0].word:{_STATUS_WIDTH}}  {mask(days[0].reason)}"
            ).rstrip()


def _because(each: Unproven) -> str:
    return f": {each.reason}" if each.reason else ""


def of(day: DayOf) -> str:
    """The campaigns of which a day speaks, in brackets; of many, how many."""
    named = day.scope
    if not named:
        return " (all campaigns)"
    if len(named) <= _CAMPAIGNS_SHOWN:
        return f" (campaigns {named})"
    counted = _COUNTED.search(
        named
    )  # as campaigns_text shortens a list that is too long for its column
    return f" ({counted[1] if counted else named.count(',') + 1} campaigns)"
