"""What `requests` and urllib3 are told to do otherwise: connect quickly, keep the deadline, trust
our roots.

urllib3's pools make the connections, so each session has pools whose connections are of the classes
here.
"""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from robot.http import deadline
from robot.http.connecting import connect
from robot.http.roots import Roots

if TYPE_CHECKING:
    from collections.abc import Callable

    _Base = HTTPConnection
else:
    _Base = object


class Session(requests.Session):
    """A session that follows no redirection, nor reads its body: `requests` would, whole, to find
    the next address.
    """

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Nowhere."""


class Adapter(HTTPAdapter):
    """The sender of a session: pools of our connections, which trust `roots`."""

    def __init__(self, roots: Roots, connections: int) -> None:
        self._roots = roots
        self._pools = {"http": _Pool, "https": _secured_pool(roots.context)}
        super().__init__(pool_connections=4, pool_maxsize=connections)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        if proxy.lower().startswith("https"):
            options["proxy_ssl_context"] = self._roots.context()
        manager = super().proxy_manager_for(proxy, **options)
        manager.pool_classes_by_scheme = self._pools
        return manager

    def cert_verify(self, conn: Any, url: str, verify: object, cert: object) -> None:
        """Only see that the certificates can be read: the connections bring their own context."""
        if url.lower().startswith("https"):
            self._roots.context()


class _Connection(_Base):
    """A connection that is made to the first address that answers, and belongs to the exchange of
    its thread.
    """

    def _new_conn(self) -> socket.socket:
        deadline.watch(self)
        limit, seconds = deadline.current(), float(self.timeout or 0) or 60.0
        try:
            return connect(
                self._dns_host,
                self.port,
                min(seconds, limit.left()) if limit else seconds,
                self.socket_options or (),
            )
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(self, "no address answered in time") from error
        except OSError as error:
            raise NewConnectionError(self, f"no address answered: {error}") from error

    def request(self, *arguments: Any, **options: Any) -> None:
        if self.sock is None:
            self.connect()
        if limit := deadline.current():
            limit.watch(self)
            limit.sending = True
        super().request(*arguments, **options)


class _PlainConnection(_Connection, HTTPConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


def _secured_pool(context: Callable[[], ssl.SSLContext]) -> type[HTTPSConnectionPool]:
    class Connection(_Connection, HTTPSConnection):
        def connect(self) -> None:
            self.ssl_context = context()
            super().connect()

    class Pool(HTTPSConnectionPool):
        ConnectionCls = Connection

    return Pool
