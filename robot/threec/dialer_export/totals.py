"""What a list's total tells of the requests into it whose answer was lost. Pure: it reads the
ledger's lines, and no more.

The total is what was there before our first request, what later ones added, as the dialer counted
it, and what is uncertain: all of that, or none of it. Between the two it tells of nobody.

It proves something only where nobody else can have had a hand in it: in a list that the robot made
for this export, when the total that was read as soon as the answer was lost tells the same as
today's. A stranger's contacts, added or removed since, make the two differ. Whatever is weaker is a
proposal.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from robot.database.export_requests import RequestLine, RequestStatus


@dataclass(frozen=True)
class Outcome:
    """Whether all uncertain records are in the list (`sent`), none of them is, or nobody can say
    (None); and why.
    """

    sent: bool | None
    why: str
    proven: bool = False


def read_total(
    lines: Sequence[RequestLine], total: int | None, export_id: int, unknown: Collection[int]
) -> Outcome:
    """Compare the list's total with every request into it, in their order.

    `unknown`: the export's contacts that are still in doubt; what else its lost requests carried
    was proven by a call.
    """
    lost = [line for line in lines if line.status is RequestStatus.UNKNOWN]
    if any(
        line.status in {RequestStatus.ANSWERED, RequestStatus.SETTLED} and line.imported is None
        for line in lines
    ):
        return Outcome(
            None, "took contacts uncounted (mailing.json, or by your word): its total tells nothing"
        )
    before = lines[0].list_total_before if lines else None
    if total is None or before is None or not lost:
        return Outcome(None, "has no total that the dialer tells")
    uncertain = sum(line.records for line in lost)
    more = total - before - _counted(lines)
    if more not in {0, uncertain}:
        return Outcome(
            None, f"holds {more} of {uncertain} uncertain records, which does not tell whose"
        )
    carried = {item for line in lost if line.export_id == export_id for item in line.items}
    if not more and not carried.issubset(unknown):
        return Outcome(
            None, "holds none of them by its total, though a later call bears the identifier of one"
        )
    sent = more == uncertain
    told = "all" if sent else "none"
    proven = more == _seen(lines, lost, before) and all(line.list_made for line in lost)
    if proven:
        return Outcome(
            sent, f"{'sent' if sent else 'not sent'}: the list's total proves it", proven=True
        )
    return Outcome(sent, f"holds {told} of the {uncertain} uncertain records by its total")


def _counted(lines: Sequence[RequestLine]) -> int:
    return sum(line.imported or 0 for line in lines)


def _seen(lines: Sequence[RequestLine], lost: Sequence[RequestLine], before: int) -> int | None:
    """How many uncertain records the list held as soon as the last answer was lost; None where
    nobody looked each time.
    """
    last = lost[-1]
    if last.total_after is None or any(line.total_after is None for line in lost):
        return None
    return last.total_after - before - _counted([line for line in lines if line.id < last.id])
