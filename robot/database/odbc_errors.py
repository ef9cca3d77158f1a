"""What an ODBC error means: retriable, or fatal with a message and a fix of its own.

By SQLSTATE and by the server's number, never by words: drivers speak the language of Windows. The
few exceptions are named below. Numbers:
https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from robot.database.engine import DuplicateKey, OnceMore, RowRefused
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
# the network's own numbers, a killed session, a server that stops, starts or hands over to another
_LOST_NUMBERS = {10053, 10054, 10060, 10061, 596, 6005, 17142, 17143, 17148, 4221}
_SOON = {
    1205: "a deadlock was resolved against the robot",
    1222: "another program held a lock for too long",
    1204: "the server has no lock left",
    701: "the server is short of memory",
    802: "the server is short of memory",
    8645: "the server is short of memory",
    8651: "the server is short of memory",
    921: "the database is still starting",
    922: "the database is being recovered",
    976: "the database is moving to another replica",
    978: "the database is moving to another replica",
    983: "the database is moving to another replica",
    927: "the database is being restored",
    18401: "the server is being upgraded",
    3960: "another program changed the same rows",
    3961: "another program changed a table",
    9002: "the transaction log is full: let the DBA back it up or enlarge it",
    # Azure SQL:
    # https://learn.microsoft.com/azure/azure-sql/database/troubleshoot-common-errors-issues
    40197: "the service is busy",
    40501: "the service is busy",
    40613: "the database is not available at the moment",
    49918: "the service is busy",
    49919: "the service is busy",
    49920: "the service is busy",
    10928: "the service is busy",
    10929: "the service is busy",
}
_DUPLICATE_KEY = {2601, 2627}
# another robot made it a moment before: the next try finds it there; or somebody else's bears the
# name, and is not shown
_MADE = {
    2705: "the same column",
    2714: "something of the same name",
    1913: "an index of the same name",
}
# what one row cannot pass, and another may; from 50000 on: what a trigger raises
# (https://learn.microsoft.com/sql/t-sql/language-elements/raiserror-transact-sql)
_REFUSES = {515, 547, 2628, 8152, 220, 232, 8115, 245, 248, 8114, 241, 242, 295, 511, 1946, 3609}
_RAISED = range(50_000, 2_147_483_648)
_BY_POSTGRESQL = (
    33_557_097  # a T-SQL server that is built on it numbers so what has no number of SQL Server's
)
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
_LOST_HERE = re.compile(
    "closed connection|connection is closed"
)  # pyodbc's own words, without a SQLSTATE
_SOON_WORDS = re.compile(r"due to lock timeout|deadlock detected|could not serialize access")

_DDL = f'"{command("ddl")}"'
_RIGHTS = "Let the DBA grant it: reading and writing needs db_datareader and db_datawriter."
_FATAL: Mapping[int, tuple[str, str]] = {
    4060: (
        "has no such database, or this login may not open it",
        "Check DB_DATABASE, and that the login is a user there.",
    ),
    911: ("has no such database", "Check DB_DATABASE."),
    916: (
        "does not let this login into the database",
        "Let the DBA make the login a user of DB_DATABASE.",
    ),
    18456: (
        "refused the login",
        "Check DB_USERNAME and DB_PASSWORD (or DB_TRUSTED_CONNECTION=yes for a Windows login).",
    ),
    18452: (
        "refused the login: it takes no Windows login from this machine",
        (
            "Use a login of SQL Server (DB_USERNAME, DB_PASSWORD), or run the robot as a user of"
            " its domain."
        ),
    ),
    18470: ("refused the login: it is disabled", "Let the DBA enable it."),
    18486: ("refused the login: it is locked", "Let the DBA unlock it."),
    18487: ("refused the login: its password has expired", "Set a new password, then DB_PASSWORD."),
    18488: (
        "refused the login: its password must be changed",
        "Set a new password, then DB_PASSWORD.",
    ),
    229: ("denied a permission on a table", _RIGHTS),
    230: ("denied a permission on a column", _RIGHTS),
    262: (
        "denied the permission to create",
        f"Grant it once, or let the DBA run the scripts ({_DDL} prints them).",
    ),
    300: ("denied a permission on the server", _RIGHTS),
    297: ("denied a permission", _RIGHTS),
    1088: ("does not have a table, or denied the permission to change it", _RIGHTS),
    2760: (
        "has no such schema, or denied the permission to create in it",
        f"Grant it, or let the DBA run the scripts ({_DDL}).",
    ),
    208: (
        "lacks a table of the robot",
        f'Run "{command("check")}", or let the DBA run the scripts ({_DDL}).',
    ),
    207: ("lacks a column of the robot", f"Let the DBA run the scripts again ({_DDL})."),
    1105: ("has no space left for data", "Let the DBA free or add space: nothing stored is lost."),
    1101: ("has no space left for data", "Let the DBA free or add space: nothing stored is lost."),
    3906: (
        "holds the database read-only",
        "Let the DBA make it writable, or name the primary replica in DB_SERVER.",
    ),
}
# Schannel: SEC_E_UNTRUSTED_ROOT, SEC_E_WRONG_PRINCIPAL, SEC_E_CERT_EXPIRED, CERT_E_UNTRUSTEDROOT,
# CERT_E_CN_NO_MATCH
_CERTIFICATE_NUMBERS = {-2146893019, -2146893022, -2146893016, -2146762487, -2146762481}
_CERTIFICATE_WORDS = re.compile(r"(?i)certificate|certificado")
_NETWORK_NUMBERS = {
    32,
    104,
    110,
    111,
    258,
    10053,
    10054,
    10060,
    10061,
}  # the line broke in the middle of the handshake
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
        if any(number in _SOON or number in _DUPLICATE_KEY for number in self.numbers):
            return False
        return (
            self.state in _LOST_STATES
            or not _LOST_NUMBERS.isdisjoint(self.numbers)
            or _LOST_WORDS.search(self.text) is not None
            or (not self.state and _LOST_HERE.search(self.text) is not None)
        )

    @property
    def unanswered(self) -> bool:
        """Whether the driver waited to its limit: the connection may be dead, and nobody knows what
        is still under way.
        """
        return self.state in {"HYT00", "HYT01"} and not any(
            number in _SOON for number in self.numbers
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
        if number in _SOON:
            return RetriableError(f"{name}: {_SOON[number]} ({number}).")
    if not _DUPLICATE_KEY.isdisjoint(error.numbers):
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
    for number, what in _MADE.items():
        if number in error.numbers:
            return OnceMore(f"{name}: another program made {what} ({number}): {error.told}")
    if worked and _NOT_OPEN in error.numbers:
        return RetriableError(f"{name}: the database is not open ({_NOT_OPEN}).")
    for number, (
        said,
        fix,
    ) in _FATAL.items():  # in this order: an unknown database also refuses the login
        if number in error.numbers:
            return FatalError(f"{name} {said} ({number}): {error.told}", fix)
    if error.state == "28000":
        said, fix = _FATAL[18456]
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
                f" and compare with {_DDL}."
            ),
            reason=error.text,
        )
    return FatalError(f"{name}: {error.text.rstrip('.')} (SQLSTATE {error.state or 'unknown'}).")


def _refuses_a_row(error: OdbcError) -> bool:
    if any(
        number in _REFUSES or (number in _RAISED and number != _BY_POSTGRESQL)
        for number in error.numbers
    ):
        return True
    return error.state.startswith(_REFUSING_CLASSES) or "right truncation" in error.text


def _at_the_door(error: OdbcError, name: str) -> SyncError | None:
    if not _CERTIFICATE_NUMBERS.isdisjoint(error.numbers) or _CERTIFICATE_WORDS.search(error.text):
        return FatalError(
            f"{name} shows a certificate that is not trusted: {error.told}",
            "Write DB_TRUST_SERVER_CERTIFICATE=yes (DB_ENCRYPT=strict overrules it), or install a"
            " certificate that this"
            " machine trusts; its name must be the one in DB_SERVER.",
        )
    if _ENCRYPTION_WORDS.search(error.text) and not _NETWORK_NUMBERS.intersection(error.numbers):
        return FatalError(
            f"{name} and the ODBC driver agree on no encryption: {error.told}",
            "Write DB_ENCRYPT=no in a network that you trust, or enable TLS 1.2 on the server.",
        )
    if error.state in {"08001", "HYT00", "HYT01"} or error.connection_lost:
        return RetriableError(
            f"{name} cannot be reached: {error.told}",
            (
                "Check DB_SERVER (host, host,port or host\\instance), that the server runs with"
                " TCP/IP"
                " on, and the firewall."
            ),
        )
    return None
