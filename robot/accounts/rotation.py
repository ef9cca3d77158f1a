"""A new key for all that is stored."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack, closing
from datetime import UTC, datetime

from robot.accounts.keys import Key, KeyRing, key_of, new_key
from robot.accounts.store import TokenStore
from robot.accounts.table import make_table, table_of
from robot.database import Engine
from robot.database.transactions import Transactions
from robot.errors import ConfigurationError, FatalError


def rotate(open_engine: Callable[[], Engine], keys: KeyRing, token_key: str = "") -> int:
    """Encrypt every stored secret anew; how many.

    The new key is `token_key` (the operator writes it in TOKEN_KEY afterwards), else the TOKEN_KEY
    of the ring, else a new one in the key file. A kill at any point leaves every secret readable:
    the old file's key stays beside the new one until the rows are committed, and the next call
    goes on. Nobody renews meanwhile. Raises ConfigurationError where a secret cannot be decrypted,
    and changes none then; SyncError.
    """
    with closing(open_engine()) as engine, ExitStack() as locks:
        Transactions(engine, threading.Event(), 1.0).again(lambda: make_table(engine))
        for system, account in _select(engine, "system, account"):
            store = TokenStore(
                open_engine, str(system), str(account), keys, clock=lambda: datetime.now(UTC)
            )
            locks.enter_context(store.held())
        _require_readable(engine, keys)
        new = key_of(token_key) if token_key else _next_key(keys)
        count = _encrypt_anew(engine, keys, new)
        keys.old_file.unlink(missing_ok=True)
    return count


def _next_key(keys: KeyRing) -> Key:
    current = keys.chosen()
    if keys.has_token_key:
        return current
    if (old := keys.old()) is not None and old.id != current.id:
        return current  # a rotation was killed behind this point: it goes on
    keys.copy_to_old()
    keys.write(keys.file, new_key())
    return keys.chosen()


def _select(engine: Engine, columns: str) -> list[tuple[object, ...]]:
    cursor = engine.cursor()
    try:
        cursor.execute(f"SELECT {columns} FROM {table_of(engine)} WHERE secret IS NOT NULL")
        return [tuple(row) for row in cursor.fetchall()]
    finally:
        cursor.close()


def _require_readable(engine: Engine, keys: KeyRing) -> None:
    for system, secret, key_id in _select(engine, "system, secret, key_id"):
        _decrypted(keys, str(system), str(secret), str(key_id))


def _decrypted(keys: KeyRing, system: str, secret: str, key_id: str) -> str:
    key = keys.find(key_id)
    try:
        if key is not None:
            return key.decrypt(secret)
    except ValueError:
        pass
    raise ConfigurationError(
        f"The stored token of {system} cannot be decrypted with the key that this computer has;"
        f" it wants the key {key_id}. Nothing was changed.",
        "Rotate the key on the computer that uses the token.",
    )


def _encrypt_anew(engine: Engine, keys: KeyRing, new: Key) -> int:
    count = 0
    try:
        engine.begin()
        for system, account, secret, key_id in _select(engine, "system, account, secret, key_id"):
            text = _decrypted(keys, str(system), str(secret), str(key_id))
            count += engine.write(
                f"UPDATE {table_of(engine)} SET secret = ?, key_id = ?"
                " WHERE system = ? AND account = ?",
                (new.encrypt(text), new.id, str(system), str(account)),
            )
        engine.commit()
    except Exception as error:
        meaning = engine.translate(error)
        engine.rollback()
        if meaning is None:
            raise
        raise FatalError(f"The key was not changed: {meaning.message}", meaning.hint) from error
    return count
