"""`POST /oauth/token`: a code, or a refresh token, for new tokens.

Sends once. The names are those of version 2021-07-28 or, where the version says `v3`, of v3; the
answer is read in either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from robot.accounts import Tokens
from robot.gohighlevel.api import DEFAULT_VERSION, V3, api_of
from robot.gohighlevel.errors import grant_refusal
from robot.http import ApiUnavailable, Network, NoToken, Throttle, Transport

_SECONDS = 30.0
_USUAL_LIFE = 86_399  # seconds of an access token
_DETAILS = ("userType", "locationId", "companyId", "userId", "scope")


@dataclass(frozen=True)
class Client:
    """The app that asks, as GoHighLevel's marketplace knows it."""

    id: str
    secret: str = field(repr=False)
    redirect_uri: str = ""
    user_type: str = ""


class TokenCall:
    """The token endpoint of one API."""

    def __init__(
        self,
        root: str,
        clock: Callable[[], datetime],
        *,
        version: str = DEFAULT_VERSION,
        network: Network | None = None,
    ) -> None:
        self._root = root
        self._clock = clock
        self._version = version
        self._network = network

    def exchange(self, client: Client, code: str) -> Tokens:
        """Tokens for an authorization code.

        Raises GrantRefused, LocationInactive, ClientRefused, another FatalError; RateLimited and
        NotSent, which have changed nothing; ApiUnavailable, after which nobody knows.
        """
        tokens = self._ask(client, {"grant_type": "authorization_code", "code": code})
        if not tokens.refresh_token:
            raise ApiUnavailable("POST /oauth/token: the answer holds no refresh token.")
        return tokens

    def refresh(self, client: Client, refresh_token: str) -> Tokens:
        """Tokens for a refresh token; an answer without a new one keeps the old. Raises as
        `exchange` does.
        """
        fields = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        tokens = self._ask(client, fields)
        if tokens.refresh_token:
            return tokens
        return Tokens(
            tokens.access_token,
            refresh_token,
            tokens.issued_at,
            tokens.expires_at,
            tokens.client_secret,
            tokens.details,
        )

    def _ask(self, client: Client, grant: Mapping[str, str]) -> Tokens:
        form = {
            "client_id": client.id,
            "client_secret": client.secret,
            **grant,
            "user_type": client.user_type,
            "redirect_uri": client.redirect_uri,
        }
        form = {name: value for name, value in form.items() if value}
        if self._version == V3:
            form = {_camel(name): value for name, value in form.items()}
        http = Transport(
            api_of(NoToken(), self._version, grant_refusal),
            throttle=Throttle(1),
            timeout_seconds=_SECONDS,
            network=self._network,
        )
        asked = self._clock()  # before: the life of a token counts from its making
        try:
            answer = http.send("POST", f"{self._root}/oauth/token", form=form)
        finally:
            http.close()
        return _tokens(answer.body, asked, client.secret)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _tokens(body: Any, asked: datetime, client_secret: str) -> Tokens:
    answer = body if isinstance(body, dict) else {}
    access = _text(answer, "access_token")
    if not access:
        raise ApiUnavailable("POST /oauth/token: the answer holds no token.")
    life = answer.get("expires_in", answer.get("expiresIn"))
    usable = isinstance(life, int) and not isinstance(life, bool) and 0 < life < 10**9
    details = {name: _text(answer, name) for name in _DETAILS}
    return Tokens(
        access,
        _text(answer, "refresh_token"),
        asked,
        asked + timedelta(seconds=life if usable and isinstance(life, int) else _USUAL_LIFE),
        client_secret,
        {name: value for name, value in details.items() if value},
    )


def _text(answer: Mapping[str, Any], name: str) -> str:
    value = answer.get(name, answer.get(_camel(name)))
    return value.strip() if isinstance(value, str) else ""
