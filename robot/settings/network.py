"""The settings of the way to the web.

All but the last bear the names that other programs use, too.
"""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from typing import Annotated
from urllib.parse import unquote

from pydantic import AfterValidator
from pydantic_settings import BaseSettings

from robot.settings.setting import setting

_PROXY = "a proxy's address, like http://proxy:3128 or http://user:password@proxy:3128"
_FILE = "the path of a file of certificates (PEM), or nothing"

# Names that other programs use, too: set on a machine, they say nothing of the robot
SHARED = (
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_FILE",
)
PROXIES = ("http_proxy", "https_proxy", "all_proxy")


def _no_proxy(value: str) -> str:
    """The list as it stands. Raises ValueError for an entry that looks like an address or a
    network, and is none.

    Such an entry would match nothing, and nobody would know. Whatever else an entry says is a name.
    """
    for entry in re.split(r"[,;\s]+", value):
        if "/" in entry or re.fullmatch(r"[\d.]+(?::\d+)?", entry):
            address = entry.strip("[]")
            try:
                ip_network(address, strict=False) if "/" in entry else ip_address(
                    address.partition(":")[0]
                )
            except ValueError:
                kind = "network, like 10.0.0.0/8" if "/" in entry else "address, like 10.0.0.1"
                raise ValueError(f"{entry!r} is no {kind}") from None
    return value


class NetworkSettings(BaseSettings):
    """Proxies, certificates, and how long a connection may take."""

    http_proxy: str = setting(
        "", _PROXY, "Proxy for addresses that begin with http://; empty = none"
    )
    https_proxy: str = setting(
        "", _PROXY, "Proxy for addresses that begin with https://; empty = none"
    )
    all_proxy: str = setting("", _PROXY, "Proxy for both, where the one for the address is empty")
    no_proxy: Annotated[str, AfterValidator(_no_proxy)] = setting(
        "",
        "names or addresses separated by commas, like localhost,.company.local,10.0.0.0/8",
        "Hosts reached without a proxy",
    )
    requests_ca_bundle: str = setting(
        "",
        _FILE,
        (
            "Certificates that alone are trusted for https; empty = those of the system, and"
            " Mozilla's list"
        ),
    )
    ssl_cert_file: str = setting("", _FILE, "The same by OpenSSL's name; REQUESTS_CA_BUNDLE wins")
    api_connect_timeout_seconds: float = setting(
        10.0,
        "seconds, from 1 to 120",
        "Longest wait for a connection, over all addresses of a host",
        ge=1,
        le=120,
    )


def proxy_secrets(address: str) -> tuple[str, ...]:
    """The password in a proxy's address, as it stands and as it is meant."""
    userinfo, at, _ = address.rpartition("@")
    password = userinfo.rpartition("//")[2].partition(":")[2] if at else ""
    return tuple(dict.fromkeys(filter(None, (password, unquote(password)))))
