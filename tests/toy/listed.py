"""What the list of jobs holds of the toy."""

from __future__ import annotations

import os
from datetime import datetime

from robot.settings import Settings
from robot.sync.kinds import Asked, Habit, ReadingJob
from robot.sync.options import Options
from toy.job import NAME, ToyJob, window_at
from toy.rows import rows_of
from toy.tables import FAMILY, ORDERS


def _asked(now: datetime) -> Asked:
    limit = int(os.environ.get("TOY_LIMIT", "10"))
    return Asked(
        lambda stop: ToyJob(os.environ["TOY_URL"], stop, limit=limit), lambda _: [window_at(now)]
    )


def _by_hand(_: Settings, options: Options, now: datetime) -> Asked:
    options.require_none(NAME)
    return _asked(now)


TOY = ReadingJob(
    name=NAME,
    noun="the orders",
    tables=FAMILY.tables,
    cron=lambda _: os.environ.get("TOY_CRON", ""),
    by_hand=_by_hand,
    by_schedule=lambda _, now: _asked(now),
    normalizer=lambda _: rows_of,
    parent=ORDERS,
    habit=lambda _: Habit(),
)
