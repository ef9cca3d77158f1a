"""The days that are not proven, for `status`, `check`, `days list` and alerts: as lines for a person, as plain data.

Each stretch of days comes with the command that reads it again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from robot.database import open_repository
from robot.database.days import DayOf, Days, DayStore, Unproven, ranges
from robot.database.records import campaigns_text
from robot.jobs import CallsJob
from robot.masking import mask
from robot.period import now
from robot.planning import reading_command
from robot.settings import Settings

GIVE_UP = "Days that nobody can prove any more: app days give-up --start DAY --end DAY"
_STATUS_WIDTH = 10


def read_days(settings: Settings) -> Days:
    """The days of the calls, as the database knows them now. Raises SyncError."""
    repository = open_repository(settings)
    try:
        repository.prepare()
        return DayStore(repository, CallsJob.name).read(now(settings.timezone))
    finally:
        repository.close()


def command_for(settings: Settings, stretch: Sequence[Unproven]) -> str:
    """What reads these days again: they follow one another, and speak of the same campaigns."""
    campaigns = stretch[0].of.campaigns
    configured = (settings.campaign_ids, settings.manual_campaign_ids)
    # a list too long for its column is known only where a setting still holds it
    whole = next((ids for ids in configured if campaigns_text(ids) == campaigns), None)
    return reading_command(
        stretch[0].of.day,
        stretch[-1].of.day,
        campaigns=campaigns if whole is None else ",".join(map(str, whole)),
        manual_campaigns=",".join(map(str, settings.manual_campaign_ids)),
    )


def lines(settings: Settings, unproven: Sequence[Unproven], width: int) -> list[str]:
    """One line a day with its status and reason, cut to `width`; below each stretch its command, never cut."""
    told: list[str] = []
    named = {each.of.campaigns for each in unproven} != {""}
    for stretch in stretches(unproven):
        for line in _stretch(stretch):
            told.append(shortened(f"  {line}", width))
        told.append(f"    Read again{_of(stretch[0].of) if named else ''}: {command_for(settings, stretch)}")
    return [*told, f"  {GIVE_UP}"] if told else []


def stretches(unproven: Sequence[Unproven]) -> Iterator[list[Unproven]]:
    """Cut into days that follow one another, of the same campaigns. `unproven` is sorted as `Days.unproven` does."""
    for _, of_campaigns in groupby(unproven, key=lambda each: each.of.campaigns):
        by_day = {each.of.day: each for each in of_campaigns}
        for first, last in ranges(by_day):
            yield [each for day, each in by_day.items() if first <= day <= last]


def plain(settings: Settings, unproven: Sequence[Unproven]) -> list[dict[str, object]]:
    """For programs."""
    return [
        {
            "day": each.of.day.isoformat(),
            "campaigns": each.of.campaigns,
            "status": each.word,
            "reason": mask(each.reason) or None,
            "execution": each.execution_id,
            "command": command_for(settings, [each]),
        }
        for each in unproven
    ]


def shortened(text: str, width: int) -> str:
    """The first line of a text, cut to `width`."""
    line = text.partition("\n")[0]
    return line if len(line) <= width else line[: width - 1] + "…"


def _stretch(stretch: Sequence[Unproven]) -> Iterator[str]:
    """A line for each day; those that were never read stand in one."""
    for (status, _), group in groupby(stretch, key=lambda each: (each.status, each.status is None or each.of.day)):
        days = list(group)
        if status is None:
            first, last = days[0].of.day, days[-1].of.day
            yield f"{first if first == last else f'{first} – {last}'}  never read"
        else:
            yield f"{days[0].of.day}  {days[0].word:{_STATUS_WIDTH}}  {mask(days[0].reason)}".rstrip()


def _of(of: DayOf) -> str:
    return f" (campaigns {of.campaigns})" if of.campaigns else " (all campaigns)"
