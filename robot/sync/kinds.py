"""The kinds of jobs that `robot/jobs.py` lists, and what the robot may ask of each."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from robot.cells.tables import RowTable, Table
from robot.database import RejectionLine, Repository
from robot.period import Window
from robot.runtime.program import command
from robot.settings import Settings
from robot.sync.checks import Check
from robot.sync.history import Ending
from robot.sync.job import Job
from robot.sync.options import Options
from robot.sync.retrying import Normalizer


def look_at_it(_: RejectionLine) -> str:
    """The advice where nothing better is known of a rejection."""
    return f"See its reason; {command('rejected export FILE')} writes it whole"


@dataclass(frozen=True, kw_only=True)
class ListedJob:
    """A job with a history and rejections; a command of its own does it.

    `noun` is what it is about, for titles and messages: `the calls`. `tables` and `views`: what it
    cannot do without, beside the tables of every job. `advice` says what settles a rejection that
    no retry can.
    """

    name: str
    noun: str
    tables: tuple[Table, ...] = ()
    views: tuple[str, ...] = ()
    advice: Callable[[RejectionLine], str] = look_at_it


@dataclass(frozen=True, kw_only=True)
class StartedJob(ListedJob):
    """A job that `run` starts, and the schedule.

    `systems` are those whose settings it cannot do without. `cron` says when it is due; empty =
    never by itself. `health_setting` names the setting of its health check; empty = it has none.
    `schedule_checks` and `checks` are what `check` says of it, and of its system.
    """

    systems: frozenset[str] = frozenset()
    cron: Callable[[Settings], str] = lambda _: ""
    health_setting: str = ""
    schedule_checks: Callable[[Settings], list[Check]] = lambda _: []
    checks: Callable[[Settings], list[Check]] = lambda _: []


def _nothing(_: Repository) -> None:
    return None


@dataclass(frozen=True)
class Asked:
    """What one execution of a reading job is to read.

    `open` makes the job; the event ends its waits. `due` gives the windows. `begun` is called when
    the execution has its line in the history, with the job's lock held; it must not raise.
    """

    open: Callable[[threading.Event | None], Job]
    due: Callable[[Repository], list[Window]]
    begun: Callable[[Repository], None] = _nothing


@dataclass(frozen=True)
class Habit:
    """What a job reads by itself: its scope as it is stored, in words, and for programs."""

    scope: str = ""
    words: str = ""
    plain: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class DayWords:
    """How the days of a job are told.

    `command` is what an operator types to read the days of a scope again, from one to another;
    `scope` tells a scope in brackets.
    """

    command: Callable[[Settings, str, date, date], str]
    scope: Callable[[str], str]


@dataclass(frozen=True)
class Demo:
    """A job against a system of the robot's own: its settings, and what is said at the end."""

    settings: Settings
    told: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class ReadingJob(StartedJob):
    """A job that keeps what an API has in step with the database.

    `by_hand` and `by_schedule` say what is to be read: by these options, at this local time. Both
    raise ConfigurationError. `normalizer` makes rows of a record that was rejected, `parent` is
    the table in which each record has one row. `habit` is what it reads by itself. `days` is None
    where its windows are no days. `demo` starts its system's simulator.
    """

    by_hand: Callable[[Settings, Options, datetime], Asked]
    by_schedule: Callable[[Settings, datetime], Asked]
    normalizer: Callable[[Settings], Normalizer]
    parent: RowTable
    habit: Callable[[Settings], Habit] = lambda _: Habit()
    days: DayWords | None = None
    demo: Callable[[], AbstractContextManager[Demo]] | None = None


class Sent(Protocol):
    """What a sending came to: its end, labels with their counts, and further lines."""

    @property
    def ending(self) -> Ending: ...
    @property
    def counted(self) -> Sequence[tuple[str, str]]: ...
    @property
    def notes(self) -> Sequence[str]: ...


@dataclass(frozen=True)
class Sending:
    """What a sending job is given. `begins` is told when it begins, with the job's lock held."""

    settings: Settings
    repository: Repository
    clock: Callable[[], datetime]
    stop: threading.Event
    begins: Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class SendingJob(StartedJob):
    """A job that sends what the database holds to an API, each of it once.

    `send` does what the settings ask for, without a question; it raises ConfigurationError where
    they ask for nothing.
    """

    send: Callable[[Sending], Sent]
