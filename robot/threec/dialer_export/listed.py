"""What `robot/jobs.py` lists of the sending to the dialer, and of the company's own query."""

from __future__ import annotations

import json

from robot.cells.tables import (
    CALLS,
    CLIENTS,
    DIALER_EXPORT_ITEMS,
    DIALER_EXPORT_REQUESTS,
    DIALER_EXPORTS,
    MAILING_DATA,
)
from robot.database import RejectionLine
from robot.runtime.program import command
from robot.sync.kinds import ListedJob, SendingJob
from robot.threec.dialer_export.asking import send_as_scheduled
from robot.threec.dialer_export.checking import checks, schedule_checks
from robot.threec.dialer_export.query import QUERY_JOB
from robot.threec.dialer_export.sending import JOB


def _correct_the_client(line: RejectionLine) -> str:
    who = f" of {line.record_id}" if line.record_id else ""
    again = command(f"export --campaign {_campaign(line)} --ids {line.record_id}")
    return f"Correct the client{who}, then send again: {again}"


def _campaign(line: RejectionLine) -> object:
    try:
        record = json.loads(line.payload)
    except (ValueError, RecursionError):
        return "N"
    return record.get("campaign_id", "N") if isinstance(record, dict) else "N"


def _correct_the_record(line: RejectionLine) -> str:
    who = f" of {line.record_id}" if line.record_id else ""
    return (
        f"Correct the record{who} in the table that CLIENTS_QUERY_FILE reads: the next"
        " export reads it again"
    )


DIALER_EXPORT = SendingJob(
    name=JOB,
    noun="exports",
    tables=(
        *(CALLS, MAILING_DATA, CLIENTS),
        *(DIALER_EXPORTS, DIALER_EXPORT_ITEMS, DIALER_EXPORT_REQUESTS),
    ),
    views=("export_results",),
    systems=frozenset({"threec"}),
    cron=lambda settings: settings.export_cron,
    health_setting="export_healthcheck_url",
    schedule_checks=schedule_checks,
    checks=checks,
    send=send_as_scheduled,
    advice=_correct_the_client,
)
CLIENTS_QUERY = ListedJob(name=QUERY_JOB, noun="the query of clients", advice=_correct_the_record)
