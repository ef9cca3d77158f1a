"""The contacts of one sub-account, as the API gives them."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from robot.gohighlevel.api import api_of
from robot.gohighlevel.auth import GoHighLevelAuth
from robot.gohighlevel.private_token import PrivateToken
from robot.http import ApiUnavailable, RequestRefused, Throttle, Transport

LARGEST_PAGE = 500  # contacts; the API refuses more
_AT_ONCE = 4
_BY_AGE = ({"field": "dateAdded", "direction": "asc"},)

Contact = Mapping[str, Any]


@dataclass(frozen=True)
class ContactPage:
    """One answer of the search. `next_after` goes into the next question; None on the last page."""

    contacts: Sequence[Contact]
    total: int
    next_after: Sequence[Any] | None


@dataclass(frozen=True)
class Checked:
    """What a first look told: the sub-account, and how many contacts it has."""

    location_id: str
    contacts: int


class GoHighLevelClient:
    """Asks for contacts. `transport` is for who has one already (its own throttle, its network)."""

    def __init__(
        self,
        auth: GoHighLevelAuth | PrivateToken,
        *,
        transport: Transport | None = None,
        stop: threading.Event | None = None,
    ) -> None:
        self._auth = auth
        api = api_of(auth, auth.api_version)
        self._http = transport or Transport(
            api,
            throttle=Throttle(_AT_ONCE, api.quota, stop=stop),
            timeout_seconds=30.0,
            stop=stop,
            network=auth.network,
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    @property
    def location_id(self) -> str:
        """The sub-account. Raises as the auth's `credentials`, and ConfigurationError."""
        return self._auth.location_id

    def check(self) -> Checked:
        """Read one contact: the token opens the sub-account. Raises SyncError,
        ConfigurationError.
        """
        page = self.search(page_limit=1)
        return Checked(self.location_id, page.total)

    def search(
        self,
        *,
        page_limit: int = LARGEST_PAGE,
        after: Sequence[Any] | None = None,
        filters: Sequence[Mapping[str, Any]] = (),
        sort: Sequence[Mapping[str, str]] = _BY_AGE,
    ) -> ContactPage:
        """One page of contacts, by age unless told otherwise.

        `after` is `next_after` of the page before. Raises FatalError, RetriableError (the last
        one), ConfigurationError, Interrupted.
        """
        more: dict[str, Any] = {"filters": list(filters)} if filters else {}
        if after is not None:
            more["searchAfter"] = list(after)

        def ask() -> ContactPage:
            place = {"locationId": self.location_id, "pageLimit": page_limit, "sort": list(sort)}
            url = f"{self._auth.base_url}/contacts/search"
            return _page(self._http.send("POST", url, body={**place, **more}).body)

        return self._http.repeat(ask)

    def contacts(self, **question: Any) -> Iterator[Contact]:
        """Every contact that a search gives, page after page.

        Raises as `search`, and ApiUnavailable where the API gives the same page again.
        """
        after: Sequence[Any] | None = None
        while True:
            page = self.search(after=after, **question)
            yield from page.contacts
            if page.next_after is None:
                return
            if page.next_after == after:
                raise ApiUnavailable("POST /contacts/search gives the same page again.")
            after = page.next_after

    def contact(self, contact_id: str) -> Contact | None:
        """One contact; None where the API says that there is none."""
        url = f"{self._auth.base_url}/contacts/{quote(contact_id, safe='')}"
        try:
            found = self._http.get(url).body
        except RequestRefused as error:
            if error.status in {400, 404} and _says_gone(error, contact_id):
                return None
            raise
        contact = found.get("contact") if isinstance(found, dict) else None
        if not isinstance(contact, dict):
            raise ApiUnavailable('GET /contacts/{id}: the answer has no object "contact".')
        return contact

    def custom_fields(self) -> dict[str, str]:
        """The names of the contacts' own fields of this sub-account, by their ids."""
        url = f"{self._auth.base_url}/locations/{quote(self.location_id, safe='')}/customFields"
        answer = self._http.get(url, [("model", "contact")]).body
        fields = answer.get("customFields") if isinstance(answer, dict) else None
        if not isinstance(fields, list):
            raise ApiUnavailable('GET …/customFields: the answer has no list "customFields".')
        return {
            str(each["id"]): str(each.get("name", ""))
            for each in fields
            if isinstance(each, dict) and "id" in each
        }


def _says_gone(error: RequestRefused, contact_id: str) -> bool:
    """A 404 in the API's own form, or its sentence: other refusals do not say so."""
    said = str(error.body).lower() if error.body is not None else ""
    sentence = "not found" in said and contact_id.lower() in said
    return sentence or (error.status == 404 and isinstance(error.body, dict))


def _page(body: Any) -> ContactPage:
    contacts = body.get("contacts") if isinstance(body, dict) else None
    total = body.get("total") if isinstance(body, dict) else None
    if not isinstance(contacts, list) or not all(isinstance(each, dict) for each in contacts):
        raise ApiUnavailable('POST /contacts/search: the answer has no list "contacts".')
    if not isinstance(total, int) or isinstance(total, bool):
        raise ApiUnavailable('POST /contacts/search: the answer has no number "total".')
    last = contacts[-1].get("searchAfter") if contacts else None
    return ContactPage(contacts, total, last if isinstance(last, list) and last else None)
