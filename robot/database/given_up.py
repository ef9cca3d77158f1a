"""Days that an operator gave up, in `days_given_up`. Inside the running transaction."""

from __future__ import annotations

from datetime import date, datetime

from robot.database.coverage import covered
from robot.database.engine import Engine

_WHERE = "WHERE job = ? AND scope = ? AND day = ?"


def give_up(engine: Engine, job: str, scope: str, day: date, by: str, now: datetime) -> None:
    """Keep that this day is given up. A day that was given up before keeps when and by whom."""
    key = (job, scope, day.isoformat())
    cursor = engine.cursor()
    cursor.execute(f"SELECT given_up_at FROM days_given_up {_WHERE}", key)
    known = cursor.fetchone() is not None
    cursor.close()
    if not known:
        engine.write(
            (
                "INSERT INTO days_given_up (job, scope, day, given_up_at, given_up_by) VALUES"
                " (?, ?, ?, ?, ?)"
            ),
            (*key, now, by),
        )


def take_back(engine: Engine, job: str, scope: str, day: date) -> None:
    """The day is not given up any more."""
    engine.write(f"DELETE FROM days_given_up {_WHERE}", (job, scope, day.isoformat()))


def forget_proven(engine: Engine, job: str, scope: str, day: date) -> None:
    """The day is proven for this scope: whoever gave it up, for it or for a part of it, was
    wrong.
    """
    cursor = engine.cursor()
    cursor.execute(
        "SELECT scope FROM days_given_up WHERE job = ? AND day = ?", (job, day.isoformat())
    )
    found = [str(row[0]) for row in cursor.fetchall()]
    cursor.close()
    for each in found:
        if covered(each, {scope}):
            take_back(engine, job, each, day)
