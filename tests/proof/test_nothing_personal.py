"""What the API says in its refusals may hold phones, documents and tokens: none of it is written or
shown.
"""

import json
from collections.abc import Callable

import pytest
from proof.machine import Machine, ago
from support import always

from robot.errors import FatalError, RetriableError, SyncError
from robot.threec.calls import CallsApi

Operator = Callable[..., Machine]
HELD = ("99999-8888", "5511999998888", "99998888", "123 456 789 09", "12345678909", "s3cretS3cret")
WORDS = (
    "telefone 11 99999-8888 / +55 11 99999-8888 / tel:5511999998888 / 5511999998888:"
    " cpf 123 456 789 09 cpf:12345678909 / url ?api_token=s3cretS3cret"
)


def everything(machine: Machine) -> str:
    logs = [path.read_text(encoding="utf-8") for path in (machine.folder / "logs").glob("*.log")]
    tables = machine.rows("SELECT error_message FROM execution_logs") + machine.rows(
        "SELECT detail FROM sync_windows"
    )
    return "\n".join([machine.out, machine.err, *logs, str(tables)])


def test_the_body_of_a_refusal_is_masked_wherever_it_goes(operator: Operator) -> None:
    body = json.dumps(
        {"status": 422, "title": "Inválido", "detail": WORDS, "errors": {"phone": [WORDS]}}
    ).encode()
    with always(422, body) as url:
        machine = operator(BASE_URL=url)
        assert machine.sync(ago(1)) == 1
    written = everything(machine)
    assert written.count("Inválido") >= 3
    for secret in HELD:
        assert secret not in written


@pytest.mark.parametrize(
    ("kind", "table"), [(FatalError, "execution_logs"), (RetriableError, "sync_windows")]
)
def test_the_history_is_masked_whatever_an_error_says(
    operator: Operator, monkeypatch: pytest.MonkeyPatch, kind: type[SyncError], table: str
) -> None:
    """Of every error, also of one whose message nobody has masked on its way."""

    def refuse(*_: object) -> None:
        raise kind(f"Of its own accord: {WORDS}")

    monkeypatch.setattr(CallsApi, "page", refuse)
    machine = operator(API_MAX_ATTEMPTS=1)
    assert machine.sync(ago(1)) == 1
    written = everything(machine)
    assert "Of its own accord" in str(machine.rows(f"SELECT * FROM {table}"))
    for secret in HELD:
        assert secret not in written
