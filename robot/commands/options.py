"""Options that several commands have."""

from __future__ import annotations

from typing import Annotated

import typer

from robot import jobs
from robot.sync.kinds import ReadingJob, StartedJob

Started = Annotated[str, typer.Option("--job", help=f"One of {', '.join(jobs.names(StartedJob))}.")]
Read = Annotated[str, typer.Option("--job", help=f"One of {', '.join(jobs.names(ReadingJob))}.")]

Start = Annotated[
    str | None,
    typer.Option(help="First moment: YYYY-MM-DD HH:MM:SS, YYYY-MM-DD or DD/MM/YYYY."),
]
End = Annotated[str | None, typer.Option(help="Last moment; a date alone is its whole day.")]
Campaigns = Annotated[
    str | None, typer.Option(help="Campaign ids separated by commas; empty = all.")
]
