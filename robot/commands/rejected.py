"""`rejected list | retry | export`: the records that could not become a row, and what can be done about them."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from robot.commands.context import Context, Session
from robot.database import RejectionLine, open_repository
from robot.errors import ConfigurationError, ExitCode
from robot.masking import mask
from robot.retrying import JOB, retry

_SHOWN = 50
_PAYLOAD_WIDTH = 70
_HARMLESS = ("id", "call_date", "campaign_id", "status_id", "mode")  # the rest of a call is somebody's personal data


def list_rejected(context: Context, *, all_of_them: bool) -> ExitCode:
    """Print the open rejections, newest first."""
    lines = _read(context, all_of_them=all_of_them)
    out = context.out
    if not lines:
        out.print("No record is rejected." if all_of_them else "No rejection is open.")
        return ExitCode.SUCCESS
    table = Table(title="Rejected records", title_justify="left")
    for name in ("id", "seen", "execution", "reason", "record", "resolved by"):
        table.add_column(name, overflow="fold")
    for line in reversed(lines[-_SHOWN:]):
        table.add_row(
            str(line.id),
            str(line.last_seen_at)[:19],
            str(line.execution_id),
            mask(line.reason),
            _masked(line.payload),
            "" if line.resolved_at is None else f"execution {line.resolved_execution_id}, {str(line.resolved_at)[:19]}",
        )
    out.print(table)
    if len(lines) > _SHOWN:
        out.print(f"… and {len(lines) - _SHOWN:,} more: rejected export writes them all.")
    return ExitCode.SUCCESS


def retry_rejected(context: Context) -> ExitCode:
    """Try the open ones again by today's rules."""
    session = Session.begin(context)
    repository = open_repository(session.settings, session.stop)
    try:
        repository.prepare()
        retried = retry(repository, session.now)
    finally:
        repository.close()
    if retried.execution_id is None:
        context.out.print("No rejection is open.")
    else:
        context.out.print(
            f"Execution {retried.execution_id}: {retried.stored:,} stored, {retried.still_rejected:,} still rejected."
        )
    return retried.exit_code


def export_rejected(context: Context, file: Path, *, all_of_them: bool) -> ExitCode:
    """Write them to a new file, one JSON object a line, payloads whole."""
    lines = _read(context, all_of_them=all_of_them)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise ConfigurationError(f"{file} exists already.", "Name a new file.") from None
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be written: {error.strerror}.", "Name another file.") from None
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
        for line in lines:
            values = {
                "id": line.id,
                "execution_id": line.execution_id,
                "record_id": line.record_id,
                "reason": line.reason,
                "created_at": str(line.created_at),
                "last_seen_at": str(line.last_seen_at),
                "resolved_execution_id": line.resolved_execution_id,
                "payload": line.payload,
            }
            stream.write(json.dumps(values) + "\n")
    context.out.print(f"{len(lines):,} rejected record(s) written to {file}, one JSON object a line.", soft_wrap=True)
    context.out.print("The file holds the records whole, personal data included: keep it accordingly.", style="yellow")
    return ExitCode.SUCCESS


def _read(context: Context, *, all_of_them: bool) -> Sequence[RejectionLine]:
    settings = context.settings(token_needed=False)
    repository = open_repository(settings)
    try:
        repository.prepare()
        return repository.rejections(JOB, resolved_too=all_of_them)
    finally:
        repository.close()


def _masked(payload: str) -> str:
    """What tells the record apart, without what belongs to a person."""
    try:
        record = json.loads(payload)
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, dict):
        return f"{len(payload):,} characters, no object"
    shown = {name: record[name] for name in _HARMLESS if name in record and not isinstance(record[name], dict | list)}
    text = mask(json.dumps(shown, ensure_ascii=False))[:_PAYLOAD_WIDTH]
    return f"{text} and {len(record) - len(shown)} more field(s)"
