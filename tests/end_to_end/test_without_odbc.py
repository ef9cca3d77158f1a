"""SQL Server is asked for on a machine that has no ODBC: every command says what is missing, and
how to install it.
"""

import re
import shutil
import subprocess
import sys

import pytest
from support_app import ROOT, App

from robot.simulators.threec import Simulator

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has an ODBC driver manager of its own"
)
LOADER_SAYS = "libodbc.so.2: cannot open shared object file: No such file or directory"
BUILD = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR"]
COMMANDS = [
    [],
    ["run"],
    ["schedule"],
    ["schedule", "--once"],
    ["status"],
    ["audit"],
    ["rejected", "list"],
    ["rejected", "retry"],
    ["export", "scheduled"],
    ["task", "install"],
    ["task", "xml"],
]


@pytest.fixture(autouse=True)
def no_odbc(tmp_path, monkeypatch):
    """What loading pyodbc comes to where no package has brought libodbc; on such a machine the
    same.
    """
    modules = tmp_path / "modules"
    modules.mkdir()
    (modules / "pyodbc.py").write_text(f"raise ImportError({LOADER_SAYS!r})\n")
    monkeypatch.setenv("PYTHONPATH", str(modules))


@pytest.fixture
def simulator():
    with Simulator([]) as running:
        yield running


@pytest.fixture
def app(simulator, tmp_path):
    server = {
        "DB_SERVER": "sql.example.com",
        "DB_DATABASE": "robo",
        "DB_USERNAME": "robo",
        "DB_PASSWORD": "s3cret",
    }
    export = {"EXPORT_CRON": "0 8 * * *", "EXPORT_CAMPAIGN_ID": 5}
    return App(tmp_path, BASE_URL=simulator.url, MANAGER_TOKEN=simulator.token, **server, **export)


def tells_what_to_install(text):
    commands = ("apt-get install unixodbc", "dnf install unixODBC", "apk add unixodbc")
    return LOADER_SAYS in text and all(command in text for command in commands)


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_command_that_needs_the_server_ends_with_2_and_says_what_to_install(app, arguments):
    code, shown = app.run(*arguments)
    assert code == 2, shown
    assert tells_what_to_install(shown)
    assert "efect of the robot" not in app.everything_written()
    assert "Unexpected" not in shown


def test_check_says_it_once_and_goes_on_with_what_can_be_checked(app):
    code, shown = app.run("check")
    lines = shown.splitlines()
    assert code == 2, shown
    assert [line for line in lines if tells_what_to_install(line)] == [
        line for line in lines if line.startswith("FAILED Database: ")
    ]
    assert "FAILED Rights: not tried, since the database failed." in lines
    assert any(line.startswith("ok     Log folder: ") for line in lines)


def test_without_the_package_itself_pip_is_named(app, tmp_path):
    (tmp_path / "modules" / "pyodbc.py").write_text(
        "raise ModuleNotFoundError('No module', name='pyodbc')\n"
    )
    code, shown = app.run("run")
    assert code == 2, shown
    assert "package pyodbc is not installed" in shown
    assert "pip install -r requirements.txt" in shown


def test_the_embedded_database_needs_none_of_it(simulator, tmp_path):
    code, shown = App(tmp_path, BASE_URL=simulator.url, MANAGER_TOKEN=simulator.token).run("run")
    assert code == 0, shown


@pytest.mark.skipif(
    shutil.which("objdump") is None, reason="PyInstaller needs objdump: apt-get install binutils"
)
def test_the_executable_is_not_built_without_it_and_one_line_says_why(tmp_path):
    ended = subprocess.run(
        [
            *BUILD,
            "--workpath",
            tmp_path / "work",
            "--distpath",
            tmp_path / "dist",
            ROOT / "app.spec",
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    (line,) = [line for line in ended.stderr.splitlines() if not re.match(r"\d+ INFO: ", line)]
    assert ended.returncode != 0
    assert tells_what_to_install(line)
    assert list((tmp_path / "dist").iterdir()) == []


def test_tests_that_need_it_are_skipped_with_the_reason():
    modules = [
        ROOT / "tests" / "database" / f"test_sqlserver_{name}.py"
        for name in ("tables", "connection")
    ]
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-rs", "-p", "no:xdist", *modules],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "ODBC is missing; on Debian: apt-get install unixodbc" in ended.stdout
    assert "2 skipped" in ended.stdout
    assert "error" not in ended.stdout
