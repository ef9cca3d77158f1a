"""The numbered scripts in `sql/`: where they are, also inside the executable, and what they
make.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from robot.cells.tables import ALL_TABLES
from robot.runtime.resources import resource

VIEW = "export_results"
OUR_NAMES = (*(table.name for table in ALL_TABLES), VIEW)
STANDARD_SCHEMA = "dbo"

_NAME = re.compile(rf"\b({'|'.join(OUR_NAMES)})\b")
_COMMENT = re.compile(r"--[^\n]*")
_TABLE = re.compile(
    r"CREATE TABLE (?:IF NOT EXISTS )?(?:dbo\.)?(\w+) \((.*?)^ *\);", re.DOTALL | re.MULTILINE
)
_VIEW_MADE = re.compile(r"CREATE VIEW (?:IF NOT EXISTS )?(?:dbo\.)?(\w+)")
_CONSTRAINT = re.compile(r"CONSTRAINT (\w+)")
_ADDED = re.compile(r"ALTER TABLE (?:dbo\.)?(\w+) ADD (?:COLUMN )?(?!CONSTRAINT)(\w+)")
_GO = re.compile(r"(?im)^[ \t]*GO[ \t]*$")
_INDEX = re.compile(
    r"CREATE (UNIQUE )?INDEX (?:IF NOT EXISTS )?(\w+) ON (?:dbo\.)?(\w+) \(([^)]*)\)"
)


def scripts_folder(database: str) -> Path:
    """The folder of a database's scripts."""
    return resource("sql") / database


def read_scripts(database: str) -> list[tuple[str, str]]:
    """(path below the folder, text) of each script: the engine's own, in order, then those of each
    system.
    """
    folder = scripts_folder(database)
    found = [*folder.glob("[0-9]*.sql"), *folder.glob("*/[0-9]*.sql")]
    named = {path.relative_to(folder).as_posix(): path for path in found}
    return [
        (name, named[name].read_text(encoding="utf-8"))
        for name in sorted(named, key=lambda name: (name.count("/"), name))
    ]


def pieces(text: str) -> list[str]:
    """What of a script is run at once: in T-SQL what stands between two GO, in SQLite each
    statement.
    """
    if _GO.search(text):
        return [piece for piece in _GO.split(text) if piece.strip()]
    found, statement = [], ""
    for line in text.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            found.append(statement)
            statement = ""
    return found


def part_of(text: str, wanted: Callable[[str], bool]) -> str:
    """A script of its own with the pieces that are wanted; empty where there are none."""
    end = "\nGO\n" if _GO.search(text) else ""
    return "".join(piece + end for piece in pieces(text) if wanted(piece))


def quoted(schema: str) -> str:
    """A schema's name as T-SQL takes it; `dbo` stays plain, as the scripts have it."""
    return schema if schema == STANDARD_SCHEMA else f"[{schema}]"


def in_schema(text: str, schema: str) -> str:
    """A script of SQL Server for the tables of another schema than dbo."""
    return (
        text
        if schema == STANDARD_SCHEMA
        else re.sub(r"\bdbo\.", lambda _: f"{quoted(schema)}.", text)
    )


def make_schema(schema: str) -> str:
    """One batch: the schema made, unless it stands."""
    return f"IF SCHEMA_ID(N'{schema}') IS NULL EXEC (N'CREATE SCHEMA {quoted(schema)}')"


@dataclass(frozen=True)
class Index:
    """An index that a script makes."""

    name: str
    table: str
    columns: tuple[str, ...]
    unique: bool


@dataclass(frozen=True)
class Made:
    """What a script makes, and which of our names it needs or makes. `constraints`: their tables,
    by name. `columns`: those that it adds to a table that stands.
    """

    objects: frozenset[str]
    names: frozenset[str]
    constraints: dict[str, str]
    indexes: tuple[Index, ...]
    columns: frozenset[tuple[str, str]]


@cache
def made_by(text: str) -> Made:
    """What a script makes, from its own text."""
    bare = _COMMENT.sub("", text)
    tables = _TABLE.findall(bare)
    indexes = tuple(
        Index(name, table, tuple(column.strip() for column in columns.split(",")), bool(unique))
        for unique, name, table, columns in _INDEX.findall(bare)
    )
    return Made(
        frozenset([name for name, _ in tables] + _VIEW_MADE.findall(bare)),
        frozenset(_NAME.findall(bare)),
        {constraint: name for name, body in tables for constraint in _CONSTRAINT.findall(body)},
        indexes,
        frozenset(_ADDED.findall(bare)),
    )


def constraints(scripts: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Every constraint that the scripts name, with its table."""
    return {name: table for _, text in scripts for name, table in made_by(text).constraints.items()}
