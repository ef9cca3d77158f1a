"""What a table is made of: columns, their types and widths."""

from dataclasses import dataclass
from enum import Enum
from functools import cached_property


class Kind(Enum):
    """What a cell may hold, besides NULL."""

    TEXT = "text"  # str without NUL characters and without lone surrogates
    INTEGER = "integer"  # int of 32 bits
    BOOLEAN = "boolean"  # bool
    DATETIME = "datetime"  # naive datetime, local to TIMEZONE


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    `width` counts UTF-16 code units, as NVARCHAR(n) does (an emoji is two); None: unlimited.
    """

    name: str
    kind: Kind
    width: int | None = None

    @property
    def sql_type(self) -> str:
        """The type as the spec and SQL Server write it, such as `NVARCHAR(50)`."""
        if self.kind is Kind.TEXT:
            return f"NVARCHAR({self.width or 'MAX'})"
        return _SQL_TYPES[self.kind]


@dataclass(frozen=True)
class Table:
    """A table. `identity` is the column that the database numbers by itself."""

    name: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ("id",)
    identity: str | None = None

    @cached_property
    def column_names(self) -> tuple[str, ...]:
        """All columns, in order."""
        return tuple(column.name for column in self.columns)

    def __getitem__(self, name: str) -> Column:
        """The column of that name; KeyError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


_SQL_TYPES = {Kind.INTEGER: "INT", Kind.BOOLEAN: "BIT", Kind.DATETIME: "DATETIME"}


def text(name: str, width: int | None = None) -> Column:
    """NVARCHAR(width), or NVARCHAR(MAX)."""
    return Column(name, Kind.TEXT, width)


def integer(name: str) -> Column:
    """INT."""
    return Column(name, Kind.INTEGER)


def boolean(name: str) -> Column:
    """BIT."""
    return Column(name, Kind.BOOLEAN)


def datetime(name: str) -> Column:
    """DATETIME."""
    return Column(name, Kind.DATETIME)
