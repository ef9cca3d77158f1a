"""What the readings of a window prove: a pure function of the evidence.

A window is complete when nothing stands behind the last record, no record lies far from the window,
and either

- one reading found as many distinct records as the API's total, which has not moved;
- or several readings of the same list did so together, and each record was found by two of them at
  least: one that a single
  reading has seen may be gone since, and another one, which none has seen, be there in its place;
- or two readings with different page sizes found the same records at the same places, every place
  of the list: then the list
  holds a record twice, and its total counts it twice. Not where both began a page between the two
  places: of two calls of
  the same second an API may show one at the end of a page, and again at the beginning of the next;
- or, where the API gives no totals, two readings in a row found the same records.

Readings are of the same list as long as the total is the same, and no more records came than it
says. A day that is not over grows while it is read: of it as many records as were promised at first
are enough, and it is never called complete.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from robot.sync.evidence import Reading

PASSES = 2
PASSES_WITHOUT_TOTALS = 3  # two of them must agree
MOST_PASSES = 20  # of an API that sorts anew at each request: enough for fifty thousand records
MOST_PASSES_WITH_GAPS = 4  # where pages come short, or not at all, though every record is known
_NOTHING_TOLD = 5  # passes in a row that told nothing new, before it is left
_PAGES_NAMED = 20


@dataclass(frozen=True)
class Verdict:
    """`reason` says what is missing where it is not complete, `note` what is odd where it is.

    `distinct` are the different records that count; `again` whether one more reading may prove what
    these do not.
    """

    complete: bool
    distinct: int
    total: int | None = None
    reason: str = ""
    note: str = ""
    again: bool = False


def judge(readings: Sequence[Reading], *, settled: bool) -> Verdict:
    """What all readings of a window prove, oldest first. `settled`: the window's day is over."""
    last = readings[-1]
    together = _of_the_same_list(readings)
    doubt, note = _doubt(readings, together, settled=settled)
    if doubt:
        found, total = _found(readings), _total(readings)
        return Verdict(
            complete=False, distinct=found, total=total, reason=doubt, again=_again(readings)
        )
    found = max(last.distinct, len(_times_found(together)) if len(together) > 1 else 0)
    return Verdict(complete=True, distinct=found, total=_total([last]), note=note)


def next_size(readings: Sequence[Reading]) -> int:
    """The page size of one more reading: another one than before, so that what the borders of pages
    hide lies elsewhere.

    The same again where pages could not be read: that is no matter of borders.
    """
    if readings[-1].unread:
        return readings[-1].size
    used = [reading.size for reading in readings]
    base = used[0]
    wanted = [base * tenths // 10 for tenths in (5, 9, 8, 7, 6, 4, 3)]
    unused = [size for size in wanted if size and size not in used]
    if unused:
        return unused[0]
    return base + 1 if base + 1 not in used else used[len(used) % len(set(used))]


# -- what is in doubt


def _doubt(
    readings: Sequence[Reading], together: Sequence[Reading], *, settled: bool
) -> tuple[str, str]:
    """Why the readings prove nothing, and a note; the doubt is empty when they do."""
    last = readings[-1]
    if last.failure:
        return f"{_received(readings)}; then the API failed: {last.failure}", ""
    if last.astray:
        far = f"{last.far} records are dated more than a day outside what was asked for"
        return (
            f"the API ignores the dates: {far}; {_received(readings)}, the others were left unread",
            "",
        )
    if last.unread:
        return _what_is_unread(readings), ""
    if last.stuck:
        return (
            (
                f"the API sends the same page again and again: {_received(readings)}, the end not"
                " reached"
            ),
            "",
        )
    if not last.totals:
        return _doubt_without_totals(readings) or _unconfirmed(readings, settled=settled), ""
    doubt, note = (
        _doubt_with_totals(readings, together) if settled else (_doubt_of_today(readings), "")
    )
    if not doubt and last.far:
        doubt = f"{last.far} records are dated more than a day outside what was asked for"
    return doubt, note


def _doubt_with_totals(readings: Sequence[Reading], together: Sequence[Reading]) -> tuple[str, str]:
    last = readings[-1]
    total = last.totals[-1]
    if not last.steady:
        moved = (
            f"the total moved between {min(last.totals)} and {max(last.totals)} while it was read"
        )
        return f"{moved}, {_received(readings)}", ""
    known = set(last.keys)
    note = ""
    if last.distinct != total:
        if _every_record_twice(together, total):
            known = set(_times_found(together))
            note = (
                f"put together from {len(together)} readings: the API's list has another order"
                " at each request"
            )
        elif _list_holds_records_twice(together):
            note = (
                f"the API's list holds {total - last.distinct} record(s) twice, and its total"
                " counts them twice"
            )
        else:
            return _too_few(readings), ""
    if not known.issuperset(last.behind):
        return f"the API has records behind the {total} that its total promises", ""
    return "", note


def _doubt_of_today(readings: Sequence[Reading]) -> str:
    last = readings[-1]
    everything = {key for reading in readings for key in reading.keys}
    most = max(total for reading in readings for total in reading.totals)
    return "" if last.distinct >= last.totals[0] or len(everything) >= most else _received(readings)


def _doubt_without_totals(readings: Sequence[Reading]) -> str:
    """What is odd about the last of them."""
    reading, received = readings[-1], _received(readings)
    if reading.gaps:
        return f"page(s) {_pages(reading.gaps)} came empty, though later ones did not: {received}"
    if reading.announced:
        return f"page {reading.announced} announces a next one, which came empty: {received}"
    if reading.short:
        return (
            f"page(s) {_pages(reading.short)} came short, though later ones were there: {received}"
        )
    if (
        reading.outside
    ):  # was the parameter ignored on every page, or on one that took the place of ours?
        return (
            f"the API ignores a parameter and gives no totals, nothing proves the end: {received}"
        )
    if repeated := reading.received - reading.distinct:
        return (
            f"{repeated} records came more than once, the list moved while it was read: {received}"
        )
    return ""


def _unconfirmed(readings: Sequence[Reading], *, settled: bool) -> str:
    """Without totals: why a reading is not confirmed by the one before.

    Of today one will do: calls still arrive.
    """
    if not settled:
        return ""
    last = readings[-1]
    usable = [
        each
        for each in readings[:-1]
        if not (each.failure or each.unread or each.totals or each.stuck)
    ]
    before = next((each for each in reversed(usable) if not _doubt_without_totals([each])), None)
    if before is None:
        return f"the API gives no totals: {last.distinct} records received, to be confirmed"
    if set(before.keys) != set(last.keys):
        return (
            f"the API gives no totals, and two readings differ: {before.distinct} records, then"
            f" {last.distinct}"
        )
    return ""


# -- what several readings prove together


def _of_the_same_list(readings: Sequence[Reading]) -> list[Reading]:
    """The newest readings that can be of one list, oldest first: the same total each time, and no
    more records than that.

    A total that moved and came back parts them: what was seen before may be gone.
    """
    total = readings[-1].totals[-1:]
    together: list[Reading] = []
    seen: set[str] = set()
    for reading in reversed(readings):
        seen.update(reading.keys)
        same = (
            reading.steady
            and reading.totals[-1:] == total
            and not reading.stuck
            and not reading.failure
        )
        if not same or len(seen) > total[0]:
            break
        together.insert(0, reading)
    return together


def _times_found(readings: Sequence[Reading]) -> Counter[str]:
    """How many of the readings found each record."""
    return Counter(key for reading in readings for key in set(reading.keys))


def _every_record_twice(together: Sequence[Reading], total: int) -> bool:
    found = _times_found(together)
    return bool(found) and len(found) == total and all(times > 1 for times in found.values())


def _list_holds_records_twice(together: Sequence[Reading]) -> bool:
    last = together[-1] if together else Reading()
    alike = [
        each
        for each in together
        if each.whole and each.size != last.size and each.keys == last.keys
    ]
    return last.whole and not all(
        _parts_a_pair(each.borders & last.borders, last.keys) for each in alike
    )


def _parts_a_pair(borders: frozenset[int], keys: Sequence[str]) -> bool:
    """Whether one of these borders lies between two places of the same record."""
    ordered = sorted(borders)
    before: dict[str, int] = {}
    for place, key in enumerate(keys):
        if key in before and bisect_right(ordered, before[key]) < bisect_right(ordered, place):
            return True
        before[key] = place
    return False


# -- whether to read once more


def _again(readings: Sequence[Reading]) -> bool:
    last = readings[-1]
    if last.failure or last.api_down or last.astray:
        return False
    if not last.totals:
        return len(readings) < PASSES_WITHOUT_TOTALS
    if len(readings) < PASSES:
        return True
    together = _of_the_same_list(readings)
    if last.far or not together:
        return False
    all_known = len(_times_found(together)) == last.totals[-1]
    if not last.whole:
        return all_known and len(readings) < MOST_PASSES_WITH_GAPS
    return len(readings) < MOST_PASSES and (all_known or _tells_more(together))


def _tells_more(together: Sequence[Reading]) -> bool:
    """Whether the last readings still found records for the first or the second time."""
    sure = [_sureness(together[:count]) for count in range(len(together) + 1)]
    return len(sure) <= _NOTHING_TOLD or sure[-1] > sure[-1 - _NOTHING_TOLD]


def _sureness(readings: Sequence[Reading]) -> int:
    """Grows with each record that is found for the first or the second time."""
    return sum(min(times, 2) for times in _times_found(readings).values())


# -- words


def _total(readings: Sequence[Reading]) -> int | None:
    """The newest total that any of them told."""
    return next((each.totals[-1] for each in reversed(readings) if each.totals), None)


def _found(readings: Sequence[Reading]) -> int:
    """How many different records came, in the last reading and in those before it that can be of
    the same list.
    """
    total = _total(readings)
    seen: set[str] = set()
    for reading in reversed(readings):
        more = seen.union(reading.keys)
        if seen and total is not None and len(more) > total:
            break
        seen = more
    return len(seen)


def _received(readings: Sequence[Reading]) -> str:
    """How many records came, in numbers of all readings: what one lacks another may have
    brought.
    """
    total, found, last = _total(readings), _found(readings), readings[-1].distinct
    received = f"{found}{'' if total is None else f' of {total}'} records received"
    return (
        f"{received} in {len(readings)} readings, {last} in the last one"
        if found > last
        else received
    )


def _too_few(readings: Sequence[Reading]) -> str:
    last = readings[-1]
    repeated = last.received - last.distinct
    alone = _found(readings) == last.distinct
    return _received(readings) + (f", {repeated} came more than once" if repeated and alone else "")


def _what_is_unread(readings: Sequence[Reading]) -> str:
    last = readings[-1]
    names = [each.name for each in last.unread]
    more = f" and {len(names) - _PAGES_NAMED} more" if len(names) > _PAGES_NAMED else ""
    further = f", and those after page {last.last_page} were not asked for" if last.api_down else ""
    pages = ", ".join(names[:_PAGES_NAMED]) + more
    return (
        f"{_received(readings)}; page(s) {pages} could not be read{further}: {last.unread[0].why}"
    )


def _pages(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))
