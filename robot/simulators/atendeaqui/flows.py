"""The flows of AtendeAqui, as their owner sees them."""

from datetime import datetime
from typing import Any

from robot.simulators.answer import Answer
from robot.simulators.atendeaqui.answers import Asked, Refused, ok
from robot.simulators.atendeaqui.world import Flow, World

_OWN_KEYS = (
    *("email_provider_config", "email_from_name", "email_blocks", "email_dimensions"),
    *("email_message_stream", "email_brand"),
)


def shown(flow: Flow) -> dict[str, Any]:
    """A flow as its list and its page show it."""
    numbers = _numbers(flow)
    return {
        "slug": flow.slug,
        "public_key": flow.key,
        "name": flow.name,
        "is_active": True,
        **{name: value for name, value in flow.fields.items() if name not in _OWN_KEYS},
        "flow_config": {name: flow.fields[name] for name in _OWN_KEYS if name in flow.fields},
        "total_starts": numbers["total_starts"],
        "completion_rate": numbers["completion_rate"],
    }


def get(_: World, __: Asked, flow: Flow) -> Answer:
    """One flow."""
    return ok(shown(flow))


def update(_: World, asked: Asked, flow: Flow) -> Answer:
    """Each field changes itself alone, null removes it; `flow_config` replaces all e-mail keys."""
    if not asked.fields:
        raise Refused("VALIDATION_ERROR", "Informe ao menos um campo.")
    for name, value in asked.fields.items():
        if name == "flow_config":
            for own in _OWN_KEYS:
                flow.fields.pop(own, None)
            flow.fields |= value or {}
        elif name == "name":
            flow.name = str(value)
        elif value is None and name in _OWN_KEYS:
            flow.fields.pop(name, None)
        else:
            flow.fields[name] = value
    return ok(shown(flow))


def analytics(_: World, __: Asked, flow: Flow) -> Answer:
    """The numbers of a flow."""
    return ok(_numbers(flow))


def _numbers(flow: Flow) -> dict[str, Any]:
    people = list(flow.people.values())
    done = [person for person in people if person["status"] == "COMPLETED"]
    times = [_seconds(person) for person in done]
    drop_off = {}
    for step in flow.steps:
        passed = sum(step["step_key"] in person["steps_completed"] for person in people)
        drop_off[step["step_key"]] = {
            "title": step["title"],
            "completion_rate": _percent(passed, len(people)),
            "dropped": len(people) - passed,
        }
    return {
        "total_starts": len(people),
        "total_completions": len(done),
        "completion_rate": _percent(len(done), len(people)),
        "in_progress": sum(person["status"] == "IN_PROGRESS" for person in people),
        "abandoned": sum(person["status"] == "ABANDONED" for person in people),
        "average_completion_time": sum(times) / len(times) if times else None,
        "step_drop_off": drop_off,
    }


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 1) if whole else 0.0


def _seconds(person: dict[str, Any]) -> float:
    begun, ended = (datetime.fromisoformat(person[name]) for name in ("started_at", "completed_at"))
    return (ended - begun).total_seconds()
