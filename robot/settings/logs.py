"""The settings of the logs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic_settings import BaseSettings

from robot.settings.readers import FolderOrFile, Upper
from robot.settings.setting import setting


class LogSettings(BaseSettings):
    """Where the logs are, how large, and what the console shows."""

    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], Upper] = setting(
        "INFO",
        "DEBUG, INFO, WARNING, ERROR or CRITICAL",
        "What the console shows; the files have their own levels",
    )
    log_dir: FolderOrFile = setting("logs", "the path of a folder", "Folder of the log files")
    log_max_mb: int = setting(
        10, "a whole number from 1 to 1000", "Size at which a log file is rotated", ge=1, le=1000
    )
    log_backups: int = setting(
        10, "a whole number from 1 to 100", "Rotated log files that are kept", ge=1, le=100
    )
