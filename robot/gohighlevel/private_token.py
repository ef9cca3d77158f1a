"""A private integration token (`pit-…`): one sub-account, no end, no renewal."""

from __future__ import annotations

from robot.errors import ConfigurationError
from robot.gohighlevel.api import DEFAULT_ROOT, DEFAULT_VERSION, require_root
from robot.gohighlevel.variables import Variables
from robot.http import Network
from robot.http.auth import Bearer
from robot.runtime.masking import register


class PrivateToken(Bearer):
    """Instead of OAuth. A 401 is final.

    What is not given is read from `GHL_PRIVATE_TOKEN`, `GHL_LOCATION_ID`, `GHL_API_VERSION` and
    `GHL_BASE_URL`. Raises ConfigurationError where the token, or the sub-account, which it does not
    tell, is missing.
    """

    def __init__(
        self,
        token: str | None = None,
        location_id: str | None = None,
        *,
        api_version: str | None = None,
        base_url: str | None = None,
        network: Network | None = None,
    ) -> None:
        read = Variables()
        value = read(token, "GHL_PRIVATE_TOKEN")
        self.location_id = read(location_id, "GHL_LOCATION_ID")
        missing = [
            name
            for name, found in (
                ("GHL_PRIVATE_TOKEN", value),
                ("GHL_LOCATION_ID", self.location_id),
            )
            if not found
        ]
        if missing:
            raise ConfigurationError(
                f"{' and '.join(missing)}: is empty.",
                "Make a private integration in the sub-account's settings; its id stands in its"
                " address in the browser.",
            )
        self.api_version = read(api_version, "GHL_API_VERSION") or DEFAULT_VERSION
        self.base_url = require_root(read(base_url, "GHL_BASE_URL") or DEFAULT_ROOT)
        self.network = network
        register(value)
        super().__init__(value)
