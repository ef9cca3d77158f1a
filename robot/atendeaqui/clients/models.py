"""What AtendeAqui tells of a client and its team. No `from_dict` ever raises."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Self

from robot.atendeaqui.fields import fields_of, flag, mappings, optional_text, text, whole


@dataclass(frozen=True)
class TeamMember:
    """A user who belongs to a client."""

    id: int
    username: str
    email: str
    full_name: str
    is_primary: bool
    can_create_tickets: bool
    can_view_all_tickets: bool
    can_edit_client: bool
    is_active: bool

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The member in an answer."""
        get = fields_of(data).get
        return cls(
            id=whole(get("id")),
            username=text(get("username")),
            email=text(get("email")),
            full_name=text(get("full_name")),
            is_primary=flag(get("is_primary"), False),
            can_create_tickets=flag(get("can_create_tickets"), True),
            can_view_all_tickets=flag(get("can_view_all_tickets"), True),
            can_edit_client=flag(get("can_edit_client"), False),
            is_active=flag(get("is_active"), True),
        )


@dataclass(frozen=True)
class Client:
    """A client of the organization; `client_id` may be an id of your own."""

    client_id: str
    full_name: str
    email: str
    phone: str
    identification_number: str
    type_identification: str
    birthday: str | None
    observations: str
    is_active: bool
    preferred_language: str
    profession: str
    created_at: str | None
    updated_at: str | None
    team_members: list[TeamMember] = field(default_factory=list)
    team_count: int = 0

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The client in an answer."""
        get = fields_of(data).get
        members = [TeamMember.from_dict(each) for each in mappings(get("team_members"))]
        return cls(
            client_id=text(get("client_id")),
            full_name=text(get("full_name")),
            email=text(get("email")),
            phone=text(get("phone")),
            identification_number=text(get("identification_number")),
            type_identification=text(get("type_identification")),
            birthday=optional_text(get("birthday")),
            observations=text(get("observations")),
            is_active=flag(get("is_active"), True),
            preferred_language=text(get("preferred_language"), "pt-BR"),
            profession=text(get("profession")),
            created_at=optional_text(get("created_at")),
            updated_at=optional_text(get("updated_at")),
            team_members=members,
            team_count=whole(get("team_count"), len(members)),
        )
