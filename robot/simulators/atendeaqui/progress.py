"""A person's way through a flow: the public calls of AtendeAqui."""

from datetime import datetime
from typing import Any

from robot.simulators.answer import Answer
from robot.simulators.atendeaqui import mails
from robot.simulators.atendeaqui.answers import Asked, Refused, ok
from robot.simulators.atendeaqui.world import Flow, World

_LONGEST_TTL = 3600
_SHORTEST_TTL = 60


def structure(_: World, asked: Asked, flow: Flow) -> Answer:
    """The flow with its steps; of other languages only the names differ."""
    language = asked.first("language") or "pt-BR"
    mark = "" if language == "pt-BR" else f" ({language})"
    return ok(
        {
            "name": f"{flow.name}{mark}",
            "description": "",
            "flow_type": "LINEAR",
            "default_language": "pt-BR",
            "available_languages": ["pt-BR", "en-US"],
            "step_count": len(flow.steps),
            "steps": flow.steps,
            "flow_config": {},
        }
    )


def start(world: World, asked: Asked, flow: Flow) -> Answer:
    """201 and a new progress, or 200 and the one that is there."""
    sent, moment = asked.fields, _moment(world, asked.fields)
    user = str(sent.get("external_user_id") or "")
    if not user:
        raise Refused("VALIDATION_ERROR", "external_user_id é obrigatório.")
    if user in flow.people:
        return ok(_shown(flow, flow.people[user]))
    flow.people[user] = {
        "external_user_id": user,
        "external_user_name": sent.get("name"),
        "external_user_email": sent.get("external_user_email"),
        "status": "IN_PROGRESS",
        "steps_completed": [],
        "steps_skipped": [],
        "step_data": {},
        "client_id": sent.get("client_id"),
        "started_at": moment,
        "completed_at": None,
        "last_activity_at": moment,
        "email_unsubscribed": False,
        "metadata": dict(sent.get("metadata") or {}),
        "current": None,
    }
    mails.happened(world, flow, flow.people[user], "flow_started")
    return ok(_shown(flow, flow.people[user]), 201)


def get(_: World, __: Asked, flow: Flow, user: str) -> Answer:
    """How far a person is."""
    return ok(_shown(flow, person(flow, user)))


def tell(world: World, asked: Asked, flow: Flow, user: str, what: str) -> Answer:
    """One of the events of a person's way."""
    found, sent = person(flow, user), asked.content or {}
    moment = _moment(world, sent)
    match what:
        case "start-step":
            found["current"] = _step(flow, sent)["step_key"]
        case "complete-step":
            _complete(world, flow, found, sent, moment)
        case "complete-steps":
            steps = sent.get("steps") or []
            for step in steps:
                if flow.step(str(step.get("step_key"))) is None:
                    raise Refused("VALIDATION_ERROR", f"Etapa desconhecida: {step}")
            for step in steps:
                _complete(world, flow, found, step, _moment(world, step))
        case "skip-step":
            step = _step(flow, sent)
            if not step["can_skip"]:
                raise Refused("STEP_NOT_SKIPPABLE", "A etapa é obrigatória.")
            _add(found["steps_skipped"], step["step_key"])
        case "complete":
            found |= {"status": "COMPLETED", "completed_at": moment}
            mails.happened(world, flow, found, "flow_completed")
        case "restart":
            found |= {"steps_completed": [], "steps_skipped": [], "step_data": {}, "current": None}
            found |= {"status": "IN_PROGRESS", "started_at": moment, "completed_at": None}
        case "abandon":
            found["status"] = "ABANDONED"
        case "metadata":
            found["metadata"] |= sent.get("metadata") or {}
    found["last_activity_at"] = moment
    return ok(_shown(flow, found))


def token(_: World, asked: Asked, flow: Flow) -> Answer:
    """A token for a widget."""
    ttl = asked.fields.get("ttl", 600)
    if not isinstance(ttl, int) or not _SHORTEST_TTL <= ttl <= _LONGEST_TTL:
        raise Refused("VALIDATION_ERROR", "ttl deve estar entre 60 e 3600.")
    user = asked.fields.get("external_user_id") or "anonymous"
    return ok({"token": f"header.{flow.slug}-{user}.signature", "expires_in": ttl})


def person(flow: Flow, user: str) -> dict[str, Any]:
    """The progress of a person. Raises Refused."""
    if user not in flow.people:
        raise Refused("PROGRESS_NOT_FOUND", "O usuário não iniciou este flow.")
    return flow.people[user]


def listed(flow: Flow) -> list[dict[str, Any]]:
    """The progress of everybody."""
    return [_shown(flow, found) for found in flow.people.values()]


def _complete(
    world: World, flow: Flow, found: dict[str, Any], sent: dict[str, Any], moment: str
) -> None:
    step = _step(flow, sent)
    _add(found["steps_completed"], step["step_key"])
    if sent.get("step_data"):
        found["step_data"][step["step_key"]] = sent["step_data"]
    mails.happened(world, flow, found, "step_completed")
    required = {step["step_key"] for step in flow.steps if step["is_required"]}
    if required <= set(found["steps_completed"]) and found["status"] != "COMPLETED":
        found |= {"status": "COMPLETED", "completed_at": moment}
        mails.happened(world, flow, found, "flow_completed")


def _step(flow: Flow, sent: dict[str, Any]) -> dict[str, Any]:
    step = flow.step(str(sent.get("step_key") or ""))
    if step is None:
        raise Refused("STEP_NOT_FOUND", "A etapa não existe neste flow.")
    return step


def _add(keys: list[str], key: str) -> None:
    if key not in keys:
        keys.append(key)


def _shown(flow: Flow, found: dict[str, Any]) -> dict[str, Any]:
    settled = {*found["steps_completed"], *found["steps_skipped"]}
    left = [step for step in flow.steps if step["step_key"] not in settled]
    current = flow.step(found["current"] or "") if found["current"] not in settled else None
    current = current or (left[0] if left else None)
    done = found["status"] == "COMPLETED"
    shown = {name: value for name, value in found.items() if name not in {"metadata", "current"}}
    return {
        **shown,
        "flow_name": flow.name,
        "flow_slug": flow.slug,
        "current_step_key": current["step_key"] if current and not done else None,
        "current_step_title": current["title"] if current and not done else None,
        "completion_percentage": 100 if done else 100 * len(settled) // len(flow.steps),
    }


def _moment(world: World, sent: dict[str, Any]) -> str:
    """When it happened: as it was sent, with a zone, or now."""
    text = sent.get("occurred_at")
    if text is None:
        return world.written_now()
    try:
        zone = datetime.fromisoformat(text).tzinfo
    except (TypeError, ValueError):
        zone = None
    if zone is None:
        raise Refused("VALIDATION_ERROR", "occurred_at inválido ou sem fuso horário.")
    return str(text)
