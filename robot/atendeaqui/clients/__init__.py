"""`client.clients`: clients and their teams. Needs the `api_token`.

A client cannot be deleted or searched for. None of the writes is repeated by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from robot.atendeaqui.clients.models import Client, TeamMember
from robot.atendeaqui.connection import Connection, record, records
from robot.atendeaqui.pages import walk
from robot.atendeaqui.paths import segment
from robot.http import Answer

_LARGEST_PAGE = 50
_Clients: TypeAlias = list[Client]  # in the class, `list` is a method
_Team: TypeAlias = list[TeamMember]


class ClientsModule:
    """Clients and their teams. Every method raises the errors of `AtendeAquiError`."""

    def __init__(self, http: Connection) -> None:
        self._http = http

    def list(self, page: int = 1, page_size: int = _LARGEST_PAGE) -> _Clients:
        """One page of the clients; the API gives 50 at most."""
        return [Client.from_dict(each) for each in records(self._page(page, page_size))]

    def iter_clients(self, page_size: int = _LARGEST_PAGE) -> Iterator[Client]:
        """Every client, each once; the next page is read when it is needed."""
        found = walk(
            lambda page: self._page(page, page_size),
            lambda each: str(each.get("client_id") or each),
        )
        return map(Client.from_dict, found)

    def get(self, client_id: str) -> Client:
        """One client."""
        return Client.from_dict(record(self._http.get(_client(client_id))))

    def create(
        self,
        full_name: str,
        email: str = "",
        phone: str = "",
        identification_number: str = "",
        type_identification: str = "",
        birthday: str | None = None,
        observations: str = "",
        preferred_language: str = "pt-BR",
        client_id: str | None = None,
    ) -> Client:
        """A new client; `birthday` as YYYY-MM-DD.

        Without a `client_id` of your own the API makes one. Sent once: after a lost answer
        (`error.outcome_unknown`) read the client by its id before you create it again.
        """
        fields = {
            "client_id": client_id,
            "email": email,
            "phone": phone,
            "identification_number": identification_number,
            "type_identification": type_identification,
            "birthday": birthday,
            "observations": observations,
        }
        body = {"full_name": full_name, **{name: each for name, each in fields.items() if each}}
        if preferred_language != "pt-BR":
            body["preferred_language"] = preferred_language
        return Client.from_dict(record(self._http.post("clients/", body)))

    def update(self, client_id: str, **fields: Any) -> Client:
        """Change the named fields, and no others."""
        return Client.from_dict(record(self._http.patch(_client(client_id), fields)))

    def get_team(self, client_id: str) -> _Team:
        """Every member of a client's team."""
        answer = self._http.get(f"{_client(client_id)}team/")
        return [TeamMember.from_dict(each) for each in records(answer)]

    def add_team_member(
        self,
        client_id: str,
        user_email: str | None = None,
        user_id: int | None = None,
        is_primary: bool = False,
        can_create_tickets: bool = True,
        can_view_all_tickets: bool = True,
        can_edit_client: bool = False,
        notes: str = "",
    ) -> TeamMember:
        """Add a user by `user_id`, or by `user_email`, which makes the user where there is none."""
        body: dict[str, Any] = {
            "is_primary": is_primary,
            "can_create_tickets": can_create_tickets,
            "can_view_all_tickets": can_view_all_tickets,
            "can_edit_client": can_edit_client,
        }
        if user_email:
            body["user_email"] = user_email
        if user_id is not None:
            body["user_id"] = user_id
        if notes:
            body["notes"] = notes
        answer = self._http.post(f"{_client(client_id)}add-team-member/", body)
        return TeamMember.from_dict(record(answer))

    def update_team_member(self, client_id: str, member_id: int, **fields: Any) -> TeamMember:
        """Change the named fields of a member, and no others."""
        path = f"{_client(client_id)}update-team-member/{segment('member_id', member_id)}/"
        return TeamMember.from_dict(record(self._http.patch(path, fields)))

    def remove_team_member(self, client_id: str, member_id: int) -> None:
        """Take a member out of the team; the API keeps it, inactive."""
        path = f"{_client(client_id)}remove-team-member/{segment('member_id', member_id)}/"
        self._http.delete(path)

    def _page(self, page: int, page_size: int) -> Answer:
        return self._http.get("clients/", {"page": page, "page_size": page_size})


def _client(client_id: str) -> str:
    return f"clients/{segment('client_id', client_id)}/"
