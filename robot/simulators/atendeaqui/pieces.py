"""The pieces that e-mails are put together from: drafts, versions, approval, preview, coverage."""

import re
from typing import Any

from robot.simulators.answer import Answer
from robot.simulators.atendeaqui.answers import Asked, Refused, nothing, ok
from robot.simulators.atendeaqui.world import Flow, World

BODY = "corpo"
_WRITABLE = (
    *("block", "body", "subject", "event_type", "step_key", "conditions"),
    *("language", "preheader", "cta_label", "source"),
)
_KEY = ("block", "event_type", "step_key", "conditions", "language")
_USUAL: dict[str, Any] = {
    **dict.fromkeys(("subject", "event_type", "step_key", "preheader", "cta_label"), ""),
    "conditions": {},
    "language": "pt-BR",
    "source": "manual",
}
_VARIABLE = re.compile(r"\{([^{}]*)\}")
_PLAIN = {"NOME", "ETAPA", "LINK_ETAPA", "PROGRESSO"}


def found_pieces(flow: Flow, asked: Asked) -> list[dict[str, Any]]:
    """The pieces as the filters want them."""
    found = flow.pieces
    for name in ("block", "event_type", "step_key", "status", "language"):
        if wanted := asked.first(name):
            found = [piece for piece in found if piece[name] == wanted]
    for condition in asked.query.get("condition", ()):
        name, _, value = condition.partition(":")
        found = [piece for piece in found if str(piece["conditions"].get(name)) == value]
    return found


def create(world: World, asked: Asked, flow: Flow) -> Answer:
    """A draft; block `corpo` needs a subject."""
    sent = {name: value for name, value in asked.fields.items() if name in _WRITABLE}
    if not sent.get("block") or not sent.get("body"):
        raise Refused("VALIDATION_ERROR", "block e body são obrigatórios.")
    if sent["block"] == BODY and not sent.get("subject"):
        raise Refused("VALIDATION_ERROR", "O bloco corpo exige subject.")
    piece = {"id": world.next_id(), **_USUAL, **sent, "status": "draft", "version": 1}
    flow.pieces.append(piece)
    return ok(piece, 201)


def get(_: World, __: Asked, flow: Flow, number: str) -> Answer:
    """A piece with its versions and problems."""
    piece = _piece(flow, number)
    versions = [
        {name: each[name] for name in ("id", "version", "status")}
        for each in flow.pieces
        if _same(each, piece)
    ]
    return ok({**piece, "versions": versions, "problems": _problems(flow, piece)})


def update(world: World, asked: Asked, flow: Flow, number: str) -> Answer:
    """A draft changes in place; of any other a new draft is made, with a new id."""
    piece = _piece(flow, number)
    sent = {name: value for name, value in asked.fields.items() if name in _WRITABLE}
    if piece["status"] == "draft":
        piece |= sent
        return ok(piece)
    latest = max(each["version"] for each in flow.pieces if _same(each, piece))
    draft = {**piece, **sent, "id": world.next_id(), "status": "draft", "version": latest + 1}
    flow.pieces.append(draft)
    return ok(draft, 201)


def delete(_: World, __: Asked, flow: Flow, number: str) -> Answer:
    """Drafts only."""
    piece = _piece(flow, number)
    if piece["status"] != "draft":
        raise Refused("VALIDATION_ERROR", "Somente rascunhos podem ser excluídos.")
    flow.pieces.remove(piece)
    return nothing()


def approve(_: World, __: Asked, flow: Flow, number: str) -> Answer:
    """Approving archives the piece that was approved before."""
    piece = _piece(flow, number)
    if problems := _problems(flow, piece):
        raise Refused("VALIDATION_ERROR", "A peça tem problemas.", problems=problems)
    for each in flow.pieces:
        if _same(each, piece) and each["status"] == "approved":
            each["status"] = "archived"
    piece["status"] = "approved"
    return ok(piece)


def archive(_: World, __: Asked, flow: Flow, number: str) -> Answer:
    """Use a piece no longer."""
    piece = _piece(flow, number)
    piece["status"] = "archived"
    return ok(piece)


def preview(_: World, asked: Asked, flow: Flow) -> Answer:
    """The e-mail of an event, put together for a person."""
    sent = asked.fields
    person = flow.people.get(str(sent.get("external_user_id")), {})
    metadata = sent.get("metadata") or person.get("metadata") or {}
    blocks: dict[str, dict[str, Any]] = {}
    for piece in flow.pieces:
        known = {"approved", "draft"} if sent.get("include_drafts", True) else {"approved"}
        if piece["status"] in known and _fits(piece, sent, metadata):
            best = blocks.get(piece["block"])
            if best is None or _weight(piece) > _weight(best):
                blocks[piece["block"]] = piece
    whole = blocks.get(BODY)
    step = flow.step(str(sent.get("step_key") or "")) or {}
    values = {
        "NOME": str(sent.get("name") or person.get("external_user_name") or "").split(" ")[0],
        "ETAPA": step.get("title", ""),
        "LINK_ETAPA": step.get("step_config", {}).get("action_url", ""),
        "PROGRESSO": f"{len(sent.get('steps_completed') or ())} de {len(flow.steps)} etapas",
        **{f"DADO:{name}": str(value) for name, value in metadata.items()},
        **{f"BLOCO:{name}": piece["body"] for name, piece in blocks.items() if name != BODY},
    }
    shown = ("id", "block", "version", "status")
    return ok(
        {
            "subject": _filled(whole["subject"], values) if whole else "",
            "preheader": whole["preheader"] if whole else "",
            "body_text": _filled(whole["body"], values) if whole else "",
            "body_html": "",
            "language": sent.get("language") or "pt-BR",
            "missing_reason": "" if whole else "no_body",
            "pieces": [{name: piece[name] for name in shown} for piece in blocks.values()],
            "choices": dict.fromkeys(blocks, "mais específica"),
        }
    )


def coverage(_: World, __: Asked, flow: Flow) -> Answer:
    """By key the approved version and the open draft."""
    keys: list[dict[str, Any]] = []
    for piece in flow.pieces:
        key = {name: piece[name] for name in _KEY}
        entry = next((each for each in keys if all(each[name] == key[name] for name in _KEY)), None)
        if entry is None:
            entry = {**key, "approved": None, "draft": None}
            keys.append(entry)
        if piece["status"] in {"approved", "draft"}:
            entry[piece["status"]] = {"id": piece["id"], "version": piece["version"]}
    generic = {
        each["event_type"]
        for each in keys
        if each["block"] == BODY and each["approved"] and not each["conditions"]
    }
    active = [rule["event_type"] for rule in flow.rules if rule["is_enabled"]]
    missing = [event for event in active if "" not in generic and event not in generic]
    return ok({"pieces": keys, "events_without_generic_body": missing})


def _piece(flow: Flow, number: str) -> dict[str, Any]:
    for piece in flow.pieces:
        if str(piece["id"]) == number:
            return piece
    raise Refused("NOT_FOUND", "Peça não encontrada.")


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return all(one[name] == other[name] for name in _KEY)


def _weight(piece: dict[str, Any]) -> int:
    """How specific a piece is."""
    return bool(piece["event_type"]) + bool(piece["step_key"]) + 2 * len(piece["conditions"])


def _fits(piece: dict[str, Any], sent: dict[str, Any], metadata: dict[str, Any]) -> bool:
    return (
        piece["event_type"] in {"", sent.get("event_type")}
        and piece["step_key"] in {"", sent.get("step_key")}
        and all(metadata.get(name) == value for name, value in piece["conditions"].items())
    )


def _filled(text: str, values: dict[str, str]) -> str:
    """The text with its variables; a line whose variable is empty is left out."""
    lines = []
    for line in text.split("\n"):
        names = _VARIABLE.findall(line)
        if all(values.get(name) for name in names):
            lines.append(_VARIABLE.sub(lambda found: values[found[1]], line))
    return "\n".join(lines)


def _problems(flow: Flow, piece: dict[str, Any]) -> list[str]:
    blocks = flow.fields.get("email_blocks") or []
    problems = []
    for name in _VARIABLE.findall(piece["body"]):
        kind, _, rest = name.partition(":")
        known = (kind == "BLOCO" and rest in blocks) or (kind == "DADO" and rest) or name in _PLAIN
        if not known:
            problems.append(f"Variável desconhecida: {{{name}}}.")
    dimensions = flow.fields.get("email_dimensions") or []
    unknown = [name for name in piece["conditions"] if name not in dimensions]
    return [*problems, *(f"Condição fora de email_dimensions: {name}." for name in unknown)]
