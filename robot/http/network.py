"""How this computer reaches the web: through which proxy, trusting which certificates, waiting how
long for a connection.

`Network` is a value, made of the settings (`of`), or of the environment alone where there are none
(`of_environment`). A session of `requests` asks the environment by itself, and knows nothing of
`.env`; so it is told not to ask.
"""

from __future__ import annotations

import os
import re
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Protocol, Self
from urllib.parse import urlsplit

from robot.http.roots import Roots
from robot.runtime.masking import mask_address
from robot.windows.proxies import system_proxy

CONNECT_SECONDS = 10.0
_PORTS = {"http": 80, "https": 443}


class NetworkSettings(Protocol):
    """What is read of the settings."""

    @property
    def http_proxy(self) -> str: ...
    @property
    def https_proxy(self) -> str: ...
    @property
    def all_proxy(self) -> str: ...
    @property
    def no_proxy(self) -> str: ...
    @property
    def requests_ca_bundle(self) -> str: ...
    @property
    def ssl_cert_file(self) -> str: ...
    @property
    def api_connect_timeout_seconds(self) -> float: ...


@dataclass(frozen=True)
class Network:
    """`proxies` by scheme (`http`, `https`, `all`); `no_proxy` lists the hosts that are reached
    without one.
    """

    proxies: Mapping[str, str] = field(default_factory=dict)
    no_proxy: str = ""
    roots: Roots = field(default_factory=Roots)
    connect_seconds: float = CONNECT_SECONDS

    @classmethod
    def of(cls, settings: NetworkSettings) -> Self:
        """The network of these settings; where they name no proxy, the one of the system (Windows'
        internet options).
        """
        named = {
            "http": settings.http_proxy,
            "https": settings.https_proxy,
            "all": settings.all_proxy,
        }
        return cls(
            {scheme: address for scheme, address in named.items() if address},
            settings.no_proxy,
            _roots(settings.requests_ca_bundle, settings.ssl_cert_file),
            settings.api_connect_timeout_seconds,
        )

    @classmethod
    def of_environment(cls) -> Self:
        """The network of the environment alone, as `requests` would read it."""
        proxies = urllib.request.getproxies_environment()
        no_proxy = proxies.pop("no", "")
        files = (os.environ.get(name, "") for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"))
        return cls(proxies, no_proxy, _roots(*files))

    def proxy_for(self, address: str) -> str:
        """The address of the proxy that requests to this address go through; empty = directly."""
        parts = urlsplit(address)
        host = (parts.hostname or "").lower()
        if is_excepted(self.no_proxy, host, parts.port or _PORTS.get(parts.scheme, 0)):
            return ""
        if self.proxies:
            return self.proxies.get(parts.scheme) or self.proxies.get("all", "")
        return system_proxy(parts.scheme, host)

    def way_to(self, address: str) -> str:
        """In words for the operator: through which proxy, named by which setting, and whose
        certificates count.
        """
        proxy = self.proxy_for(address)
        scheme = urlsplit(address).scheme
        if proxy:
            named = [each for each in (scheme, "all") if self.proxies.get(each)]
            setting = f"{named[0].upper()}_PROXY" if named else "of Windows' internet options"
            way = f"through the proxy {mask_address(proxy)} ({setting})"
        else:
            way = "without a proxy" + (" (NO_PROXY)" if self.proxies and self.no_proxy else "")
        return f"{way}, {self.roots}" if scheme == "https" else f"{way}, not encrypted"


def _roots(requests_ca_bundle: str, ssl_cert_file: str) -> Roots:
    files = {
        "REQUESTS_CA_BUNDLE": requests_ca_bundle,
        "SSL_CERT_FILE": ssl_cert_file,
        # no setting of ours; `requests` knows it, too
        "CURL_CA_BUNDLE": os.environ.get("CURL_CA_BUNDLE", ""),
    }
    return Roots.first_of(files)


def is_excepted(no_proxy: str, host: str, port: int) -> bool:
    """Whether `no_proxy` names the host: `*`, a name (its subdomains too), `name:port`, an address
    or a network.
    """
    for entry in re.split(r"[,;\s]+", no_proxy.lower()):
        if entry == "*":
            return True
        name = entry.removeprefix("*").lstrip(".")
        if name and (f".{host}".endswith(f".{name}") or f".{host}:{port}".endswith(f".{name}")):
            return True
        try:
            if ip_address(host) in ip_network(name.strip("[]"), strict=False):
                return True
        except ValueError:  # one of them is a name
            continue
    return False
