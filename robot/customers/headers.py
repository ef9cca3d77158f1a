"""Which column of a file or a query fills which of ours: by the words of the headers, or as the
operator says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from robot.cells.words import canonical, compared
from robot.customers.header_words import Meaning, meaning_of, words_of

IGNORE, EXTRA = "ignore", "extra"
TARGETS = (
    *(
        "external_id",
        "name",
        "cpf",
        "phones",
        "ddd",
        "email",
        "creditor",
        "open_amount",
        "address",
        "uf",
        "notes",
    ),
    "status",
)
_MANY = {"phones", "address", "ddd", "notes"}
# a second one is asked about
_ONE = {"external_id", "name", "cpf", "creditor", "open_amount", "uf", "status"}
_STREET = {"endereco", "rua"}
_OF_PHONES = {"telefone", "ddd"}


@dataclass(frozen=True)
class Layout:
    """Which column of the file fills which of ours. `unknown` ones are kept in `extra`.

    `labels`: the headers with a number behind each that occurs again, `Nome (2)`, so that none
    takes another's place; for a blank one `column 4`. `areas`: for each column of phones the place
    of its area codes. `street`: the columns without which an address is only a part of one.
    """

    headers: tuple[str, ...]
    columns: tuple[str | None, ...]
    labels: tuple[str, ...]
    areas: tuple[int | None, ...] = ()
    street: frozenset[int] = frozenset()
    ignored: frozenset[int] = frozenset()
    settled: frozenset[int] = frozenset()  # of which the operator said what they are
    suspects: Mapping[int, str] = field(default_factory=dict)  # place → what it may well be
    ambiguous: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()  # "Valor (open_amount is Saldo devedor)"
    key_is_document: bool = (
        False  # the operator said that the column of CPF/CNPJ is the key: it fills both
    )

    @property
    def unknown(self) -> tuple[str, ...]:
        return tuple(self.labels[place] for place in self.unknown_places)

    @property
    def unknown_places(self) -> tuple[int, ...]:
        """The columns that are kept in extra."""
        return tuple(
            place
            for place, column in enumerate(self.columns)
            if column is None and place not in self.ignored
        )

    @property
    def missing(self) -> tuple[str, ...]:
        """Columns without which there can be no client."""
        return tuple(name for name in ("external_id", "name") if name not in self.columns)

    def label(self, place: int) -> str:
        """How the operator knows a column; one beyond the headers by its number."""
        return self.labels[place] if place < len(self.labels) else f"column {place + 1}"


def layout(headers: Sequence[object], wanted: Mapping[str, str] | None = None) -> Layout:
    """What each column is.

    `wanted`: label → one of TARGETS, IGNORE or EXTRA, as the operator says.
    """
    names = tuple("" if header is None else canonical(str(header)) for header in headers)
    labels = _labels(names)
    said = {compared(label): target for label, target in (wanted or {}).items()}
    given = {
        place: said[compared(label)]
        for place, label in enumerate(labels)
        if compared(label) in said
    }
    meanings = [_meaning(name, given.get(place)) for place, name in enumerate(names)]
    columns, areas, orphans = _with_area_codes(names, meanings, frozenset(given))
    chosen, ambiguous, passed_over = _one_each(labels, names, columns, meanings, frozenset(given))
    suspects = {
        place: meaning.likely
        for place, meaning in enumerate(meanings)
        if meaning.likely and place not in given and chosen[place] is None
    }
    return Layout(
        headers=names,
        columns=tuple(chosen),
        labels=labels,
        areas=tuple(areas),
        street=frozenset(
            place
            for place, name in enumerate(names)
            if chosen[place] == "address" and (_STREET & set(words_of(name)) or place in given)
        ),
        ignored=frozenset(place for place, target in given.items() if target == IGNORE),
        settled=frozenset(given),
        suspects=suspects,
        ambiguous=(*ambiguous, *orphans),
        passed_over=passed_over,
        key_is_document=any(
            target == "external_id" and meaning_of(names[place]).column == "cpf"
            for place, target in given.items()
        ),
    )


def _meaning(name: str, target: str | None) -> Meaning:
    if target is None:
        return meaning_of(name)
    return Meaning(None if target in {IGNORE, EXTRA} else target, 4)


def _labels(names: Sequence[str]) -> tuple[str, ...]:
    labels: dict[str, None] = {}
    for number, header in enumerate(names, 1):
        name = label = header or f"column {number}"
        again = 1
        while label in labels:
            again += 1
            label = f"{name} ({again})"
        labels[label] = None
    return tuple(labels)


def _one_each(
    labels: Sequence[str],
    names: Sequence[str],
    columns: Sequence[str | None],
    meanings: Sequence[Meaning],
    given: frozenset[int],
) -> tuple[list[str | None], tuple[str, ...], tuple[str, ...]]:
    """Of several columns for one of ours the strongest; which of them cannot be told apart; which
    gave way.
    """
    chosen = list(columns)
    ambiguous: list[str] = []
    passed_over: list[str] = []
    for column in dict.fromkeys(found for found in columns if found and found not in _MANY):
        places = [place for place, found in enumerate(columns) if found == column]
        best = max(meanings[place].strength for place in places)
        strongest = [place for place in places if meanings[place].strength == best]
        rivals = places if column == "status" and not given.intersection(places) else strongest
        if column == "cpf" and _cpf_beside_cnpj(names, places):
            continue
        if column in _ONE and len(rivals) > 1:
            told = " and ".join(f"column {place + 1} ({names[place]})" for place in rivals)
            ambiguous.append(f"{column}: {told}")
        for place in places:
            if place != strongest[0]:
                chosen[place] = None
                passed_over.append(f"{labels[place]} ({column} is {labels[strongest[0]]})")
    ambiguous += _doubled_area_codes(names, columns)
    return chosen, tuple(ambiguous), tuple(passed_over)


def _cpf_beside_cnpj(names: Sequence[str], places: Sequence[int]) -> bool:
    """A column for people and one for companies: a line fills one of them."""
    kinds = [frozenset(words_of(names[place])) & {"cpf", "cnpj"} for place in places]
    return len(places) == 2 and set(kinds) == {frozenset({"cpf"}), frozenset({"cnpj"})}


# -- area codes in a column of their own


def _qualifiers(name: str) -> frozenset[str]:
    return frozenset(words_of(name)) - _OF_PHONES - {"do", "de", "da", "e", "numero", "cliente"}


def _with_area_codes(
    names: Sequence[str], meanings: Sequence[Meaning], given: frozenset[int]
) -> tuple[list[str | None], list[int | None], tuple[str, ...]]:
    """Each column's meaning, and for each of phones the place of its area codes: `DDD 1` is that of
    `Fone 1`.

    One whose words name no phone is that of the phone at its right. The last: area codes of nobody
    knows which phone, though there are phones that they may belong to; a number with another's code
    calls a stranger.
    """
    columns = [meaning.column for meaning in meanings]
    has_code = [
        ("ddd" in words_of(name) and place not in given) for place, name in enumerate(names)
    ]
    numbers = [
        place for place, column in enumerate(columns) if column == "phones" and not has_code[place]
    ]
    areas: list[int | None] = [None] * len(names)
    for place, name in enumerate(names):
        if not (has_code[place] or columns[place] == "ddd") or columns[place] not in {
            "ddd",
            "phones",
        }:
            continue
        own = _numbers_of(_qualifiers(name), numbers, names)
        if columns[place] == "phones" and not own:
            continue  # DDD/Fone: the number with its code
        columns[place] = "ddd"
        for number in own:
            areas[number] = place
    for place, column in enumerate(columns):
        right = place + 1
        if (
            column == "ddd"
            and place not in areas
            and right in numbers
            and areas[right] is None
            and _qualifiers(names[place])
        ):
            areas[right] = place
    unsure = any(areas[number] is None for number in numbers)
    orphans = [
        place
        for place, column in enumerate(columns)
        if column == "ddd" and place not in areas and _qualifiers(names[place])
    ]
    for place, column in enumerate(columns):
        if column == "ddd" and not _qualifiers(names[place]):
            for number in numbers:
                areas[number] = place if areas[number] is None else areas[number]
    for place, column in enumerate(columns):
        if column == "ddd" and place not in areas and place not in given:
            columns[place] = None  # of no phone: kept in extra
    return (
        columns,
        areas,
        tuple(
            f"ddd: column {place + 1} ({names[place]}), of no phone" for place in orphans if unsure
        ),
    )


def _numbers_of(
    qualifiers: frozenset[str], numbers: Sequence[int], names: Sequence[str]
) -> list[int]:
    exact = [number for number in numbers if _qualifiers(names[number]) == qualifiers]
    if exact:
        return exact
    wider = [
        number for number in numbers if qualifiers and qualifiers <= _qualifiers(names[number])
    ]
    return wider if len(wider) == 1 else []


def _doubled_area_codes(names: Sequence[str], columns: Sequence[str | None]) -> list[str]:
    found: dict[frozenset[str], list[int]] = {}
    for place, column in enumerate(columns):
        if column == "ddd":
            found.setdefault(_qualifiers(names[place]), []).append(place)
    return [
        "ddd: " + " and ".join(f"column {place + 1} ({names[place]})" for place in places)
        for places in found.values()
        if len(places) > 1
    ]
