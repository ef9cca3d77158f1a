"""Options that several commands have."""

from __future__ import annotations

from typing import Annotated

import typer

from robot import jobs
from robot.sync.kinds import ReadingJob, StartedJob

Started = Annotated[str, typer.Option("--job", help=f"One of {', '.join(jobs.names(StartedJob))}.")]
Read = Annotated[str, typer.Option("--job", help=f"One of {', '.join(jobs.names(ReadingJob))}.")]
