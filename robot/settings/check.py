"""Loading the settings for a command: everything that is wrong told at once, in the operator's
words.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from pydantic import SecretStr, ValidationError

from robot.errors import ConfigurationError
from robot.runtime import masking
from robot.settings import (
    Settings,
    alerts,
    database,
    dialer_export,
    envfile,
    executions,
    read_settings,
    threec,
)
from robot.settings.network import PROXIES, proxy_secrets
from robot.settings.setting import expected_of

_NAMES = [name.upper() for name in Settings.model_fields]
_SECRETS = [
    name.upper() for name, field in Settings.model_fields.items() if field.annotation is SecretStr
]
_TEXTS = [
    name.upper()
    for name, field in Settings.model_fields.items()
    if field.annotation in (str, SecretStr, Path)
]
_FAMILIES = {name.partition("_")[0] for name in _NAMES if "_" in name}  # DB, API, THREEC, …
_LONGEST_NAME = max(map(len, _NAMES)) + 5
# by system: what its jobs cannot do without
_NEEDED = {"threec": threec.needed}
_RULES = (
    *(threec.problems, dialer_export.problems, database.problems),
    *(alerts.problems, executions.problems),
)


def load(env_file: Path, systems: Collection[str] = ()) -> tuple[Settings, list[str]]:
    """Read environment and `.env`; return the settings and warnings for the operator. What these
    systems need must be there.

    Raises ConfigurationError with one problem a line: the variable, what was read (never a secret's
    value), and what is expected.
    """
    try:
        file = envfile.read(env_file) if env_file.exists() else envfile.EnvFile({})
    except OSError as error:
        raise ConfigurationError(
            f"{env_file} cannot be read: {error.strerror}.", "Check the file's rights."
        ) from None
    environment = settings_in_environment()
    raw = {**file.values, **environment}
    for name in PROXIES:
        masking.register(*proxy_secrets(raw.get(name.upper(), "").strip()))
    # before anything is told of the other values
    masking.register(*(raw.get(name, "").strip() for name in _SECRETS))
    problems = [
        *file.problems,
        *(_stray(*line) for line in file.stray),
        *_together(raw, systems),
    ]
    settings = None
    try:
        settings = read_settings(env_file)
    except ValidationError as error:
        problems += _explain(error, raw)
    if problems or settings is None:
        where = (
            env_file
            if env_file.exists()
            else f"{env_file} (which does not exist: {_another_name(env_file)})"
        )
        hint = (
            f"Correct them in {where} or in the environment.{_set_elsewhere(problems, environment)}"
        )
        raise ConfigurationError(
            f"{len(problems)} wrong setting(s).", hint, (*problems, *_unknown(file))
        )
    others = [
        f"{name} comes from the environment, not from {env_file.name}."
        for name in _overruled(file, environment)
    ]
    others += [
        (
            f"{other} stands beside {env_file.name} and is not read: the settings are those of"
            f" {env_file.name}."
        )
        for other in envfile.mis_saved(env_file)
        if env_file.exists()
    ]
    return settings, _warnings(settings, file) + others


def _another_name(env_file: Path) -> str:
    """How to make a `.env` where none stands."""
    others = envfile.mis_saved(env_file)
    if others:
        return (
            f"{others[0].name} stands there; rename it to {env_file.name}, with Windows showing"
            " the endings of names"
        )
    return "copy .env.example to it"


def overruled(env_file: Path) -> list[str]:
    """The settings of which the environment has another value than this `.env`, which does not
    count then.
    """
    return (
        _overruled(envfile.read(env_file), settings_in_environment()) if env_file.exists() else []
    )


def _overruled(file: envfile.EnvFile, environment: Mapping[str, str]) -> list[str]:
    values = {name: value.strip() for name, value in file.values.items() if value.strip()}
    return [name for name, value in values.items() if environment.get(name, value).strip() != value]


def _set_elsewhere(problems: Sequence[str], environment: Mapping[str, str]) -> str:
    """Which of the settings that the problems name another program may have set for the whole
    computer.
    """
    words = set(re.findall(r"\w+", " ".join(problems)))
    names = ", ".join(name for name in environment if name in words)
    return f" From the environment comes: {names}." if names else ""


def settings_in_environment() -> dict[str, str]:
    """The settings that the environment holds, empty ones left out, by upper-case name."""
    return {
        name.upper(): value
        for name, value in os.environ.items()
        if name.upper() in _NAMES and value
    }


def _stray(line: str, text: str) -> str:
    """What is told of a line without `=`: never its text, only the setting that it resembles."""
    close = difflib.get_close_matches(text[:_LONGEST_NAME].upper(), _NAMES, n=1, cutoff=0.8)
    if close:
        return f"{line}: {close[0]} has no value; expected {close[0]}=value"
    return (
        f"{line}: has no =, and its text is kept secret; expected NAME=value, all of it in one line"
    )


def _explain(error: ValidationError, raw: Mapping[str, str]) -> list[str]:
    lines = []
    for name in dict.fromkeys(str(problem["loc"][0]) for problem in error.errors()):
        field = Settings.model_fields[name]
        value = raw.get(name.upper(), "")
        value = masking.mask(
            masking.mask_address(value) if name.endswith(("_url", "_proxy")) else value
        )
        shown = "a value that is kept secret" if field.annotation is SecretStr else repr(value)
        reason = next(str(p["msg"]) for p in error.errors() if p["loc"][0] == name)
        lines.append(
            f"{name.upper()}: read {shown}{_detail(reason, shown)}; expected {expected(name)}"
        )
    return lines


def _detail(reason: str, shown: str) -> str:
    """What our own checks say of a value, which is not shown a second time."""
    if not reason.startswith("Value error, "):
        return ""
    reason = reason.removeprefix("Value error, ")
    about = reason.removeprefix(f"{shown} ")
    return f" ({reason})" if about == reason else f", which {about}"


def expected(name: str) -> str:
    """What an operator is told to write for this setting."""
    return expected_of(Settings, name)


def _together(raw: Mapping[str, str], systems: Collection[str]) -> list[str]:
    """What no single variable can tell: what is missing, and what contradicts something else."""
    needs = [problem for system in sorted(systems) for problem in _NEEDED[system](raw)]
    return needs + [problem for rules in _RULES for problem in rules(raw)]


def _unknown(file: envfile.EnvFile) -> list[str]:
    """Names in the file that no setting has, and that look as if they were meant for the robot."""
    told = []
    for name in file.values:
        close = difflib.get_close_matches(name, _NAMES, n=1, cutoff=0.8)
        if name not in _NAMES and (close or name.partition("_")[0] in _FAMILIES):
            meant = f" Did you mean {close[0]}?" if close else ""
            told.append(f"{name} is no setting of the robot and was ignored.{meant}")
    return told


def _warnings(settings: Settings, file: envfile.EnvFile) -> list[str]:
    warnings = [*_unknown(file), *database.warnings(settings)]
    warnings += [
        f"{line}: {name} is set a second time. This line counts, the one before does not."
        for line, name in file.doubled
    ]
    warnings += [
        (
            f"{line}: what stands behind # is a comment and no part of {name}. If it is one:"
            f" {name}='…', in single quotes."
        )
        for line, name, glued in file.commented
        if (name in _SECRETS and (glued or file.values[name])) or (name in _TEXTS and glued)
    ]
    return warnings + threec.warnings(settings)
