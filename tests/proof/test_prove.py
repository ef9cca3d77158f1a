"""The tester that ships: `prove` and `simulator --faults`."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import requests
from proof.machine import Machine
from servers import Database

import robot.commands.prove
from robot.simulators.threec import DEMO_TOKEN
from robot.trials import all_cases
from robot.trials.cases import Case, Owed
from robot.trials.killing import program

Operator = Callable[..., Machine]
ROOT = Path(__file__).parent.parent.parent
FAULTS = ROOT / "docs" / "faults.toml"


@pytest.fixture
def database(tmp_path: Path) -> Database:
    """SQLite alone: `prove` makes files of its own, whatever the operator's database is."""
    return Database.of_file(tmp_path / "robot.db")


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> Callable[[list[Case]], None]:
    """Prove these cases only, and kill once."""

    def use(cases: list[Case]) -> None:
        monkeypatch.setattr(robot.commands.prove, "all_cases", lambda: iter(cases))
        monkeypatch.setattr(robot.commands.prove, "SECONDS_FOR_KILLS", 0.0)
        monkeypatch.setattr(robot.commands.prove, "LEAST_KILLS", 1)

    return use


def test_prove_prints_the_table_and_leaves_with_0_when_every_promise_held(
    operator: Operator, short: Callable[[list[Case]], None]
) -> None:
    machine = operator(days=1)
    short(list(all_cases())[:9])
    assert machine.run("prove", "--seed", 4) == 0
    assert (
        "every promise held: 9 cases of faults, 1 killed processes."
        in machine.out.lower().replace("\n", " ")
    )
    for word in (
        "once",
        "several times",
        "always",
        "COMPLETED_SUCCESS, exit 0",
        "70 of 70",
        "kept",
        "pages saved",
    ):
        assert word in machine.out
    assert not machine.database.settings.db_file.exists(), (
        "the operator's database is none of its business"
    )


def test_prove_leaves_with_1_and_names_what_broke(
    operator: Operator, short: Callable[[list[Case]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = operator(days=1)
    too_much = next(case for case in all_cases() if case.often == "always" and case.name == "500")
    short([replace(too_much, owed=Owed.SUCCESS)])
    monkeypatch.setattr(robot.commands.prove, "kill_rounds", lambda *_: iter(()))
    assert machine.run("prove") == 1
    assert "BROKEN" in machine.out
    assert "1 promise(s) did not hold" in machine.out


def test_the_program_is_the_executable_itself_once_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    assert program() == [sys.executable, str(ROOT / "app.py")]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert program() == [sys.executable]


def test_the_simulator_suffers_the_faults_of_a_file(operator: Operator) -> None:
    machine = operator(days=1)
    process = subprocess.Popen(
        [
            *program(),
            "--env-file",
            str(machine.env_file),
            "simulator",
            "--days",
            "1",
            "--faults",
            str(FAULTS),
        ],
        stdout=subprocess.PIPE,
        text=True,
        cwd=machine.folder,
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip().removeprefix("BASE_URL=")
        period = {"start_date": "2026-09-15 00:00:00", "end_date": "2026-09-15 23:59:59"}
        statuses = [
            requests.get(
                url, period, headers={"Authorization": f"Bearer {DEMO_TOKEN}"}, timeout=10
            ).status_code
            for _ in range(3)
        ]
        assert statuses == [429, 429, 200]
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[fault]]\nkind = 'status_999'", "fault 1: key 'kind'"),
        ("[[fault]]\nkind = 'status_500'\npage = 0", "key 'page'"),
        ("not toml", "not a TOML file"),
        (None, "cannot be read"),
    ],
)
def test_faults_that_cannot_be_read_are_told(
    operator: Operator, text: str | None, told: str
) -> None:
    machine = operator(days=1)
    file = machine.folder / "faults.toml"
    if text is not None:
        file.write_text(text)
    assert machine.run("simulator", "--faults", file) == 2
    assert told in machine.err
