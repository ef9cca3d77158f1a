"""What an ODBC error means: retriable, or fatal with a message and a fix of its own.

By SQLSTATE and by the server's number, never by words: drivers speak the language of Windows. The
few exceptions are named below. Numbers:
https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from robot.database.engine import DuplicateKey, OnceMore, RowRefused
from robot.database.odbc_numbers import (
    BY_POSTGRESQL,
    CERTIFICATE_NUMBERS,
    DDL,
    DUPLICATE_KEY,
    FATAL,
    LOST_NUMBERS,
    MADE,
    NETWORK_NUMBERS,
    RAISED,
    REFUSES,
    SOON,
)
from robot.errors import FatalError, RetriableError, SyncError
from robot.runtime.escaping import escape
from robot.runtime.program import command

_PREFIX = re.compile(
    r"\[(?:Microsoft|unixODBC|Driver Manager|SQL Server|ODBC [^\]]*|[0-9A-Z]{5})\]\s*"
)
# the driver writes it behind the message, before its function's name or the next message: other
# numbers are a row's values
_NUMBER = re.compile(r"(?<=\s)\((-?\d+)\)(?=\s*(?:;|\(SQL[A-Za-z]+\)|$))")
_CALLED = re.compile(r"\s*\(SQL[A-Za-z]+\)")
# 2627, 2628, 245 and the like tell the offending value: a customer's data
_VALUES = re.compile(
    (
        r"(?i)((?:value|valor)[^'(:]*?(?::| is| é|)"
        r" ?)(?:\(.*?\)(?=[.;\s]|$)|'.*?'(?=[.;\s]|$)|\(<[^>]*>\))"
    ),
    re.DOTALL,
)
# the same where the server speaks neither English nor Portuguese: by where the value stands in each
# number's message
_BY_PLACE = (
    ({2601, 2627}, re.compile(r"\(.*\)(?=[^()]*\(26(?:01|27)\))", re.DOTALL), "(***)"),
    ({2628}, re.compile(r"^((?:[^']*'[^']*'){2}[^']*)'.*'", re.DOTALL), r"\1'***'"),
    ({245, 248, 295}, re.compile(r"'.*'", re.DOTALL), "'***'"),
)
_WITHOUT_VALUES = {515, 547}  # their messages name constraints, tables and columns only
_LONGEST = 500

_LOST_STATES = {"08S01", "08003", "08007", "08001", "08004", "08006"}
_REFUSING_CLASSES = ("22", "23")  # data exception, integrity constraint violation
# wrong settings; but where a connection was had before, a database that restarts or hands over
_NOT_OPEN = 4060
_SOON_STATES = {
    "40001": "a deadlock was resolved against the robot",
    "HYT00": "it did not answer in time",
    "HYT01": "it did not answer in time",
}
# PostgreSQL's own words, where a T-SQL server is built on it and knows no number for them
_LOST_WORDS = re.compile(
    r"terminating connection|in recovery mode|server closed the connection|is (?:starting|shutting)"
)
# pyodbc's own words, without a SQLSTATE
_LOST_HERE = re.compile("closed connection|connection is closed")
_SOON_WORDS = re.compile(r"due to lock timeout|deadlock detected|could not serialize access")

_CERTIFICATE_WORDS = re.compile(r"(?i)certificate|certificado")
_ENCRYPTION_WORDS = re.compile(r"(?i)\bSSL\b|\bTLS\b|encrypt|criptograf")


@dataclass(frozen=True)
class OdbcError:
    """A driver's error, taken apart: SQLSTATE, the numbers in it, and its text without customers'
    values.
    """

    state: str
    numbers: tuple[int, ...]
    text: str

    @property
    def told(self) -> str:
        """The text as a sentence of its own: what follows it is ours."""
        return self.text if self.text.endswith((".", "!", "?", "…")) else f"{self.text}."

    @property
    def connection_lost(self) -> bool:
        """Whether the connection is of no use any more."""
        if any(number in SOON or number in DUPLICATE_KEY for number in self.numbers):
            return False
        return (
            self.state in _LOST_STATES
            or not LOST_NUMBERS.isdisjoint(self.numbers)
            or _LOST_WORDS.search(self.text) is not None
            or (not self.state and _LOST_HERE.search(self.text) is not None)
        )

    @property
    def unanswered(self) -> bool:
        """Whether the driver waited to its limit: the connection may be dead, and nobody knows what
        is still under way.
        """
        return self.state in {"HYT00", "HYT01"} and not any(
            number in SOON for number in self.numbers
        )


def read(arguments: tuple[object, ...]) -> OdbcError:
    """Take apart the `args` of a `pyodbc.Error`: usually (SQLSTATE, text), where the text names
    numbers in parentheses.
    """
    words = [str(argument) for argument in arguments]
    state = next((word for word in words if re.fullmatch(r"[0-9A-Z]{5}", word)), "")
    text = max(words, key=len, default="")
    numbers = tuple(int(found) for found in _NUMBER.findall(text))
    for of, value, hidden in _BY_PLACE:
        if not of.isdisjoint(numbers):
            text = value.sub(hidden, text)
    return OdbcError(state, numbers, cleaned(text, values=_WITHOUT_VALUES.isdisjoint(numbers)))


def cleaned(text: str, *, values: bool = True) -> str:
    """The driver's words without its names, its function and the values of somebody's row; cut to
    one paragraph.

    Of a message that holds no `values` every word is kept: "the value NULL into column 'x'".
    """
    text = _CALLED.sub("", _PREFIX.sub("", text)).strip()
    return escape((_VALUES.sub(r"\1***", text) if values else text)[:_LONGEST])


def meaning(error: OdbcError, name: str, *, connecting: bool, worked: bool = False) -> SyncError:
    """What the error means for the robot.

    `name` says which server and database; `connecting` whether it was at the door; `worked` whether
    that door was open to the same settings before.
    """
    for number in error.numbers:
        if number in SOON:
            return RetriableError(f"{name}: {SOON[number]} ({number}).")
    if not DUPLICATE_KEY.isdisjoint(error.numbers):
        return DuplicateKey(
            (
                f"{name}: another program stored the same row, or a unique index takes two for one:"
                f" {error.told}"
            ),
            (
                "Where a unique index of the company's own is named, let the DBA take it off the"
                " robot's table."
            ),
            reason=error.text,
        )
    for number, what in MADE.items():
        if number in error.numbers:
            return OnceMore(f"{name}: another program made {what} ({number}): {error.told}")
    if worked and _NOT_OPEN in error.numbers:
        return RetriableError(f"{name}: the database is not open ({_NOT_OPEN}).")
    for number, (
        said,
        fix,
    ) in FATAL.items():  # in this order: an unknown database also refuses the login
        if number in error.numbers:
            return FatalError(f"{name} {said} ({number}): {error.told}", fix)
    if error.state == "28000":
        said, fix = FATAL[18456]
        return FatalError(f"{name} {said}: {error.told}", fix)
    if _SOON_WORDS.search(error.text):
        return RetriableError(f"{name}: {error.told}")
    if connecting and (problem := _at_the_door(error, name)):
        return problem
    if error.connection_lost:
        return RetriableError(f"{name}: the connection was lost: {error.told}")
    if error.state in _SOON_STATES:
        return RetriableError(f"{name}: {_SOON_STATES[error.state]} ({error.state}).")
    if error.state in {"IM002", "IM003", "01000"} and connecting:
        return FatalError(
            f"The ODBC driver cannot be loaded: {error.told}",
            "Check DB_DRIVER, or install ODBC Driver 18.",
        )
    if _refuses_a_row(error):
        return RowRefused(
            f"{name} refuses a row: {error.told}",
            (
                f'A DBA may have made a column narrower, or added a rule: see "{command("check")}",'
                f" and compare with {DDL}."
            ),
            reason=error.text,
        )
    return FatalError(f"{name}: {error.text.rstrip('.')} (SQLSTATE {error.state or 'unknown'}).")


def _refuses_a_row(error: OdbcError) -> bool:
    if any(
        number in REFUSES or (number in RAISED and number != BY_POSTGRESQL)
        for number in error.numbers
    ):
        return True
    return error.state.startswith(_REFUSING_CLASSES) or "right truncation" in error.text


def _at_the_door(error: OdbcError, name: str) -> SyncError | None:
    if not CERTIFICATE_NUMBERS.isdisjoint(error.numbers) or _CERTIFICATE_WORDS.search(error.text):
        return FatalError(
            f"{name} shows a certificate that is not trusted: {error.told}",
            "Write DB_TRUST_SERVER_CERTIFICATE=yes (DB_ENCRYPT=strict overrules it), or install a"
            " certificate that this"
            " machine trusts; its name must be the one in DB_SERVER.",
        )
    if _ENCRYPTION_WORDS.search(error.text) and not NETWORK_NUMBERS.intersection(error.numbers):
        return FatalError(
            f"{name} and the ODBC driver agree on no encryption: {error.told}",
            "Write DB_ENCRYPT=no in a network that you trust, or enable TLS 1.2 on the server.",
        )
    if error.state in {"08001", "HYT00", "HYT01"} or error.connection_lost:
        return RetriableError(
            f"{name} cannot be reached: {error.told}",
            (
                "Check DB_SERVER (host, host,port or host\\instance), that the server runs with"
                " TCP/IP on, and the firewall."
            ),
        )
    return None
