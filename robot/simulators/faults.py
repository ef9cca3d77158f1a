"""What can go wrong between the robot and the API: each kind as seen in production, or as HTTP
allows it.

A fault harms the requests that match it, `times` of them after the first `skip`. One request
suffers one fault at most: the first of the list that matches and is not used up. Requests harmed by
an earlier fault do not count for a later one.
"""

import threading
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any


class FaultKind(StrEnum):
    """The kinds of faults. Those from PAGE_IGNORED on concern `GET /calls` alone."""

    STATUS_429 = "status_429"  # with a Retry-After header when `retry_after` is given
    STATUS_500 = "status_500"
    STATUS_502 = "status_502"
    STATUS_503 = "status_503"  # `retry_after` as for 429
    STATUS_500_AFTER = "status_500_after"  # all that was asked for is done, and then a 500
    STATUS_500_HALFWAY = (
        "status_500_halfway"  # the first half of the contacts sent is taken, and then a 500
    )
    STATUS_524 = "status_524"  # the HTML page of Cloudflare: the API itself did not answer in time
    # "Muitas requisições, aguarde 5 segundos...": a rate limit in the clothes of a 422
    STATUS_422_BUSY = "status_422_busy"
    STATUS_401 = "status_401"
    STATUS_403 = "status_403"
    TIMEOUT_BEFORE = "timeout_before"  # nothing for `seconds`, then the answer
    TIMEOUT_IN_BODY = "timeout_in_body"  # half of the body, nothing for `seconds`, then the rest
    # the body in `count` pieces, `seconds` between them: no single wait is long, the whole is
    TRICKLE = "trickle"
    RESET_BEFORE = "reset_before"  # the connection is reset (RST) before the first byte
    RESET_IN_BODY = "reset_in_body"  # half of the body, then RST
    EMPTY_BODY = "empty_body"  # status 200 and no byte
    TRUNCATED_JSON = "truncated_json"  # half of the JSON, with a Content-Length that says so
    SHORT_BODY = (
        "short_body"  # half of the bytes that Content-Length promises, then an orderly close
    )
    HTML_200 = "html_200"  # status 200 and a page for people
    WRONG_SHAPE = "wrong_shape"  # status 200 and `body`: valid JSON that is no page
    PAGE_IGNORED = "page_ignored"  # always page 1
    DATES_IGNORED = "dates_ignored"  # calls of every day
    CAMPAIGNS_IGNORED = "campaigns_ignored"  # calls of every campaign
    PER_PAGE_CAPPED = "per_page_capped"  # at most `cap` records, and `per_page` says so
    PER_PAGE_CAPPED_SILENTLY = (
        "per_page_capped_silently"  # at most `cap` records, `per_page` repeats what was asked for
    )
    EMPTY_DATA = "empty_data"  # no records; the totals promise some
    EMPTY_TOTAL_ZERO = "empty_total_zero"  # no records, and totals of 0
    SHORT_PAGE = (
        "short_page"  # the last `count` records of the page are missing; the totals promise them
    )
    TOTAL_CHANGED = "total_changed"  # `total` is `count` more than it was (less, when negative)
    TOTALS_MISSING = "totals_missing"  # no `total`, no `total_pages`
    TOTAL_PAGES_MISSING = "total_pages_missing"
    META_MISSING = "meta_missing"
    # the page's first record gives way to the last one of the page before
    REPEATED_FROM_PAGE_BEFORE = "repeated_from_page_before"
    EXTRA_DUPLICATE = "extra_duplicate"  # the page's first record stands at its end once more


CALLS_ONLY = frozenset(list(FaultKind)[list(FaultKind).index(FaultKind.PAGE_IGNORED) :])

# What can only happen to a request that sends something.
SENDING_ONLY = frozenset({FaultKind.STATUS_500_AFTER, FaultKind.STATUS_500_HALFWAY})

# Bodies for WRONG_SHAPE: valid JSON, none of them a page of records.
WRONG_SHAPES = (
    '{"data":null}',
    "[]",
    '{"data":{"a":1}}',
    '{"data":"[]"}',
    '{"status":200}',
    "null",
    '"ok"',
    "0",
)


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong, and the requests it happens to. Raises ValueError for a kind or
    number that cannot be.

    `day` matches when the request's period holds that day, `campaign` when the request asks for it,
    `path` when the request's path ends so ("" = any path). `times=None` and `page=None` mean
    "always" and "any page".
    """

    kind: str
    page: int | None = None
    day: date | None = None
    times: int | None = 1
    skip: int = 0
    campaign: int | None = None
    path: str = "/calls"
    seconds: float = 60.0
    retry_after: float | str | None = None  # seconds, or an HTTP date
    count: int = 1
    cap: int = 100
    body: str = WRONG_SHAPES[0]

    def __post_init__(self) -> None:
        for field in fields(self):
            allowed = _not_allowed(field.name, getattr(self, field.name))
            if allowed:
                raise ValueError(
                    f"key '{field.name}': read {getattr(self, field.name)!r}, allowed: {allowed}"
                )

    def matches(
        self, path: str, page: int | None, days: tuple[date, date] | None, campaigns: frozenset[int]
    ) -> bool:
        """Whether a request with these properties is one that the fault may harm."""
        if self.kind in CALLS_ONLY and not path.endswith("/calls"):
            return False
        if self.kind == FaultKind.REPEATED_FROM_PAGE_BEFORE and (page or 1) < 2:
            return False
        return (
            path.endswith(self.path)
            and (self.page is None or self.page == page)
            and (self.day is None or (days is not None and days[0] <= self.day <= days[1]))
            and (self.campaign is None or self.campaign in campaigns)
        )


class FaultPlan:
    """Which fault harms which request; counts, from many threads."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self._faults = tuple(faults)
        self._matched = [0] * len(self._faults)
        self._fired: Counter[Fault] = Counter()
        self._lock = threading.Lock()

    @property
    def fired(self) -> dict[Fault, int]:
        """How often each fault has happened; 0 for those still waiting."""
        with self._lock:
            return {fault: self._fired[fault] for fault in self._faults}

    def take(
        self, path: str, page: int | None, days: tuple[date, date] | None, campaigns: frozenset[int]
    ) -> Fault | None:
        """The fault that happens to this request, now counted; None when it goes unharmed."""
        with self._lock:
            for n, fault in enumerate(self._faults):
                if not fault.matches(path, page, days, campaigns):
                    continue
                if fault.times is not None and self._matched[n] >= fault.skip + fault.times:
                    continue
                self._matched[n] += 1
                if self._matched[n] > fault.skip:
                    self._fired[fault] += 1
                    return fault
        return None


def load_faults(path: Path) -> list[Fault]:
    """Read faults from a TOML file of `[[fault]]` tables, whose keys are the fields of `Fault`.

    `times = "always"` stands for None; a day is a TOML date or text as `2026-09-15`. Raises
    ValueError that names the entry (counted from 1), the key, what was read and what is allowed;
    OSError when the file cannot be read.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path}: not a TOML file: {error}") from error
    unknown = set(document) - {"fault"}
    if unknown:
        raise ValueError(
            f"{path}: key '{min(unknown)}' at the top: only [[fault]] tables are allowed there"
        )
    entries = document.get("fault", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ValueError(
            f"{path}: key 'fault': read {entries!r}, allowed: tables that begin with [[fault]]"
        )
    return [_read_entry(entry, f"{path}: fault {n}") for n, entry in enumerate(entries, 1)]


def _read_entry(entry: dict[str, Any], place: str) -> Fault:
    names = [field.name for field in fields(Fault)]
    for key, value in entry.items():
        if key not in names:
            raise ValueError(
                f"{place}: key '{key}': read {value!r}, allowed keys: {', '.join(names)}"
            )
    if "kind" not in entry:
        raise ValueError(f"{place}: key 'kind': missing, allowed: {', '.join(FaultKind)}")
    values = dict(entry)
    if values.get("times") == "always":
        values["times"] = None
    if isinstance(values.get("day"), str):
        try:
            values["day"] = date.fromisoformat(values["day"])
        except ValueError:
            raise ValueError(
                f"{place}: key 'day': read {entry['day']!r}, allowed: {_DAY}"
            ) from None
    try:
        return Fault(**values)
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from None


_DAY = "a date as 2026-09-15"


def _not_allowed(name: str, value: Any) -> str | None:
    """What is allowed for a field of `Fault`, when the value is not; None when all is well."""
    match name:
        case "kind":
            return None if value in list(FaultKind) else ", ".join(FaultKind)
        case "page" | "times":
            return (
                None
                if value is None or _whole(value, 1)
                else 'a whole number from 1 on, or "always"'
                if name == "times"
                else "a whole number from 1 on"
            )
        case "skip":
            return None if _whole(value, 0) else "a whole number from 0 on"
        case "cap":
            return None if _whole(value, 1) else "a whole number from 1 on"
        case "campaign":
            return None if value is None or _whole(value, 0) else "the number of a campaign"
        case "count":
            return None if _whole(value, None) else "a whole number"
        case "seconds":
            return None if _number(value) and value >= 0 else "a number of seconds from 0 on"
        case "retry_after":
            return (
                None
                if value is None or isinstance(value, str) or _number(value)
                else "a number of seconds, or the text of an HTTP date"
            )
        case "day":
            return None if value is None or type(value) is date else _DAY
        case _:
            return None if isinstance(value, str) else "a text"


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _whole(value: Any, least: int | None) -> bool:
    return (
        isinstance(value, int) and not isinstance(value, bool) and (least is None or value >= least)
    )
