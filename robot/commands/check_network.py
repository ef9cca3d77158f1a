"""`check`: through which proxy the robot goes, and whose certificates it trusts."""

from __future__ import annotations

from robot.http import Network
from robot.http.roots import UnreadableRootsError
from robot.settings import Settings

_ADDRESSES = (
    "base_url",
    "threec_base_url",
    "healthcheck_url",
    "export_healthcheck_url",
    "alert_webhook_url",
)


def ways(settings: Settings) -> tuple[str, bool]:
    """One line for the addresses that the settings name, and whether their certificates can be
    read.
    """
    network = Network.of(settings)
    addresses = {name.upper(): _text(getattr(settings, name)) for name in _ADDRESSES}
    names_of: dict[str, list[str]] = {}
    for name, address in addresses.items():
        if address:
            names_of.setdefault(network.way_to(address), []).append(name)
    line = "; ".join(f"{', '.join(names)} {way}" for way, names in names_of.items())
    if any(address.startswith("https:") for address in addresses.values()):
        try:
            network.roots.context()
        except UnreadableRootsError as error:
            return f"{line}. They cannot be read: {error}. Check {error.setting}.", False
    return line, True


def _text(address: object) -> str:
    shown = getattr(address, "get_secret_value", None)
    return str(shown() if shown else address)
