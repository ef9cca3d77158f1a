"""The token endpoint: codes and refresh tokens that serve once, access tokens that end."""

import itertools
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

CLIENT_ID = "65a0f00dcafe-demoapp1"
CLIENT_SECRET = "demo-client-secret-0001"  # noqa: S105 - opens the simulator only
LOCATION = "ve9EPM428h8vShlRW1KT"
COMPANY = "GNb7aIv4rQFVb9iwNl5K"

Casing = Literal["snake", "camel", "as asked"]


@dataclass(frozen=True)
class Grant:
    """What an access or a refresh token stands for."""

    location: str
    ends: datetime


class TokenDesk:
    """Gives tokens. `lifetime_seconds` is that of an access token; a refresh token lives a year.

    `casing`: how answers name their fields; `as asked`: in camelCase for version v3. With
    `gives_refresh_token` off, the answers lack it. Every token that is given is new.
    """

    def __init__(self, clock: Callable[[], datetime], *, lifetime_seconds: int = 86_399) -> None:
        self.lifetime_seconds = lifetime_seconds
        self.casing: Casing = "as asked"
        self.gives_refresh_token = True
        self.exchanges = 0
        self.refreshes = 0
        self.refused = 0
        self.paused: set[str] = set()
        self._clock = clock
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._codes: dict[str, str] = {}
        self._access: dict[str, Grant] = {}
        self._refresh: dict[str, Grant] = {}

    def authorize(self, location: str = LOCATION) -> str:
        """A person chooses a sub-account; the code that the browser brings back."""
        with self._lock:
            code = f"code{next(self._numbers):036}"
            self._codes[code] = location
            return code

    def revoke_access(self) -> None:
        """Every access token given so far opens nothing any more."""
        with self._lock:
            self._access.clear()

    def revoke_all(self) -> None:
        """The app was removed from every sub-account."""
        with self._lock:
            self._access.clear()
            self._refresh.clear()

    def location_of(self, token: str) -> str | None:
        """The sub-account that an access token opens now; None where it opens none."""
        with self._lock:
            grant = self._access.get(token)
        return grant.location if grant and self._clock() < grant.ends else None

    def renews(self, refresh_token: str) -> bool:
        """Whether a refresh token would be taken now."""
        with self._lock:
            return refresh_token in self._refresh

    def answer(self, form: Mapping[str, Any] | None, version: str) -> tuple[int, dict[str, Any]]:
        """The status and the body for one request."""
        fields = {_snake(name): str(value) for name, value in (form or {}).items()}
        for name in ("client_id", "client_secret", "grant_type"):
            if not fields.get(name):
                return self._refusal(400, f"Missing parameter: {_camel(name)}")
        known = (fields["client_id"], fields["client_secret"]) == (CLIENT_ID, CLIENT_SECRET)
        if not known:
            return self._refusal(401, "Invalid client: client credentials are invalid")
        camel = self.casing == "camel" or (self.casing == "as asked" and version == "v3")
        with self._lock:
            match fields["grant_type"]:
                case "authorization_code":
                    location = self._codes.pop(fields.get("code", ""), None)
                    if location is None:
                        return self._refusal(400, "Invalid grant: authorization code is invalid")
                    self.exchanges += 1
                case "refresh_token":
                    token = fields.get("refresh_token", "")
                    grant = self._refresh.get(token)
                    if grant is None or self._clock() >= grant.ends:
                        return self._refusal(400, "Invalid grant: refresh token is invalid")
                    if grant.location in self.paused:
                        return self._refusal(400, "Location is not active")
                    location = grant.location
                    if self.gives_refresh_token:
                        del self._refresh[token]
                    self.refreshes += 1
                case _:
                    return self._refusal(400, "Invalid parameter: grantType")
            return 200, self._given(location, camel=camel)

    def _given(self, location: str, *, camel: bool) -> dict[str, Any]:
        number = next(self._numbers)
        now = self._clock()
        access, refresh = f"access-token-number-{number:032}", f"refresh-token-number-{number:032}"
        self._access[access] = Grant(location, now + timedelta(seconds=self.lifetime_seconds))
        answer = {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": self.lifetime_seconds,
            "scope": "contacts.readonly locations/customFields.readonly",
        }
        if self.gives_refresh_token:
            self._refresh[refresh] = Grant(location, now + timedelta(days=365))
            answer["refresh_token"] = refresh
        if camel:
            answer = {_camel(name): value for name, value in answer.items()}
        return {
            **answer,
            "userType": "Location",
            "locationId": location,
            "companyId": COMPANY,
            "userId": "l4yVkTGsbPuGaTEcf8Zj",
        }

    def _refusal(self, status: int, message: str) -> tuple[int, dict[str, Any]]:
        self.refused += 1
        return status, {"statusCode": status, "message": message}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _snake(name: str) -> str:
    return "".join(f"_{sign.lower()}" if sign.isupper() else sign for sign in name)
