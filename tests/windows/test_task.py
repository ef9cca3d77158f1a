"""The task of the Windows Task Scheduler: its XML against the schema, what schtasks is told, what
the operator is told.
"""

from __future__ import annotations

import codecs
import sys
import xml.etree.ElementTree as ET
from datetime import date, datetime, time
from pathlib import Path, PureWindowsPath
from zoneinfo import ZoneInfo

import pytest
import xmlschema

from robot.cli import main
from robot.commands import task as command
from robot.commands.context import Context
from robot.commands.task import install_arguments, schtasks, task_for
from robot.errors import ConfigurationError, RobotError
from robot.windows.task import NAMESPACE, Task

CONTEXT = Context(Path(".env"))
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


@pytest.mark.parametrize(
    "values", [{}, {"user": "EMPRESA\\ana"}, {"user": "ana", "password": True}, {"hours": 72}]
)
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
    assert install_arguments(task(), "t.xml") == [
        "/Create",
        "/TN",
        "API 3C Robot",
        "/XML",
        "t.xml",
        "/F",
    ]
    assert install_arguments(task(user="ana"), "t.xml")[-1] == "/F"
    assert install_arguments(task(user="ana", password=True), "t.xml")[-4:] == [
        "/RU",
        "ana",
        "/RP",
        "*",
    ]


@pytest.mark.parametrize("at", ["25:00", "2h", "02:00:00", ""])
def test_a_wrong_time_is_named(at):
    with pytest.raises(ConfigurationError) as caught:
        task_for(CONTEXT, at, user=False, password=False, hours=12)
    assert f"--at: read {at!r}" in caught.value.problems[0]


def test_a_password_belongs_to_a_user():
    with pytest.raises(ConfigurationError) as caught:
        task_for(CONTEXT, "02:00", user=False, password=True, hours=12)
    assert "--user" in caught.value.problems[0]


@pytest.mark.parametrize(
    ("now", "first"),
    [("2026-09-15 01:00", date(2026, 9, 15)), ("2026-09-15 02:00", date(2026, 9, 16))],
)
def test_the_first_time_lies_ahead(now, first, time_machine):
    time_machine.move_to(f"{now}:00", tick=False)
    assert task_for(CONTEXT, "02:00", user=False, password=False, hours=12).first_day == first


def test_a_task_of_local_service_says_so():
    assert text(
        task_for(CONTEXT, "02:00", user=False, password=False, hours=12, local_service=True),
        "Principals/Principal/UserId",
    ) == ("S-1-5-19")
    with pytest.raises(ConfigurationError) as caught:
        task_for(CONTEXT, "02:00", user=True, password=False, hours=12, local_service=True)
    assert "--local-service" in caught.value.problems[0]


@pytest.mark.parametrize("encoding", ["cp1252", "cp850", "utf-8", "utf-16"])
def test_what_is_printed_is_right_in_whatever_a_console_writes_it(encoding, capsys, monkeypatch):
    monkeypatch.setenv("USERNAME", "joão")
    assert main(["task", "xml", "--at", "03:30", "--user"]) == 0
    printed = capsys.readouterr().out.encode(encoding)
    document = ET.fromstring(printed)
    SCHEMA.validate(document)
    assert document.findtext(f".//{{{NAMESPACE}}}UserId", "").endswith("joão")
    assert document.findtext(f".//{{{NAMESPACE}}}StartBoundary", "").endswith("T03:30:00")


def test_the_file_is_utf_16_as_it_declares(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("USERNAME", "joão")
    file = tmp_path / "tarefa.xml"
    assert main(["task", "xml", str(file), "--at", "03:30", "--user"]) == 0
    written = file.read_bytes()
    assert written[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}
    assert written.decode("utf-16").startswith('<?xml version="1.0" encoding="UTF-16"?>')
    SCHEMA.validate(ET.fromstring(written))
    assert "is written" in capsys.readouterr().out
    assert main(["task", "xml", str(file)]) == 2, "nothing is written over"
    assert file.read_bytes() == written
    assert main(["task", "xml", str(tmp_path / "no" / "folder.xml")]) == 2
    assert "cannot be written" in capsys.readouterr().err


@pytest.fixture
def install(tmp_path, monkeypatch):
    """`task install` as on Windows, in a folder of its own; returns what schtasks and icacls were
    told.
    """
    calls = []
    folder = tmp_path / "robo-3c"
    folder.mkdir()
    (folder / "app.exe").touch()
    env_file = folder / ".env"
    env_file.write_text("TIMEZONE=America/Sao_Paulo\n")
    monkeypatch.setattr(command, "_on_windows", lambda *_: None)
    monkeypatch.setattr(command, "home", lambda: folder)
    for name in ("schtasks", "icacls"):
        monkeypatch.setattr(
            command,
            name,
            lambda arguments, name=name, **_: calls.append((name, *arguments)) or "SUCCESS",
        )

    def run(*options):
        calls.clear()
        return main(["--env-file", str(env_file), "task", "install", *options]), calls

    run.folder, run.env_file = folder, env_file
    return run


def test_an_installed_task_has_a_folder_that_is_closed(install, capsys):
    code, calls = install("--local-service")
    assert code == 0
    assert [name for name, *_ in calls] == ["schtasks", *["icacls"] * 5]
    assert "*S-1-5-19:(OI)(CI)M" in calls[3]
    shown = capsys.readouterr()
    assert "as LOCAL SERVICE" in shown.out
    assert "Only administrators and the task's account" in shown.out


@pytest.mark.parametrize("how", ["a shared folder", "--keep-rights", "refused"])
def test_a_folder_that_is_not_closed_is_told_with_the_commands(how, install, capsys, monkeypatch):
    if how == "a shared folder":
        (install.folder / "outro.exe").touch()
    elif how == "refused":
        monkeypatch.setattr(
            command, "icacls", lambda _: (_ for _ in ()).throw(RobotError("icacls refused"))
        )
    code, calls = install(*(["--keep-rights"] if how == "--keep-rights" else []))
    assert code == 0
    assert [name for name, *_ in calls] == ["schtasks"]
    told = capsys.readouterr().err
    assert {"a shared folder": "also holds outro.exe", "refused": "icacls refused"}.get(
        how, how
    ) in told
    assert told.count("  icacls ") == 5


def test_a_clock_that_is_not_the_accounts_is_told(install, capsys, time_machine):
    time_machine.move_to(datetime(2026, 9, 15, 12, tzinfo=ZoneInfo("UTC")), tick=False)
    install("--at", "02:00")
    assert "--at 05:00" in capsys.readouterr().err
    install.env_file.write_text("TIMEZONE=UTC\n")
    install("--at", "02:00")
    assert "--at" not in capsys.readouterr().err
    install.env_file.write_text("TIMEZONE=Mars\n")
    assert install("--at", "02:00")[0] == 0
    assert "python app.py check" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="there it would be installed")
def test_elsewhere_the_operator_is_told_what_does_the_same(capsys, tmp_path):
    assert main(["task", "install"]) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert f'cron does the same: 0 2 * * * "{sys.executable}" "' in told
    assert 'app.py" schedule --once' in told
    (tmp_path / "a.env").touch()
    assert main(["--env-file", str(tmp_path / "a.env"), "task", "install", "--at", "03:30"]) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert f'30 3 * * * "{sys.executable}" "' in told
    assert f'app.py" --env-file "{tmp_path / "a.env"}" schedule --once' in told


@pytest.mark.skipif(sys.platform == "win32", reason="there they would be asked")
@pytest.mark.parametrize("command", ["show", "remove"])
def test_elsewhere_there_is_no_task(command, capsys):
    assert main(["task", command]) == 2
    assert "a part of Windows" in capsys.readouterr().err


def test_a_task_reads_the_settings_that_its_maker_was_given(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("outro.env").touch()
    assert main(["--env-file", "outro.env", "task", "xml", "t.xml"]) == 0
    arguments = ET.fromstring(Path("t.xml").read_bytes()).findtext(f".//{{{NAMESPACE}}}Arguments")
    assert arguments.endswith(f'--env-file "{tmp_path / "outro.env"}" schedule --once')
    assert main(["task", "xml", "u.xml"]) == 0
    assert "--env-file" not in Path("u.xml").read_text("utf-16")


def test_a_refusal_is_told_with_the_usual_reason(tmp_path):
    program = tmp_path / "schtasks"
    program.write_text("#!/bin/sh\necho 'ERROR: Access is denied.' >&2\nexit 1\n")
    program.chmod(0o755)
    with pytest.raises(RobotError, match=r"Access is denied.*administrator"):
        schtasks(["/Create"], program=str(program))


def test_a_missing_schtasks_is_told():
    with pytest.raises(RobotError, match="cannot be run"):
        schtasks(["/Query"], program="no-such-schtasks")


@pytest.mark.parametrize(
    ("options", "warned"),
    [
        ([], True),
        (["--local-service"], True),
        (["--user"], True),
        (["--user", "--password-prompt"], False),
    ],
)
def test_a_trusted_connection_needs_a_user_with_a_password(options, warned, install, capsys):
    install.env_file.write_text("DB_SERVER=host\nDB_DATABASE=robo\nDB_TRUSTED_CONNECTION=yes\n")
    install(*options)
    assert ("DB_TRUSTED_CONNECTION is yes" in capsys.readouterr().err) is warned


@pytest.mark.parametrize("cron", ["0 8 * * 1-5", ""])
def test_what_the_task_does_of_exports_is_told_where_there_are_any(cron, install, capsys):
    install.env_file.write_text(f"EXPORT_CRON={cron}\nEXPORT_CAMPAIGN_ID=5\n")
    install()
    assert ("export scheduled" in capsys.readouterr().err) is bool(cron)
