"""The company's own clients: what `CLIENTS_QUERY_FILE` gives, and what of it is no client."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Sequence
from pathlib import Path

from robot.cells.json_text import as_received
from robot.cells.rejection import Rejection
from robot.cells.tables import CLIENTS
from robot.customers.rows import layout, normalize_client, record_of
from robot.database import Batch, Repository
from robot.database.watched import OutOfTime
from robot.errors import ConfigurationError, FatalError
from robot.threec.dialer_export.choosing import Client, client_of

log = logging.getLogger(__name__)

QUERY_JOB = "clients_query"  # whose rejections they are; the execution is the export's
_BATCH = 1000  # rejections of one transaction
_WORDS = re.compile(
    r"\b(insert|update|delete|merge|drop|alter|create|truncate|exec|execute|into|grant|revoke|attach|detach|pragma"
    r"|backup|restore|shutdown|deny|kill|dbcc|reconfigure|waitfor|bulk|openquery|openrowset|opendatasource|load_extension"
    r"|next\s+value\s+for|xp_\w+|sp_\w+)\b",
    re.IGNORECASE,
)


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
                " name to what is none (AS ref)."
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
        client = client_of({**CLIENTS.named(read.row)})
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
