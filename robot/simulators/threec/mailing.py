"""The answers to what is asked of the campaigns' lists."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from robot.simulators.answer import Answer
from robot.simulators.threec.answers import envelope, ok, refusal
from robot.simulators.threec.lists import MailingLists, Taken, invalid_items
from robot.simulators.threec.pages import Paging, paginate
from robot.simulators.threec.queries import read_page
from robot.simulators.threec.records import to_json

_LISTS = re.compile(r"/campaigns/(\d+)/lists")
_CONTACTS = re.compile(r"/campaigns/(\d+)/lists/(\d+)/(mailing(?:_sync)?(?:\.json)?)")
_WEIGHT = re.compile(r"/campaigns/(\d+)/lists/(\d+)/updateWeight")


def mailing_answer(
    lists: MailingLists,
    method: str,
    path: str,
    query: Mapping[str, list[str]],
    content: Any,
    transaction: str,
    *,
    url: str = "",
    names_filtered: bool = False,
) -> Callable[[], Answer] | None:
    """What builds the answer (and does what is asked); None when the path is none of these.

    It may raise InvalidQuery.
    """
    if match := _LISTS.fullmatch(path):
        campaign = int(match[1])
        if method == "GET":
            return lambda: _listed(lists, campaign, query, transaction, url)
        if method == "POST":
            return lambda: _created(lists, campaign, content, transaction)
    elif method == "POST" and (match := _CONTACTS.fullmatch(path)):
        place, kind = (int(match[1]), int(match[2])), match[3]
        return lambda: _taken(lists, *place, kind, content, transaction, names_filtered)
    elif method == "PUT" and (match := _WEIGHT.fullmatch(path)):
        place = (int(match[1]), int(match[2]))
        return lambda: _weighed(lists, *place, content, transaction)
    return None


def _listed(
    lists: MailingLists, campaign: int, query: Mapping[str, list[str]], transaction: str, url: str
) -> Answer:
    page, per_page = read_page(query)
    found = lists.of(campaign)
    data = [to_json(each.shown()) for each in found[(page - 1) * per_page : page * per_page]]
    pagination = paginate(len(found), len(data), page, per_page, per_page, url, Paging())
    return Answer(200, envelope(data, pagination, transaction))


def _created(lists: MailingLists, campaign: int, content: Any, transaction: str) -> Answer:
    """Make a list. Only a form is understood: of JSON integrators disagree."""
    form = content if isinstance(content, dict) and "header[0]" in content else {}
    name = str(form.get("name", ""))
    header = [str(form[key]) for key in sorted(form) if key.startswith("header[")]
    if not name or "identifier" not in header or "areacodephone" not in header:
        return refusal(422, transaction, {"name": ["Os campos name e header são obrigatórios."]})
    return ok(
        {"id": lists.create(campaign, name, header).id, "name": name}, transaction, status=201
    )


def _taken(
    lists: MailingLists,
    campaign: int,
    list_id: int,
    kind: str,
    content: Any,
    transaction: str,
    names_filtered: bool,
) -> Answer:
    to = lists.find(campaign, list_id)
    if to is None:
        return Answer(404, to_json({"message": "Not Found"}))
    errors = invalid_items(content)
    if errors:
        return refusal(422, transaction, errors)
    taken = lists.take(to, content)
    if not kind.startswith("mailing_sync"):
        return Answer(204, b"")
    return ok(_counts(taken, names_filtered), transaction)


def _counts(taken: Taken, names_filtered: bool) -> dict[str, Any]:
    details = [
        {
            "motive": motive,
            **(
                {"identifier": item.get("identifier"), "phone": item.get("phone")}
                if names_filtered
                else {}
            ),
        }
        for motive, item in taken.filtered
    ]
    return {
        "imported": {"quantity": taken.quantity},
        "filtered": {"quantity": len(details), "details": details},
    }


def _weighed(
    lists: MailingLists, campaign: int, list_id: int, content: Any, transaction: str
) -> Answer:
    to = lists.find(campaign, list_id)
    if to is None:
        return Answer(404, to_json({"message": "Not Found"}))
    weight = content.get("weight") if isinstance(content, dict) else None
    if not isinstance(weight, int) or not 0 <= weight <= 100:
        return refusal(
            422, transaction, {"weight": ["O campo weight deve ser um número de 0 a 100."]}
        )
    to.weight = weight
    return ok(to.shown(), transaction)
