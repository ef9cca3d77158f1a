"""What opens GoHighLevel, as the settings say: the private token, or OAuth with the robot's
database for its tokens.
"""

from __future__ import annotations

import threading

from robot.accounts import token_store
from robot.gohighlevel.auth import SYSTEM, GoHighLevelAuth
from robot.gohighlevel.private_token import PrivateToken
from robot.gohighlevel.token_file import STORAGE_FILE
from robot.http import Network
from robot.runtime.resources import home
from robot.settings import Settings


def auth_of(
    settings: Settings, stop: threading.Event | None = None
) -> GoHighLevelAuth | PrivateToken:
    """Not yet used. Raises ConfigurationError."""
    network = Network.of(settings)
    if token := settings.ghl_private_token.get_secret_value():
        return PrivateToken(
            token,
            settings.ghl_location_id,
            api_version=settings.ghl_api_version,
            base_url=settings.ghl_base_url,
            network=network,
        )
    store = token_store(
        settings,
        SYSTEM,
        settings.ghl_client_id,
        token_key=settings.token_key.get_secret_value(),
        stop=stop,
    )
    return GoHighLevelAuth(
        settings.ghl_client_id,
        settings.ghl_client_secret.get_secret_value(),
        settings.ghl_redirect_uri,
        settings.ghl_authorization_code.get_secret_value(),
        user_type=settings.ghl_user_type,
        location_id=settings.ghl_location_id,
        api_version=settings.ghl_api_version,
        base_url=settings.ghl_base_url,
        store=store,
        token_file=home() / STORAGE_FILE,
        network=network,
    )
