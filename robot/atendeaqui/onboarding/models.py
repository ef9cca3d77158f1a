"""What AtendeAqui tells of a flow and of a person's way through it. No `from_dict` ever raises."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from robot.atendeaqui.fields import (
    fields_of,
    flag,
    mapping,
    mappings,
    number,
    optional_number,
    optional_text,
    text,
    texts,
    whole,
)
from robot.atendeaqui.moments import read_moment as _parse_datetime


@dataclass(frozen=True)
class FlowStep:
    """One step of a flow."""

    step_key: str
    title: str
    description: str
    order: int
    is_required: bool
    can_skip: bool
    step_type: str
    step_config: dict[str, Any] = field(default_factory=dict)
    content: str = ""
    content_html: str = ""

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The step in an answer."""
        get = fields_of(data).get
        return cls(
            step_key=text(get("step_key")),
            title=text(get("title")),
            description=text(get("description")),
            order=whole(get("order")),
            is_required=flag(get("is_required"), False),
            can_skip=flag(get("can_skip"), False),
            step_type=text(get("step_type"), "INFO"),
            step_config=mapping(get("step_config")),
            content=text(get("content")),
            content_html=text(get("content_html")),
        )


@dataclass(frozen=True)
class FlowStructure:
    """A flow with its steps."""

    name: str
    description: str
    flow_type: str
    default_language: str
    available_languages: list[str]
    step_count: int
    steps: list[FlowStep]
    flow_config: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The flow in an answer."""
        get = fields_of(data).get
        return cls(
            name=text(get("name")),
            description=text(get("description")),
            flow_type=text(get("flow_type"), "LINEAR"),
            default_language=text(get("default_language"), "pt-BR"),
            available_languages=texts(get("available_languages")),
            step_count=whole(get("step_count")),
            steps=[FlowStep.from_dict(each) for each in mappings(get("steps"))],
            flow_config=mapping(get("flow_config")),
        )


@dataclass(frozen=True)
class UserProgress:
    """How far a person has come in a flow.

    A time that is not written as the API documents it stays the text that it was.
    """

    external_user_id: str
    external_user_name: str | None
    external_user_email: str | None
    flow_name: str
    flow_slug: str | None
    status: str
    current_step_key: str | None
    current_step_title: str | None
    completion_percentage: float
    steps_completed: list[str]
    steps_skipped: list[str]
    step_data: dict[str, Any]
    client_id: str | None
    started_at: datetime | str | None
    completed_at: datetime | str | None
    last_activity_at: datetime | str | None
    email_unsubscribed: bool = False

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The progress in an answer."""
        get = fields_of(data).get
        return cls(
            external_user_id=text(get("external_user_id")),
            external_user_name=optional_text(get("external_user_name")),
            external_user_email=optional_text(get("external_user_email")),
            flow_name=text(get("flow_name")),
            flow_slug=optional_text(get("flow_slug")),
            status=text(get("status"), "NOT_STARTED"),
            current_step_key=optional_text(get("current_step_key")),
            current_step_title=optional_text(get("current_step_title")),
            completion_percentage=number(get("completion_percentage")),
            steps_completed=texts(get("steps_completed")),
            steps_skipped=texts(get("steps_skipped")),
            step_data=mapping(get("step_data")),
            client_id=optional_text(get("client_id")),
            started_at=_parse_datetime(get("started_at")),
            completed_at=_parse_datetime(get("completed_at")),
            last_activity_at=_parse_datetime(get("last_activity_at")),
            email_unsubscribed=flag(get("email_unsubscribed"), False),
        )

    @property
    def is_completed(self) -> bool:
        """Whether all required steps are done, or the flow was completed by hand."""
        return self.status == "COMPLETED"

    @property
    def is_in_progress(self) -> bool:
        """Whether the person is on the way."""
        return self.status == "IN_PROGRESS"

    @property
    def is_abandoned(self) -> bool:
        """Whether the person gave up, or the deadline passed."""
        return self.status == "ABANDONED"


@dataclass(frozen=True)
class WidgetToken:
    """A short-lived token for a widget in the browser; `expires_in` in seconds."""

    token: str = field(repr=False)
    expires_in: int

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The token in an answer."""
        get = fields_of(data).get
        return cls(token=text(get("token")), expires_in=whole(get("expires_in")))


@dataclass(frozen=True)
class FlowAnalytics:
    """A flow's numbers: rates in percent, `average_completion_time` in seconds."""

    total_starts: int
    total_completions: int
    completion_rate: float
    in_progress: int
    abandoned: int
    average_completion_time: float | None
    step_drop_off: dict[str, Any]

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The numbers in an answer."""
        get = fields_of(data).get
        return cls(
            total_starts=whole(get("total_starts")),
            total_completions=whole(get("total_completions")),
            completion_rate=number(get("completion_rate"), 0.0),
            in_progress=whole(get("in_progress")),
            abandoned=whole(get("abandoned")),
            average_completion_time=optional_number(get("average_completion_time")),
            step_drop_off=mapping(get("step_drop_off")),
        )
