"""Who is to be sent to the dialer: the clients that match a wish, less those who may not be sent,
each with its reason.
"""

from __future__ import annotations

import logging
import re
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from robot.brazil.phones import read_phones
from robot.cells.json_text import as_received
from robot.cells.rejection import Rejection
from robot.cells.tables import CLIENTS
from robot.cells.words import canonical
from robot.customers.rows import layout, normalize_client, record_of
from robot.database import Batch, Repository
from robot.database.exports import ExportStore, ItemStatus
from robot.database.watched import OutOfTime
from robot.errors import ConfigurationError, FatalError
from robot.runtime.program import command
from robot.threec.dialer_export.filters import Blocked, asked_for

log = logging.getLogger(__name__)

QUERY_JOB = "clients_query"  # whose rejections they are; the execution is the export's
_BATCH = 1000  # rejections of one transaction
_NAMES = CLIENTS.row_names
_WORDS = re.compile(
    r"\b(insert|update|delete|merge|drop|alter|create|truncate|exec|execute|into|grant|revoke|attach|detach|pragma"
    r"|backup|restore|shutdown|deny|kill|dbcc|reconfigure|waitfor|bulk|openquery|openrowset|opendatasource|load_extension"
    r"|next\s+value\s+for|xp_\w+|sp_\w+)\b",
    re.IGNORECASE,
)
_WHY = {
    ItemStatus.IN_FLIGHT: "is being sent",
    ItemStatus.UNKNOWN: f'was sent with an unknown outcome ("{command("export resolve")}")',
    ItemStatus.SENT: "already sent within EXPORT_COOLDOWN_HOURS",
    ItemStatus.FILTERED: "filtered by the dialer within EXPORT_COOLDOWN_HOURS",
}


@dataclass(frozen=True)
class Client:
    """A client as the export needs it."""

    external_id: str
    name: str
    cpf: str
    phones: tuple[str, ...]
    creditor: str
    open_amount: Decimal | None
    uf: str
    status: str

    @property
    def key(self) -> str:
        """The external_id as ids are compared: what was stored by an older version may hold
        invisible characters.
        """
        return canonical(self.external_id)

    def __repr__(self) -> str:
        return f"Client({self.external_id!r})"


@dataclass(frozen=True)
class Wish:
    """What is asked for.

    Ids and words are compared in their one form (`robot.cells.words`); empty asks for nothing.
    """

    campaign_id: int
    ids: frozenset[str] = frozenset()
    creditor: str = ""
    uf: str = ""
    min_amount: Decimal | None = None
    status: str = ""
    not_called_since: datetime | None = None
    limit: int | None = None

    def matches(self, client: Client) -> bool:
        """Whether the client is one of those asked for."""
        return (
            (not self.ids or client.key in self.ids)
            and asked_for(self.creditor, client.creditor)
            and asked_for(self.uf, client.uf)
            and asked_for(self.status, client.status)
            and (
                self.min_amount is None
                or (client.open_amount is not None and client.open_amount >= self.min_amount)
            )
        )


@dataclass
class Choice:
    """Who matches, who of them is to be sent, and why the others are not.

    Of those who wait in an export that was not finished: `waiting` may still be sent and are asked
    for, `staying` counts who may be sent and is not asked for now, `withdrawn` tells by the
    external id why one may not be sent any more.
    """

    matched: int = 0
    waiting: list[Client] = field(default_factory=list)
    chosen: list[Client] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    staying: int = 0
    withdrawn: dict[str, str] = field(default_factory=dict)
    blocked: Blocked = field(default_factory=lambda: Blocked({}))


def choose(
    store: ExportStore,
    clients: Iterable[Client],
    wish: Wish,
    *,
    blocked: Sequence[str],
    cooldown_since: datetime,
) -> Choice:
    """Apply the wish, then the reasons not to send. Deterministic: the order of the clients is
    kept.

    Who waits from before is looked at like everybody else, by today's data: a client may have been
    blocked meanwhile. The limit is for all, and those who wait come first.
    """
    clients = list(clients)
    wish = replace(wish, ids=frozenset(map(canonical, wish.ids)))
    held = {
        canonical(raw): (raw, status)
        for raw, status in store.held_back(wish.campaign_id, cooldown_since).items()
    }
    called = (
        set(map(canonical, store.called_since(wish.not_called_since)))
        if wish.not_called_since
        else set()
    )
    never = Blocked.among(((client.external_id, client.status) for client in clients), blocked)
    gone = {raw for raw, status in held.values() if status is ItemStatus.PENDING}
    choice = Choice(blocked=never)
    strangers = set(wish.ids)
    met: set[str] = set()
    for client in clients:
        key = client.key
        strangers.discard(key)
        if key in met:
            choice.left_out["the same client twice: the external_ids look alike"] += 1
            continue
        met.add(key)
        why = _never(client, never)
        raw, status = held.get(key, (client.external_id, None))
        waits = status is ItemStatus.PENDING
        if waits:
            gone.discard(raw)
            if why:
                choice.withdrawn[raw] = why
        if not wish.matches(client) or key in called:
            choice.staying += waits and not why
            continue
        choice.matched += 1
        if why:
            choice.left_out[why] += not waits
        elif waits:
            choice.waiting.append(
                client if raw == client.external_id else replace(client, external_id=raw)
            )
        elif status:
            choice.left_out[_WHY[status]] += 1
        else:
            choice.chosen.append(client)
    choice.withdrawn.update(dict.fromkeys(sorted(gone), "is among the clients no more"))
    if wish.limit is not None:
        _limit(choice, wish.limit)
    if strangers:
        choice.left_out["asked for by their ids, and not among the clients"] = len(strangers)
    choice.left_out = +choice.left_out
    return choice


def _never(client: Client, never: Blocked) -> str:
    """Why this client may not be sent at all; empty when nothing stands against it."""
    if client.key in never.protected:
        return f"blocked (status {client.status})"
    return "" if client.phones else "no phone that can be dialled"


def _limit(choice: Choice, most: int) -> None:
    beyond = len(choice.waiting) + len(choice.chosen) - most
    if beyond > 0:
        choice.left_out["beyond the limit"] += beyond
        choice.chosen = choice.chosen[: max(0, most - len(choice.waiting))]
        choice.waiting = choice.waiting[:most]


def clients_of_table(repository: Repository) -> list[Client]:
    """Every client of the table `clients`, the oldest first; those that came together by their ids,
    9 before 10.

    Not by the rows' own numbers: a SQL Server gives them in an order of its own.
    """
    rows = repository.read(f"SELECT created_at, {', '.join(_NAMES)} FROM clients")
    rows.sort(key=lambda row: (str(row[0]), len(str(row[1])), str(row[1])))
    return [_client(dict(zip(_NAMES, row[1:], strict=True))) for row in rows]


def clients_of_query(
    repository: Repository, file: Path, stop: threading.Event | None = None, seconds: float = 300
) -> tuple[list[Client], list[Rejection]]:
    """The clients that the company's own SELECT gives, read in a transaction that is rolled back;
    and who was rejected.

    It ends when `stop` is set, or after so many seconds. Raises ConfigurationError when it is no
    single SELECT, or lacks a column; Interrupted, SyncError.
    """
    sql = select_of(file)
    log.info("Asking the query of %s; it may take %g seconds.", file.name, seconds)
    try:
        answer = repository.ask(sql, seconds, stop or threading.Event())
    except OutOfTime as error:
        raise FatalError(
            f"CLIENTS_QUERY_FILE {file.name}: {error.message} (CLIENTS_QUERY_SECONDS).",
            "Make it quicker (an index, fewer columns), or give it more time.",
        ) from error
    except FatalError as error:  # it would tell of the database alone
        raise FatalError(
            f"CLIENTS_QUERY_FILE {file.name}: {error.message}",
            "Try the SELECT in the database itself, as the robot's user.",
        ) from error
    headers, rows = answer.headers, answer.rows
    columns = layout(headers)
    if columns.missing or "phones" not in columns.columns:
        raise ConfigurationError(
            f"{file.name}: its columns are {', '.join(headers) or 'none'}.",
            "Name them external_id, nome and telefone (AS …), so that they are recognised.",
            tuple(
                f"no column for {name}"
                for name in (*columns.missing, "phones")
                if name not in columns.columns
            ),
        )
    likely = [
        f"{headers[place]}: probably the status"
        for place, is_ in columns.suspects.items()
        if is_ == "status"
    ]
    if columns.ambiguous or likely:
        raise ConfigurationError(
            f"{file.name}: columns that are not understood.",
            (
                "Name the status AS status, and of columns for the same leave one; give another"
                " name"
                " to what is none (AS ref)."
            ),
            (*columns.ambiguous, *likely),
        )
    clients: dict[str, Client] = {}
    rejections: list[Rejection] = []
    for row in rows:
        read = normalize_client(columns, row)
        if isinstance(read, Rejection):
            rejections.append(read)
            continue
        client = _client(dict(zip(_NAMES, read.row, strict=True)))
        if clients.setdefault(client.external_id, client) != client:
            payload = as_received(record_of(columns, row))
            rejections.append(
                Rejection(
                    client.external_id, "the external_id occurs twice, with other values", payload
                )
            )
    return list(clients.values()), rejections


def keep_rejections(
    repository: Repository, execution_id: int, rejections: Sequence[Rejection]
) -> None:
    """Keep those whom the company's query gives now, and settle those whom it gives no more: it is
    read whole each time.
    """
    given = {rejection.payload for rejection in rejections}
    gone = [line.id for line in repository.rejections(QUERY_JOB) if line.payload not in given]
    repository.store_rows(Batch({}), QUERY_JOB, execution_id, set(), gone)
    for start in range(0, len(rejections), _BATCH):
        repository.store_rows(
            Batch({}, rejections[start : start + _BATCH]), QUERY_JOB, execution_id, set()
        )


def select_of(file: Path) -> str:
    """The file's one SELECT. Words that change something are refused by name, also those that reach
    another server.

    That is a net for mistakes, not a wall: a function of the company's own may still change
    something. The real guard is a login that may only read.
    """
    try:
        text = file.read_text(encoding="utf-8-sig").strip().rstrip(";").strip()
    except OSError as error:
        raise ConfigurationError(
            f"CLIENTS_QUERY_FILE {file} cannot be read: {error.strerror}.", "Check the path."
        ) from None
    except UnicodeDecodeError:
        raise ConfigurationError(
            f"CLIENTS_QUERY_FILE {file} is not in UTF-8.", "Save it again as UTF-8."
        ) from None
    bare = re.sub(
        r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\"[^\"]*\"|\[[^\]]*\]", " ", text, flags=re.DOTALL
    )
    first = bare.split(None, 1)[0].lower() if bare.strip() else ""
    found = _WORDS.search(bare)
    if first not in {"select", "with"} or ";" in bare or found:
        why = f"it holds the word {found[0].upper()}" if found else "it is no single SELECT"
        raise ConfigurationError(
            f"CLIENTS_QUERY_FILE {file.name}: {why}.",
            "Only one SELECT that changes nothing is run.",
        )
    return text


def _client(row: dict[str, object]) -> Client:
    def text(name: str) -> str:
        return "" if row[name] is None else str(row[name])

    amount = text("open_amount")
    return Client(
        external_id=text("external_id"),
        name=text("name"),
        cpf=text("cpf"),
        phones=read_phones(
            text("phones")
        ).numbers,  # read again: the table may have been edited by hand
        creditor=text("creditor"),
        open_amount=Decimal(amount) if amount else None,
        uf=text("uf"),
        status=text("status"),
    )
