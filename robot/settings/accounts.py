"""The settings of what is kept encrypted."""

from __future__ import annotations

from pydantic import SecretStr
from pydantic_settings import BaseSettings

from robot.settings.setting import setting


class AccountSettings(BaseSettings):
    """The key of the stored tokens."""

    token_key: SecretStr = setting(
        SecretStr(""),
        "a sentence of at least 20 characters, or nothing",
        "Key of the stored tokens; empty = a file token.key beside DB_FILE",
    )
