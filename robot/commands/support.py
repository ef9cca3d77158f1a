"""`support`: a zip for whoever helps. No secret and nothing personal in it, whatever the logs and
settings hold.

It is made also where nothing works: what cannot be read is told inside.
"""

from __future__ import annotations

import json
import os
import platform
import re
import sqlite3
import zipfile
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import SecretStr

from robot import __version__
from robot.commands.context import Context
from robot.database import Repository, open_repository
from robot.errors import ConfigurationError, ExitCode, RobotError
from robot.period import now
from robot.runtime import logs
from robot.runtime.masking import mask, mask_address
from robot.settings import Settings, envfile, home

_LOG_BYTES = 2 * 1024 * 1024  # of each file, from its end
_EXECUTIONS = 50
_PACKAGES = (
    "requests",
    "pyodbc",
    "schedule",
    "python-dotenv",
    "tenacity",
    "typer",
    "pydantic",
    "cronsim",
    "tzdata",
)
_MAIL = re.compile(r"[\w.+-]+@(?=[\w-]+\.)")


def support(context: Context, file: Path | None) -> ExitCode:
    """Write the zip; settings that are wrong become a part of it.

    Raises ConfigurationError where it cannot be written.
    """
    settings, problems = _settings(context)
    target = (
        Path.cwd() / file
        if file
        else home() / f"api-3c-robot-support-{datetime.now():%Y%m%d-%H%M%S}.zip"
    )
    parts: dict[str, Callable[[], str]] = {
        "about.txt": lambda: _about(context, settings),
        "settings.txt": lambda: problems or _values(settings),
    }
    if settings is not None:
        parts["executions.json"] = lambda: _executions(settings)
        for name in (logs.MAIN_LOG, logs.ERRORS_LOG):
            parts[f"logs/{name}"] = lambda path=settings.log_dir / name: _end_of(path)  # type: ignore[misc]
    try:
        with (
            target.open("xb") as stream,
            zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive,
        ):
            for name, text in parts.items():
                archive.writestr(name, _safe(_told(text)))
    except FileExistsError:
        raise ConfigurationError(f"{target} exists already.", "Name a new file.") from None
    except OSError as error:
        raise ConfigurationError(
            f"{target} cannot be written: {error.strerror or error}.", "Name another file."
        ) from None
    context.out.print(f"{target}: {', '.join(parts)}.", markup=False, soft_wrap=True)
    context.out.print(
        "Secrets, phones, documents and e-mail addresses are masked. Look into it before you send"
        " it."
    )
    return ExitCode.SUCCESS


def _settings(context: Context) -> tuple[Settings | None, str]:
    try:
        return context.settings(), ""
    except ConfigurationError as error:
        return None, "\n".join([error.message, *error.problems, error.hint])


def _told(text: Callable[[], str]) -> str:
    try:
        return text()
    except (RobotError, OSError) as error:
        return f"Could not be read: {error}"


def _safe(text: str) -> str:
    return _MAIL.sub("***@", mask(text))


def _about(context: Context, settings: Settings | None) -> str:
    lines = [
        f"API 3C Robot {__version__}",
        (
            f"{platform.platform()}, Python {platform.python_version()}, SQLite"
            f" {sqlite3.sqlite_version}"
        ),
        f"made {datetime.now().astimezone().isoformat(timespec='seconds')}",
        f"settings of {context.env_file}; files beside it that look like settings: "
        + (", ".join(path.name for path in envfile.mis_saved(context.env_file)) or "none"),
    ]
    if settings is not None:
        lines.append(f"in {settings.timezone} it is {now(settings.timezone)}")
    lines += [f"{name} {_version(name)}" for name in _PACKAGES]
    lines.append(f"ODBC drivers: {_odbc_drivers()}")
    return "\n".join(lines)


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except (
        metadata.PackageNotFoundError
    ):  # an executable holds the modules, not what names their versions
        return "(inside the executable)"


def _odbc_drivers() -> str:
    try:
        import pyodbc
    except ImportError as error:
        return f"none, {error}"
    return ", ".join(pyodbc.drivers()) or "none"


def _values(settings: Settings | None) -> str:
    lines = []
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            shown = "set, and kept secret" if value.get_secret_value() else ""
        else:
            shown = mask_address(str(value)) if name.endswith("_url") else str(value)
        origin = (
            "environment"
            if os.environ.get(name.upper())
            else "default"
            if value == field.default
            else ".env"
        )
        lines.append(f"{name.upper()} ({origin}): {shown}")
    return "\n".join(lines)


def _executions(settings: Settings) -> str:
    repository = open_repository(settings)
    with closing(repository):
        found: dict[str, Any] = {"database": repository.describe(), "executions": _last(repository)}
        reasons = Counter((line.job, line.reason) for line in repository.rejections(None))
    found["open rejections"] = [
        {"job": job, "reason": reason, "records": count}
        for (job, reason), count in reasons.most_common(50)
    ]
    return json.dumps(found, indent=2, default=str, ensure_ascii=False)


def _last(repository: Repository) -> list[dict[str, Any]]:
    names = [
        str(name)
        for (name,) in repository.read("SELECT DISTINCT job FROM execution_logs ORDER BY job")
    ]
    return [
        asdict(line) for name in names for line in repository.last_executions(name, _EXECUTIONS)
    ]


def _end_of(path: Path) -> str:
    with path.open("rb") as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(0, file.tell() - _LOG_BYTES))
        raw = file.read()
    text = raw.decode("utf-8", errors="replace")
    # never half a line: it could not be masked
    return text if len(raw) < _LOG_BYTES else text.partition("\n")[2]


def cli(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(help="A new .zip; by default one beside the program.")
    ] = None,
) -> None:
    """Write a zip for whoever helps: version, settings without secrets, the last executions and
    logs, masked.
    """
    raise typer.Exit(support(context.obj, file))
