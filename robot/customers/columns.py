"""Which column of a file is which of ours, as far as its headers say: understood, named by `--map`,
or a stop.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from robot.cells.words import canonical, compared
from robot.customers.files import Table
from robot.customers.headers import EXTRA, IGNORE, TARGETS, Layout, layout
from robot.database import Repository
from robot.errors import ConfigurationError

_AUTO = "auto"
_NAMES = {
    **{target: target for target in (*TARGETS, IGNORE, EXTRA, _AUTO)},
    **dict.fromkeys(("codigo", "código", "chave", "id", "contrato"), "external_id"),
    **dict.fromkeys(("nome", "cliente"), "name"),
    **dict.fromkeys(("cnpj", "documento"), "cpf"),
    **dict.fromkeys(("telefone", "telefones", "fone", "celular", "phone"), "phones"),
    **dict.fromkeys(("e-mail",), "email"),
    **dict.fromkeys(("credor",), "creditor"),
    **dict.fromkeys(("valor", "saldo", "amount"), "open_amount"),
    **dict.fromkeys(("endereco", "endereço"), "address"),
    **dict.fromkeys(("estado",), "uf"),
    **dict.fromkeys(("observacao", "observação", "obs", "nota", "notas"), "notes"),
    **dict.fromkeys(("situacao", "situação"), "status"),
    **dict.fromkeys(("ignorar",), IGNORE),
}
_SHOWN, _WIDTH = 30, 40
_DIGITS_OF_DATA = 8  # a phone, a CPF
_STATE = "clients_import columns "  # in robot_state, with the fingerprint of the headers behind it


@dataclass(frozen=True)
class Columns:
    """The layout of a file, and what the operator said of it: now (`given`) or with an earlier file
    (`remembered`).
    """

    layout: Layout
    given: Mapping[str, str] = field(default_factory=dict)
    remembered: Mapping[str, str] = field(default_factory=dict)

    @property
    def wanted(self) -> dict[str, str]:
        """All of it, what was said last first."""
        both = {**self.remembered, **self.given}
        return {label: target for label, target in both.items() if target != _AUTO}


def parse_maps(options: Iterable[str]) -> dict[str, str]:
    """`Situação do contrato=status` → label → one of our columns. Raises ConfigurationError."""
    found: dict[str, str] = {}
    problems = []
    for option in options:
        header, equals, target = option.rpartition("=")
        name = _NAMES.get(compared(target), "")
        if not equals or not canonical(header) or not name:
            problems.append(
                f"--map: read {option!r}; expected HEADER=COLUMN, a column of: {_expected()}"
            )
        else:
            found[canonical(header)] = name
    if problems:
        raise ConfigurationError(f"{len(problems)} wrong option(s).", problems=tuple(problems))
    return found


def _expected() -> str:
    return ", ".join((*TARGETS, IGNORE, EXTRA, _AUTO))


def columns_of(table: Table, given: Mapping[str, str], repository: Repository) -> Columns:
    """Understand the headers.

    Raises ConfigurationError where one that matters is not understood.
    """
    name = table.path.name
    if table.header_swallowed:
        raise ConfigurationError(
            f"{name}: a quote in its headers (line {table.header_line}) is probably not closed.",
            "Close it, or take it out; a header holds no line break together with a separator.",
        )
    plain = layout(table.headers)
    unknown = [
        label for label in given if compared(label) not in {compared(each) for each in plain.labels}
    ]
    if unknown:
        raise ConfigurationError(
            f"{name}: {told_headers(plain.headers)}.",
            "Write the header after --map as it stands in the file.",
            tuple(f"--map: no column {label!r}" for label in unknown),
        )
    remembered = json.loads(repository.recall(_state(plain)) or "{}")
    said = {compared(label) for label in given}
    remembered = {
        label: target for label, target in remembered.items() if compared(label) not in said
    }
    columns = Columns(plain, given, remembered)
    found = Columns(layout(table.headers, columns.wanted), given, remembered)
    _judge(name, found.layout)
    return found


def keep(columns: Columns, repository: Repository) -> None:
    """Remember what the operator said, for the next file with these headers."""
    if columns.given:
        repository.remember(
            _state(columns.layout), json.dumps(columns.wanted, ensure_ascii=False, sort_keys=True)
        )


def _state(of: Layout) -> str:
    headers = "\x1f".join(map(compared, of.labels))
    return _STATE + hashlib.blake2b(headers.encode(), digest_size=16).hexdigest()


def _judge(name: str, found: Layout) -> None:
    if "external_id" not in found.columns:
        problems = tuple(f"no column for {column}" for column in found.missing)
        raise ConfigurationError(
            f"{name}: {told_headers(found.headers)}.",
            f"{_title_above(found)}Name them external_id (or id, codigo) and nome, for example; or"
            " say which it is:"
            f' --map "{_example(found)}=external_id".',
            problems,
        )
    if found.ambiguous:
        raise ConfigurationError(
            f"{name}: columns of which only one can be meant.",
            'Say which it is, and what the others are: --map "HEADER=COLUMN", --map "HEADER=ignore"'
            ' ("=extra" keeps a column aside). Of the external_id leave one.'
            " Number area codes as their phones: DDD 1, Fone 1, DDD 2, Fone 2.",
            found.ambiguous,
        )
    stop(
        name,
        found,
        [place for place, likely in found.suspects.items() if likely == "status"],
        "status",
        "the status",
    )
    if "phones" not in found.columns:
        stop(
            name,
            found,
            [p for p, likely in found.suspects.items() if likely == "phones"],
            "phones",
            "a phone",
        )


def stop(
    name: str, found: Layout, places: Sequence[int], target: str, what: str, why: str = ""
) -> None:
    """Refuse the file where columns are not understood that are probably one that matters.

    Raises ConfigurationError.
    """
    if not places:
        return
    labels = [_shown(found.labels[place]) for place in places]
    problems = tuple(
        f"column {place + 1} ({label}): probably {what}{why}"
        for place, label in zip(places, labels, strict=True)
    )
    raise ConfigurationError(
        f"{name}: {len(places)} column(s) not understood; nothing was stored.",
        f'Say what it is: --map "{labels[0]}={target}"; or --map "{labels[0]}=ignore" if it is not.'
        " That is kept for the next file with these headers.",
        problems,
    )


def _title_above(found: Layout) -> str:
    """What to do first where one cell alone is filled: the title of a report stands above the
    headers.
    """
    if sum(1 for header in found.headers if header.strip()) > 1 or _holds_data(found.headers):
        return ""
    return "The headers must stand in the first line: delete what stands above them, like a title. "


def _example(found: Layout) -> str:
    if _holds_data(found.headers):
        return "HEADER"
    documents = [
        label for label, column in zip(found.labels, found.columns, strict=True) if column == "cpf"
    ]
    return _shown((*documents, *found.unknown, "HEADER")[0])


def _shown(header: str) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in header)[:_WIDTH]


def told_headers(headers: Sequence[str]) -> str:
    """The first line for the operator, who must see what was read: but a client's data is no
    header, and is not shown.
    """
    if _holds_data(headers):
        return "its first line holds a client, not the headers"
    return f"its headers are {', '.join(_shown(header) for header in headers[:_SHOWN])}"


def _holds_data(headers: Sequence[str]) -> bool:
    return any(len(re.sub(r"\D", "", header)) >= _DIGITS_OF_DATA for header in headers)
