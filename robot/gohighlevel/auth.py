"""OAuth of GoHighLevel, kept alive: the object that opens the API for a transport."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from robot.accounts import Stored, Tokens, TokenStore, file_store
from robot.errors import ConfigurationError
from robot.gohighlevel.api import DEFAULT_ROOT, DEFAULT_VERSION, require_root
from robot.gohighlevel.authorization import hash_of_code
from robot.gohighlevel.errors import AGAIN, NotAuthorized
from robot.gohighlevel.renewal import Renewal
from robot.gohighlevel.token_call import Client, TokenCall
from robot.gohighlevel.token_file import STORAGE_FILE, read_token_file
from robot.gohighlevel.variables import Variables
from robot.http import Credentials, Network
from robot.http.auth import bearer
from robot.runtime.masking import register
from robot.settings import home

log = logging.getLogger(__name__)

SYSTEM = "gohighlevel"
_YOUNG = timedelta(minutes=1)


@dataclass(frozen=True)
class Standing:
    """How the authorization stands; never a token."""

    authorized: bool
    valid_until: datetime | None = None
    location_id: str = ""
    user_type: str = ""
    scopes: str = ""
    lost: bool = False


class GoHighLevelAuth:
    """The tokens of one app: exchanged from a code once, then renewed, by one process at a time.

    What is not given is read from `GHL_CLIENT_ID`, `GHL_CLIENT_SECRET`, `GHL_REDIRECT_URI`,
    `GHL_AUTHORIZATION_CODE`, `GHL_USER_TYPE`, `GHL_LOCATION_ID`, `GHL_API_VERSION`,
    `GHL_BASE_URL` and `TOKEN_KEY`. `store` is where the tokens are kept; without one, the SQLite
    file `DB_FILE` (`data/robot.db`). `token_file` is the `token_storage.json` of the spec's
    template, which is read once, where nothing is stored yet; without a store, the one beside
    `.env`. Any thread may use it.
    """

    def __init__(
        self,
        client_id: str | None = None,
        client_secret: str | None = None,
        redirect_uri: str | None = None,
        authorization_code: str | None = None,
        *,
        user_type: str | None = None,
        location_id: str | None = None,
        api_version: str | None = None,
        base_url: str | None = None,
        store: TokenStore | None = None,
        token_file: Path | None = None,
        network: Network | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        read = Variables()
        self._client = Client(
            read(client_id, "GHL_CLIENT_ID"),
            read(client_secret, "GHL_CLIENT_SECRET"),
            read(redirect_uri, "GHL_REDIRECT_URI"),
            read(user_type, "GHL_USER_TYPE"),
        )
        if not self._client.id:
            raise ConfigurationError(
                "GHL_CLIENT_ID is empty.", "Write the client id of the app of your marketplace."
            )
        self._code = read(authorization_code, "GHL_AUTHORIZATION_CODE")
        register(*filter(None, (self._client.secret, self._code)))
        self.api_version = read(api_version, "GHL_API_VERSION") or DEFAULT_VERSION
        self.base_url = require_root(read(base_url, "GHL_BASE_URL") or DEFAULT_ROOT)
        self.network = network
        self._wanted_location = read(location_id, "GHL_LOCATION_ID")
        self._store = store or _standalone_store(read, self._client.id, clock)
        self._token_file = token_file or (None if store else home() / STORAGE_FILE)
        self._clock = clock
        call = TokenCall(self.base_url, clock, version=self.api_version, network=network)
        self._renewal = Renewal(self._store, call, clock)
        self._lock = threading.Lock()
        self._current: Stored | None = None
        self._accepted = 0

    def __repr__(self) -> str:
        return f"GoHighLevelAuth({self.base_url}, client {self._client.id})"

    # -- for a transport

    def credentials(self) -> Credentials:
        """The access token; renewed five minutes before its end.

        Raises NotAuthorized, TokenLost, LocationInactive, GrantRefused, ConfigurationError;
        NotSent, which may be tried again; SyncError of the database.
        """
        with self._lock:
            current = self._current or self._opened()
            tokens = _tokens(current)
            if current.lost or tokens.is_due(self._clock()):
                current = self._renewal.renewed(self._client, current.generation)
            self._current = current
            carried = bearer(_tokens(current).access_token)
            return replace(carried, generation=current.generation)

    def accepted(self, used: Credentials) -> None:
        """Note that this token opened the API."""
        self._accepted = max(self._accepted, used.generation)

    def refused(self, used: Credentials) -> bool:
        """Renew the token that met a 401, unless it has been. False: a new one would not help."""
        with self._lock:
            current = self._current
            if current is None or current.generation != used.generation:
                return True
            young = self._clock() - _tokens(current).issued_at < _YOUNG
            if young and self._accepted < used.generation:
                return False
            self._current = self._renewal.renewed(self._client, current.generation)
            return True

    # -- for who asks

    @property
    def location_id(self) -> str:
        """The sub-account: the one that was asked for, which must be the token's.

        Raises ConfigurationError, and as `credentials`.
        """
        self.credentials()
        assert self._current is not None  # noqa: S101 - credentials() has set it
        details = _tokens(self._current).details
        found = details.get("locationId", "")
        if not found:
            raise ConfigurationError(
                "The token of GoHighLevel is an agency's: it opens no sub-account's contacts.",
                f"Authorize with GHL_USER_TYPE=Location. {AGAIN}",
            )
        if self._wanted_location not in {"", found}:
            raise ConfigurationError(
                f"GHL_LOCATION_ID is {self._wanted_location}, and the stored token opens {found}.",
                f"Correct GHL_LOCATION_ID, or authorize anew for it. {AGAIN}",
            )
        return found

    def standing(self) -> Standing:
        """How the authorization stands, from the store alone. Raises ConfigurationError,
        SyncError.
        """
        stored = self._store.read()
        if stored.tokens is None:
            return Standing(authorized=False)
        details = stored.tokens.details
        return Standing(
            authorized=not stored.lost,
            valid_until=stored.tokens.expires_at,
            location_id=details.get("locationId", ""),
            user_type=details.get("userType", ""),
            scopes=details.get("scope", ""),
            lost=stored.lost,
        )

    def forget(self) -> None:
        """Remove the stored tokens, also those that cannot be decrypted here. Raises SyncError."""
        with self._lock, self._store.held():
            self._store.forget()
            self._current = None

    # -- the first time

    def _opened(self) -> Stored:
        """What is stored, after the code or the file of the template was taken in."""
        stored = self._store.read()
        if self._code and hash_of_code(self._code) != stored.code_hash:
            before = stored
            stored = self._renewal.exchanged(self._with_secret(stored), self._code)
            if stored.generation > before.generation:
                log.info("GoHighLevel: the code was exchanged. GHL_AUTHORIZATION_CODE can go now.")
            self._code = ""
        if stored.tokens is None and self._token_file is not None:
            stored = self._imported(self._token_file)
        if stored.tokens is None:
            raise NotAuthorized(
                "No token of GoHighLevel is stored for this client, and there is no code to get"
                " one with.",
                AGAIN,
            )
        return stored

    def _with_secret(self, stored: Stored) -> Client:
        kept = stored.tokens.client_secret if stored.tokens else ""
        return self._client if self._client.secret else replace(self._client, secret=kept)

    def _imported(self, file: Path) -> Stored:
        tokens = read_token_file(file, self._clock())
        if tokens is None:
            return Stored()
        with self._store.held():
            if self._store.read().tokens is None:
                self._store.save(replace(tokens, client_secret=self._client.secret), after=0)
                log.warning(
                    "The token in %s is in the encrypted store now. Delete that file: it is"
                    " readable, and its token soon serves no more.",
                    file,
                )
            return self._store.read()


def _tokens(stored: Stored) -> Tokens:
    if stored.tokens is None:
        raise NotAuthorized("No token of GoHighLevel is stored.", AGAIN)
    return stored.tokens


def _standalone_store(read: Variables, client_id: str, clock: Callable[[], datetime]) -> TokenStore:
    if os.environ.get("DB_SERVER", "").strip() or read(None, "DB_SERVER"):
        raise ConfigurationError(
            "DB_SERVER names a SQL Server, and GoHighLevelAuth was given no store.",
            "Give it store=token_store(settings, 'gohighlevel', client_id).",
        )
    file = Path(read(None, "DB_FILE") or home() / "data" / "robot.db")
    return file_store(
        file if file.is_absolute() else home() / file,
        SYSTEM,
        client_id,
        token_key=read(None, "TOKEN_KEY"),
        clock=clock,
    )
