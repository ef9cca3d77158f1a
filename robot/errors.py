"""Every exception of the robot, drawn as a tree.

    RobotError                      message, hint for the operator, exit code
    ├── ConfigurationError          2    a setting, an option or a file is wrong
    │   └── MissingSoftware         2    what the settings ask for is not installed on this machine
    ├── AnotherExecutionRunning     4    the lock of this job is held by somebody else
    ├── Interrupted                 130  Ctrl+C, SIGTERM, closed terminal, log-off, shutdown
    └── SyncError                   1    something went wrong while syncing
        ├── FatalError              stop the execution: going on cannot help
        ├── RetriableError          the same call may succeed later: again, bounded
        └── WindowFailed            this window cannot be read or stored now; the others may

The loops decide by class, never by text (the split of singer-sdk). A record that cannot become a
row is no exception but a value: `robot.cells.rejection.Rejection`.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process tells the Task Scheduler, a service manager or a script."""

    SUCCESS = 0
    FAILED = 1
    CONFIGURATION = 2
    WITH_ERRORS = 3
    ALREADY_RUNNING = 4
    INTERRUPTED = 130


class RobotError(Exception):
    """Base of all: `message` says what happened and to what, `hint` what to do now."""

    exit_code: ExitCode = ExitCode.FAILED

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class ConfigurationError(RobotError):
    """One or more settings are wrong; `problems` holds one line for each."""

    exit_code = ExitCode.CONFIGURATION

    def __init__(self, message: str, hint: str = "", problems: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint)
        self.problems = problems


class MissingSoftware(ConfigurationError):
    """A library or a driver that the settings ask for is not installed; `hint` says how to install
    it.
    """


class AnotherExecutionRunning(RobotError):
    """The job's lock is held: `message` names the holder."""

    exit_code = ExitCode.ALREADY_RUNNING


class Interrupted(RobotError):
    """The operator or the system asked the robot to stop."""

    exit_code = ExitCode.INTERRUPTED


class SyncError(RobotError):
    """Something went wrong between the API and the database."""


class FatalError(SyncError):
    """Going on cannot help: a refused token, a refused request, a missing right."""


class RetriableError(SyncError):
    """The same call may succeed later.

    `retry_after` is the server's own wish, in seconds, if it gave one.
    """

    def __init__(self, message: str, hint: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(message, hint)
        self.retry_after = retry_after


class WindowFailed(SyncError):
    """One window could not be read or stored. `culprit` is "API" or "database": which of them is
    down.

    `down` is False where it is not: then nothing follows for the other windows.
    """

    def __init__(self, message: str, hint: str = "", *, culprit: str, down: bool = True) -> None:
        super().__init__(message, hint)
        self.culprit = culprit
        self.down = down
