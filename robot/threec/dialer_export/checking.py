"""What `check` says of the sending to the dialer."""

from __future__ import annotations

from pathlib import Path

from robot.runtime.program import command
from robot.settings import Settings
from robot.settings.cron import next_runs
from robot.sync.checks import Check
from robot.threec.dialer_export.query import select_of


def schedule_checks(settings: Settings) -> list[Check]:
    """When contacts are sent by themselves; nothing where they never are."""
    if not settings.export_cron:
        return []
    return [Check("Exports", lambda _: _exports(settings))]


def checks(settings: Settings) -> list[Check]:
    """Whether the company's own query can be read; nothing where there is none."""
    file = settings.clients_query_file
    return [] if file is None else [Check("Clients", lambda _: _clients(file))]


def _exports(settings: Settings) -> str:
    times = next_runs(settings.export_cron, settings.timezone)
    return (
        f"campaign {settings.export_campaign_id}; due {times}."
        f' The loop of "{command("schedule")}" sends at these times;'
        f' a task that runs "{command("schedule --once")}" at its first run after them;'
        f' for the time itself, give "{command("export scheduled")}" its own task'
    )


def _clients(file: Path) -> str:
    select_of(file)
    return f"{file} holds one SELECT; it is not run here"
