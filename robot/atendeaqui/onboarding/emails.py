"""The e-mails of a flow: rules, logs, pieces of text, subscriptions. Needs the `api_token`.

An e-mail is put together from approved pieces; nothing goes out that nobody approved, and a new
rule only simulates. Event types: flow_started, step_completed, step_stalled, reminder,
flow_completed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from robot.atendeaqui.connection import Connection, Query, record, records
from robot.atendeaqui.moments import filter_text
from robot.atendeaqui.onboarding.flows import flow_path, require_fields
from robot.atendeaqui.paths import segment


class EmailCalls:
    """What decides the e-mails of a flow, and what became of them."""

    _http: Connection

    def get_email_rules(self, slug: str) -> list[dict[str, Any]]:
        """Every rule of a flow, active or not."""
        return records(self._http.get(f"{flow_path(slug)}email-rules/"))

    def create_email_rule(self, slug: str, event_type: str, **fields: Any) -> dict[str, Any]:
        """The rule of an event, one for each; it begins by simulating.

        Known fields: is_enabled, send_mode (simulate, send), email_provider_config, delay_minutes,
        reminder_after_hours (a `reminder` needs it), max_reminders, send_only_business_hours.
        """
        body = {"event_type": event_type, **fields}
        return record(self._http.post(f"{flow_path(slug)}email-rules/", body))

    def update_email_rule(self, slug: str, rule_id: int, **fields: Any) -> dict[str, Any]:
        """Change the named fields of a rule.

        `send_mode="send"` needs a provider, and the flow's email_from_name and email_brand.footer.
        ValueError without a field.
        """
        require_fields(fields)
        return record(self._http.patch(_rule(slug, rule_id), fields))

    def delete_email_rule(self, slug: str, rule_id: int) -> None:
        """Delete a rule."""
        self._http.delete(_rule(slug, rule_id))

    def list_email_logs(
        self,
        slug: str,
        status: str | None = None,
        event_type: str | None = None,
        user_id: str | None = None,
        created_after: date | str | None = None,
        created_before: date | str | None = None,
        page: int = 1,
        page_size: int = 50,
    ) -> list[dict[str, Any]]:
        """One page of the e-mails of a flow, newest first, without their text.

        `status`: pending, queued, sent, failed, skipped. Bounds are dates, or dates and times.
        """
        query = {
            **_filters(status, event_type, user_id, created_after, created_before),
            "page": page,
            "page_size": page_size,
        }
        return records(self._http.get(f"{flow_path(slug)}email-logs/", query))

    def get_email_logs_summary(
        self,
        slug: str,
        status: str | None = None,
        event_type: str | None = None,
        user_id: str | None = None,
        created_after: date | str | None = None,
        created_before: date | str | None = None,
    ) -> dict[str, Any]:
        """`total`, and `by_event_type` with total, opened, clicked, bounced and by_status."""
        query = _filters(status, event_type, user_id, created_after, created_before)
        return record(self._http.get(f"{flow_path(slug)}email-logs/summary/", query))

    def list_email_pieces(
        self,
        slug: str,
        block: str | None = None,
        event_type: str | None = None,
        step_key: str | None = None,
        status: str | None = None,
        language: str | None = None,
        conditions: dict[str, Any] | None = None,
        page: int = 1,
        page_size: int = 50,
    ) -> list[dict[str, Any]]:
        """One page of the pieces of a flow; `status`: draft, approved, archived."""
        query = {
            "block": block,
            "event_type": event_type,
            "step_key": step_key,
            "status": status,
            "language": language,
            "page": page,
            "page_size": page_size,
            "condition": [f"{name}:{value}" for name, value in (conditions or {}).items()],
        }
        return records(self._http.get(_pieces(slug), query))

    def get_email_piece(self, slug: str, piece_id: int) -> dict[str, Any]:
        """A piece with its versions, and the problems that bar its approval."""
        return record(self._http.get(_piece(slug, piece_id)))

    def create_email_piece(
        self,
        slug: str,
        block: str,
        body: str,
        subject: str | None = None,
        event_type: str | None = None,
        step_key: str | None = None,
        conditions: dict[str, Any] | None = None,
        language: str | None = None,
        preheader: str | None = None,
        cta_label: str | None = None,
        source: str | None = None,
    ) -> dict[str, Any]:
        """A new draft. Block `corpo` is the e-mail itself and needs a subject.

        Variables: {NOME}, {ETAPA}, {LINK_ETAPA}, {PROGRESSO}, {DADO:key}, in `corpo` {BLOCO:name}.
        `event_type`, `step_key` and `conditions` say where it counts. `source`: manual, ai.
        """
        fields = {
            "subject": subject,
            "event_type": event_type,
            "step_key": step_key,
            "conditions": conditions,
            "language": language,
            "preheader": preheader,
            "cta_label": cta_label,
            "source": source,
        }
        sent = {"block": block, "body": body, **_given(fields)}
        return record(self._http.post(_pieces(slug), sent))

    def update_email_piece(self, slug: str, piece_id: int, **fields: Any) -> dict[str, Any]:
        """Change a piece. One that is no draft stays; what comes back is a new draft, a new `id`.

        ValueError without a field.
        """
        require_fields(fields)
        return record(self._http.patch(_piece(slug, piece_id), fields))

    def delete_email_piece(self, slug: str, piece_id: int) -> None:
        """Delete a draft; others are archived."""
        self._http.delete(_piece(slug, piece_id))

    def approve_email_piece(self, slug: str, piece_id: int) -> dict[str, Any]:
        """Approve a piece; the one that was approved before it is archived.

        Raises ValidationError, whose `response.json()["problems"]` holds what is wrong with it.
        """
        return record(self._http.post(f"{_piece(slug, piece_id)}approve/"))

    def archive_email_piece(self, slug: str, piece_id: int) -> dict[str, Any]:
        """Use a piece no longer."""
        return record(self._http.post(f"{_piece(slug, piece_id)}archive/"))

    def preview_email(
        self,
        slug: str,
        event_type: str,
        step_key: str | None = None,
        user_id: str | None = None,
        name: str | None = None,
        metadata: dict[str, Any] | None = None,
        steps_completed: Sequence[str] | None = None,
        language: str | None = None,
        include_drafts: bool = True,
    ) -> dict[str, Any]:
        """An event's e-mail as it would be, for a real person (`user_id`) or an invented one.

        Nothing is sent. `subject`, `preheader`, `body_text`, `body_html`, `language`,
        `missing_reason`, `pieces`, `choices`.
        """
        fields = {
            "step_key": step_key,
            "external_user_id": user_id,
            "name": name,
            "metadata": metadata,
            "steps_completed": steps_completed,
            "language": language,
        }
        body = {"event_type": event_type, "include_drafts": include_drafts, **_given(fields)}
        return record(self._http.post(f"{_pieces(slug)}preview/", body))

    def get_email_coverage(self, slug: str, language: str | None = None) -> dict[str, Any]:
        """What is approved, what is a draft, and `events_without_generic_body`."""
        query = {"language": language or None}
        return record(self._http.get(f"{_pieces(slug)}coverage/", query))

    def set_email_subscription(self, slug: str, user_id: str, unsubscribed: bool) -> dict[str, Any]:
        """Stop a person's e-mails (True, which empties the queue) or allow them again (False).

        Allow them with the person's consent only.
        """
        path = f"{flow_path(slug)}progress/{segment('user_id', user_id)}/email-subscription/"
        return record(self._http.patch(path, {"unsubscribed": bool(unsubscribed)}))


def _rule(slug: str, rule_id: int) -> str:
    return f"{flow_path(slug)}email-rules/{segment('rule_id', rule_id)}/"


def _pieces(slug: str) -> str:
    return f"{flow_path(slug)}email-pieces/"


def _piece(slug: str, piece_id: int) -> str:
    return f"{_pieces(slug)}{segment('piece_id', piece_id)}/"


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _filters(
    status: str | None,
    event_type: str | None,
    user_id: str | None,
    created_after: date | str | None,
    created_before: date | str | None,
) -> Query:
    return {
        "status": status or None,
        "event_type": event_type or None,
        "external_user_id": user_id or None,
        "created_after": filter_text(created_after) or None,
        "created_before": filter_text(created_before) or None,
    }
