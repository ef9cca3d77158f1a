"""The settings of GoHighLevel: the app, the sub-account, the address."""

from __future__ import annotations

from typing import Literal

from pydantic import SecretStr
from pydantic_settings import BaseSettings

from robot.settings.setting import setting


class GoHighLevelSettings(BaseSettings):
    """How GoHighLevel is reached, and as whom. Everything may be empty: then it is not used."""

    ghl_client_id: str = setting("", "the client id of an app", "Client id of the app")
    ghl_client_secret: SecretStr = setting(
        SecretStr(""), "the client secret of the app", "Its client secret"
    )
    ghl_redirect_uri: str = setting(
        "", "an address like https://example.com/callback", "Its redirect address"
    )
    ghl_authorization_code: SecretStr = setting(
        SecretStr(""),
        "the code of the address to which the browser came back",
        "Code of the first authorization; needed once",
    )
    ghl_user_type: Literal["", "Location", "Company"] = setting(
        "", "Location, Company or nothing", "Whose token the code is to give"
    )
    ghl_location_id: str = setting(
        "", "the id of a sub-account", "The sub-account; empty = the one of the token"
    )
    ghl_private_token: SecretStr = setting(
        SecretStr(""),
        "a token of a private integration, like pit-…",
        "Private token of one sub-account, instead of the authorization",
    )
    ghl_api_version: str = setting("2021-07-28", "2021-07-28 or v3", "Version of the API")
    ghl_base_url: str = setting(
        "https://services.leadconnectorhq.com",
        "an address that begins with https://",
        "Address of the API",
    )
