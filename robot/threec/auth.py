"""Logging in at 3C Plus: user, password and company → a token, kept in memory only.

`POST /authenticate` with `user`, `password` and `company_domain` or `company_id` answers with the
user's profile, its `api_token` in it and no word of an expiry (vendor's API description). 203 asks
for a second factor (seen in production). `GET /me` tells whether the token still opens. No way of
logging out is documented.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from robot.errors import ConfigurationError
from robot.http import (
    Api,
    ApiUnavailable,
    Bearer,
    NoToken,
    RenewableToken,
    Throttle,
    TokenExpired,
    TokenParameter,
    Transport,
)
from robot.http.auth import bearer, in_query
from robot.runtime.masking import register
from robot.settings import envfile, home
from robot.threec.api import api_of
from robot.threec.errors import SecondFactorRequired, Unauthorized
from robot.threec.known import KnownRequests
from robot.threec.service_tokens import ENDED, HOW_TO_MAKE, Refusals, login_refusal

DEFAULT_ROOT = "https://app.3c.plus/api/v1"

Connect = Callable[[Api], Transport]


def _connect(api: Api) -> Transport:
    return Transport(api, throttle=Throttle(4))


class ThreeCAuthClient:
    """One login. What is not given is read from `THREEC_*`, in the environment or in the robot's
    `.env`.

    `transport` is for other clients: it carries the token, and logs in once more when the API knows
    it no longer.
    """

    def __init__(
        self,
        user: str | None = None,
        password: str | None = None,
        *,
        company_id: str | None = None,
        company_domain: str | None = None,
        base_url: str | None = None,
        logout_path: str | None = None,
        as_parameter: bool = False,
        connect: Connect = _connect,
        known: KnownRequests | None = None,
    ) -> None:
        read = _Variables()
        self._user = read(user, "THREEC_USER")
        self._password = read(password, "THREEC_PASSWORD")
        self._company_id = read(company_id, "THREEC_COMPANY_ID")
        self._company_domain = read(company_domain, "THREEC_COMPANY_DOMAIN")
        self._logout_path = read(logout_path, "THREEC_LOGOUT_PATH")
        self.base_url = (
            (read(base_url, "THREEC_BASE_URL") or DEFAULT_ROOT).rstrip("/").removesuffix("/calls")
        )
        self.known = known or KnownRequests(self.base_url)
        if self._logout_path:
            self.known.add("POST", self._logout_path)
        self._as_parameter = as_parameter
        self._connect = connect
        self._token = ""
        self._transport: Transport | None = None
        register(self._password)
        self.renewable = RenewableToken(self._fetch, in_query if as_parameter else bearer)
        self.api = api_of(self.renewable, self.known, Refusals("login"))

    def __repr__(self) -> str:
        return (
            f"ThreeCAuthClient({self.base_url}, {'logged in' if self._token else 'not logged in'})"
        )

    @property
    def token(self) -> str:
        """The token of the login. Raises Unauthorized before it."""
        if not self._token:
            raise Unauthorized("There is no login at 3C Plus.", "Call login() first.")
        return self._token

    @property
    def transport(self) -> Transport:
        """The transport that carries the token. Raises Unauthorized before the login."""
        _ = self.token
        if self._transport is None:
            self._transport = self._connect(self.api)
        return self._transport

    def login(self) -> None:
        """Log in.

        Raises InvalidCredentials, SecondFactorRequired, RateLimitExceeded, ApiUnavailable,
        ConfigurationError.
        """
        self.renewable.forget()
        http = self._connect(replace(self.api, auth=NoToken()))
        try:
            http.repeat(self.renewable.credentials)
        finally:
            http.close()

    def verificar_sessao(self) -> dict[str, Any]:
        """The user's profile, without the token.

        Raises Unauthorized, TokenExpired, RateLimitExceeded, ApiUnavailable.
        """
        answer = self._with_token("GET", "/me")
        profile = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(profile, dict):
            raise ApiUnavailable(f'GET {self.base_url}/me: the answer has no object "data".')
        return {name: value for name, value in profile.items() if name != "api_token"}

    def logout(self) -> None:
        """Forget the token, after telling the API where a path for that is known.

        Raises Unauthorized, TokenExpired, …
        """
        try:
            if self._logout_path:
                self._with_token("POST", f"/{self._logout_path.lstrip('/')}")
            else:
                _ = self.token
        finally:
            self._forget()

    def _with_token(self, method: str, path: str) -> Any:
        token = self.token
        auth = TokenParameter(token) if self._as_parameter else Bearer(token)
        http = self._connect(replace(self.api, auth=auth))
        try:
            return http.repeat(lambda: http.send(method, self.base_url + path)).body
        except TokenExpired:
            self._forget()
            hint = f"Call login() again. If the next token is refused, too: {ENDED}. {HOW_TO_MAKE}"
            raise TokenExpired("The login at 3C Plus has expired.", hint) from None
        finally:
            http.close()

    def _forget(self) -> None:
        self._token = ""
        self.renewable.forget()

    def _fetch(self) -> str:
        """Ask once: who needs the token repeats."""
        form = self._form()
        url = f"{self.base_url}/authenticate"
        http = self._connect(api_of(NoToken(), self.known, login_refusal))
        try:
            answer = http.send("POST", url, body=form)
        finally:
            http.close()
        if answer.status == 203:
            raise SecondFactorRequired(
                (
                    f"POST {url}: 3C Plus asks for a second factor (HTTP 203), which a robot cannot"
                    " give."
                ),
                f"Let THREEC_USER log in without one, or do without the login. {HOW_TO_MAKE}",
            )
        data = answer.body.get("data") if isinstance(answer.body, dict) else None
        token = data.get("api_token") if isinstance(data, dict) else None
        if not isinstance(token, str) or not token.strip():
            raise ApiUnavailable(f"POST {url}: the answer holds no token.")
        register(token.strip())
        self._token = token.strip()
        return self._token

    def _form(self) -> dict[str, str]:
        missing = [
            name
            for name, value in (
                ("THREEC_USER", self._user),
                ("THREEC_PASSWORD", self._password),
                (
                    "THREEC_COMPANY_ID or THREEC_COMPANY_DOMAIN",
                    self._company_id or self._company_domain,
                ),
            )
            if not value
        ]
        if missing:
            raise ConfigurationError(
                "The login at 3C Plus cannot be tried.",
                "Fill them in .env.",
                tuple(f"{name}: is empty" for name in missing),
            )
        company = (
            ("company_domain", self._company_domain)
            if self._company_domain
            else ("company_id", self._company_id)
        )
        return dict([("user", self._user), ("password", self._password), company])


class _Variables:
    """Reads what was not given; the environment wins over `.env`, which is read once and only when
    needed.
    """

    def __init__(self) -> None:
        self._file: dict[str, str] | None = None

    def __call__(self, given: str | None, name: str) -> str:
        if given is not None:
            return given.strip() if name != "THREEC_PASSWORD" else given
        value = os.environ.get(name, "")
        if value:
            return value
        if self._file is None:
            path = home() / ".env"
            self._file = dict(envfile.read(path).values) if path.is_file() else {}
        return self._file.get(name, "")
