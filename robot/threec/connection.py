"""The connection to 3C Plus that the settings ask for: with the manager's token, or with a login of
the robot's own.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from robot.http import Api, Bearer, Network, Quota, Throttle, TokenParameter, Transport
from robot.http.limits import MEGABYTE
from robot.period import now
from robot.settings import Settings
from robot.threec.api import api_of
from robot.threec.auth import ThreeCAuthClient
from robot.threec.expiry import expiry_of
from robot.threec.known import KnownRequests
from robot.threec.service_tokens import Refusals, kind_of


@dataclass(frozen=True)
class Connection:
    """A transport, the API's root, and the requests that may be sent: what `ThreeCMailingClient`
    needs of a login.
    """

    transport: Transport
    base_url: str
    known: KnownRequests = field(default_factory=KnownRequests)


def connection(settings: Settings, stop: threading.Event | None = None) -> Connection:
    """One transport for all threads of an execution.

    Without `MANAGER_TOKEN` it logs in at its first request.
    """

    def connect(api: Api) -> Transport:
        return Transport(
            api,
            throttle=Throttle(settings.api_concurrency, quota, stop=stop),
            timeout_seconds=settings.api_timeout_seconds,
            max_attempts=settings.api_max_attempts,
            stop=stop,
            largest_body=settings.api_max_page_mb * MEGABYTE,
            network=network,
        )

    network = Network.of(settings)
    quota = Quota(per_minute=settings.api_requests_per_minute)
    known = KnownRequests(settings.api_root, settings.calls_url.removesuffix("/calls"))
    in_query = settings.api_auth == "query"
    if settings.logs_in:
        login = ThreeCAuthClient(
            settings.threec_user,
            settings.threec_password.get_secret_value(),
            company_id=settings.threec_company_id,
            company_domain=settings.threec_company_domain,
            base_url=settings.api_root,
            logout_path="",
            as_parameter=in_query,
            connect=connect,
            known=known,
        )
        return Connection(connect(login.api), settings.api_root, known)
    token = settings.manager_token.get_secret_value()
    auth = TokenParameter(token) if in_query else Bearer(token)
    api = api_of(auth, known, Refusals(kind_of(token), _expired(settings)))
    return Connection(connect(api), settings.api_root, known)


def _expired(settings: Settings) -> str:
    expiry = expiry_of(settings, now(settings.timezone).date())
    return str(expiry) if expiry and expiry.days_left < 0 else ""


def transport(settings: Settings, stop: threading.Event | None = None) -> Transport:
    """The transport of such a connection."""
    return connection(settings, stop).transport
