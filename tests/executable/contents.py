"""What an executable of PyInstaller holds, taken apart: names, and forbidden texts."""

from __future__ import annotations

import getpass
import marshal
import sys
from pathlib import Path
from types import CodeType

from PyInstaller.archive.readers import CArchiveReader

_NO_NAMES = (
    "tests",
    "pytest",
    "_pytest",
    "hypothesis",
    "unittest",
    "tkinter",
    "pip",
    "setuptools",
    "mypy",
    "ruff",
    "benchmarks",
)
PROJECT = Path(__file__).resolve().parents[2]


def forbidden_texts() -> list[bytes]:
    """Paths of the machine that built, as Linux writes them and as Wine does."""
    paths = {str(PROJECT), sys.prefix, str(Path.home() / ".cache")}
    user = getpass.getuser()
    if user not in {"root", "runner"}:
        paths |= {f"/home/{user}/", f"\\Users\\{user}\\"}
    windows = {"Z:" + path.replace("/", "\\") for path in paths}
    return [path.encode() for path in paths | windows]


def _texts(code: CodeType) -> list[str]:
    found = [code.co_filename]
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found += _texts(constant)
    return found


def check(executable: Path) -> int:
    """Return the number of entries. Raises AssertionError naming whatever must not be inside."""
    archive = CArchiveReader(str(executable))
    problems: list[str] = []
    names = list(archive.toc)
    texts = forbidden_texts()
    entries = 0

    def look(name: str, content: bytes) -> None:
        nonlocal entries
        entries += 1
        first = name.replace("\\", "/").split("/")[0].split(".")[0]
        if first in _NO_NAMES or "test_" in name.rsplit(".", 1)[-1]:
            problems.append(f"{name}: belongs to tests or tools")
        problems.extend(f"{name}: holds {text.decode()}" for text in texts if text in content)

    for name in names:
        base = name.replace("\\", "/").rsplit("/", 1)[-1]
        if base == ".env":
            problems.append(f"{name}: an .env is inside")
        if archive.toc[name][-1] == "z":
            inner = archive.open_embedded_archive(name)
            for module in inner.toc:
                code = inner.extract(module)
                files = _texts(code) if isinstance(code, CodeType) else []
                look(module, marshal.dumps(code) if code is not None else b"")
                problems.extend(
                    f"{module}: compiled as {file}"
                    for file in files
                    if file.startswith("/") or file[1:3] == ":\\"
                )
        else:
            look(name, archive.extract(name))
    for needed in (
        ".env.example",
        "tzdata.zip",
        "sql/sqlite/0001_tables.sql",
        "sql/sqlserver/0001_tables.sql",
    ):
        if needed not in {name.replace("\\", "/") for name in names}:
            problems.append(f"{needed} is not inside")
    assert not problems, "\n".join(problems[:30])
    return entries
