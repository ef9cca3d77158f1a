"""The `.env` file: bytes → names and values, with every line that cannot be read named.

Operators write it with Notepad: a BOM, CRLF, cp1252 accents and UTF-16 (PowerShell's `>`) are met and read.
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

# Between double quotes python-dotenv turns \n, \t … into control characters, so "C:\new" or "SERVER\robot" would break.
# No setting holds a control character: they are turned back into what the operator typed.
_AS_TYPED = str.maketrans({"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"})
# What python-dotenv takes for a comment and an operator may mean as a part of the value: behind a blank, or at once
# behind a closing quote. `"value" # comment` leaves no doubt.
_CUT = re.compile(r"""=(?:[^\S\n]*(?:"[^"\n]*"|'[^'\n]*')|[^\S\n]*[^\s'"][^\n]*?\s+|[^\S\n]+)\#(?P<glued>\S?)""")

_MIS_SAVED = re.compile(
    r"[._]?env(\.(txt|text|rtf|docx?|env|log|ini))?|\.env ?(\(\d+\)|- .*|c[oó]p.*)(\.txt)?", re.IGNORECASE
)


@dataclass(frozen=True)
class EnvFile:
    """What a `.env` says: `values` by upper-case name, a line for each of the `problems`, and `stray` lines.

    A stray line is one without `=`: where it stands, and its text, which must not be shown (it may be a secret that
    slipped into a line of its own). `doubled` are lines that set a name to another value than a line before: where it
    stands, and the name. `commented` are those with what may be a comment or the value's rest: also whether a character
    follows the `#` at once, which looks like the rest.
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
    for binding in parse_stream(io.StringIO(_decode(path.read_bytes()))):
        line = f"{path.name}, line {binding.original.line + _blank_lines(binding.original.string)}"
        if binding.error:
            problems.append(f"{line}: cannot be read; expected NAME=value, with balanced quotes")
        elif binding.key is not None and binding.value is None:
            stray.append((line, binding.key))
        elif binding.key is not None and binding.value is not None:
            name, value = binding.key.upper(), binding.value.translate(_AS_TYPED)
            if values.get(name, value) != value:
                doubled.append((line, name))
            if comment := _CUT.search(binding.original.string):
                commented.append((line, name, bool(comment["glued"])))
            values[name] = value
    return EnvFile(values, tuple(problems), tuple(stray), tuple(doubled), tuple(commented))


def mis_saved(path: Path) -> list[Path]:
    """Files beside a `.env` that look like one under a name that an editor gave it: Notepad saves `.env.txt`."""
    try:
        names = sorted(each for each in path.parent.iterdir() if _MIS_SAVED.fullmatch(each.name) and each.is_file())
    except OSError:
        return []
    return [each for each in names if each.name.lower() != path.name.lower()]


def _blank_lines(text: str) -> int:
    return len(text) - len(text.lstrip("\n"))


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
        return {name.lower(): value for name, value in read(file_path).values.items() if value != ""}
