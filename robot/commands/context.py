"""What every command begins with: settings read, secrets registered, logs open."""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from robot.commands import consoles
from robot.errors import ConfigurationError
from robot.period import now
from robot.runtime import logs, masking
from robot.runtime.resources import home, resource
from robot.runtime.signals import stop_on_signals

if TYPE_CHECKING:  # a command that needs no settings does not wait for their libraries
    from robot.settings import Settings

log = logging.getLogger(__name__)


@dataclass
class Context:
    """One start of the program: which `.env`, and where to print."""

    env_file: Path
    given: bool = False  # by --env-file
    out: Console = field(default_factory=consoles.output)
    err: Console = field(default_factory=consoles.messages)

    @classmethod
    def for_file(cls, env_file: Path | None) -> Context:
        """`--env-file` as given (from the current folder), or `.env` of the robot's own folder.

        An executable that was built with its `.env` inside uses that one where none stands beside
        it.
        """
        if env_file:
            return cls(Path.cwd() / env_file, given=True)
        beside, inside = home() / ".env", resource(".env")
        return cls(inside if inside.exists() and not beside.exists() else beside)

    def env_file_exists(self) -> bool:
        """Whether it is there. Raises ConfigurationError when this user may not even look."""
        try:
            return self.env_file.exists()
        except OSError as error:
            raise ConfigurationError(
                f"{self.env_file} cannot be read: {error.strerror}.",
                "Check the rights of this user on the file's folder.",
            ) from None

    def settings(self, systems: Collection[str] = ()) -> Settings:
        """Read the settings, which must be enough for these systems, and open the logs.

        Raises ConfigurationError.
        """
        from robot.settings.check import load

        settings, warnings = load(self.env_file, systems)
        self.open_logs(settings)
        for warning in warnings:
            log.warning(warning)
        return settings

    def systems_of_schedule(self) -> frozenset[str]:
        """The systems of the jobs that these settings start by themselves, the calls always.

        Raises ConfigurationError.
        """
        from robot import jobs
        from robot.settings.check import load
        from robot.sync.kinds import StartedJob

        settings, _ = load(self.env_file, jobs.named(jobs.MAIN, StartedJob).systems)
        return jobs.systems(jobs.scheduled(settings, StartedJob))

    def open_logs(self, settings: Settings) -> None:
        """Send the logs where these settings want them."""
        masking.register(*settings.secrets)
        logs.configure(
            settings.log_dir,
            console=self.err,
            level=settings.log_level,
            zone=settings.timezone,
            max_mb=settings.log_max_mb,
            backups=settings.log_backups,
        )


@dataclass(frozen=True)
class Session:
    """A command that executes: its settings, its consoles, and the wish to stop."""

    context: Context
    settings: Settings
    stop: threading.Event

    @classmethod
    def begin(cls, context: Context, systems: Collection[str] = ()) -> Session:
        settings = context.settings(systems)
        return cls(context, settings, stop_on_signals())

    def now(self) -> datetime:
        """The wall clock in `TIMEZONE`."""
        return now(self.settings.timezone)
