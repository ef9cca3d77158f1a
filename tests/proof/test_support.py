"""The zip for whoever helps: enough to help with, and nothing that is secret or personal."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

from proof.machine import Machine, ago

from robot.simulators.threec import DEMO_TOKEN

Operator = Callable[..., Machine]
PHONE, CPF = "11987654321", "529.982.247-25"


def read(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_it_holds_version_settings_executions_and_logs_and_nothing_secret(
    operator: Operator, tmp_path: Path
) -> None:
    machine = operator(
        days=1, broken=2, ALERT_EMAIL_TO="maria@example.com", ALERT_EMAIL_SERVER="127.0.0.1"
    )
    machine.sync(ago(1))
    with (machine.folder / "logs" / "api_robot_main.log").open("a", encoding="utf-8") as log:
        log.write(
            f"written by an older version: {PHONE} {CPF} joao@example.com Bearer {DEMO_TOKEN}\n"
        )
    assert machine.run("support", tmp_path / "help.zip") == 0
    parts = read(tmp_path / "help.zip")
    assert set(parts) == {
        "about.txt",
        "settings.txt",
        "executions.json",
        "logs/api_robot_main.log",
        "logs/api_robot_errors.log",
    }
    assert parts["about.txt"].startswith("API 3C Robot ")
    assert "MANAGER_TOKEN (.env): set, and kept secret" in parts["settings.txt"]
    assert "PER_PAGE (.env): 20" in parts["settings.txt"]
    assert "LOOKBACK_DAYS (default): 2" in parts["settings.txt"]
    executions = json.loads(parts["executions.json"])
    assert executions["executions"][0]["status"] == "COMPLETED_WITH_ERRORS"
    assert sum(line["records"] for line in executions["open rejections"]) == 2
    assert "written by an older version" in parts["logs/api_robot_main.log"]
    everything = "\n".join(parts.values())
    secrets = (
        DEMO_TOKEN,
        PHONE,
        CPF,
        "maria@",
        "joao@",
        machine.database.settings.db_password.get_secret_value(),
    )
    for secret in filter(None, secrets):
        assert secret not in everything


def test_it_is_made_also_where_the_settings_are_wrong_and_says_so(
    operator: Operator, tmp_path: Path
) -> None:
    machine = operator(days=1, PER_PAGE="many", THREEC_PASSWORD="a-secret-that-nobody-sees")
    assert machine.run("support", tmp_path / "help.zip") == 0
    parts = read(tmp_path / "help.zip")
    assert "PER_PAGE: read 'many'" in parts["settings.txt"]
    assert "a-secret" not in "\n".join(parts.values())


def test_it_is_made_also_where_the_database_does_not_answer(
    operator: Operator, tmp_path: Path
) -> None:
    machine = operator(days=1)
    folder = tmp_path / "a folder"
    folder.mkdir()
    machine.write(DB_SERVER="", DB_DATABASE="", DB_USERNAME="", DB_PASSWORD="", DB_FILE=folder)
    assert machine.run("support", tmp_path / "help.zip") == 0
    assert read(tmp_path / "help.zip")["executions.json"].startswith("Could not be read: ")


def test_a_file_that_stands_is_never_written_over(operator: Operator, tmp_path: Path) -> None:
    machine = operator(days=1)
    (tmp_path / "help.zip").write_text("mine")
    assert machine.run("support", tmp_path / "help.zip") == 2
    assert (tmp_path / "help.zip").read_text() == "mine"
    assert machine.run("support", tmp_path / "missing" / "help.zip") == 2
