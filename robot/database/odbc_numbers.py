"""The numbers of a SQL Server's errors that the robot knows, and what each says in words.

https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors
"""

from __future__ import annotations

from collections.abc import Mapping

from robot.runtime.program import command

# the network's own numbers, a killed session, a server that stops, starts or hands over to another
LOST_NUMBERS = {10053, 10054, 10060, 10061, 596, 6005, 17142, 17143, 17148, 4221}
SOON = {
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
DUPLICATE_KEY = {2601, 2627}
# another robot made it a moment before: the next try finds it there; or somebody else's bears the
# name, and is not shown
MADE = {
    2705: "the same column",
    2714: "something of the same name",
    1913: "an index of the same name",
}
# what one row cannot pass, and another may; from 50000 on: what a trigger raises
# (https://learn.microsoft.com/sql/t-sql/language-elements/raiserror-transact-sql)
REFUSES = {515, 547, 2628, 8152, 220, 232, 8115, 245, 248, 8114, 241, 242, 295, 511, 1946, 3609}
RAISED = range(50_000, 2_147_483_648)
# a T-SQL server that is built on PostgreSQL numbers so what has no number of SQL Server's
BY_POSTGRESQL = 33_557_097
DDL = f'"{command("ddl")}"'
_RIGHTS = "Let the DBA grant it: reading and writing needs db_datareader and db_datawriter."
FATAL: Mapping[int, tuple[str, str]] = {
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
        f"Grant it once, or let the DBA run the scripts ({DDL} prints them).",
    ),
    300: ("denied a permission on the server", _RIGHTS),
    297: ("denied a permission", _RIGHTS),
    1088: ("does not have a table, or denied the permission to change it", _RIGHTS),
    2760: (
        "has no such schema, or denied the permission to create in it",
        f"Grant it, or let the DBA run the scripts ({DDL}).",
    ),
    208: (
        "lacks a table of the robot",
        f'Run "{command("check")}", or let the DBA run the scripts ({DDL}).',
    ),
    207: ("lacks a column of the robot", f"Let the DBA run the scripts again ({DDL})."),
    1105: ("has no space left for data", "Let the DBA free or add space: nothing stored is lost."),
    1101: ("has no space left for data", "Let the DBA free or add space: nothing stored is lost."),
    3906: (
        "holds the database read-only",
        "Let the DBA make it writable, or name the primary replica in DB_SERVER.",
    ),
}
# Schannel: SEC_E_UNTRUSTED_ROOT, SEC_E_WRONG_PRINCIPAL, SEC_E_CERT_EXPIRED, CERT_E_UNTRUSTEDROOT,
# CERT_E_CN_NO_MATCH
CERTIFICATE_NUMBERS = {-2146893019, -2146893022, -2146893016, -2146762487, -2146762481}
# the line broke in the middle of the handshake
NETWORK_NUMBERS = {32, 104, 110, 111, 258, 10053, 10054, 10060, 10061}
