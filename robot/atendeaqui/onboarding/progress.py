"""A person's way through a flow: what an application tells AtendeAqui while it happens.

These calls need the flow's key (its public UUID) and no `api_token`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from robot.atendeaqui.connection import Connection, record
from robot.atendeaqui.moments import occurred_at_text
from robot.atendeaqui.onboarding.models import FlowStructure, UserProgress, WidgetToken
from robot.atendeaqui.paths import require_header_value, segment


class ProgressCalls:
    """The calls of a flow's key.

    `flow_key` is needed where the client was made without one. `occurred_at` says when something
    happened, for what is sent later: a datetime with a time zone, or such a text in ISO 8601;
    without it the API takes its own clock. ValueError for a moment without a zone.
    """

    def __init__(self, http: Connection, default_flow_key: str | None = None) -> None:
        self._http = http
        self._default_flow_key = default_flow_key

    def get_structure(
        self, flow_key: str | None = None, language: str | None = None
    ) -> FlowStructure:
        """The flow with its steps, in its default language or another (`en-US`)."""
        flow, headers = self._flow(flow_key)
        answer = self._http.get(f"{flow}structure/", {"language": language or None}, headers)
        return FlowStructure.from_dict(record(answer))

    def start_flow(
        self,
        user_id: str,
        flow_key: str | None = None,
        name: str | None = None,
        email: str | None = None,
        metadata: dict[str, Any] | None = None,
        client_id: str | None = None,
        occurred_at: datetime | str | None = None,
    ) -> UserProgress:
        """Begin the flow for a person, or give the progress of one who has begun.

        `user_id` is the person's id in your system; `client_id` links the client who it is.
        Repeated after a fault: a second time changes nothing.
        """
        flow, headers = self._flow(flow_key)
        fields = {
            "name": name,
            "external_user_email": email,
            "metadata": metadata,
            "client_id": client_id,
        }
        body: dict[str, Any] = {"external_user_id": user_id}
        body |= {field: value for field, value in fields.items() if value}
        answer = self._http.post(f"{flow}start/", _at(occurred_at, body), headers, repeat=True)
        return UserProgress.from_dict(record(answer))

    def get_progress(self, user_id: str, flow_key: str | None = None) -> UserProgress:
        """How far a person is. Raises NotFoundError for one who never began."""
        path, headers = self._person(user_id, flow_key)
        return UserProgress.from_dict(record(self._http.get(path, headers=headers)))

    def complete_step(
        self,
        user_id: str,
        step_key: str,
        flow_key: str | None = None,
        step_data: dict[str, Any] | None = None,
        occurred_at: datetime | str | None = None,
    ) -> UserProgress:
        """A step is done; with the last required one the flow is COMPLETED by itself.

        `step_data` is free JSON: put no secrets in it. Repeated after a fault. Raises
        StepNotFoundError.
        """
        body = {"step_key": step_key, **({"step_data": step_data} if step_data else {})}
        return self._tell("complete-step", user_id, flow_key, _at(occurred_at, body), repeat=True)

    def start_step(
        self,
        user_id: str,
        step_key: str,
        flow_key: str | None = None,
        metadata: dict[str, Any] | None = None,
        occurred_at: datetime | str | None = None,
    ) -> UserProgress:
        """A person has begun a step, which is not done by that. Raises StepNotFoundError."""
        body = {"step_key": step_key, **({"metadata": metadata} if metadata else {})}
        return self._tell("start-step", user_id, flow_key, _at(occurred_at, body))

    def complete_steps(
        self, user_id: str, steps: Sequence[dict[str, Any]], flow_key: str | None = None
    ) -> UserProgress:
        """Several steps are done: each a `step_key`, and where wanted `step_data`, `occurred_at`.

        Raises ValidationError when one of them is unknown.
        """
        items = []
        for step in steps:
            rest = {name: value for name, value in step.items() if name != "occurred_at"}
            items.append(_at(step.get("occurred_at"), rest))
        return self._tell("complete-steps", user_id, flow_key, {"steps": items})

    def skip_step(
        self,
        user_id: str,
        step_key: str,
        flow_key: str | None = None,
        occurred_at: datetime | str | None = None,
    ) -> UserProgress:
        """A person leaves a step out. Repeated after a fault.

        Raises StepNotSkippableError for a required step.
        """
        body = _at(occurred_at, {"step_key": step_key})
        return self._tell("skip-step", user_id, flow_key, body, repeat=True)

    def complete_flow(
        self,
        user_id: str,
        flow_key: str | None = None,
        occurred_at: datetime | str | None = None,
    ) -> UserProgress:
        """The flow is done, whatever its steps say."""
        return self._tell("complete", user_id, flow_key, _at(occurred_at, {}))

    def restart_flow(
        self,
        user_id: str,
        flow_key: str | None = None,
        occurred_at: datetime | str | None = None,
    ) -> UserProgress:
        """From zero again: what was done is wiped."""
        return self._tell("restart", user_id, flow_key, _at(occurred_at, {}))

    def abandon_flow(
        self,
        user_id: str,
        flow_key: str | None = None,
        occurred_at: datetime | str | None = None,
    ) -> UserProgress:
        """The person gave up."""
        return self._tell("abandon", user_id, flow_key, _at(occurred_at, {}))

    def update_metadata(
        self,
        user_id: str,
        metadata: dict[str, Any],
        flow_key: str | None = None,
        occurred_at: datetime | str | None = None,
    ) -> UserProgress:
        """Merge these data into what is known of a person. Repeated after a fault."""
        path, headers = self._person(user_id, flow_key)
        body = _at(occurred_at, {"metadata": metadata})
        answer = self._http.patch(f"{path}metadata/", body, headers, repeat=True)
        return UserProgress.from_dict(record(answer))

    def get_widget_token(
        self,
        flow_key: str | None = None,
        user_id: str | None = None,
        client_id: str | None = None,
        ttl: int = 600,
    ) -> WidgetToken:
        """A token for a widget in the browser, `ttl` seconds long (60 to 3600).

        The browser gets this one, never the `api_token`.
        """
        _, headers = self._flow(flow_key)
        body: dict[str, Any] = {"ttl": ttl}
        if user_id:
            body["external_user_id"] = user_id
        if client_id:
            body["client_id"] = client_id
        answer = self._http.post("onboarding/auth/token/", body, headers)
        return WidgetToken.from_dict(record(answer))

    def _tell(
        self,
        what: str,
        user_id: str,
        flow_key: str | None,
        body: dict[str, Any],
        *,
        repeat: bool = False,
    ) -> UserProgress:
        path, headers = self._person(user_id, flow_key)
        answer = self._http.post(f"{path}{what}/", body, headers, repeat=repeat)
        return UserProgress.from_dict(record(answer))

    def _person(self, user_id: str, flow_key: str | None) -> tuple[str, dict[str, str]]:
        flow, headers = self._flow(flow_key)
        return f"{flow}progress/{segment('user_id', user_id)}/", headers

    def _flow(self, flow_key: str | None) -> tuple[str, dict[str, str]]:
        """The flow's path and its header."""
        key = flow_key or self._default_flow_key
        if not key:
            raise ValueError(
                "flow_key is needed: give it to the method, or to AtendeAquiClient(flow_key=...)"
            )
        require_header_value("flow_key", key)
        return f"onboarding/{segment('flow_key', key)}/", {"X-Onboarding-Key": key}


def _at(moment: datetime | str | None, body: dict[str, Any]) -> dict[str, Any]:
    """The body, with when it happened where that is known."""
    written = occurred_at_text(moment)
    return {**body, "occurred_at": written} if written else body
