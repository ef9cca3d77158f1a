"""The days that are not proven, for `status`, `check`, `days list` and alerts: as lines for a
person, as plain data.

Each stretch of days comes with the command that reads it again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from robot.commands.layout import folded
from robot.database import open_repository
from robot.database.days import DayOf, Days, DayStore, GivenUp, Unproven, ranges
from robot.period import now
from robot.runtime.masking import mask
from robot.runtime.program import command
from robot.settings import Settings
from robot.sync.kinds import DayWords, ReadingJob

_STATUS_WIDTH = 10


def read_days(settings: Settings, job: ReadingJob) -> Days:
    """The days of a job, as the database knows them now. Raises SyncError."""
    repository = open_repository(settings)
    try:
        repository.prepare()
        return DayStore(repository, job.name).read(now(settings.timezone))
    finally:
        repository.close()


def _command(settings: Settings, words: DayWords, stretch: Sequence[Unproven]) -> str:
    """What reads these days again: they follow one another, and speak of the same scope."""
    first, last = stretch[0].of, stretch[-1].of
    return words.command(settings, first.scope, first.day, last.day)


def lines(
    settings: Settings,
    words: DayWords,
    unproven: Sequence[Unproven],
    width: int,
    *,
    advice: bool = True,
) -> list[str]:
    """Each day with its status and reason, folded at `width`; with `advice`, below each stretch
    what reads it again.
    """
    told: list[str] = []
    named = {each.of.scope for each in unproven} != {""}
    for stretch in stretches(unproven):
        about = words.scope(stretch[0].of.scope) if named else ""
        for line in _stretch(stretch):
            told += folded(f"{line}{'' if advice else about}", width, first="  ", then=" " * 26)
        if advice:
            told.append(f"    Read again{about}: {_command(settings, words, stretch)}")
    if told and advice:
        told.append(
            "  Days that nobody can prove any more:"
            f" {command('days give-up --start DAY --end DAY')}"
        )
    return told


def stretches(unproven: Sequence[Unproven]) -> Iterator[list[Unproven]]:
    """Cut into days that follow one another, of the same scope.

    `unproven` is sorted as `Days.unproven` does.
    """
    for _, of_scope in groupby(unproven, key=lambda each: each.of.scope):
        by_day = {each.of.day: each for each in of_scope}
        for first, last in ranges(by_day):
            yield [each for day, each in by_day.items() if first <= day <= last]


def plain(
    settings: Settings, words: DayWords, unproven: Sequence[Unproven]
) -> list[dict[str, object]]:
    """For programs."""
    return [
        {
            "day": each.of.day.isoformat(),
            "campaigns": each.of.scope,
            "status": each.word,
            "reason": mask(each.reason) or None,
            "execution": each.execution_id,
            "command": _command(settings, words, [each]),
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
