"""The settings of 3C Plus: its address, the token or the login, the pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings
from requests import PreparedRequest

from robot.settings.readers import Day, Lower
from robot.settings.setting import Rules, setting

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class ThreeCSettings(BaseSettings):
    """How 3C Plus is reached, and as whom."""

    manager_token: SecretStr = setting(
        SecretStr(""),
        "a token of 3C Plus, like 3cs_…: letters, digits and signs, no blanks",
        "Token of 3C Plus, of the role gestor",
    )
    token_expires: Annotated[date | None, Day] = setting(
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
    api_auth: Annotated[Literal["header", "query"], Lower] = setting(
        "header", "header or query", "How the token travels: header (Bearer) or query (api_token)"
    )
    campaign_parameter: Annotated[Literal["campaigns[]", "campaign_ids"], Lower] = setting(
        "campaigns[]", "campaigns[] or campaign_ids", "Name of the API's campaign filter"
    )

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
            # a label that is empty or too long would break each request
            (parts.hostname or "").encode("idna")
        except ValueError:  # of requests, too; its message would show a password that holds a slash
            usable = False
        if not usable or any(sign in value for sign in "@?#"):
            raise ValueError("not an address of the API")
        return value.rstrip("/")

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


def needed(raw: Mapping[str, str]) -> list[str]:
    """What a job of 3C Plus cannot do without."""
    rules = Rules(ThreeCSettings, raw)
    if rules.is_set("THREEC_USER") and not rules.is_set("MANAGER_TOKEN"):
        rules.need("THREEC_PASSWORD", ", though THREEC_USER is set and MANAGER_TOKEN is not")
        if not rules.is_set("THREEC_COMPANY_DOMAIN"):
            rules.need(
                "THREEC_COMPANY_ID", ", and THREEC_COMPANY_DOMAIN too, though THREEC_USER is set"
            )
    else:
        rules.need("MANAGER_TOKEN", ", and THREEC_USER too")
    return rules.problems


def problems(raw: Mapping[str, str]) -> list[str]:
    """What contradicts something else."""
    rules = Rules(ThreeCSettings, raw)
    rules.refuse_examples("MANAGER_TOKEN", "THREEC_USER", "THREEC_PASSWORD")
    return rules.problems


def warnings(settings: ThreeCSettings) -> list[str]:
    """What holds, and should be looked at."""
    told = []
    if settings.token_expires and settings.logs_in:
        told.append(
            "TOKEN_EXPIRES is the last day of MANAGER_TOKEN, which is empty: it is not looked at."
        )
    for name in ("BASE_URL", "THREEC_BASE_URL"):
        url = urlsplit(getattr(settings, name.lower()))
        if url.scheme == "http" and url.hostname not in _LOOPBACK:
            told.append(
                f"{name} begins with http://: the token travels in clear text to {url.hostname}."
                " Use https://."
            )
    return told
