"""How 3C Plus reads the parameters of a request."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from robot.simulators.threec.records import Selection

LONGEST_PERIOD = timedelta(days=31)  # 422 beyond, seen in production
DEFAULT_PER_PAGE = 15  # when the parameter is missing, seen in production
DATE_TIME = "%Y-%m-%d %H:%M:%S"
DATE_TIME_SHAPE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
YES = ("true", "1")

Query = Mapping[str, Sequence[str]]


class InvalidQuery(Exception):
    """Parameters that the API answers with 422; `errors` has the messages of each field."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(str(errors))
        self.errors = errors


@dataclass(frozen=True)
class CallsQuery:
    """What a request for calls asks for, in the API's terms. Campaigns empty = all."""

    selection: Selection
    page: int
    per_page: int
    with_mailing: bool
    simple: bool

    @property
    def campaigns(self) -> frozenset[int]:
        """The campaigns that were asked for."""
        return self.selection.campaigns

    @property
    def days(self) -> tuple[date, date]:
        """First and last day of the period."""
        return date.fromisoformat(self.selection.start[:10]), date.fromisoformat(
            self.selection.end[:10]
        )


def read_page(query: Query) -> tuple[int, int]:
    """Read `page` and `per_page`. Raises InvalidQuery when one is no whole number from 1 on."""
    errors: dict[str, list[str]] = {}
    page = _positive(query, "page", 1, errors)
    per_page = _positive(query, "per_page", DEFAULT_PER_PAGE, errors)
    if errors:
        raise InvalidQuery(errors)
    return page, per_page


def read_calls_query(query: Query, *, campaign_ids_work: bool = True) -> CallsQuery:
    """Read the parameters of `GET /calls`. Raises InvalidQuery for those that the API refuses.

    `campaigns[]` counts only when repeated without an index. Whether `campaign_ids=5,6` works is
    not known of the real API; without `campaign_ids_work` it is ignored without a word.
    """
    errors: dict[str, list[str]] = {}
    start = _moment(query, "start_date", errors)
    end = _moment(query, "end_date", errors)
    if start and end:
        if end < start:
            errors["end_date"] = [
                "O campo end_date deve ser uma data posterior ou igual a start_date."
            ]
        elif end - start > LONGEST_PERIOD:
            errors["end_date"] = ["O período não pode ser maior que 31 dias."]
    page = _positive(query, "page", 1, errors)
    per_page = _positive(query, "per_page", DEFAULT_PER_PAGE, errors)
    asked = [text for text in query.get("campaigns[]", ()) if text]
    if campaign_ids_work:
        asked += [text.strip() for text in _last(query, "campaign_ids").split(",") if text.strip()]
    if not all(text.isdecimal() for text in asked):
        errors["campaigns"] = ["O campo campaigns deve conter números inteiros."]
    if errors:
        raise InvalidQuery(errors)
    return CallsQuery(
        selection=Selection(
            _last(query, "start_date"), _last(query, "end_date"), frozenset(map(int, asked))
        ),
        page=page,
        per_page=per_page,
        with_mailing=_last(query, "with_mailing") in YES,
        simple=_last(query, "simple_paginate") in YES,
    )


def _last(query: Query, name: str) -> str:
    """The parameter's value; of several, PHP keeps the last."""
    return (query.get(name) or ("",))[-1]


def _moment(query: Query, name: str, errors: dict[str, list[str]]) -> datetime | None:
    text = _last(query, name)
    if DATE_TIME_SHAPE.fullmatch(text):
        try:
            return datetime.strptime(text, DATE_TIME)
        except ValueError:
            pass  # a day or hour that does not exist: refused below, like any other text
    errors[name] = [
        f"O campo {name} não corresponde ao formato Y-m-d H:i:s."
        if text
        else f"O campo {name} é obrigatório."
    ]
    return None


def _positive(query: Query, name: str, default: int, errors: dict[str, list[str]]) -> int:
    if name not in query:
        return default
    text = _last(query, name)
    if not text.isdecimal() or int(text) < 1:
        errors[name] = [f"O campo {name} deve ser um número inteiro maior que 0."]
        return default
    return int(text)


def until(query: CallsQuery, now: Callable[[], datetime] | None) -> CallsQuery:
    """The query without the calls that have not happened yet at `now`."""
    if now is None:
        return query
    selection = query.selection
    end = min(selection.end, now().strftime(DATE_TIME))
    return replace(query, selection=replace(selection, end=end))
