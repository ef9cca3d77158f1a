"""The records that the simulator serves: sorted, found by date and campaign, each rendered to JSON
once.
"""

import json
import threading
from bisect import bisect_left, bisect_right, insort
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from robot.simulators.threec.dates import Dates, writer

SELECTIONS_KEPT = 64


class Item:
    """One record with its place in the order, its campaign, and its JSON once it has been asked
    for.
    """

    __slots__ = ("_base", "_full", "_written", "campaign", "key", "record")

    def __init__(
        self, record: Any, key: tuple[str, str], campaign: int | None, written: Callable[[Any], Any]
    ) -> None:
        self.record = record
        self._written = written
        self.key = key
        self.campaign = campaign
        self._base: bytes | None = None
        self._full: bytes | None = None

    def rendered(self, with_mailing: bool) -> bytes:
        """The record's JSON, without its `mailing_data` unless `with_mailing`."""
        if with_mailing:
            if self._full is None:
                self._full = to_json(self._written(self.record))
            return self._full
        if self._base is None:
            self._base = to_json(_without_mailing(self._written(self.record)))
        return self._base


@dataclass(frozen=True)
class Selection:
    """What is asked for: call_date from `start` to `end`, both included, as `YYYY-MM-DD HH:MM:SS`;
    no campaigns = all.

    `agents`: whose calls may be seen; None = all, also those that no agent had.
    """

    start: str
    end: str
    campaigns: frozenset[int] = frozenset()
    agents: frozenset[int] | None = None


class Records:
    """The records, safe to read and change from many threads. A change makes a new list; a page
    being built keeps the old.

    `dates` is how a record's dates are written; `listed_late` lists a call by the moment so much
    after its own, as a server does that goes by a call's end.

    The order is call_date, then id. A record that has no readable call_date stands behind the
    record that it followed, and is served with it.
    """

    def __init__(
        self,
        records: Iterable[Any],
        *,
        descending: bool = False,
        dates: Dates = "local",
        listed_late: timedelta = timedelta(0),
    ) -> None:
        self._descending = descending
        self._placed = partial(_placed, written=writer(dates), late=listed_late)
        self._lock = threading.Lock()
        self._items: list[Item] = []
        self._selections: OrderedDict[Selection, list[Item]] = OrderedDict()
        self.replace(records)

    def replace(self, records: Iterable[Any]) -> None:
        """Serve these records and no others."""
        items = self._placed(records, ("", ""), None)
        items.sort(key=_key)
        with self._lock:
            self._store(items)

    def add(self, record: Any) -> None:
        """Serve one record more; without a readable date it goes to the end."""
        with self._lock:
            last = self._items[-1] if self._items else None
            items = list(self._items)
            (item,) = self._placed(
                [record], last.key if last else ("", ""), last.campaign if last else None
            )
            insort(items, item, key=_key)
            self._store(items)

    def update(self, record_id: str, changes: dict[str, Any]) -> None:
        """Serve the record with other values. Raises KeyError for an unknown id."""

        def changed(item: Item) -> list[Item]:
            return self._placed([{**item.record, **changes}], item.key, item.campaign)

        self._rebuild(record_id, changed)

    def remove(self, record_id: str) -> None:
        """Serve the record no longer. Raises KeyError for an unknown id."""
        self._rebuild(record_id, lambda _: [])

    def all(self) -> list[Any]:
        """Every record, in the order of call_date and id."""
        return [item.record for item in self._items]

    def select(self, selection: Selection) -> list[Item]:
        """The items that the selection asks for, in the order in which they are served.

        Not to be changed.
        """
        with self._lock:
            found = self._selections.get(selection)
            if found is None:
                found = self._find(selection)
                self._selections[selection] = found
                if len(self._selections) > SELECTIONS_KEPT:
                    self._selections.popitem(last=False)
            return found

    def _find(self, selection: Selection) -> list[Item]:
        low = bisect_left(self._items, selection.start, key=_when)
        high = bisect_right(self._items, selection.end, key=_when)
        found = self._items[low:high]
        if selection.campaigns:
            found = [item for item in found if item.campaign in selection.campaigns]
        if selection.agents is not None:
            found = [item for item in found if _agent_of(item.record) in selection.agents]
        if self._descending:
            found.reverse()
        return found

    def _rebuild(self, record_id: str, change: Callable[[Item], list[Item]]) -> None:
        with self._lock:
            items: list[Item] = []
            known = False
            for item in self._items:
                if isinstance(item.record, dict) and item.record.get("id") == record_id:
                    known = True
                    items += change(item)
                else:
                    items.append(item)
            if not known:
                raise KeyError(record_id)
            items.sort(key=_key)
            self._store(items)

    def _store(self, items: list[Item]) -> None:
        self._items = items
        self._selections.clear()


def to_json(value: Any) -> bytes:
    """Compact JSON in ASCII, as PHP writes it: everything else becomes \\uXXXX."""
    return _encode(value).encode("ascii")


_encode = json.JSONEncoder(separators=(",", ":")).encode


def campaign_of(record: Any) -> int | None:
    """The record's campaign, which may come as a number or as text."""
    try:
        return int(record["campaign_id"])
    except (TypeError, KeyError, ValueError):
        return None


def _agent_of(record: Any) -> Any:
    return record.get("agent_id") if isinstance(record, dict) else None


def _placed(
    records: Iterable[Any],
    key: tuple[str, str],
    campaign: int | None,
    *,
    written: Callable[[Any], Any],
    late: timedelta,
) -> list[Item]:
    """Items with their keys and campaigns; those of the record before stand in for the ones a
    record lacks.
    """
    items = []
    for record in records:
        when = _readable_date(record)
        if when is not None:
            if late:
                when = str(datetime.fromisoformat(when) + late)
            key = (when, str(record.get("id") or ""))
        own = campaign_of(record)
        campaign = campaign if own is None else own
        items.append(Item(record, key, campaign, written))
    return items


def _readable_date(record: Any) -> str | None:
    when = record.get("call_date") if isinstance(record, dict) else None
    if not isinstance(when, str):
        return None
    try:
        datetime.fromisoformat(when)
    except ValueError:
        return None
    return when


def _without_mailing(record: Any) -> Any:
    if not isinstance(record, dict):
        return record
    return {key: value for key, value in record.items() if key != "mailing_data"}


def _key(item: Item) -> tuple[str, str]:
    return item.key


def _when(item: Item) -> str:
    return item.key[0]
