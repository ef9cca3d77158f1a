"""The proxy of Windows' internet options, for those who name none."""

from __future__ import annotations

import sys


def system_proxy(scheme: str, host: str) -> str:
    """The proxy for requests of this scheme to this host; empty = none, and everywhere but on
    Windows.
    """
    if sys.platform != "win32":
        return ""
    from urllib.request import getproxies_registry, proxy_bypass_registry  # type: ignore[attr-defined, unused-ignore]

    return "" if proxy_bypass_registry(host) else str(getproxies_registry().get(scheme, ""))
