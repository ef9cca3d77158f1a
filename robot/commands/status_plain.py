"""`status` for programs: names that never change, in every language."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from robot import jobs
from robot.commands import unproven
from robot.commands.state import DaysKnown, Reading, Sendings, State
from robot.database import ExecutionLine
from robot.database.exports import ItemStatus
from robot.runtime.masking import mask
from robot.settings import Settings
from robot.sync.kinds import DayWords, ListedJob
from robot.threec.dialer_export.listed import DIALER_EXPORT
from robot.threec.expiry import Expiry

CONTACTS = {
    "sent": ItemStatus.SENT,
    "filtered": ItemStatus.FILTERED,
    "refused": ItemStatus.REJECTED,
    "unknown": ItemStatus.UNKNOWN,
    "pending": ItemStatus.PENDING,
}


def plain(settings: Settings, state: State) -> dict[str, object]:
    """Of all jobs. What `calls` and `dialer_export` tell has stood at these places from the
    first version on.
    """
    told = {each.job.name: _reading(settings, each) for each in state.readings}
    told |= {each.job.name: _sendings(each) for each in state.sendings}
    main, exports = told.pop(jobs.MAIN), told.pop(DIALER_EXPORT.name)
    return {
        "database": state.database,
        **main,
        "token": _token(state.token),
        "exports": exports,
        **({"jobs": told} if told else {}),
    }


def plain_of(settings: Settings, state: State, job: ListedJob) -> dict[str, object]:
    """Of one job."""
    told: dict[str, object] = {"database": state.database, "job": job.name}
    for reading in state.readings:
        told |= _reading(settings, reading)
    for sendings in state.sendings:
        told |= _sendings(sendings)
    for history in state.histories:
        told["executions"] = [_execution(line) for line in history.executions]
    if state.token is not None:
        told["token"] = _token(state.token)
    return told


def _reading(settings: Settings, reading: Reading) -> dict[str, object]:
    return {
        "executions": [_execution(line) for line in reading.executions],
        **_windows(settings, reading),
        "next_run": _moment(reading.next_run),
    }


def _windows(settings: Settings, reading: Reading) -> dict[str, object]:
    if reading.job.days is not None and reading.days is not None:
        return _days(settings, reading.job.days, reading.days)
    return {
        "windows": [
            {
                "window": key,
                "status": str(each.status),
                "reason": mask(each.detail) if each.detail else None,
            }
            for key, each in reading.windows.items()
        ]
    }


def _days(settings: Settings, words: DayWords, known: DaysKnown) -> dict[str, object]:
    incomplete: dict[str, str] = {}
    for each in sorted(known.unproven, key=lambda each: each.of.day):
        if each.status is not None:
            told = f"{each.word}, {mask(each.reason)}" if each.reason else each.word
            incomplete.setdefault(each.of.day.isoformat(), told)
    return {
        **known.habit.plain,
        "days_complete": [day.isoformat() for day in known.complete],
        "days_incomplete": incomplete,
        "days_unproven": unproven.plain(settings, words, known.unproven),
        "days_given_up": unproven.plain_given_up(known.given_up),
        "days_never_read": sorted(
            {day.isoformat() for day in known.never_read}
            | {each.of.day.isoformat() for each in known.unproven if each.status is None}
        ),
    }


def _sendings(sendings: Sendings) -> dict[str, object]:
    return {
        "executions": [
            {
                **_execution(line),
                "contacts": {
                    status.value: sendings.contacts.get(line.id, {}).get(status, 0)
                    for status in CONTACTS.values()
                },
            }
            for line in sendings.executions
        ],
        "open_contacts": {status.value: count for status, count in sendings.open.items()},
        "next_run": _moment(sendings.next_run),
    }


def _token(token: Expiry | None) -> dict[str, object] | None:
    if token is None:
        return None
    reminder = f"{token} {token.advice}" if token.is_near else None
    return {"expires": token.day.isoformat(), "days_left": token.days_left, "reminder": reminder}


def _execution(line: ExecutionLine) -> dict[str, object]:
    return {**asdict(line), "execution_date": line.execution_date.isoformat(" ")}


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
