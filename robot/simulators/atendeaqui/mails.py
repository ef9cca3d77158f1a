"""The e-mails of a flow: rules, the log of what was made, and who wants none."""

import re
from collections import Counter
from typing import Any

from robot.simulators.answer import Answer
from robot.simulators.atendeaqui.answers import Asked, Refused, nothing, ok
from robot.simulators.atendeaqui.world import Flow, World

EVENTS = ("flow_started", "step_completed", "step_stalled", "reminder", "flow_completed")
_USUAL: dict[str, Any] = {
    "is_enabled": True,
    "send_mode": "simulate",
    "email_provider_config": None,
    "delay_minutes": 0,
    "reminder_after_hours": None,
    "max_reminders": 1,
    "send_only_business_hours": False,
}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def rules(_: World, __: Asked, flow: Flow) -> Answer:
    """A bare list."""
    return ok(flow.rules)


def create_rule(world: World, asked: Asked, flow: Flow) -> Answer:
    """One rule an event; it begins by simulating."""
    sent = asked.fields
    event = sent.get("event_type")
    if event not in EVENTS or any(rule["event_type"] == event for rule in flow.rules):
        raise Refused("VALIDATION_ERROR", "event_type inválido ou já usado em uma regra.")
    rule = {"id": world.next_id(), "event_type": event, **_USUAL, **sent}
    _check_rule(flow, rule)
    flow.rules.append(rule)
    return ok(rule, 201)


def update_rule(_: World, asked: Asked, flow: Flow, number: str) -> Answer:
    """Change the fields that were sent."""
    rule = _rule(flow, number)
    _check_rule(flow, {**rule, **asked.fields})
    rule |= asked.fields
    return ok(rule)


def delete_rule(_: World, __: Asked, flow: Flow, number: str) -> Answer:
    """Take a rule away."""
    flow.rules.remove(_rule(flow, number))
    return nothing()


def found_logs(flow: Flow, asked: Asked) -> list[dict[str, Any]]:
    """The log, newest first, as the filters want it."""
    found = list(reversed(flow.logs))
    for name in ("status", "event_type", "external_user_id"):
        if wanted := asked.first(name):
            found = [log for log in found if log[name] == wanted]
    for name, later in (("created_after", True), ("created_before", False)):
        if not (bound := asked.first(name)):
            continue
        if not _DAY.match(bound):
            raise Refused("VALIDATION_ERROR", f"{name} inválido.")
        found = [log for log in found if (log["created_at"] >= bound) is later]
    return found


def summary(_: World, asked: Asked, flow: Flow) -> Answer:
    """Totals by event."""
    logs = found_logs(flow, asked)
    events = sorted({log["event_type"] for log in logs})
    by_event = []
    for event in events:
        of_event = [log for log in logs if log["event_type"] == event]
        statuses = Counter(log["status"] for log in of_event)
        counts = {"total": len(of_event), "opened": 0, "clicked": 0, "bounced": 0}
        by_event.append({"event_type": event, **counts, "by_status": dict(statuses)})
    return ok({"total": len(logs), "by_event_type": by_event})


def subscribe(world: World, asked: Asked, flow: Flow, found: dict[str, Any]) -> Answer:
    """Stop or allow the e-mails of a person; stopping them empties the queue."""
    wanted = asked.fields.get("unsubscribed")
    if not isinstance(wanted, bool):
        raise Refused("VALIDATION_ERROR", "unsubscribed deve ser verdadeiro ou falso.")
    user = found["external_user_id"]
    found["email_unsubscribed"] = wanted
    if wanted:
        queued = ("pending", "queued")
        flow.logs = [
            log
            for log in flow.logs
            if log["external_user_id"] != user or log["status"] not in queued
        ]
    return ok(
        {
            "external_user_id": user,
            "email_unsubscribed": wanted,
            "email_unsubscribed_at": world.written_now() if wanted else None,
            "email_unsubscribed_source": "api" if wanted else "",
        }
    )


def happened(world: World, flow: Flow, person: dict[str, Any], event: str) -> None:
    """Log the e-mail of an event, where a rule wants one."""
    wanted = [rule for rule in flow.rules if rule["event_type"] == event and rule["is_enabled"]]
    if not wanted or person["email_unsubscribed"] or person["metadata"].get("is_test"):
        return
    flow.logs.append(
        {
            "id": world.next_id(),
            "event_type": event,
            "external_user_id": person["external_user_id"],
            "status": "queued" if wanted[0]["send_mode"] == "send" else "skipped",
            "created_at": world.written_now(),
        }
    )


def _rule(flow: Flow, number: str) -> dict[str, Any]:
    for rule in flow.rules:
        if str(rule["id"]) == number:
            return rule
    raise Refused("NOT_FOUND", "Regra não encontrada.")


def _check_rule(flow: Flow, rule: dict[str, Any]) -> None:
    if rule["event_type"] == "reminder" and not rule["reminder_after_hours"]:
        raise Refused("VALIDATION_ERROR", "reminder_after_hours é obrigatório.")
    if rule["send_mode"] != "send":
        return
    provider = rule["email_provider_config"] or flow.fields.get("email_provider_config")
    brand = flow.fields.get("email_brand") or {}
    if not (provider and flow.fields.get("email_from_name") and brand.get("footer")):
        raise Refused("VALIDATION_ERROR", "Faltam provedor, email_from_name ou email_brand.footer.")
