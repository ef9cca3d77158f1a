"""What SQL Server needs of this machine: pyodbc, and the ODBC driver manager that it stands on.

The wheels of pyodbc bring no driver manager (https://github.com/mkleehammer/pyodbc/wiki/Install):
Windows has its own, other systems get unixODBC from a package.
"""

from __future__ import annotations

import sys

from robot.errors import MissingSoftware

DOWNLOAD = "https://learn.microsoft.com/sql/connect/odbc/download-odbc-driver-for-sql-server"
MANAGER = (
    "apt-get install unixodbc (Debian, Ubuntu)",
    "dnf install unixODBC (RHEL, Fedora)",
    "apk add unixodbc (Alpine)",
)


def require() -> None:
    """Raises MissingSoftware, with the way to install it, where pyodbc cannot be loaded."""
    try:
        import pyodbc  # noqa: F401
    except ImportError as error:
        raise MissingSoftware(*_missing(error)) from error


def installed_drivers() -> list[str]:
    """The names of the drivers that are installed. Raises MissingSoftware as `require` does."""
    require()
    import pyodbc

    return [str(name) for name in pyodbc.drivers()]


def install_driver() -> str:
    """How Microsoft's driver gets onto this machine."""
    command = "winget install Microsoft.msodbcsql.18, or " if sys.platform == "win32" else ""
    return f"Install Microsoft's ODBC Driver 18: {command}{DOWNLOAD}"


def _missing(error: ImportError) -> tuple[str, str]:
    """The message and the hint."""
    if isinstance(error, ModuleNotFoundError):
        return (
            f"DB_SERVER is set, but the Python package {error.name} is not installed.",
            "Install it beside the others: python -m pip install -r requirements.txt",
        )
    hint = (
        f"Install it, as root: {', '.join(MANAGER)}. If the driver is not there either: {DOWNLOAD}"
    )
    return (
        f"DB_SERVER is set, but this machine has no ODBC driver manager ({error}).",
        install_driver() if sys.platform == "win32" else hint,
    )
