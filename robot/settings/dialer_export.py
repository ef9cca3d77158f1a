"""The settings of the sending of contacts to the dialer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator
from pydantic_settings import BaseSettings

from robot.brazil.states import read_state
from robot.settings.readers import CronOrNothing, FolderOrFile, Lower, Texts
from robot.settings.setting import Rules, setting

BLOCKED_BY_DEFAULT = (
    *("bloqueado", "bloqueada", "blocked", "não ligar", "não contatar", "não perturbe"),
    *("falecido", "falecida", "óbito"),
)
# of a list at the dialer: kept whole, or the next start would not find it again by its name
LIST_NAME_WIDTH = 200


def _callback(value: str) -> str:
    try:
        filled = value.format(client_id="1")
    except (KeyError, IndexError, ValueError):
        raise ValueError("it holds braces with something else than client_id") from None
    if filled == value:
        raise ValueError("it lacks {client_id}")
    return value


def _amount(value: str) -> str:
    if value and not re.fullmatch(r"\d+(?:[.,]\d{1,2})?|\d{1,3}(?:\.\d{3})+,\d{2}", value):
        raise ValueError("not an amount")
    return value


def list_name(value: str) -> str:
    """A list's name with no other braces than {date}. Raises ValueError."""
    try:
        filled = value.format(date="2026-01-01")
    except (KeyError, IndexError, ValueError, AttributeError):
        filled = "{"
    if "{" in filled or "}" in filled:
        raise ValueError("it holds braces with something else than date")
    return value


class ExportSettings(BaseSettings):
    """Who is sent, when, and into which list."""

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
    export_endpoint: Annotated[Literal["mailing_sync.json", "mailing.json"], Lower] = setting(
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
    export_cron: CronOrNothing = setting(
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


def problems(raw: Mapping[str, str]) -> list[str]:
    """What contradicts something else."""
    rules = Rules(ExportSettings, raw)
    if rules.is_set("EXPORT_CRON") and rules.value("EXPORT_CAMPAIGN_ID") in {"", "0"}:
        rules.tell("EXPORT_CAMPAIGN_ID", "is empty, though EXPORT_CRON is set")
    return rules.problems
