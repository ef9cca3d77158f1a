"""All settings together: name, type, default, meaning. Read once, validated at once, secrets typed
as secrets.

A setting `per_page` is the variable `PER_PAGE`, in the environment or in `.env` (the environment
wins). `.env` and every relative path are taken from the folder of `app.py` (of the executable, once
frozen), never from the current folder: the Task Scheduler starts programs elsewhere.
"""

from __future__ import annotations

from contextvars import ContextVar
from pathlib import Path

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from robot.runtime.resources import home
from robot.settings.accounts import AccountSettings
from robot.settings.alerts import AlertSettings
from robot.settings.database import DatabaseSettings
from robot.settings.dialer_export import ExportSettings
from robot.settings.envfile import EnvFileSource
from robot.settings.executions import ExecutionSettings
from robot.settings.gohighlevel import GoHighLevelSettings
from robot.settings.logs import LogSettings
from robot.settings.network import PROXIES, NetworkSettings, proxy_secrets
from robot.settings.threec import ThreeCSettings

_env_file: ContextVar[Path | None] = ContextVar("env_file", default=None)


class Settings(
    # the last one's fields come first: the order of `.env.example`, after the network's
    AccountSettings,
    GoHighLevelSettings,
    AlertSettings,
    LogSettings,
    ExecutionSettings,
    DatabaseSettings,
    ExportSettings,
    ThreeCSettings,
    NetworkSettings,
):
    """The robot's settings, immutable.

    `robot.settings.check.load` reads them and explains what is wrong.
    """

    model_config = SettingsConfigDict(
        frozen=True,
        extra="ignore",
        env_ignore_empty=True,
        hide_input_in_errors=True,
        str_strip_whitespace=True,
    )

    @field_validator("requests_ca_bundle", "ssl_cert_file")
    @classmethod
    def _certificates(cls, value: str) -> str:
        """A file of the robot's folder; else as it stands: from the environment it may be meant
        from the current one.
        """
        return str(home() / value) if value and (home() / value).exists() else value

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret value, for the masking of logs."""
        values = (getattr(self, name) for name in type(self).model_fields)
        secrets = [
            value.get_secret_value() for value in values if isinstance(value, SecretStr) and value
        ]
        return (
            *secrets,
            *(secret for name in PROXIES for secret in proxy_secrets(getattr(self, name))),
        )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Rank the sources: arguments, then the environment, then our own reading of `.env`."""
        return init_settings, env_settings, EnvFileSource(settings_cls, _env_file.get())


def read_settings(env_file: Path) -> Settings:
    """Settings from the environment and this `.env`. Raises pydantic's ValidationError.

    pydantic-settings' own `_env_file` would read the file as UTF-8 before our source is asked.
    """
    token = _env_file.set(env_file)
    try:
        return Settings()
    finally:
        _env_file.reset(token)


class IsolatedSettings(Settings):
    """Settings from arguments alone: the demo and the tests must never meet the operator's `.env`
    or environment.
    """

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take the arguments only."""
        return (init_settings,)
