"""Every setting: name, type, default, meaning. Read once, validated at once, secrets typed as
secrets.

A setting `per_page` is the variable `PER_PAGE`, in the environment or in `.env` (the environment
wins). `.env` and every relative path are taken from the folder of `app.py` (of the executable, once
frozen), never from the current folder: the Task Scheduler starts programs elsewhere.
"""

from __future__ import annotations

import re
import sys
from contextvars import ContextVar
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict
from requests import PreparedRequest

from robot import period
from robot.brazil.states import read_state
from robot.cells.words import listed
from robot.settings import cron
from robot.settings.campaigns import parse_campaigns
from robot.settings.envfile import EnvFileSource
from robot.settings.network import PROXIES, NetworkSettings, proxy_secrets
from robot.settings.setting import setting

_env_file: ContextVar[Path | None] = ContextVar("env_file", default=None)


BLOCKED_BY_DEFAULT = (
    *("bloqueado", "bloqueada", "blocked", "não ligar", "não contatar", "não perturbe"),
    *("falecido", "falecida", "óbito"),
)
# of a list at the dialer: kept whole, or the next start would not find it again by its name
LIST_NAME_WIDTH = 200


def home() -> Path:
    """The folder that `.env`, `logs/` and `data/` belong to."""
    if getattr(sys, "frozen", False):
        return Path(sys.executable).resolve().parent
    return Path(__file__).resolve().parents[2]


def _boolean(value: Any) -> Any:
    words = {"sim": True, "s": True, "não": False, "nao": False, "n": False}
    return words.get(value.strip().lower(), value) if isinstance(value, str) else value


def _lower(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


def _upper(value: Any) -> Any:
    return value.strip().upper() if isinstance(value, str) else value


def _campaigns(value: Any) -> Any:
    return parse_campaigns(value) if isinstance(value, str) else value


def _cron(value: str) -> str:
    return cron.parse(value)


def _start(value: Any) -> Any:
    return period.parse_start(value) if isinstance(value, str) else value


def _end(value: Any) -> Any:
    return period.parse_end(value) if isinstance(value, str) else value


def _day(value: Any) -> Any:
    return period.parse_start(value).date() if isinstance(value, str) else value


def _path(value: Any) -> Any:
    return None if value is None else home() / str(value).strip()


def _receivers(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return tuple(part.strip() for part in value.replace(";", ",").split(",") if part.strip())


def _receiver(value: str) -> str:
    name, _, domain = value.partition("@")
    if not name or not domain or any(sign in value for sign in ' \r\n<>"') or not value.isascii():
        raise ValueError("no e-mail address")
    return value


def _secret_address(value: SecretStr) -> SecretStr:
    text = value.get_secret_value().strip()
    if text and (urlsplit(text).scheme not in {"http", "https"} or not urlsplit(text).hostname):
        raise ValueError("no address of the web")
    return SecretStr(text)


def _callback(value: str) -> str:
    try:
        filled = value.format(client_id="1")
    except (KeyError, IndexError, ValueError):
        raise ValueError("it holds braces with something else than client_id") from None
    if filled == value:
        raise ValueError("it lacks {client_id}")
    return value


def _cron_or_nothing(value: str) -> str:
    return cron.parse(value) if value.strip() else ""


def _amount(value: str) -> str:
    if value and not re.fullmatch(r"\d+(?:[.,]\d{1,2})?|\d{1,3}(?:\.\d{3})+,\d{2}", value):
        raise ValueError("not an amount")
    return value


def schema_name(value: str) -> str:
    """The name as a statement holds it between brackets. `dbo` in any case is the standard one."""
    if not re.fullmatch(r"[^\W\d][\w$#@ -]{0,127}", value) or value.lower() in {
        "sys",
        "information_schema",
    }:
        raise ValueError("no name of a schema that can be used")
    return "dbo" if value.lower() == "dbo" else value


def _texts(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if not (found := listed(value)):
        raise ValueError("there is no word in it")  # nobody would be protected
    return found


def list_name(value: str) -> str:
    """A list's name with no other braces than {date}. Raises ValueError."""
    try:
        filled = value.format(date="2026-01-01")
    except (KeyError, IndexError, ValueError, AttributeError):
        filled = "{"
    if "{" in filled or "}" in filled:
        raise ValueError("it holds braces with something else than date")
    return value


YesNo = Annotated[bool, BeforeValidator(_boolean)]
Campaigns = Annotated[
    tuple[Annotated[int, Field(ge=1)], ...], NoDecode, BeforeValidator(_campaigns)
]
FolderOrFile = Annotated[Path, BeforeValidator(_path)]
Texts = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_texts)]
Receivers = Annotated[
    tuple[Annotated[str, AfterValidator(_receiver)], ...], NoDecode, BeforeValidator(_receivers)
]
Address = Annotated[SecretStr, AfterValidator(_secret_address)]

_YES_NO = "yes or no"
_IDS = "campaign ids separated by commas, like 5,6"
_ADDRESS = "an address that begins with https://"
_DATE = "a date: YYYY-MM-DD HH:MM:SS, YYYY-MM-DD or DD/MM/YYYY"


class Settings(NetworkSettings):
    """The robot's settings, immutable.

    `settings_check.load` reads them and explains what is wrong.
    """

    model_config = SettingsConfigDict(
        frozen=True,
        extra="ignore",
        env_ignore_empty=True,
        hide_input_in_errors=True,
        str_strip_whitespace=True,
    )

    # The API
    manager_token: SecretStr = setting(
        SecretStr(""),
        "a token of 3C Plus, like 3cs_…: letters, digits and signs, no blanks",
        "Token of 3C Plus, of the role gestor",
    )
    token_expires: Annotated[date | None, BeforeValidator(_day)] = setting(
        None,
        "a date: YYYY-MM-DD or DD/MM/YYYY, or nothing",
        "Last day of MANAGER_TOKEN; reminds from 14 days before",
    )
    base_url: str = setting(
        "https://app.3c.plus/api/v1/calls",
        "an address like https://app.3c.plus/api/v1/calls, without parameters or a password in it",
        "Address of the calls; may end in /calls or not",
    )
    per_page: int = setting(
        100, "a whole number from 1 to 1000", "Calls asked for in one page", ge=1, le=1000
    )
    api_concurrency: int = setting(
        4, "a whole number from 1 to 32", "Pages fetched at the same time", ge=1, le=32
    )
    api_requests_per_minute: int = setting(
        0,
        "a whole number, 0 or more",
        "Most requests in a minute; 0 = no limit of our own",
        ge=0,
        le=100_000,
    )
    api_timeout_seconds: float = setting(
        60.0,
        "seconds, from 1 to 600",
        "Longest wait for an answer to begin or to go on",
        ge=1,
        le=600,
    )
    api_max_attempts: int = setting(
        6, "a whole number from 1 to 20", "Tries of one request before it fails", ge=1, le=20
    )
    api_max_page_mb: int = setting(
        32,
        "a whole number from 1 to 128",
        "Largest page in MB; a larger one is asked for again in parts",
        ge=1,
        le=128,
    )
    api_auth: Annotated[Literal["header", "query"], BeforeValidator(_lower)] = setting(
        "header", "header or query", "How the token travels: header (Bearer) or query (api_token)"
    )
    campaign_parameter: Annotated[
        Literal["campaigns[]", "campaign_ids"], BeforeValidator(_lower)
    ] = setting("campaigns[]", "campaigns[] or campaign_ids", "Name of the API's campaign filter")

    # The login, for the calls without MANAGER_TOKEN, for campaigns and for sending contacts
    threec_user: str = setting(
        "", "the e-mail of a 3C Plus user", "User that logs in where MANAGER_TOKEN is empty"
    )
    threec_password: SecretStr = setting(
        SecretStr(""), "the user's password", "Password of that user"
    )
    threec_company_id: str = setting(
        "", "the company's number", "Company of the login; or THREEC_COMPANY_DOMAIN"
    )
    threec_company_domain: str = setting(
        "", "the company's domain, like suaempresa", "Company of the login by its domain"
    )
    threec_base_url: str = setting(
        "",
        "an address like https://app.3c.plus/api/v1, or nothing",
        "Root of the API; empty = the one of BASE_URL",
    )
    threec_logout_path: str = setting(
        "", "a path like /logout, or nothing", "Where to log out, if the API has such a path"
    )

    # Sending contacts to the dialer
    clients_query_file: FolderOrFile | None = setting(
        None,
        "the path of a file with one SELECT, or nothing",
        "The company's own clients; empty = the table clients",
    )
    clients_query_seconds: int = setting(
        300,
        "a whole number from 1 to 86400",
        "Longest time that the query of CLIENTS_QUERY_FILE may take",
        ge=1,
        le=86_400,
    )
    callback_url_template: Annotated[str, AfterValidator(_callback)] = setting(
        "/atendimento/{client_id}",
        "an address with {client_id} in it",
        "What opens when a contact's call connects",
    )
    export_endpoint: Annotated[
        Literal["mailing_sync.json", "mailing.json"], BeforeValidator(_lower)
    ] = setting(
        "mailing_sync.json",
        "mailing_sync.json or mailing.json",
        "Where contacts are sent; only the first one counts them",
    )
    export_phones: int = setting(
        1, "a whole number from 1 to 10", "Phones of a client that are sent", ge=1, le=10
    )
    export_cooldown_hours: int = setting(
        24,
        "a whole number from 0 to 8760",
        "Hours in which a campaign gets a client once",
        ge=0,
        le=8760,
    )
    export_blocked_status: Texts = setting(
        BLOCKED_BY_DEFAULT,
        "words separated by commas or semicolons",
        "Clients of these statuses are never sent",
    )
    export_cron: Annotated[str, BeforeValidator(_cron_or_nothing)] = setting(
        "",
        'five CRON fields, like "0 8 * * 1-5", or nothing',
        "When contacts are sent by themselves; empty = never",
    )
    export_campaign_id: int = setting(
        0, "a campaign's id", "Campaign of scheduled exports", ge=0, le=2**31 - 1
    )
    export_list: Annotated[str, AfterValidator(list_name)] = setting(
        "Robo {date}",
        "a list's name of 200 characters at most; {date} is the day",
        "List of scheduled exports",
        max_length=LIST_NAME_WIDTH,
    )
    export_creditor: str = setting(
        "", "a creditor's name, or nothing", "Only clients of this creditor"
    )
    export_uf: Annotated[str, AfterValidator(read_state)] = setting(
        "", "a state like SP, or nothing", "Only clients of this state"
    )
    export_status: str = setting("", "a status, or nothing", "Only clients of this status")
    export_min_amount: Annotated[str, AfterValidator(_amount)] = setting(
        "", "an amount like 100,00, or nothing", "Only clients who owe as much"
    )
    export_not_called_days: int = setting(
        0,
        "a whole number from 0 to 3650",
        "Only clients not called for so many days; 0 = all",
        ge=0,
        le=3650,
    )
    export_limit: int = setting(
        0, "a whole number, 0 or more", "Most clients of a scheduled export; 0 = all", ge=0
    )
    export_weight: int = setting(
        100, "a whole number from 0 to 100", "Weight of the list; 0 = not dialled", ge=0, le=100
    )

    # The database
    db_server: str = setting(
        "", "a host, host,port or host\\instance", "SQL Server; empty = the embedded database"
    )
    db_database: str = setting("", "the name of a database", "Database on that server")
    db_schema: Annotated[str, AfterValidator(schema_name)] = setting(
        "dbo",
        "the name of a schema, like robo",
        "Schema of the robot's tables in that database; SQLite has none",
    )
    db_username: str = setting(
        "", "a login of the SQL Server", "Login; not needed with DB_TRUSTED_CONNECTION"
    )
    db_password: SecretStr = setting(SecretStr(""), "the login's password", "Password of the login")
    db_driver: str = setting(
        "", "the name of an installed ODBC driver", "ODBC driver; empty = the best installed one"
    )
    db_trusted_connection: YesNo = setting(
        False, _YES_NO, "Log in as the Windows user that runs the robot"
    )
    db_encrypt: Annotated[Literal["yes", "no", "strict"], BeforeValidator(_lower)] = setting(
        "yes", "yes, no or strict", "Encrypt the connection"
    )
    db_trust_server_certificate: YesNo = setting(
        True, _YES_NO, "Accept a certificate that no authority signed (as SQL Server's own)"
    )
    db_connection_extra: SecretStr = setting(
        SecretStr(""),
        "ODBC keywords, like MultiSubnetFailover=yes;",
        "Further ODBC keywords, taken as they are",
    )
    db_file: FolderOrFile = setting(
        "data/robot.db", "the path of a file", "The embedded database (SQLite)"
    )

    # Executions
    execution_mode: Annotated[Literal["scheduled", "manual"], BeforeValidator(_lower)] = setting(
        "scheduled", "scheduled or manual", "What starts when no command is given"
    )
    cron_schedule: Annotated[str, BeforeValidator(_cron)] = setting(
        "0 2 * * *",
        'five CRON fields, like "0 2 * * *", or @daily',
        "When scheduled executions begin",
    )
    campaign_ids: Campaigns = setting((), _IDS, "Campaigns of scheduled executions; empty = all")
    manual_start_date: Annotated[datetime | None, BeforeValidator(_start)] = setting(
        None, _DATE, "First moment of a manual execution; empty = yesterday"
    )
    manual_end_date: Annotated[datetime | None, BeforeValidator(_end)] = setting(
        None, _DATE, "Last moment of a manual execution"
    )
    manual_campaign_ids: Campaigns = setting(
        (), _IDS, "Campaigns of a manual execution; empty = all"
    )
    timezone: ZoneInfo = setting(
        "America/Sao_Paulo", "a zone like America/Sao_Paulo", "Zone of the account's times"
    )
    lookback_days: int = setting(
        2,
        "a whole number from 0 to 31",
        "Days before yesterday read again for late edits",
        ge=0,
        le=31,
    )
    catch_up_days: int = setting(
        31,
        "a whole number from 1 to 366",
        "How many missed days a scheduled execution makes up for",
        ge=1,
        le=366,
    )

    schedule_retries: int = setting(
        3,
        "a whole number from 0 to 12",
        "How often a scheduled execution that failed is tried again",
        ge=0,
        le=12,
    )
    schedule_retry_minutes: int = setting(
        15, "a whole number from 1 to 60", "Minutes before each of those tries", ge=1, le=60
    )

    # Logs
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], BeforeValidator(_upper)
    ] = setting(
        "INFO",
        "DEBUG, INFO, WARNING, ERROR or CRITICAL",
        "What the console shows; the files have their own levels",
    )
    log_dir: FolderOrFile = setting("logs", "the path of a folder", "Folder of the log files")
    log_max_mb: int = setting(
        10, "a whole number from 1 to 1000", "Size at which a log file is rotated", ge=1, le=1000
    )
    log_backups: int = setting(
        10, "a whole number from 1 to 100", "Rotated log files that are kept", ge=1, le=100
    )

    # Telling somebody
    healthcheck_url: Address = setting(
        SecretStr(""),
        _ADDRESS,
        (
            "Address pinged at the start and end of each execution of the calls (Healthchecks'"
            " protocol)"
        ),
    )
    export_healthcheck_url: Address = setting(
        SecretStr(""),
        _ADDRESS,
        "Address of its own, pinged at the start and end of each export to the dialer",
    )
    alert_webhook_url: Address = setting(
        SecretStr(""), _ADDRESS, "Chat address told of failures (Slack, Teams, …)"
    )
    alert_webhook_format: Annotated[Literal["auto", "text", "teams"], BeforeValidator(_lower)] = (
        setting(
            "auto",
            "auto, text or teams",
            "What the chat takes: {text} or a Teams card; auto = by its address",
        )
    )
    alert_email_to: Receivers = setting(
        (), "e-mail addresses separated by commas", "Who is sent an e-mail at failures"
    )
    alert_email_from: str = setting(
        "", "an e-mail address", "Sender of those e-mails; empty = the first receiver"
    )
    alert_email_server: str = setting("", "the name of a mail server", "Mail server (SMTP)")
    alert_email_port: int = setting(
        0,
        "a port, or 0 for the usual one",
        "Its port; 0 = 587 starttls, 465 tls, 25 none",
        ge=0,
        le=65535,
    )
    alert_email_security: Annotated[Literal["starttls", "tls", "none"], BeforeValidator(_lower)] = (
        setting(
            "starttls",
            "starttls, tls or none",
            "How the connection to the mail server is encrypted",
        )
    )
    alert_email_username: str = setting(
        "", "a login of the mail server", "Login; empty = without one"
    )
    alert_email_password: SecretStr = setting(
        SecretStr(""), "the login's password", "Password of that login"
    )

    @field_validator("manager_token")
    @classmethod
    def _token(cls, value: SecretStr) -> SecretStr:
        text = value.get_secret_value().strip().removeprefix("Bearer ").strip()
        if not text.isascii() or not text.isprintable() or " " in text:
            raise ValueError("blanks or characters that no token has")
        return SecretStr(text)

    @field_validator("base_url", "threec_base_url")
    @classmethod
    def _address(cls, value: str, info: ValidationInfo) -> str:
        if not value and info.field_name == "threec_base_url":
            return value
        try:
            parts = urlsplit(value)
            usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
            PreparedRequest().prepare_url(value, None)
            (parts.hostname or "").encode(
                "idna"
            )  # a label that is empty or too long would break each request
        except ValueError:  # of requests, too; its message would show a password that holds a slash
            usable = False
        if not usable or any(sign in value for sign in "@?#"):
            raise ValueError("not an address of the API")
        return value.rstrip("/")

    @field_validator("requests_ca_bundle", "ssl_cert_file")
    @classmethod
    def _certificates(cls, value: str) -> str:
        """A file of the robot's folder; else as it stands: from the environment it may be meant
        from the current one.
        """
        return str(home() / value) if value and (home() / value).exists() else value

    @field_validator("timezone", mode="before")
    @classmethod
    def _zone(cls, value: Any) -> Any:
        if isinstance(value, ZoneInfo):
            return value
        try:
            return ZoneInfo(str(value).strip())
        except (ZoneInfoNotFoundError, OSError) as error:
            raise ValueError("no such zone") from error

    @property
    def calls_url(self) -> str:
        """Where the calls are, whether `BASE_URL` ends in `/calls` or not."""
        return self.base_url if self.base_url.endswith("/calls") else f"{self.base_url}/calls"

    @property
    def api_root(self) -> str:
        """The API's root, of which every other path is a part."""
        return (self.threec_base_url or self.base_url).removesuffix("/calls")

    @property
    def logs_in(self) -> bool:
        """Whether the robot logs in by itself: there is a user, and no token."""
        return bool(self.threec_user and not self.manager_token.get_secret_value())

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
