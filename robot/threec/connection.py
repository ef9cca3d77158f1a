"""The transport to 3C Plus that the settings ask for: with the manager's token, or with a login of the robot's own."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from requests.auth import AuthBase

from robot.http import Bearer, TokenParameter, Transport
from robot.settings import Settings
from robot.threec.auth import ThreeCAuthClient
from robot.throttle import Throttle


def transport(settings: Settings, stop: threading.Event | None = None) -> Transport:
    """One transport for all threads of an execution. Without `MANAGER_TOKEN` it logs in at its first request."""

    def connect(auth: AuthBase) -> Transport:
        return Transport(
            auth,
            throttle=Throttle(settings.api_concurrency, settings.api_requests_per_minute, stop=stop),
            timeout_seconds=settings.api_timeout_seconds,
            max_attempts=settings.api_max_attempts,
            stop=stop,
        )

    in_query = settings.api_auth == "query"
    if settings.logs_in:
        login = ThreeCAuthClient(
            settings.threec_user,
            settings.threec_password.get_secret_value(),
            company_id=settings.threec_company_id,
            company_domain=settings.threec_company_domain,
            base_url=settings.api_root,
            logout_path="",
            in_query=in_query,
            connect=connect,
        )
        return connect(login.renewable)
    token = settings.manager_token.get_secret_value()
    return connect(TokenParameter(token) if in_query else Bearer(token))


@dataclass(frozen=True)
class Connection:
    """A transport and the API's root: what `ThreeCMailingClient` needs of a login."""

    transport: Transport
    base_url: str
