"""The table of faults: what goes wrong, at which page, how often, and what the robot owes then.

Each case has two days; the first one suffers. A fault that happens once is survived in the same
execution; one that lasts may leave the window INCOMPLETE, but then it is told. Never success with a
row missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from functools import cache
from types import MappingProxyType
from typing import Any

from robot.simulators.threec import WRONG_SHAPES, Fault, FaultKind, Request, Simulator, make_calls

DAY = date(2026, 9, 15)
DAYS = (DAY, DAY + timedelta(days=1))
NOW = datetime(2026, 9, 20, 12, 0, 0)
PER_DAY = 35
PER_PAGE = 10
ATTEMPTS = 3
TIMEOUT_SECONDS = 0.2  # where a fault makes an answer late
PATIENT_SECONDS = 20.0  # elsewhere: a busy machine is no fault
SEVERAL = 2  # fewer than ATTEMPTS

TIMES: Mapping[str, int | None] = {"once": 1, "several times": SEVERAL, "always": None}
PLACES = ("first", "middle", "last")

_LATE = {FaultKind.TIMEOUT_BEFORE, FaultKind.TIMEOUT_IN_BODY, FaultKind.TRICKLE}

Hook = Callable[[Simulator, Request], None]


class Owed(Enum):
    """What a case must come to."""

    SUCCESS = "success"  # every row stored, exit 0
    # or the window INCOMPLETE or FAILED, told, and healed by the next execution
    SUCCESS_OR_TOLD = "success, or told"
    STOP = "stop, told"  # the execution stops at once, and says why


@dataclass(frozen=True)
class Case:
    """One line of the table.

    `server` are the simulator's options; `hook` sees every page asked for, before it is built.
    """

    name: str
    place: str = ""
    often: str = ""
    faults: tuple[Fault, ...] = ()
    owed: Owed = Owed.SUCCESS_OR_TOLD
    campaigns: tuple[int, ...] = ()
    server: Mapping[str, Any] = field(default_factory=dict)
    hook: Hook | None = None

    @property
    def timeout_seconds(self) -> float:
        """How long an answer is waited for."""
        return (
            TIMEOUT_SECONDS
            if any(fault.kind in _LATE for fault in self.faults)
            else PATIENT_SECONDS
        )

    def __str__(self) -> str:
        return " ".join(
            part for part in (self.name, self.often, self.place and f"{self.place} page") if part
        )


@cache
def world() -> list[Any]:
    """The calls of both days."""
    return make_calls(DAYS, PER_DAY, odd=True)


def pages(campaigns: tuple[int, ...] = ()) -> int:
    """How many pages the suffering day has."""
    due = [
        call
        for call in world()
        if call["call_date"].startswith(str(DAY))
        and (not campaigns or int(call["campaign_id"]) in campaigns)
    ]
    return -(-len(due) // PER_PAGE)


# Faults of one request: the same request again cures them.
_OF_A_REQUEST: Mapping[str, Mapping[str, Any]] = {
    "429": {"kind": FaultKind.STATUS_429},
    "429 with Retry-After": {"kind": FaultKind.STATUS_429, "retry_after": 0.0},
    "422 that means 429": {"kind": FaultKind.STATUS_422_BUSY},
    "500": {"kind": FaultKind.STATUS_500},
    "502": {"kind": FaultKind.STATUS_502},
    "503": {"kind": FaultKind.STATUS_503},
    "524": {"kind": FaultKind.STATUS_524},
    "timeout before the answer": {"kind": FaultKind.TIMEOUT_BEFORE, "seconds": 3 * TIMEOUT_SECONDS},
    "timeout in the body": {"kind": FaultKind.TIMEOUT_IN_BODY, "seconds": 3 * TIMEOUT_SECONDS},
    "trickling body": {"kind": FaultKind.TRICKLE, "seconds": TIMEOUT_SECONDS / 2, "count": 60},
    "connection reset": {"kind": FaultKind.RESET_BEFORE},
    "reset in the body": {"kind": FaultKind.RESET_IN_BODY},
    "empty body": {"kind": FaultKind.EMPTY_BODY},
    "truncated JSON": {"kind": FaultKind.TRUNCATED_JSON},
    "body shorter than promised": {"kind": FaultKind.SHORT_BODY},
    "HTML with status 200": {"kind": FaultKind.HTML_200},
    "empty data before the end": {"kind": FaultKind.EMPTY_DATA},
    "JSON of the wrong shape": {"kind": FaultKind.WRONG_SHAPE},
}
# Faults that a single answer does not betray: the account at the end does, and the window is read
# once more.
_OF_THE_LIST: Mapping[str, Mapping[str, Any]] = {
    "short page": {"kind": FaultKind.SHORT_PAGE},
    "empty data, totals of 0": {"kind": FaultKind.EMPTY_TOTAL_ZERO},
    "total too high": {"kind": FaultKind.TOTAL_CHANGED, "count": 1},
    "total too low by one": {"kind": FaultKind.TOTAL_CHANGED, "count": -1},
    "total too low by a page": {"kind": FaultKind.TOTAL_CHANGED, "count": -PER_PAGE},
    "total of 0 with records": {"kind": FaultKind.TOTAL_CHANGED, "count": -PER_DAY},
    "page number ignored": {"kind": FaultKind.PAGE_IGNORED},
    "dates ignored": {"kind": FaultKind.DATES_IGNORED},
    "campaigns ignored": {"kind": FaultKind.CAMPAIGNS_IGNORED},
    "per_page capped": {"kind": FaultKind.PER_PAGE_CAPPED, "cap": 4},
    "per_page capped silently": {"kind": FaultKind.PER_PAGE_CAPPED_SILENTLY, "cap": 4},
    "record of the page before": {"kind": FaultKind.REPEATED_FROM_PAGE_BEFORE},
    "record twice in a page": {"kind": FaultKind.EXTRA_DUPLICATE},
    "totals missing": {"kind": FaultKind.TOTALS_MISSING},
    "total_pages missing": {"kind": FaultKind.TOTAL_PAGES_MISSING},
    "meta missing": {"kind": FaultKind.META_MISSING},
}
_STOPPING = {"401": FaultKind.STATUS_401, "403": FaultKind.STATUS_403}
# Without totals the rest is as with them: a broken answer is broken before its totals are looked
# at.
_TRIED_WITHOUT_TOTALS = ("500", "empty data before the end", "short page", "page number ignored",
"dates ignored",
    "campaigns ignored", "per_page capped", "per_page capped silently", "record of the page before",
    "record twice in a page", "meta missing")  # fmt: skip
_TRIED_WITHOUT_LINKS = ("empty data before the end", "short page")
# What nobody can see from outside: an API without totals that says, each time it is asked, that its
# list ends earlier.
_NOT_TO_BE_SEEN = {
    ("short page", "always", "last", "next"),
    ("short page", "always", "last", "absent"),
    ("empty data before the end", "always", "last", "absent"),
}


def all_cases() -> Iterator[Case]:
    """Every line of the table, in its order."""
    for name, values in _OF_A_REQUEST.items():
        yield from _of(name, values, cured_by_a_try=True)
    for shape in WRONG_SHAPES[1:]:
        fault = Fault(FaultKind.WRONG_SHAPE, page=2, day=DAY, times=None, body=shape)
        yield Case(f"JSON of the wrong shape: {shape}", "middle", "always", (fault,))
    for name, values in _OF_THE_LIST.items():
        yield from _of(name, values)
    for name, kind in _STOPPING.items():
        for place in PLACES:
            yield Case(name, place, "always", (_fault({"kind": kind}, place, None, ()),), Owed.STOP)
    for name in _TRIED_WITHOUT_TOTALS:
        for links in ("next", "absent") if name in _TRIED_WITHOUT_LINKS else ("next",):
            cured = name in _OF_A_REQUEST
            values = {**_OF_A_REQUEST, **_OF_THE_LIST}[name]
            yield from _of(
                name, values, {"simple_pagination": True, "links": links}, cured_by_a_try=cured
            )
    yield from _servers()
    yield from _moving()


def _of(
    name: str,
    values: Mapping[str, Any],
    server: Mapping[str, Any] = MappingProxyType({}),
    *,
    cured_by_a_try: bool = False,
) -> Iterator[Case]:
    """One kind of fault: how often by where."""
    campaigns = (5, 6) if name == "campaigns ignored" else ()
    links = server.get("links", "")
    prefix = {"next": "no totals: ", "absent": "no totals, no links: "}.get(links, "")
    slow = name == "trickling body"
    for often, times in TIMES.items():
        for place in ("middle",) if slow else PLACES:
            if (name, often, place, links) in _NOT_TO_BE_SEEN or (name, place) == (
                "record of the page before",
                "first",
            ):
                continue
            survived = times == 1 or (times is not None and cured_by_a_try)
            owed = Owed.SUCCESS if survived else Owed.SUCCESS_OR_TOLD
            faults = (_fault(values, place, times, campaigns),)
            yield Case(prefix + name, place, often, faults, owed, campaigns, server)
    if "ignored" in name or "capped" in name:
        always = (Fault(**values, day=DAY, times=None),)
        yield Case(prefix + name, "every", "always", always, campaigns=campaigns, server=server)


def _fault(
    values: Mapping[str, Any], place: str, times: int | None, campaigns: tuple[int, ...]
) -> Fault:
    last = pages(campaigns)
    number = {"first": 1, "middle": 2, "last": last}[place]
    return Fault(**values, page=number, day=DAY, times=times)


def _servers() -> Iterator[Case]:
    """Servers that are always as they are: no fault, only a shape."""
    for simple in (False, True):
        words = "no totals, " if simple else ""
        for echo in (True, False):
            yield Case(
                f"{words}per_page capped {'and told' if echo else 'silently'}",
                owed=Owed.SUCCESS,
                server={"per_page_cap": 4, "echo_cap": echo, "simple_pagination": simple},
            )
        for links in ("object", "list", "absent"):
            server = {"links": links, "simple_pagination": simple}
            yield Case(f"{words}links: {links}", owed=Owed.SUCCESS, server=server)
        yield Case(
            f"{words}newest first",
            owed=Owed.SUCCESS,
            server={"order": "desc", "simple_pagination": simple},
        )
    yield Case(
        "campaign_ids ignored",
        owed=Owed.SUCCESS,
        campaigns=(5, 6),
        server={"campaign_ids_work": False},
    )


# -- the list moves while it is read


def _moving() -> Iterator[Case]:
    for simple in (False, True):
        words = "no totals: " if simple else ""
        for order in ("asc", "desc"):
            server = {"order": order, "simple_pagination": simple}
            for place, page in zip(PLACES, (1, 2, pages()), strict=True):
                for name, change in (
                    ("a call appears in front", _appear),
                    ("a call vanishes from the front", _vanish),
                    ("a call moves to the end", _move),
                ):
                    full = f"{words}{name} ({order})"
                    yield Case(
                        full,
                        place,
                        "once",
                        owed=Owed.SUCCESS,
                        server=server,
                        hook=_at(page, change, 1),
                    )
                    yield Case(full, place, "always", server=server, hook=_at(page, change, None))


def _at(page: int, change: Callable[[Simulator, int], None], times: int | None) -> Hook:
    done: list[int] = []

    def hook(simulator: Simulator, request: Request) -> None:
        wanted = (
            request.page == page and request.per_page == PER_PAGE and request.days == (DAY, DAY)
        )
        if wanted and (times is None or len(done) < times):
            done.append(1)
            change(simulator, len(done))

    return hook


def _calls_of_the_day(simulator: Simulator) -> list[Any]:
    return [call for call in simulator.calls if call["call_date"].startswith(str(DAY))]


def _appear(simulator: Simulator, number: int) -> None:
    first = _calls_of_the_day(simulator)[0]
    simulator.add_call({**first, "id": f"0000{number:020x}", "call_date": f"{DAY} 00:00:00"})


def _vanish(simulator: Simulator, _: int) -> None:
    simulator.remove_call(_calls_of_the_day(simulator)[0]["id"])


def _move(simulator: Simulator, _: int) -> None:
    simulator.update_call(_calls_of_the_day(simulator)[0]["id"], call_date=f"{DAY} 23:59:59")
