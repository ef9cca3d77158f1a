"""Contacts of sub-accounts, and the search with its limits."""

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from robot.simulators.gohighlevel.tokens import LOCATION

LARGEST_PAGE = 500
DEEPEST_BY_PAGE = 10_000
_SORTED_BY = {"dateAdded", "dateUpdated"}

Contact = dict[str, Any]
Refusal = tuple[int, Any]


class Contacts:
    """Contacts by id, all of them in one place; a search sees one sub-account.

    `search_delay` is how long a search does not see what was written: it is served from an index
    behind the writes.
    """

    def __init__(
        self,
        contacts: Sequence[Contact],
        clock: Callable[[], datetime],
        search_delay: timedelta = timedelta(0),
    ) -> None:
        self.search_delay = search_delay
        self._clock = clock
        self._lock = threading.Lock()
        self._by_id = {contact["id"]: contact for contact in contacts}

    def get(self, contact_id: str) -> Contact | None:
        """One contact."""
        with self._lock:
            return self._by_id.get(contact_id)

    def put(self, contact_id: str, location: str = LOCATION, **values: Any) -> Contact:
        """A new contact, or other values of one that stands; `dateUpdated` moves."""
        now = iso(self._clock())
        with self._lock:
            new = {"id": contact_id, "locationId": location, "dateAdded": now}
            contact = {**self._by_id.get(contact_id, new), **values, "dateUpdated": now}
            self._by_id[contact_id] = contact
            return contact

    def delete(self, contact_id: str) -> bool:
        """Remove a contact; nothing tells that it was there."""
        with self._lock:
            return self._by_id.pop(contact_id, None) is not None

    def merge(self, gone: str, into: str) -> None:
        """Two contacts become one: the first id vanishes, its missing values fill the second."""
        with self._lock:
            lost = self._by_id.pop(gone)
            kept = self._by_id[into]
            filled = {name: value for name, value in lost.items() if not kept.get(name)}
            self._by_id[into] = {**kept, **filled, "dateUpdated": iso(self._clock())}

    def search(self, location: str, body: Any) -> tuple[int, dict[str, Any]]:
        """The status and the body for a search."""
        question = body if isinstance(body, dict) else {}
        if problem := _problem(location, question):
            status, message = problem
            return status, {"statusCode": status, "message": message}
        limit = question["pageLimit"]
        newest = iso(self._clock() - self.search_delay)
        with self._lock:
            standing = [
                contact
                for contact in self._by_id.values()
                if contact["locationId"] == location and contact["dateAdded"] <= newest
            ]
        found = [each for each in standing if all(_matches(each, f) for f in _filters(question))]
        found.sort(key=lambda each: str(each["id"]))
        field, descending = _order(question)
        keyed = sorted(((_place(each, field), each) for each in found), key=lambda pair: pair[0])
        if descending:
            keyed.reverse()
        if after := question.get("searchAfter"):
            border = (int(after[0]), str(after[1]))
            keyed = [
                pair for pair in keyed if (pair[0] < border if descending else pair[0] > border)
            ]
        elif page := question.get("page"):
            keyed = keyed[(page - 1) * limit :]
        served = [{**each, "searchAfter": list(place)} for place, each in keyed[:limit]]
        return 200, {"contacts": served, "total": len(found), "traceId": "trace-demo"}


def demo_contacts(count: int, first: datetime, location: str = LOCATION) -> list[Contact]:
    """Invented contacts, a minute apart; the phones are of numbers that nobody has."""
    return [
        {
            "id": f"contact{n:013}",
            "locationId": location,
            "firstName": f"Cliente {n}",
            "lastName": "Inventado",
            "email": f"cliente{n}@example.com",
            "phone": f"+5511900{n:06}",
            "tags": ["inventado"],
            "customFields": [{"id": "field0000000000000001", "value": str(n)}],
            "dateAdded": iso(first + timedelta(minutes=n)),
            "dateUpdated": iso(first + timedelta(minutes=n)),
        }
        for n in range(count)
    ]


def iso(moment: datetime) -> str:
    """As the API writes a moment: UTC, milliseconds, Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + (
        f"{moment.microsecond // 1000:03}Z"
    )


def _problem(location: str, question: Mapping[str, Any]) -> Refusal | None:
    for name in ("locationId", "pageLimit"):
        if name not in question:
            return 422, [f"{name} must not be empty"]
    if question["locationId"] != location:
        return 403, "The token does not have access to this location."
    limit, page = question["pageLimit"], question.get("page")
    if not isinstance(limit, int) or not 1 <= limit <= LARGEST_PAGE:
        return 422, [f"pageLimit must not be greater than {LARGEST_PAGE}"]
    if page is not None and question.get("searchAfter"):
        return 422, ["page and searchAfter cannot be used together"]
    if page is not None and page * limit > DEEPEST_BY_PAGE:
        return 422, [f"only the first {DEEPEST_BY_PAGE} records can be reached by page"]
    if any(each.get("field") not in _SORTED_BY for each in question.get("sort") or ()):
        return 422, ["sort: unknown field"]
    texts = [each.get("value") for each in _filters(question)] + [question.get("query")]
    if any(isinstance(text, str) and len(text) > 75 for text in texts):
        return 422, ["a text must not be longer than 75 characters"]
    return None


def _filters(question: Mapping[str, Any]) -> list[dict[str, Any]]:
    return list(question.get("filters") or ())


def _order(question: Mapping[str, Any]) -> tuple[str, bool]:
    first = (question.get("sort") or [{"field": "dateUpdated", "direction": "desc"}])[0]
    return first["field"], first.get("direction") == "desc"


def _place(contact: Contact, field: str) -> tuple[int, str]:
    moment = datetime.fromisoformat(contact[field])
    return round(moment.timestamp() * 1000), str(contact["id"])


def _matches(contact: Contact, wanted: Mapping[str, Any]) -> bool:
    if "group" in wanted:
        each = [_matches(contact, inner) for inner in wanted["filters"]]
        return any(each) if wanted["group"] == "OR" else all(each)
    value, given = contact.get(wanted["field"]), wanted.get("value")
    match wanted["operator"]:
        case "eq":
            return bool(value == given)
        case "not_eq":
            return bool(value != given)
        case "contains":
            return str(given).lower() in str(value or "").lower()
        case "not_contains":
            return str(given).lower() not in str(value or "").lower()
        case "exists":
            return value not in (None, "", [])
        case "not_exists":
            return value in (None, "", [])
        case "range":
            bounds = {name: _moment(bound) for name, bound in dict(given or {}).items()}
            moment = _moment(value)
            return (
                ("gte" not in bounds or moment >= bounds["gte"])
                and ("gt" not in bounds or moment > bounds["gt"])
                and ("lte" not in bounds or moment <= bounds["lte"])
                and ("lt" not in bounds or moment < bounds["lt"])
            )
    return False


def _moment(value: Any) -> datetime:
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value / 1000, UTC)
    moment = datetime.fromisoformat(str(value))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
