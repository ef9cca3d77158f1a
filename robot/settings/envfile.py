r"""The `.env` file: bytes → names and values, with every line that cannot be read named.

Operators write it with Notepad: a BOM, CRLF, cp1252 accents and UTF-16 (PowerShell's `>`) are met
and read.

A setting is one line. What stands between its quotes is taken as it is typed: python-dotenv would
read `\\`, `\n` or `\"` as an escape, and make another path of `"\\server\share"` and another
password of `'ab\\cd'`. So its parser reads the lines without quotes only.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv.parser import parse_stream
from pydantic_settings import DotEnvSettingsSource

_QUOTED = re.compile(r"\s*(?:export\s+)?(?P<name>'[^']+'|[^=#\s]+)\s*=\s*(?P<quote>['\"])")
_END = re.compile(r"\s*(?:#.*)?$")
_END_OR_SPACED_COMMENT = re.compile(r"\s*(?:\s#.*)?$")
# What python-dotenv takes for a comment and an operator may mean as a part of the value: behind a
# blank, or at once behind a closing quote. `"value" # comment` leaves no doubt.
_CUT = re.compile(
    r"""=(?:[^\S\n]*(?:"[^"\n]*"|'[^'\n]*')|[^\S\n]*[^\s'"][^\n]*?\s+|[^\S\n]+)\#(?P<glued>\S?)"""
)

_MIS_SAVED = re.compile(
    r"[._]?env(\.(txt|text|rtf|docx?|env|log|ini))?|\.env ?(\(\d+\)|- .*|c[oó]p.*)(\.txt)?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class EnvFile:
    """What a `.env` says: `values` by upper-case name, a line for each of the `problems`, and
    `stray` lines.

    A stray line is one without `=`: where it stands, and its text, which must not be shown (it may
    be a secret that slipped into a line of its own). `doubled` are lines that set a name to another
    value than a line before: where it stands, and the name. `commented` are those with what may be
    a comment or the value's rest: also whether a character follows the `#` at once, which looks
    like the rest.
    """

    values: Mapping[str, str]
    problems: tuple[str, ...] = ()
    stray: tuple[tuple[str, str], ...] = ()
    doubled: tuple[tuple[str, str], ...] = ()
    commented: tuple[tuple[str, str, bool], ...] = ()


def read(path: Path) -> EnvFile:
    """Read a `.env`. Raises OSError when the file cannot be opened."""
    values: dict[str, str] = {}
    problems: list[str] = []
    stray: list[tuple[str, str]] = []
    doubled: list[tuple[str, str]] = []
    commented: list[tuple[str, str, bool]] = []
    for number, text in enumerate(_decode(path.read_bytes()).split("\n"), start=1):
        line = f"{path.name}, line {number}"
        name, value, problem = _binding(text)
        if problem:
            problems.append(f"{line}: cannot be read; expected NAME=value, with balanced quotes")
        elif name and value is None:
            stray.append((line, name))
        elif name and value is not None:
            name = name.upper()
            if values.get(name, value) != value:
                doubled.append((line, name))
            if comment := _CUT.search(text):
                commented.append((line, name, bool(comment["glued"])))
            values[name] = value
    return EnvFile(values, tuple(problems), tuple(stray), tuple(doubled), tuple(commented))


def mis_saved(path: Path) -> list[Path]:
    """Files beside a `.env` that look like one under a name that an editor gave it: Notepad saves
    `.env.txt`.
    """
    try:
        names = sorted(
            each
            for each in path.parent.iterdir()
            if _MIS_SAVED.fullmatch(each.name) and each.is_file()
        )
    except OSError:
        return []
    return [each for each in names if each.name.lower() != path.name.lower()]


def _binding(text: str) -> tuple[str, str | None, bool]:
    """The name (empty for none) and the value (None without `=`) of a line, and whether it cannot
    be read.
    """
    if quoted := _QUOTED.match(text):
        value = _between(text[quoted.end() :], quoted["quote"])
        return quoted["name"].strip("'"), value, value is None
    for binding in parse_stream(io.StringIO(text)):
        return binding.key or "", binding.value, binding.error
    return "", None, False


def _between(rest: str, quote: str) -> str | None:
    """What stands before the closing quote. None = there is no such quote, or something but a
    comment follows it.

    A quote behind a backslash belongs to the value, unless the line is over there: `"C:\\logs\\"`.
    """
    for place, sign in enumerate(rest):
        if sign == quote:
            if rest[:place].endswith("\\"):
                if _END_OR_SPACED_COMMENT.match(rest, place + 1):
                    return rest[:place]
            else:
                return rest[:place] if _END.match(rest, place + 1) else None
    return None


def _decode(raw: bytes) -> str:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = raw.decode("utf-16", errors="replace")
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("cp1252", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


class EnvFileSource(DotEnvSettingsSource):
    """pydantic-settings' source for `.env`, reading through `read` instead of plain UTF-8."""

    def _read_env_file(self, file_path: Path) -> Mapping[str, str | None]:
        return {
            name.lower(): value for name, value in read(file_path).values.items() if value != ""
        }
