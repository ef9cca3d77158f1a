"""The settings of executions: what starts, when, and over which days and campaigns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import field_validator
from pydantic_settings import BaseSettings

from robot.period import parse_end, parse_start, text
from robot.settings.readers import DATE, IDS, Campaigns, Cron, End, Lower, Start
from robot.settings.setting import setting


class ExecutionSettings(BaseSettings):
    """When executions begin, and what they cover."""

    execution_mode: Annotated[Literal["scheduled", "manual"], Lower] = setting(
        "scheduled", "scheduled or manual", "What starts when no command is given"
    )
    cron_schedule: Cron = setting(
        "0 2 * * *",
        'five CRON fields, like "0 2 * * *", or @daily',
        "When scheduled executions begin",
    )
    campaign_ids: Campaigns = setting((), IDS, "Campaigns of scheduled executions; empty = all")
    manual_start_date: Annotated[datetime | None, Start] = setting(
        None, DATE, "First moment of a manual execution; empty = yesterday"
    )
    manual_end_date: Annotated[datetime | None, End] = setting(
        None, DATE, "Last moment of a manual execution"
    )
    manual_campaign_ids: Campaigns = setting(
        (), IDS, "Campaigns of a manual execution; empty = all"
    )
    timezone: ZoneInfo = setting(
        "America/Sao_Paulo", "a zone like America/Sao_Paulo", "Zone of the account's times"
    )
    lookback_days: int = setting(
        2,
        "a whole number from 0 to 31",
        "Days before yesterday read again for late edits",
        ge=0,
        le=31,
    )
    catch_up_days: int = setting(
        31,
        "a whole number from 1 to 366",
        "How many missed days a scheduled execution makes up for",
        ge=1,
        le=366,
    )

    schedule_retries: int = setting(
        3,
        "a whole number from 0 to 12",
        "How often a scheduled execution that failed is tried again",
        ge=0,
        le=12,
    )
    schedule_retry_minutes: int = setting(
        15, "a whole number from 1 to 60", "Minutes before each of those tries", ge=1, le=60
    )

    @field_validator("timezone", mode="before")
    @classmethod
    def _zone(cls, value: Any) -> Any:
        if isinstance(value, ZoneInfo):
            return value
        try:
            return ZoneInfo(str(value).strip())
        except (ZoneInfoNotFoundError, OSError) as error:
            raise ValueError("no such zone") from error


def problems(raw: Mapping[str, str]) -> list[str]:
    """What contradicts something else."""
    start, end = "MANUAL_START_DATE", "MANUAL_END_DATE"
    return period_problems(raw.get(start, ""), raw.get(end, ""), start, end)


def period_problems(start: str, end: str, start_name: str, end_name: str) -> list[str]:
    """What is wrong with a period's two ends taken together (each alone is checked where it is
    read).
    """
    start, end = start.strip(), end.strip()
    if bool(start) != bool(end):
        absent, given = (end_name, start_name) if start else (start_name, end_name)
        return [f"{absent}: is empty, though {given} is set; expected both or neither"]
    try:
        first, last = parse_start(start), parse_end(end)
    except ValueError:
        return []
    if last < first:
        return [
            (
                f"{end_name}: read {text(last)}, before {start_name} {text(first)}; expected a"
                " later moment"
            )
        ]
    return []
