"""`rejected list | retry | export`: the records that could not become a row, of every job, and what
can be done about them.

What a reading job rejected can be tried again from what was kept. A client's line is corrected in
its file, a refused contact in the clients: the import or the export that takes it marks the
rejection as resolved.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from robot import jobs
from robot.commands.context import Context, Session
from robot.commands.rejected_words import shown
from robot.database import RejectionLine, open_repository
from robot.errors import ConfigurationError, ExitCode, RobotError
from robot.runtime.masking import mask
from robot.runtime.program import command
from robot.sync.kinds import ListedJob, ReadingJob
from robot.sync.retrying import Retried, retry

_SHOWN = 50

cli = typer.Typer(
    add_completion=False,
    help="Records that could not become a row.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

_All = Annotated[bool, typer.Option("--all", help="Resolved ones, too.")]
_Job = Annotated[
    str,
    typer.Option("--job", help="Only those of one job, like clients_import; empty = of every job."),
]


@cli.command("list")
def _list(context: typer.Context, all_of_them: _All = False, job: _Job = "") -> None:
    """Print them, newest first, without personal data."""
    raise typer.Exit(list_rejected(context.obj, job, all_of_them=all_of_them))


@cli.command("retry")
def _retry(context: typer.Context, job: _Job = "") -> None:
    """Try what was read again by today's rules; store what has become acceptable.

    Of the others, say what to do.
    """
    raise typer.Exit(retry_rejected(context.obj, job))


@cli.command("export")
def _export(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(help="A new file. It will hold the records whole, personal data included."),
    ],
    all_of_them: _All = False,
    job: _Job = "",
) -> None:
    """Write them to a file, one JSON object a line."""
    raise typer.Exit(export_rejected(context.obj, file, job, all_of_them=all_of_them))


def list_rejected(context: Context, job: str, *, all_of_them: bool) -> ExitCode:
    """Print the open rejections of a job, or of every job, newest first."""
    _check(job)
    lines = _read(context, job, all_of_them=all_of_them)
    out = context.out
    if not lines:
        out.print(
            f"No record{_of(job)} is rejected."
            if all_of_them
            else f"No rejection{_of(job)} is open."
        )
        return ExitCode.SUCCESS
    table = Table(title="Rejected records", title_justify="left")
    for name in ("id", "job", "seen", "execution", "reason", "record", "resolved by"):
        table.add_column(name, overflow="fold")
    for line in reversed(lines[-_SHOWN:]):
        table.add_row(
            str(line.id),
            line.job,
            str(line.last_seen_at)[:19],
            "" if line.execution_id is None else str(line.execution_id),
            mask(line.reason),
            shown(line),
            ""
            if line.resolved_at is None
            else f"execution {line.resolved_execution_id}, {str(line.resolved_at)[:19]}",
        )
    out.print(table)
    if len(lines) > _SHOWN:
        out.print(
            f"… and {len(lines) - _SHOWN:,} more: {command('rejected export FILE')} writes them"
            " all."
        )
    return ExitCode.SUCCESS


def retry_rejected(context: Context, job: str) -> ExitCode:
    """Try what was read again by today's rules; of what only its source can mend, say what to
    do.
    """
    _check(job)
    session = Session.begin(context)
    repository = open_repository(session.settings, session.stop)
    tried = [each for each in jobs.of_kind(ReadingJob) if job in {"", each.name}]
    retried: list[Retried] = []
    try:
        repository.prepare()
        for each in tried:
            normalize = each.normalizer(session.settings)
            retried.append(retry(repository, each.name, each.parent, normalize, session.now))
        left = repository.rejections(job or None)
    finally:
        repository.close()
    names = {each.name for each in tried}
    others = [line for line in left if line.job not in names]
    outside = sum(line.outside for line in left)
    done = [each for each in retried if each.execution_id is not None]
    for again in done:
        context.out.print(
            f"Execution {again.execution_id}: {again.stored:,} stored,"
            f" {again.still_rejected:,} still rejected."
        )
    if not done and not others and not outside:
        context.out.print(f"No rejection{_of(job)} is open.")
    if outside:
        context.out.print(
            f"{outside:,} record(s) were only not asked for: nothing is wrong with them."
            " Reading their days, of all campaigns, stores them:"
            f" {command('run --start DAY --end DAY')}",
            soft_wrap=True,
        )
    if others:
        _print_advice(context, others)
        return ExitCode.WITH_ERRORS
    return max((each.exit_code for each in retried), default=ExitCode.SUCCESS)


def _print_advice(context: Context, lines: Sequence[RejectionLine]) -> None:
    context.out.print(
        f"{len(lines):,} cannot be tried again from here: what is wrong must be mended where it"
        " came from."
    )
    for line in list(reversed(lines))[:_SHOWN]:
        context.out.print(
            mask(f"Rejection {line.id} of {line.job}: {line.reason}"), markup=False, soft_wrap=True
        )
        context.out.print(
            mask(f"  {jobs.of_row(line.job).advice(line)}"), markup=False, soft_wrap=True
        )
    if len(lines) > _SHOWN:
        context.out.print(
            f"… and {len(lines) - _SHOWN:,} more: {command('rejected export FILE')} writes them"
            " all."
        )


def export_rejected(context: Context, file: Path, job: str, *, all_of_them: bool) -> ExitCode:
    """Write them to a new file, one JSON object a line, payloads whole."""
    _check(job)
    lines = _read(context, job, all_of_them=all_of_them)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise ConfigurationError(f"{file} exists already.", "Name a new file.") from None
    except OSError as error:
        raise ConfigurationError(
            f"{file} cannot be written: {error.strerror}.", "Name another file."
        ) from None
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.writelines(_exported(line) for line in lines)
    except OSError as error:
        with contextlib.suppress(OSError):
            file.unlink()  # a part of them would pass for all of them
        raise RobotError(
            f"{file} cannot be written: {error.strerror}.", "Free space, or name another file."
        ) from None
    context.out.print(
        f"{len(lines):,} rejected record(s) written to {file}, one JSON object a line.",
        soft_wrap=True,
    )
    context.out.print(
        "The file holds the records whole, personal data included: keep it accordingly.",
        style="yellow",
    )
    return ExitCode.SUCCESS


def _exported(line: RejectionLine) -> str:
    values = {
        "id": line.id,
        "job": line.job,
        "execution_id": line.execution_id,
        "record_id": line.record_id,
        "reason": line.reason,
        "created_at": str(line.created_at),
        "last_seen_at": str(line.last_seen_at),
        "resolved_execution_id": line.resolved_execution_id,
        "payload": line.payload,
    }
    return json.dumps(values) + "\n"


def _check(job: str) -> None:
    if job:
        jobs.named(job, ListedJob)


def _of(job: str) -> str:
    return f" of {job}" if job else ""


def _read(context: Context, job: str, *, all_of_them: bool) -> Sequence[RejectionLine]:
    settings = context.settings()
    repository = open_repository(settings)
    try:
        repository.prepare()
        return repository.rejections(job or None, resolved_too=all_of_them)
    finally:
        repository.close()
