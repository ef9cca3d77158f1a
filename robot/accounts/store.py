"""The encrypted token store: one row of `oauth_tokens`, and the lock of its renewal.

Every call opens a connection of its own and closes it: calls are rare, come from any thread, and
the lock must not share a connection with the rows.
"""

from __future__ import annotations

import hashlib
import json
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from typing import TypeVar

from robot.accounts.keys import KeyRing
from robot.accounts.table import make_table, table_of
from robot.accounts.tokens import Stored, Tokens
from robot.database import Engine
from robot.database.transactions import Transactions
from robot.errors import ConfigurationError, Interrupted, RetriableError
from robot.runtime.masking import register

T = TypeVar("T")

_COLUMNS = "generation, secret, key_id, issued_at, expires_at, details, code_hash, sent_at, lost_at"
_ACCOUNT = "WHERE system = ? AND account = ?"
_LONGEST_WAIT = 180.0  # seconds for another process's renewal
_PAUSE = 0.1


class TokenStore:
    """The tokens of one account of one system.

    `open_engine` gives a new engine, not yet connected. `clock` gives moments with an offset.
    """

    def __init__(
        self,
        open_engine: Callable[[], Engine],
        system: str,
        account: str,
        keys: KeyRing,
        *,
        clock: Callable[[], datetime],
        stop: threading.Event | None = None,
        first_wait: float = 1.0,
    ) -> None:
        self.system = system
        self.account = account
        self.open_engine = open_engine
        self.keys = keys
        self._clock = clock
        self._stop = stop or threading.Event()
        self._first_wait = first_wait
        self._made = False

    def __repr__(self) -> str:
        return f"TokenStore({self.system}, {self.account})"

    # -- reading

    def read(self) -> Stored:
        """What is stored.

        Raises ConfigurationError where this host cannot decrypt it, SyncError.
        """
        return self._with(self._row)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock of the account's renewal: one process, of all servers, and one thread.

        It dies with its holder. Raises RetriableError where another holds it for too long,
        Interrupted, SyncError.
        """
        self._prepare()
        digest = hashlib.sha256(self.account.encode()).hexdigest()[:16]  # a part of a file's name
        name = f"token-{self.system}-{digest}"
        end = time.monotonic() + _LONGEST_WAIT
        with closing(self.open_engine()) as engine:
            transactions = Transactions(engine, self._stop, self._first_wait)
            while not transactions.acquire(name):
                if time.monotonic() > end:
                    raise RetriableError(
                        f"Another process has been renewing the token of {self.system} for"
                        f" {_LONGEST_WAIT:.0f} seconds.",
                        "See whether one of the robots hangs.",
                    )
                if self._stop.wait(_PAUSE * (1 + random.random())):  # noqa: S311 - spreads the tries
                    raise Interrupted("The robot was asked to stop.")
            try:
                yield
            finally:
                transactions.release()

    # -- writing

    def note_sent(self) -> None:
        """Remember, before it is sent, that new tokens are asked for."""
        self._change(("sent_at", self._now()))

    def note_settled(self) -> None:
        """What was sent has certainly changed nothing."""
        self._change(("sent_at", None))

    def note_lost(self) -> None:
        """The refresh token serves no more: only a new authorization helps."""
        self._change(("sent_at", None), ("lost_at", self._now()))

    def note_code(self, code_hash: str) -> None:
        """This authorization code is not to be sent again."""
        self._change(("sent_at", None), ("code_hash", code_hash))

    def save(self, tokens: Tokens, *, after: int, code_hash: str | None = None) -> bool:
        """Store the tokens that follow those of generation `after`; False where newer ones stand.

        Nothing is tried less because the robot is stopping: nobody else has these tokens. Safe to
        repeat. Raises ConfigurationError where what stands cannot be decrypted, SyncError.
        """
        _register(tokens)
        values = {
            "generation": after + 1,
            "issued_at": tokens.issued_at.isoformat(),
            "expires_at": tokens.expires_at.isoformat(),
            "details": json.dumps(dict(tokens.details), ensure_ascii=False),
            "sent_at": None,
            "lost_at": None,
            **({} if code_hash is None else {"code_hash": code_hash}),
        }

        def write(engine: Engine) -> bool:
            standing = self._row(engine)  # refuses a row of another key
            key = self.keys.chosen()
            secret = key.encrypt(tokens.secret_text())
            row = {**values, "secret": secret, "key_id": key.id, "updated_at": self._now()}
            if standing.generation <= after:
                self._write(engine, row)
                return True
            found = standing.tokens
            return found is not None and found.access_token == tokens.access_token

        return self._with(write, transaction=True, stop=threading.Event())

    def forget(self) -> None:
        """Remove the account, readable or not."""
        self._with(
            lambda engine: engine.write(
                f"DELETE FROM {table_of(engine)} {_ACCOUNT}", (self.system, self.account)
            ),
            transaction=True,
        )

    # -- the row

    def _change(self, *values: tuple[str, str | None]) -> None:
        row = {**dict(values), "updated_at": self._now()}
        self._with(lambda engine: self._write(engine, row), transaction=True)

    def _write(self, engine: Engine, values: Mapping[str, str | int | None]) -> None:
        table, key = table_of(engine), (self.system, self.account)
        sets = ", ".join(f"{name} = ?" for name in values)
        if engine.write(f"UPDATE {table} SET {sets} {_ACCOUNT}", (*values.values(), *key)):
            return
        row = {"system": self.system, "account": self.account, "generation": 0, **values}
        marks = ", ".join("?" * len(row))
        engine.write(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", (*row.values(),))

    def _row(self, engine: Engine) -> Stored:
        cursor = engine.cursor()
        try:
            cursor.execute(
                f"SELECT {_COLUMNS} FROM {table_of(engine)} {_ACCOUNT}",
                (self.system, self.account),
            )
            found = cursor.fetchone()
        finally:
            cursor.close()
        if found is None:
            return Stored()
        generation, secret, key_id, issued, expires, details, code_hash, sent, lost = found
        tokens = None
        if secret is not None:
            access, refresh, client_secret = json.loads(self._decrypted(secret, str(key_id)))
            moments = (datetime.fromisoformat(issued), datetime.fromisoformat(expires))
            tokens = Tokens(
                access, refresh, *moments, client_secret, json.loads(str(details or "{}"))
            )
            _register(tokens)
        return Stored(int(generation), tokens, code_hash or "", sent is not None, lost is not None)

    def _decrypted(self, secret: str, key_id: str) -> str:
        key = self.keys.find(key_id)
        if key is None:
            raise self._unreadable(f"its key ({key_id}) is not on this computer")
        try:
            return key.decrypt(secret)
        except ValueError as error:
            raise self._unreadable(str(error)) from None

    def _unreadable(self, why: str) -> ConfigurationError:
        return ConfigurationError(
            f"The stored token of {self.system} cannot be decrypted: {why}. It was neither used nor"
            " changed.",
            "Write in TOKEN_KEY the key of the computer that stored it, or copy that computer's"
            f" key file to {self.keys.file}; or forget the token here and authorize anew.",
        )

    # -- connections

    def _prepare(self) -> None:
        if not self._made:
            with closing(self.open_engine()) as engine:
                again = Transactions(engine, self._stop, self._first_wait).again
                again(lambda: make_table(engine))
            self._made = True

    def _with(
        self,
        work: Callable[[Engine], T],
        *,
        transaction: bool = False,
        stop: threading.Event | None = None,
    ) -> T:
        self._prepare()
        with closing(self.open_engine()) as engine:
            transactions = Transactions(engine, stop or self._stop, self._first_wait)
            run = transactions.run if transaction else transactions.again
            return run(lambda: work(engine))

    def _now(self) -> str:
        return self._clock().isoformat()


def _register(tokens: Tokens) -> None:
    register(*filter(None, (tokens.access_token, tokens.refresh_token, tokens.client_secret)))
