"""The task of the Windows Task Scheduler: its XML against the schema, what schtasks is told, what the operator is told."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from datetime import date, time
from pathlib import Path, PureWindowsPath

import pytest
import xmlschema

from robot.cli import main
from robot.commands.task import install_arguments, schtasks, task_for
from robot.errors import ConfigurationError, RobotError
from robot.windows.task import NAMESPACE, Task

SCHEMA = xmlschema.XMLSchema(Path(__file__).parent / "data" / "task-scheduler.xsd")


def task(**values):
    given = {
        "program": PureWindowsPath(r"C:\robô & co\app.exe"),
        "arguments": "schedule --once",
        "folder": PureWindowsPath(r"C:\robô & co"),
        "at": time(2, 0),
        "first_day": date(2026, 9, 15),
    }
    return Task(**{**given, **values})


def parsed(one):
    return ET.fromstring(one.xml.encode("utf-16"))


def text(one, path):
    found = parsed(one).find("/".join(f"{{{NAMESPACE}}}{part}" for part in path.split("/")))
    return None if found is None else found.text


@pytest.mark.parametrize("values", [{}, {"user": "EMPRESA\\ana"}, {"user": "ana", "password": True}, {"hours": 72}])
def test_the_xml_is_what_microsofts_schema_allows(values):
    SCHEMA.validate(parsed(task(**values)))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("<WakeToRun>true", "<WakeToRun>always"),
        ("<Count>3", "<Count>0"),
        ("PT10M", "10 minutes"),
        ("IgnoreNew", "Ignore"),
        ('Context="Robot"', 'Context="Nobody"'),
        (
            "<Enabled>true</Enabled>\n      <StartBoundary>2026-09-15T02:00:00</StartBoundary>",
            "<StartBoundary>2:00</StartBoundary>",
        ),
        ("Priority>7", "Priority>11"),
    ],
)
def test_the_schema_refuses_what_is_wrong(right, wrong):
    broken = task().xml.replace(right, wrong)
    assert broken != task().xml
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        SCHEMA.validate(ET.fromstring(broken.encode("utf-16")))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("Triggers/CalendarTrigger/StartBoundary", "2026-09-15T02:00:00"),
        ("Triggers/CalendarTrigger/ScheduleByDay/DaysInterval", "1"),
        ("Settings/StartWhenAvailable", "true"),
        ("Settings/MultipleInstancesPolicy", "IgnoreNew"),
        ("Settings/RestartOnFailure/Count", "3"),
        ("Settings/WakeToRun", "true"),
        ("Settings/ExecutionTimeLimit", "PT12H"),
        ("Settings/DisallowStartIfOnBatteries", "false"),
        ("Actions/Exec/Command", r"C:\robô & co\app.exe"),
        ("Actions/Exec/Arguments", "schedule --once"),
        ("Actions/Exec/WorkingDirectory", r"C:\robô & co"),
        ("Principals/Principal/UserId", "S-1-5-18"),
        ("Principals/Principal/LogonType", None),
    ],
)
def test_the_task_does_what_was_promised(path, expected):
    assert text(task(), path) == expected


def test_a_users_task_runs_whether_logged_on_or_not():
    assert text(task(user="ana"), "Principals/Principal/LogonType") == "S4U"
    assert text(task(user="ana", password=True), "Principals/Principal/LogonType") == "Password"


def test_schtasks_asks_for_the_password_itself():
    assert install_arguments(task(), "t.xml") == ["/Create", "/TN", "API 3C Robot", "/XML", "t.xml", "/F"]
    assert install_arguments(task(user="ana"), "t.xml")[-1] == "/F"
    assert install_arguments(task(user="ana", password=True), "t.xml")[-4:] == ["/RU", "ana", "/RP", "*"]


@pytest.mark.parametrize("at", ["25:00", "2h", "02:00:00", ""])
def test_a_wrong_time_is_named(at):
    with pytest.raises(ConfigurationError) as caught:
        task_for(at, user=False, password=False, hours=12)
    assert f"--at: read {at!r}" in caught.value.problems[0]


def test_a_password_belongs_to_a_user():
    with pytest.raises(ConfigurationError) as caught:
        task_for("02:00", user=False, password=True, hours=12)
    assert "--user" in caught.value.problems[0]


@pytest.mark.parametrize(
    ("now", "first"), [("2026-09-15 01:00", date(2026, 9, 15)), ("2026-09-15 02:00", date(2026, 9, 16))]
)
def test_the_first_time_lies_ahead(now, first, time_machine):
    time_machine.move_to(f"{now}:00", tick=False)
    assert task_for("02:00", user=False, password=False, hours=12).first_day == first


def test_the_xml_is_printed(capsys):
    assert main(["task", "xml", "--at", "03:30"]) == 0
    printed = capsys.readouterr().out
    SCHEMA.validate(ET.fromstring(printed.encode("utf-16")))
    assert "T03:30:00" in printed


@pytest.mark.skipif(sys.platform == "win32", reason="there it would be installed")
@pytest.mark.parametrize("command", ["install", "show", "remove"])
def test_elsewhere_the_operator_is_told_what_does_the_same(command, capsys):
    assert main(["task", command]) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert f'cron does the same: 0 2 * * * "{sys.executable}" "' in told
    assert 'app.py" schedule --once' in told


def test_a_refusal_is_told_with_the_usual_reason(tmp_path):
    program = tmp_path / "schtasks"
    program.write_text("#!/bin/sh\necho 'ERROR: Access is denied.' >&2\nexit 1\n")
    program.chmod(0o755)
    with pytest.raises(RobotError, match=r"Access is denied.*administrator"):
        schtasks(["/Create"], program=str(program))


def test_a_missing_schtasks_is_told():
    with pytest.raises(RobotError, match="cannot be run"):
        schtasks(["/Query"], program="no-such-schtasks")
