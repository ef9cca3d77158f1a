"""Campaigns, their lists ("mailing containers") and the contacts in them.

What sends contacts or makes a list is asked once: its outcome may be unknown (a timeout, a 5xx),
and a blind repetition would double it. Names of lists are not unique at the dialer, so a list is
looked for before it is made.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from robot.cells.words import compared
from robot.http import ApiUnavailable, NotSent, RateLimited, RequestRefused, Transport
from robot.runtime.escaping import escape
from robot.threec.contacts import Contact, wire_items
from robot.threec.known import KnownRequests
from robot.threec.listing import all_records

log = logging.getLogger(__name__)

# items of one request: mailing_sync is meant for about 100, `mailing` refuses more than 300
# (production)
CHUNK = 100

ENDPOINTS = {
    "campaigns": "/campaigns",
    "lists": "/campaigns/{campaign_id}/lists",
    "create_list": "/campaigns/{campaign_id}/lists",
    "contacts": "/campaigns/{campaign_id}/lists/{list_id}/mailing_sync.json",
    "weight": "/campaigns/{campaign_id}/lists/{list_id}/updateWeight",
}
"""Relative to the API's root. `mailing.json` in place of `mailing_sync.json` counts nothing."""

_METHODS = {
    "campaigns": "GET",
    "lists": "GET",
    "create_list": "POST",
    "contacts": "POST",
    "weight": "PUT",
}

_HEADER = ("identifier", "areacodephone", "nome", "cpf", "valor", "url")


class Login(Protocol):
    """What the client needs of `ThreeCAuthClient`."""

    @property
    def transport(self) -> Transport: ...
    @property
    def base_url(self) -> str: ...
    @property
    def known(self) -> KnownRequests: ...


@dataclass(frozen=True)
class Filtered:
    """Something that the dialer left out, and why. `identifier` and `phone` where it says whose."""

    motive: str
    identifier: str | None = None
    phone: str | None = None


@dataclass(frozen=True)
class Imported:
    """What the dialer made of the items sent: how many it took (None = it does not say), and what
    it left out.
    """

    sent: int
    imported: int | None
    filtered: int = 0
    details: tuple[Filtered, ...] = ()

    def plus(self, other: Imported) -> Imported:
        known = self.imported is not None and other.imported is not None
        return Imported(
            self.sent + other.sent,
            (self.imported or 0) + (other.imported or 0) if known else None,
            self.filtered + other.filtered,
            (*self.details, *other.details),
        )


class ThreeCMailingClient:
    """Campaigns and lists by a login (or by anything that has a transport and the API's root).

    `endpoints` replaces or adds paths; see `ENDPOINTS` for their names. Raises ConfigurationError
    for one that does harm.
    """

    def __init__(self, auth: Login, endpoints: Mapping[str, str] | None = None) -> None:
        self._auth = auth
        self._endpoints = {**ENDPOINTS, **(endpoints or {})}
        self._campaign_of: dict[int, int] = {}
        for name, path in (endpoints or {}).items():
            auth.known.add(_METHODS.get(name, "GET"), path)

    def listar_campanhas(self, **filters: str | int) -> list[dict[str, Any]]:
        """Every campaign: `id`, `name`, `paused`, … Filters of the API: `search`, `paused`."""
        return all_records(self._auth.transport, self._url("campaigns"), list(filters.items()))

    def listar_listas(self, campaign_id: int) -> list[dict[str, Any]]:
        """Every list of a campaign: `id`, `name`, `total`, `dialed`, `completed`, `weight`, …"""
        lists = all_records(self._auth.transport, self._url("lists", campaign_id))
        for each in lists:
            if str(each.get("id", "")).isdecimal():
                self._campaign_of[int(each["id"])] = campaign_id
        return lists

    def total_of(self, list_id: int, campaign_id: int) -> int | None:
        """How many contacts a list holds now; None when it is gone, or the dialer does not say."""
        shown = next(
            (
                each
                for each in self.listar_listas(campaign_id)
                if str(each.get("id")) == str(list_id)
            ),
            None,
        )
        return _whole(shown.get("total")) if shown else None

    def find_list(self, name: str, campaign_id: int) -> dict[str, Any] | None:
        """The list of that name; of several the newest, told in the log."""
        lists = self.listar_listas(campaign_id)
        found = [each for each in lists if compared(str(each.get("name", ""))) == compared(name)]
        if len(found) > 1:
            log.warning(
                "Campaign %d has %d lists named %r: the newest is used.",
                campaign_id,
                len(found),
                name,
            )
        return max(found, key=lambda each: int(each["id"]), default=None)

    def criar_mailing_container(self, name: str, campaign_id: int) -> dict[str, Any]:
        """The campaign's list of that name, made if there is none: `mailing_id`, `name`,
        `campaign_id`, `created`, `total`.

        Raises ApiUnavailable when the making has an unknown outcome and the list is not there: look
        again later.
        """
        there = self.find_list(name, campaign_id)
        if there is None:
            try:
                number, created = self._create(name, campaign_id), True
            except (NotSent, RateLimited):
                raise
            except ApiUnavailable as error:
                # it may have been made before the answer was lost
                there = self.find_list(name, campaign_id)
                if there is None:
                    raise ApiUnavailable(
                        (
                            f"The list {name!r} was asked for, and the answer was lost:"
                            f" {error.message}"
                        ),
                        (
                            "Start again in some minutes: the list is looked for before another is"
                            " made."
                        ),
                    ) from None
        if there is not None:
            number, created = int(there["id"]), False
        self._campaign_of[number] = campaign_id
        total = _whole(there.get("total")) if there else 0
        return {
            "mailing_id": number,
            "name": name,
            "campaign_id": campaign_id,
            "created": created,
            "total": total,
        }

    def _create(self, name: str, campaign_id: int) -> int:
        form = {
            "name": name,
            **{f"header[{place}]": column for place, column in enumerate(_HEADER)},
        }
        url = self._url("create_list", campaign_id)
        body = self._once(lambda http: http.send("POST", url, form=form).body)
        data = body.get("data") if isinstance(body, dict) else None
        number = _whole(data.get("id")) if isinstance(data, dict) else None
        if number is None:
            raise ApiUnavailable(f"POST {url}: the answer does not tell the new list's id.")
        return number

    def enviar_mailing_json(
        self,
        mailing_id: int,
        contacts: Iterable[Mapping[str, Any] | Contact],
        *,
        campaign_id: int | None = None,
    ) -> Imported:
        """Send contacts, 100 items a request, each request once. Raises what `send_items` raises.

        When a later request fails, the error's message says how many items went before it.
        """
        campaign = self._campaign(mailing_id, campaign_id)
        items = wire_items(
            each.to_dict() if isinstance(each, Contact) else each for each in contacts
        )
        result = Imported(0, 0)
        for start in range(0, len(items), CHUNK):
            try:
                result = result.plus(
                    self.send_items(campaign, mailing_id, items[start : start + CHUNK])
                )
            except (ApiUnavailable, RateLimited, RequestRefused) as error:
                error.args = (f"{error.message} {start} of {len(items)} items were sent before.",)
                error.message = error.args[0]
                raise
        return result

    def send_items(
        self, campaign_id: int, list_id: int, items: Sequence[Mapping[str, Any]]
    ) -> Imported:
        """Send up to 300 items in one request, once.

        Raises FatalError, RateLimited, NotSent (nothing was taken); any other ApiUnavailable:
        nobody knows what was taken.
        """
        url = self._url("contacts", campaign_id, list_id)
        answer = self._once(
            lambda http: http.send("POST", url, body=[dict(item) for item in items])
        )
        return _imported(answer.body, len(items), url)

    def ajustar_peso_mailing(
        self, mailing_id: int, weight: int, *, campaign_id: int | None = None
    ) -> None:
        """Set how often the list is dialled against the others; 0 = never.

        Safe to repeat, so it is repeated.
        """
        url = self._url("weight", self._campaign(mailing_id, campaign_id), mailing_id)
        self._auth.transport.repeat(
            lambda: self._auth.transport.send("PUT", url, body={"weight": weight})
        )

    def _once(self, call: Callable[[Transport], Any]) -> Any:
        """One request; after a 401, which has done nothing, once more with a new token."""
        transport = self._auth.transport
        return transport.renewing(lambda: call(transport))

    def _campaign(self, list_id: int, given: int | None) -> int:
        campaign = self._campaign_of.get(list_id) if given is None else given
        if campaign is None:
            raise ValueError(
                f"the campaign of list {list_id} is not known: give campaign_id, or list its"
                " campaign first"
            )
        return campaign

    def _url(self, endpoint: str, campaign_id: int = 0, list_id: int = 0) -> str:
        path = self._endpoints[endpoint].format(
            campaign_id=campaign_id, list_id=list_id, mailing_id=list_id
        )
        return f"{self._auth.base_url}/{path.lstrip('/')}"


def _imported(body: Any, sent: int, url: str) -> Imported:
    """Understand `{"data": {"imported": {"quantity": N}, "filtered": {"quantity": n, "details":
    [{"motive": …}]}}}`.
    """
    if body is None:  # 204 of mailing.json: taken, with no word of what was filtered
        return Imported(sent, None)
    data = body.get("data") if isinstance(body, dict) else None
    imported = data.get("imported") if isinstance(data, dict) else None
    quantity = _whole(imported.get("quantity")) if isinstance(imported, dict) else None
    if not isinstance(data, dict) or quantity is None:
        raise ApiUnavailable(f"POST {url}: the answer does not tell how many contacts were taken.")
    filtered = data.get("filtered")
    if not isinstance(filtered, dict):
        filtered = {}
    listed = filtered.get("details")
    details = tuple(_detail(each) for each in listed) if isinstance(listed, list) else ()
    count = _whole(filtered.get("quantity")) or 0
    # what was not imported was filtered, told or not
    return Imported(sent, quantity, max(count, sent - quantity), details)


def _detail(value: Any) -> Filtered:
    if not isinstance(value, dict):
        return Filtered(escape(str(value)))
    phone = value.get("phone")
    identifier = value.get("identifier")
    return Filtered(
        escape(str(value.get("motive") or "no motive given")),
        None if identifier is None else str(identifier),
        None if phone is None else str(phone),
    )


def _whole(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, str) and value.isdecimal() else None
