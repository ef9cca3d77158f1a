"""A GoHighLevel, a clock that stands still, and an app's auth on a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from servers import Database

from robot.accounts import Tokens, TokenStore, token_store
from robot.gohighlevel import GoHighLevelAuth
from robot.simulators.gohighlevel import CLIENT_ID, CLIENT_SECRET, GoHighLevelSimulator

NOW = datetime(2026, 9, 16, 5, 0, tzinfo=UTC)


class MovingClock:
    """Stands still until told to go on."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **parts: float) -> None:
        self.now += timedelta(**parts)


class World:
    """`account` is the store's: tests share the server's database."""

    def __init__(
        self, api: GoHighLevelSimulator, database: Database, clock: MovingClock, account: str
    ) -> None:
        self.api = api
        self.database = database
        self.clock = clock
        self.account = account

    def store(self) -> TokenStore:
        return token_store(self.database.settings, "gohighlevel", self.account, clock=self.clock)

    def auth(self, code: str = "", **more: Any) -> GoHighLevelAuth:
        given: dict[str, Any] = {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "redirect_uri": "https://example.com/callback",
            "user_type": "Location",
            "location_id": "",
            "api_version": "2021-07-28",
            "base_url": self.api.base_url,
            "store": self.store(),
            "clock": self.clock,
        }
        return GoHighLevelAuth(authorization_code=code, **{**given, **more})

    def authorized(self) -> GoHighLevelAuth:
        """After the first exchange."""
        auth = self.auth(self.api.tokens.authorize())
        auth.credentials()
        return auth

    def stored(self) -> Tokens:
        found = self.store().read().tokens
        assert found is not None
        return found


def token_of(auth: GoHighLevelAuth) -> str:
    return auth.credentials().headers["Authorization"].removeprefix("Bearer ")


def opens(world: World, auth: GoHighLevelAuth) -> bool:
    return world.api.tokens.location_of(token_of(auth)) is not None
