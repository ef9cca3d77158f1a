"""What `robot/jobs.py` lists of the portfolio: the import of files."""

from __future__ import annotations

from robot.cells.tables import CLIENTS
from robot.customers.importing import JOB
from robot.database import RejectionLine
from robot.runtime.program import command
from robot.sync.kinds import ListedJob


def _correct_the_line(line: RejectionLine) -> str:
    who = f" of {line.record_id}" if line.record_id else ""
    return (
        f"Correct the line{who} in the file, and import the file again:"
        f" {command('clients import FILE')}"
    )


CLIENTS_IMPORT = ListedJob(
    name=JOB, noun="the import of clients", tables=(CLIENTS,), advice=_correct_the_line
)
