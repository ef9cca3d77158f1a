"""The words that `execution_logs.status` and `sync_windows.status` hold."""

from enum import StrEnum


class ExecutionStatus(StrEnum):
    """How an execution stands. The names are the spec's."""

    RUNNING = "RUNNING"
    COMPLETED_SUCCESS = "COMPLETED_SUCCESS"
    COMPLETED_WITH_ERRORS = "COMPLETED_WITH_ERRORS"
    COMPLETED_NO_DATA = "COMPLETED_NO_DATA"
    FAILED = "FAILED"


class WindowStatus(StrEnum):
    """How far a day has been read."""

    READING = "READING"  # begun; its rows so far are stored
    COMPLETE = "COMPLETE"  # the whole day, over, every record of the API proven to be stored
    PARTIAL = (
        "PARTIAL"  # proven for what was asked, but the day was not over or not asked for as a whole
    )
    INCOMPLETE = "INCOMPLETE"  # read, and something is missing: `detail` says what
    FAILED = "FAILED"  # could not be read or stored
