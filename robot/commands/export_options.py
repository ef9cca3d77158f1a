"""The options of `export`, and whom they choose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from robot.brazil.states import read_state
from robot.cells.words import canonical, listed
from robot.errors import ConfigurationError
from robot.period import parse_start
from robot.settings import LIST_NAME_WIDTH, list_name
from robot.threec.dialer_export.asking import amount_of
from robot.threec.dialer_export.choosing import Wish


@dataclass(frozen=True)
class Options:
    """The command's options, as typed."""

    campaign: int
    list_name: str = ""
    ids: str | None = None
    ids_file: Path | None = None
    creditor: str | None = None
    uf: str | None = None
    min_amount: str | None = None
    status: str | None = None
    not_called_since: str | None = None
    limit: int | None = None
    weight: int | None = None
    dry_run: bool = False
    yes: bool = False


def wish_of(options: Options) -> Wish:
    """Who is wanted. Raises ConfigurationError, with all that is wrong."""
    problems: list[str] = []
    if not options.campaign:
        problems.append("--campaign: is missing; expected a campaign's id, like 5")
    problems += _blank(options)
    ids = set(listed(options.ids or ""))
    if options.ids_file is not None:
        try:
            ids |= set(
                filter(
                    None,
                    map(canonical, options.ids_file.read_text(encoding="utf-8-sig").splitlines()),
                )
            )
        except OSError as error:
            problems.append(f"--ids-file: {options.ids_file} cannot be read ({error.strerror})")
        except UnicodeDecodeError:
            problems.append(
                f"--ids-file: {options.ids_file} is no text in UTF-8; expected an external id a"
                " line"
            )
        else:
            if not ids:
                problems.append(f"--ids-file: {options.ids_file} holds no id")
    since: datetime | None = None
    if options.not_called_since:
        try:
            since = parse_start(options.not_called_since)
        except ValueError:
            problems.append(
                f"--not-called-since: read {options.not_called_since!r}; expected a date like"
                " 2026-09-01"
            )
    try:
        list_name(options.list_name)
    except ValueError as error:
        problems.append(
            f"--list: read {options.list_name!r}, {error}; expected a name, like 'Robo {{date}}'"
        )
    if len(options.list_name) > LIST_NAME_WIDTH:
        problems.append(
            f"--list: has {len(options.list_name)} characters; expected {LIST_NAME_WIDTH} at most"
        )
    uf, amount = "", None
    try:
        uf = read_state(options.uf or "")
    except ValueError as error:
        problems.append(f"--uf: read {options.uf!r}, {error}; expected one like SP")
    try:
        amount = amount_of(options.min_amount or "", "--min-amount")
    except ConfigurationError as error:
        problems += error.problems
    if problems:
        raise ConfigurationError(f"{len(problems)} wrong option(s).", problems=tuple(problems))
    return Wish(
        campaign_id=options.campaign,
        ids=frozenset(ids),
        creditor=options.creditor or "",
        uf=uf,
        min_amount=amount,
        status=options.status or "",
        not_called_since=since,
        limit=options.limit,
    )


def _blank(options: Options) -> list[str]:
    """A filter that is given and empty, like --ids "$IDS" of a script whose IDS is not set, would
    choose everybody.
    """
    given = {
        "--ids": options.ids and "".join(listed(options.ids)),
        "--creditor": options.creditor,
        "--uf": options.uf,
        "--min-amount": options.min_amount,
        "--status": options.status,
        "--not-called-since": options.not_called_since,
    }
    return [
        f"{name}: is empty; leave the option out where it is not to choose"
        for name, value in given.items()
        if value is not None and not canonical(value)
    ]
