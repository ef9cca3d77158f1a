"""The flows of the organization and who is in them. Needs the `api_token`.

A flow has two names: its slug here, its key (UUID) in the calls of `progress`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from robot.atendeaqui.connection import Connection, record, records
from robot.atendeaqui.onboarding.models import FlowAnalytics
from robot.atendeaqui.pages import walk
from robot.atendeaqui.paths import segment
from robot.http import Answer


class FlowCalls:
    """Flows, their numbers, and the progress of everybody in them."""

    _http: Connection

    def list_flows(self, page: int = 1, page_size: int = 50) -> list[dict[str, Any]]:
        """One page of the flows: `name`, `slug`, `total_starts`, `completion_rate` and more."""
        query = {"page": page, "page_size": page_size}
        return records(self._http.get("onboarding/flows/", query))

    def get_flow(self, slug: str) -> dict[str, Any]:
        """All of one flow."""
        return record(self._http.get(flow_path(slug)))

    def update_flow(self, slug: str, **fields: Any) -> dict[str, Any]:
        """Change the named fields of a flow; each only its own, and None removes it.

        Known: name, description, is_active, step_stalled_after_hours, email_deadline_days,
        auto_abandon_on_deadline, email_provider_config, email_from_name, email_blocks,
        email_dimensions, email_message_stream, email_brand. Do not send `flow_config`: it would
        replace all of them at once. ValueError without a field.
        """
        require_fields(fields)
        return record(self._http.patch(flow_path(slug), fields))

    def get_analytics(self, slug: str) -> FlowAnalytics:
        """A flow's numbers."""
        return FlowAnalytics.from_dict(record(self._http.get(f"{flow_path(slug)}analytics/")))

    def list_progress(self, slug: str, page: int = 1, page_size: int = 50) -> list[dict[str, Any]]:
        """One page of the progress of all who are in a flow; `UserProgress.from_dict` reads it."""
        return records(self._progress(slug, page, page_size))

    def iter_progress(self, slug: str, page_size: int = 50) -> Iterator[dict[str, Any]]:
        """The progress of all who are in a flow, each once; pages are read when needed."""
        return walk(
            lambda page: self._progress(slug, page, page_size),
            lambda each: str(each.get("external_user_id") or each),
        )

    def _progress(self, slug: str, page: int, page_size: int) -> Answer:
        query = {"page": page, "page_size": page_size}
        return self._http.get(f"{flow_path(slug)}progress/", query)


def flow_path(slug: str) -> str:
    """The path of a flow by its slug."""
    return f"onboarding/flows/{segment('slug', slug)}/"


def require_fields(fields: dict[str, Any]) -> None:
    """Raise ValueError where nothing would be changed."""
    if not fields:
        raise ValueError("name at least one field to change")
