"""How an operator's words become values: the types of the settings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

from robot import period
from robot.cells.words import listed
from robot.runtime.resources import home
from robot.settings import cron
from robot.settings.campaigns import parse_campaigns


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


def _cron_or_nothing(value: str) -> str:
    return cron.parse(value) if value.strip() else ""


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


def _texts(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if not (found := listed(value)):
        raise ValueError("there is no word in it")  # nobody would be protected
    return found


Lower = BeforeValidator(_lower)
Upper = BeforeValidator(_upper)
Cron = Annotated[str, BeforeValidator(_cron)]
CronOrNothing = Annotated[str, BeforeValidator(_cron_or_nothing)]
Start = BeforeValidator(_start)
End = BeforeValidator(_end)
Day = BeforeValidator(_day)
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

YES_NO = "yes or no"
IDS = "campaign ids separated by commas, like 5,6"
ADDRESS = "an address that begins with https://"
DATE = "a date: YYYY-MM-DD HH:MM:SS, YYYY-MM-DD or DD/MM/YYYY"
