"""The store that the settings ask for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from robot.accounts.keys import KeyRing
from robot.accounts.store import TokenStore
from robot.database import open_engine
from robot.database.sqlite import SqliteEngine
from robot.settings import Settings

KEY_FILE = "token.key"


def _utc() -> datetime:
    return datetime.now(UTC)


def token_store(
    settings: Settings,
    system: str,
    account: str,
    *,
    token_key: str = "",
    clock: Callable[[], datetime] = _utc,
    stop: threading.Event | None = None,
) -> TokenStore:
    """In the robot's database; the key file lies in the folder of `DB_FILE`."""
    keys = KeyRing(token_key, settings.db_file.parent / KEY_FILE, locks=not settings.db_server)
    return TokenStore(
        lambda: open_engine(settings, stop), system, account, keys, clock=clock, stop=stop
    )


def file_store(
    file: Path,
    system: str,
    account: str,
    *,
    token_key: str = "",
    clock: Callable[[], datetime] = _utc,
    stop: threading.Event | None = None,
) -> TokenStore:
    """In a SQLite file, which is made; the key file lies beside it."""
    keys = KeyRing(token_key, file.parent / KEY_FILE, locks=True)
    return TokenStore(
        lambda: SqliteEngine(file, stop), system, account, keys, clock=clock, stop=stop
    )
