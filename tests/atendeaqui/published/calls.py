"""The calls that go through the published package and through ours, and what the server answers.

Standard library only: it runs in an environment that has nothing else of ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Any

TOKEN = "a-token-of-the-comparison"
KEY = "f47ac10b-58cc-4372-a567-0e02b2c3d479"
MOMENT = datetime(2026, 10, 20, 9, 30, tzinfo=timezone(timedelta(hours=-3)))
ZONED = "2026-10-20T12:30:00Z"


@dataclass(frozen=True)
class Call:
    """`method` of a part of the client (`clients.get`); `options` make the client."""

    method: str
    arguments: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    answer: Any = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    named: str = ""  # a difference that is on purpose

    def __str__(self) -> str:
        given = ",".join(self.arguments)
        made = "+".join(self.options) or "both"
        return f"{self.method}({given}) {made}: {self.status} {str(self.answer)[:60]}"


MEMBER = {
    "id": 1,
    "username": "joao",
    "email": "joao@acme.com",
    "full_name": "João Silva",
    "is_primary": True,
    "can_create_tickets": False,
    "can_view_all_tickets": False,
    "can_edit_client": True,
    "is_active": False,
}
CLIENT = {
    "client_id": "abc-123",
    "full_name": "Acme Corp",
    "email": "contato@acme.com",
    "phone": "1133334444",
    "identification_number": "12.345.678/0001-90",
    "type_identification": "CNPJ",
    "birthday": "1990-01-31",
    "observations": "nada",
    "is_active": False,
    "preferred_language": "en-US",
    "profession": "Médica",
    "created_at": "2026-01-15T10:00:00Z",
    "updated_at": "2026-01-16T10:00:00Z",
    "team_members": [MEMBER, {"id": 2}],
    "team_count": 5,
}
STEP = {
    "step_key": "welcome",
    "title": "Bem-vindo",
    "description": "Primeiro passo",
    "order": 1,
    "is_required": True,
    "can_skip": True,
    "step_type": "FORM",
    "step_config": {"action_url": "https://x.test"},
    "content": "# Bem-vindo",
    "content_html": "<h1>Bem-vindo</h1>",
}
STRUCTURE = {
    "name": "Onboarding",
    "description": "Flow",
    "flow_type": "FREE",
    "default_language": "en-US",
    "available_languages": ["pt-BR", "en-US"],
    "step_count": 2,
    "steps": [STEP, {"step_key": "config"}],
    "flow_config": {"redirect_url": "/x"},
}
PROGRESS = {
    "external_user_id": "user-123",
    "external_user_name": "João",
    "external_user_email": "user@test.com",
    "flow_name": "Onboarding",
    "flow_slug": "onboarding",
    "status": "IN_PROGRESS",
    "current_step_key": "welcome",
    "current_step_title": "Bem-vindo",
    "completion_percentage": 66.7,
    "steps_completed": ["welcome"],
    "steps_skipped": ["tour"],
    "step_data": {"welcome": {"tempo": 30}},
    "client_id": "abc-123",
    "started_at": "2026-01-15T10:00:00Z",
    "completed_at": "2026-01-15T10:00:00.123456-03:00",
    "last_activity_at": "2026-01-15T10:00:00.5",
    "email_unsubscribed": True,
}
ANALYTICS = {
    "total_starts": 100,
    "total_completions": 75,
    "completion_rate": 75.5,
    "in_progress": 10,
    "abandoned": 15,
    "average_completion_time": 120.5,
    "step_drop_off": {"welcome": {"title": "Bem-vindo", "completion_rate": 90, "dropped": 10}},
}
WIDGET = {"token": "header.body.signature", "expires_in": 300}
PIECE = {"id": 3, "status": "draft"}

# Every public method: what it needs, what it may be given, and what the API answers.
METHODS: dict[str, tuple[dict[str, Any], dict[str, Any], int, Any]] = {
    "clients.list": ({}, {"page": 2, "page_size": 10}, 200, {"results": [CLIENT], "next": None}),
    "clients.get": ({"client_id": "abc-123"}, {}, 200, CLIENT),
    "clients.create": (
        {"full_name": "Acme Corp"},
        {
            "email": "contato@acme.com",
            "phone": "1133334444",
            "identification_number": "12.345.678/0001-90",
            "type_identification": "CNPJ",
            "birthday": "1990-01-31",
            "observations": 'Olá, "aspas" e 日本',
            "preferred_language": "en-US",
            "client_id": "meu-sistema-123",
        },
        201,
        CLIENT,
    ),
    "clients.update": (
        {"client_id": "abc-123"},
        {"full_name": "Acme Ltda", "phone": "", "birthday": None, "is_active": False},
        200,
        CLIENT,
    ),
    "clients.get_team": ({"client_id": "abc-123"}, {}, 200, [MEMBER]),
    "clients.add_team_member": (
        {"client_id": "abc-123"},
        {
            "user_email": "maria@acme.com",
            "user_id": 0,
            "is_primary": True,
            "can_create_tickets": False,
            "can_view_all_tickets": False,
            "can_edit_client": True,
            "notes": "sócia",
        },
        201,
        MEMBER,
    ),
    "clients.update_team_member": (
        {"client_id": "abc-123", "member_id": 2},
        {"is_primary": True, "can_edit_client": False},
        200,
        MEMBER,
    ),
    "clients.remove_team_member": ({"client_id": "abc-123", "member_id": 2}, {}, 204, None),
    "onboarding.get_structure": ({}, {"flow_key": "other", "language": "en-US"}, 200, STRUCTURE),
    "onboarding.start_flow": (
        {"user_id": "user-123"},
        {
            "flow_key": "other",
            "name": "João",
            "email": "user@test.com",
            "metadata": {"company": "Acme", "n": [1, 2.5, None, True]},
            "client_id": "abc-123",
            "occurred_at": MOMENT,
        },
        201,
        PROGRESS,
    ),
    "onboarding.get_progress": ({"user_id": "user-123"}, {"flow_key": "other"}, 200, PROGRESS),
    "onboarding.complete_step": (
        {"user_id": "user-123", "step_key": "welcome"},
        {"flow_key": "other", "step_data": {"tempo": 30}, "occurred_at": ZONED},
        200,
        PROGRESS,
    ),
    "onboarding.start_step": (
        {"user_id": "user-123", "step_key": "welcome"},
        {"flow_key": "other", "metadata": {"source": "menu"}, "occurred_at": MOMENT},
        200,
        PROGRESS,
    ),
    "onboarding.complete_steps": (
        {
            "user_id": "user-123",
            "steps": [
                {"step_key": "a", "occurred_at": MOMENT, "step_data": {"ok": True}},
                {"occurred_at": ZONED, "step_key": "b"},
                {"step_key": "c"},
            ],
        },
        {"flow_key": "other"},
        200,
        PROGRESS,
    ),
    "onboarding.skip_step": (
        {"user_id": "user-123", "step_key": "tour"},
        {"flow_key": "other", "occurred_at": MOMENT},
        200,
        PROGRESS,
    ),
    "onboarding.complete_flow": (
        {"user_id": "user-123"},
        {"flow_key": "other", "occurred_at": MOMENT},
        200,
        PROGRESS,
    ),
    "onboarding.restart_flow": (
        {"user_id": "user-123"},
        {"flow_key": "other", "occurred_at": MOMENT},
        200,
        PROGRESS,
    ),
    "onboarding.abandon_flow": (
        {"user_id": "user-123"},
        {"flow_key": "other", "occurred_at": MOMENT},
        200,
        PROGRESS,
    ),
    "onboarding.update_metadata": (
        {"user_id": "user-123", "metadata": {"plan": "pro"}},
        {"flow_key": "other", "occurred_at": MOMENT},
        200,
        PROGRESS,
    ),
    "onboarding.get_widget_token": (
        {},
        {"flow_key": "other", "user_id": "user-123", "client_id": "abc-123", "ttl": 60},
        200,
        WIDGET,
    ),
    "onboarding.list_flows": (
        {},
        {"page": 3, "page_size": 100},
        200,
        {"results": [{"slug": "flow-1"}]},
    ),
    "onboarding.get_flow": ({"slug": "meu-flow"}, {}, 200, {"slug": "meu-flow"}),
    "onboarding.update_flow": (
        {"slug": "meu-flow", "step_stalled_after_hours": 48},
        {"email_deadline_days": None, "email_brand": {"color": "#1F6FEB"}, "is_active": True},
        200,
        {"slug": "meu-flow"},
    ),
    "onboarding.get_analytics": ({"slug": "meu-flow"}, {}, 200, ANALYTICS),
    "onboarding.list_progress": (
        {"slug": "meu-flow"},
        {"page": 2, "page_size": 100},
        200,
        {"results": [PROGRESS]},
    ),
    "onboarding.get_email_rules": ({"slug": "meu-flow"}, {}, 200, [{"id": 7}]),
    "onboarding.create_email_rule": (
        {"slug": "meu-flow", "event_type": "step_stalled"},
        {"delay_minutes": 30, "is_enabled": False},
        201,
        {"id": 7},
    ),
    "onboarding.update_email_rule": (
        {"slug": "meu-flow", "rule_id": 7, "send_mode": "send"},
        {"email_provider_config": 12},
        200,
        {"id": 7},
    ),
    "onboarding.delete_email_rule": ({"slug": "meu-flow", "rule_id": 7}, {}, 204, None),
    "onboarding.list_email_logs": (
        {"slug": "meu-flow"},
        {
            "status": "failed",
            "event_type": "reminder",
            "user_id": "user-123",
            "created_after": "2026-10-01",
            "created_before": MOMENT,
            "page": 2,
            "page_size": 10,
        },
        200,
        {"results": [{"event_type": "reminder"}]},
    ),
    "onboarding.get_email_logs_summary": (
        {"slug": "meu-flow"},
        {
            "status": "failed",
            "event_type": "reminder",
            "user_id": "user-123",
            "created_after": date(2026, 10, 1),
            "created_before": datetime(2026, 10, 2, 3, 4),
        },
        200,
        {"total": 3, "by_event_type": []},
    ),
    "onboarding.list_email_pieces": (
        {"slug": "meu-flow"},
        {
            "block": "dica",
            "event_type": "",
            "step_key": "first",
            "status": "draft",
            "language": "pt-BR",
            "conditions": {"segment": "saúde & bem", "plan_code": "trial"},
            "page": 2,
            "page_size": 10,
        },
        200,
        {"results": [PIECE]},
    ),
    "onboarding.get_email_piece": ({"slug": "meu-flow", "piece_id": 3}, {}, 200, PIECE),
    "onboarding.create_email_piece": (
        {"slug": "meu-flow", "block": "corpo", "body": "Olá, {NOME}!\n\n{BLOCO:dica}"},
        {
            "subject": "Falta pouco",
            "event_type": "",
            "step_key": "first",
            "conditions": {},
            "language": "pt-BR",
            "preheader": "p",
            "cta_label": "Continuar",
            "source": "ai",
        },
        201,
        PIECE,
    ),
    "onboarding.update_email_piece": (
        {"slug": "meu-flow", "piece_id": 3, "body": "Novo"},
        {"subject": None},
        201,
        {"id": 9, "version": 2},
    ),
    "onboarding.delete_email_piece": ({"slug": "meu-flow", "piece_id": 3}, {}, 204, None),
    "onboarding.approve_email_piece": ({"slug": "meu-flow", "piece_id": 3}, {}, 200, PIECE),
    "onboarding.archive_email_piece": ({"slug": "meu-flow", "piece_id": 3}, {}, 200, PIECE),
    "onboarding.preview_email": (
        {"slug": "meu-flow", "event_type": "step_stalled"},
        {
            "step_key": "first",
            "user_id": "user-123",
            "name": "Bia",
            "metadata": {"segment": "saude"},
            "steps_completed": ["a"],
            "language": "pt-BR",
            "include_drafts": False,
        },
        200,
        {"subject": "Oi"},
    ),
    "onboarding.get_email_coverage": (
        {"slug": "meu-flow"},
        {"language": "pt-BR"},
        200,
        {"events_without_generic_body": []},
    ),
    "onboarding.set_email_subscription": (
        {"slug": "meu-flow", "user_id": "user-123", "unsubscribed": True},
        {},
        200,
        {"email_unsubscribed": True},
    ),
}
# Given as empty: what is not sent, and what is.
EMPTY = {
    "name": ("", None),
    "email": ("", None),
    "metadata": ({}, None),
    "client_id": ("", None),
    "occurred_at": ("", None),
    "step_data": ({}, None),
    "language": ("", None),
    "flow_key": ("", None),
    "user_id": ("", None),
    "user_email": ("", None),
    "notes": ("",),
    "status": ("", None),
    "block": ("", None),
    "step_key": ("", None),
    "conditions": ({}, None),
    "subject": ("", None),
    "preferred_language": ("", "pt-BR"),
    "steps_completed": ([], None),
    "created_after": ("", None),
    "page": (None,),
}
READERS = {
    "clients.get": CLIENT,
    "onboarding.get_structure": STRUCTURE,
    "onboarding.get_progress": PROGRESS,
    "onboarding.get_widget_token": WIDGET,
    "onboarding.get_analytics": ANALYTICS,
}
CODES = (
    *("FLOW_NOT_FOUND", "PROGRESS_NOT_FOUND", "NOT_FOUND", "STEP_NOT_FOUND", "STEP_NOT_SKIPPABLE"),
    *("ORIGIN_NOT_ALLOWED", "VALIDATION_ERROR", "AUTH_REQUIRED", "TOKEN_EXPIRED"),
    *("PERMISSION_DENIED", "RATE_LIMITED", "SERVER_ERROR", "UNKNOWN_CODE", ""),
)
STATUSES = (400, 401, 403, 404, 405, 409, 422, 429, 500, 502, 503)


def every_call() -> list[Call]:
    """Everything that both packages are asked for, in a fixed order."""
    return [*_calls_of_methods(), *_models(), *_errors(), *_on_purpose()]


def _calls_of_methods() -> list[Call]:
    calls = []
    for method, (needed, optional, status, answer) in METHODS.items():
        given = [needed, {**needed, **optional}]
        given += [{**needed, name: value} for name, value in optional.items()]
        given += [{**needed, name: value} for name in optional for value in EMPTY.get(name, ())]
        calls += [Call(method, each, status, answer) for each in given]
        token, key = {"api_token": TOKEN}, {"flow_key": KEY}
        calls += [
            Call(method, {**needed, **optional}, status, answer, made) for made in (token, key)
        ]
        calls += [Call(method, needed, status, answer, token)]  # a flow's call without a key
    return calls


def _models() -> list[Call]:
    calls = []
    for method, whole in READERS.items():
        needed = METHODS[method][0]
        less = [{name: value for name, value in whole.items() if name != left} for left in whole]
        calls += [Call(method, needed, 200, each) for each in ({}, *less)]
    nulls = ("birthday", "created_at", "updated_at")
    calls += [
        Call("clients.get", {"client_id": "a"}, 200, {**CLIENT, name: None}) for name in nulls
    ]
    nulls = ("started_at", "completed_at", "client_id", "current_step_key", "step_data")
    for name in (*nulls, "flow_slug", "external_user_name", "external_user_email"):
        answer = {**PROGRESS, name: None}
        calls.append(Call("onboarding.get_progress", {"user_id": "u"}, 200, answer))
    for status in ("NOT_STARTED", "COMPLETED", "ABANDONED", "NEW_ONE"):
        answer = {**PROGRESS, "status": status, "new_field": 1}
        calls.append(Call("onboarding.get_progress", {"user_id": "u"}, 200, answer))
    for moment in ("2026-01-15T10:00:00", "2026-01-15T10:00:00.1+0000", ""):
        answer = {**PROGRESS, "started_at": moment}
        calls.append(Call("onboarding.get_progress", {"user_id": "u"}, 200, answer))
    for method in ("clients.list", "onboarding.list_flows", "onboarding.list_email_pieces"):
        needed = METHODS[method][0]
        for answer in ([], {"results": []}, [{"client_id": "a"}], {"results": [{"slug": "b"}]}):
            calls.append(Call(method, needed, 200, answer))
    calls.append(Call("clients.get_team", {"client_id": "a"}, 200, {"results": [MEMBER]}))
    writes = ("onboarding.complete_flow", "clients.update", "onboarding.archive_email_piece")
    calls += [Call(method, METHODS[method][0], 204, None) for method in writes]
    calls += [Call(method, METHODS[method][0], 200, b"") for method in writes]
    return calls


def _errors() -> list[Call]:
    def refused(status: int, answer: Any) -> list[Call]:
        """Of a read; of some statuses also of a write that is repeated, and of one that is not."""
        methods = ("onboarding.get_progress", "onboarding.start_flow", "clients.create")
        some = methods if status in {400, 404, 429, 503} else methods[:1]
        return [Call(method, METHODS[method][0], status, answer) for method in some]

    calls: list[Call] = []
    for status in STATUSES:
        for code in CODES:
            calls += refused(status, {"error": {"code": code, "message": "Não."}})
        calls += refused(status, {"detail": "Not found."})
        calls += refused(status, {"email": ["Inválido."], "phone": ["Curto.", "Sem DDD."]})
        calls += refused(status, {"error": {"message": "Sem código."}})
    calls += refused(400, {"problems": ["Variável desconhecida: {CUPOM}.", "Outra."]})
    calls += refused(400, {"detail": ["um", "dois"]} | {"detail": "um"})
    calls += refused(400, {"field": "texto", "other": 5})
    return calls


def _on_purpose() -> list[Call]:
    """Where ours differs: each is named in the test's table."""
    get, progress = "clients.get", "onboarding.get_progress"
    one, user = {"client_id": "abc"}, {"user_id": "u"}
    page = b"<html>manuten\xc3\xa7\xc3\xa3o</html>"
    return [
        Call(get, {"client_id": "a b@c"}, 200, CLIENT, named="ids are percent-encoded"),
        Call(get, {"client_id": "a/b?c"}, 200, CLIENT, named="ids are percent-encoded"),
        Call(get, {"client_id": ""}, 200, CLIENT, named="an empty id is refused"),
        Call(get, {"client_id": ".."}, 200, CLIENT, named="an empty id is refused"),
        Call(
            "onboarding.start_flow",
            {"user_id": "u", "occurred_at": "2026-10-20T09:30:00"},
            named="a text without a zone is refused",
        ),
        Call(get, one, 200, {**CLIENT, "full_name": None}, named="null is the default"),
        Call(get, one, 200, {**CLIENT, "is_active": None}, named="null is the default"),
        Call(get, one, 200, {**CLIENT, "team_members": None}, named="null is the default"),
        Call(
            progress, user, 200, {**PROGRESS, "steps_completed": None}, named="null is the default"
        ),
        Call(get, one, 200, {**CLIENT, "client_id": 5}, named="a field has its type"),
        Call(get, one, 200, {**CLIENT, "is_active": "false"}, named="a field has its type"),
        Call(get, one, 200, {**CLIENT, "team_members": [5]}, named="a field has its type"),
        Call(progress, user, 200, {**PROGRESS, "step_data": [5]}, named="a field has its type"),
        Call(progress, user, 200, {**PROGRESS, "started_at": 5}, named="a time stays its text"),
        Call(
            progress, user, 200, {**PROGRESS, "started_at": "ontem"}, named="a time stays its text"
        ),
        Call(get, one, 200, page, named="a 2xx that is no answer is an error"),
        Call(get, one, 200, b"", named="a 2xx that is no answer is an error"),
        Call(get, one, 200, [CLIENT], named="a 2xx that is no answer is an error"),
        Call("clients.list", {}, 200, page, named="a 2xx that is no answer is an error"),
        Call("clients.list", {}, 200, {}, named="a 2xx that is no answer is an error"),
        Call("clients.get_team", one, 200, {}, named="a 2xx that is no answer is an error"),
        Call("onboarding.list_flows", {}, 200, {}, named="a 2xx that is no answer is an error"),
        Call(
            "onboarding.get_email_rules",
            {"slug": "s"},
            200,
            {"results": [{"id": 7}]},
            named="rules in a page are a list, too",
        ),
        Call(get, one, 502, page, named="a web page is not the message"),
        Call(get, one, 400, b"", named="an error without words"),
        Call(get, one, 400, {}, named="an error without words"),
        Call(get, one, 400, {"detail": None}, named="an error without words"),
        Call(get, one, 400, {"error": {"code": "X"}}, named="an error without words"),
        Call(get, one, 400, ["um"], named="an error of any form"),
        Call(get, one, 400, {"error": "um"}, named="an error of any form"),
        Call(get, one, 400, {"error": None}, named="an error of any form"),
        Call(
            get, one, 400, {"error": {"code": ["X"], "message": "m"}}, named="an error of any form"
        ),
        Call(get, one, 400, {"detail": "(11) 98765-4321"}, named="phones are masked in messages"),
        Call(get, one, 302, {"detail": "?"}, named="redirections are not followed"),
        Call(get, one, 0, None, named="a broken connection is an error of the tree"),
        Call(
            "onboarding.complete_step",
            {"user_id": "u", "step_key": "s", "step_data": {"n": float("nan")}},
            named="what is no JSON is a ValueError",
        ),
        Call(
            "onboarding.complete_step",
            {"user_id": "u", "step_key": "s", "step_data": {"n": MOMENT}},
            named="what is no JSON is a ValueError",
        ),
        Call(
            "clients.list",
            {},
            200,
            [],
            {"api_token": "token\n"},
            named="a token that no header can carry is refused",
        ),
    ]
