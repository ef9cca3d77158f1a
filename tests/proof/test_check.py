"""`check` says of each thing whether it holds, whatever is in its way; the same faults never look
like a defect in a run.
"""

import os
import shutil
import sqlite3
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
import trustme
from liar import Asked, liar, page_of, record
from proof.machine import Machine, ago
from raw_server import raw_server
from relays import proxy, relay
from servers import sqlite_only

from robot.settings import Settings, home
from robot.simulators.threec import Fault, FaultKind

pytestmark = sqlite_only("it is about files and the network")
Operator = Callable[..., Machine]


def line(machine: Machine, name: str) -> str:
    return next(line for line in machine.out.splitlines() if line[7:].startswith(f"{name}: "))


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Path]:
    """A folder that a test closes, with `chmod(0)`, to everybody without root's power over
    files.
    """
    folder = tmp_path / "closed"
    folder.mkdir()
    yield folder
    folder.chmod(0o700)


def without_power(*arguments: object) -> tuple[int, str]:
    """app.py as a process that the rights of files bind, root's too."""
    if os.name != "posix":
        pytest.skip("rights are others on Windows")
    before: list[str] = []
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("needs setpriv, to give up root's power over files")
        before = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    names = {name.upper() for name in Settings.model_fields}
    ended = subprocess.run(
        [*before, sys.executable, home() / "app.py", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={name: value for name, value in os.environ.items() if name not in names},
    )
    shown = ended.stdout + ended.stderr
    assert "Traceback" not in shown
    assert "Unexpected" not in shown
    return ended.returncode, shown


def test_a_database_in_a_folder_that_is_closed_is_a_verdict_of_check(
    operator: Operator, closed: Path
) -> None:
    machine = operator(DB_FILE=closed / "data" / "robot.db")
    closed.chmod(0)
    code, shown = without_power("--env-file", machine.env_file, "check")
    assert code == 1
    assert "FAILED Database: " in shown
    assert f"FAILED Free disk: {closed / 'data'} cannot be read: Permission denied" in shown
    assert "checks failed." in shown


def test_an_env_file_in_a_folder_that_is_closed_is_a_wrong_setting(
    operator: Operator, closed: Path
) -> None:
    operator().env_file.rename(closed / "robot.env")
    closed.chmod(0)
    for command in (["check"], ["run"], []):
        code, shown = without_power("--env-file", closed / "robot.env", *command)
        assert code == 2
        assert "robot.env cannot be read: Permission denied" in shown


@pytest.mark.parametrize(
    ("statement", "gone"),
    [
        ("DROP TABLE mailing_data", "the table mailing_data"),
        ("DROP TABLE clients", "the table clients"),
        ("ALTER TABLE calls DROP COLUMN extra", "the column calls.extra"),
    ],
)
def test_what_is_gone_of_the_tables_is_named_and_not_made_anew(
    operator: Operator, statement: str, gone: str
) -> None:
    """By check, and by whatever would go on with the rest: rows are lost, and somebody has to
    know.
    """
    machine = operator()
    assert machine.run("check") == 0
    machine.database.query(statement)
    assert machine.run("check") == 1
    assert f" lacks {gone}. Restore the database" in line(machine, "Rights")
    for command in ("run", "audit"):
        assert machine.run(command, "--start", ago(1), "--end", ago(1)) == 1
        assert f" lacks {gone}." in machine.err
    if gone.startswith("the table"):
        assert machine.run("ddl", "--database", "sqlite") == 0  # what the hint says
        with closing(sqlite3.connect(machine.database.settings.db_file)) as connection:
            connection.executescript(machine.out)
        assert machine.run("check") == 0


@pytest.mark.parametrize("name", ["api_robot_main.log", "api_robot_errors.log"])
def test_a_log_file_that_cannot_be_written_is_told(operator: Operator, name: str) -> None:
    machine = operator()
    (machine.folder / "logs" / name).mkdir(parents=True)
    assert machine.run("check") == 1
    assert line(machine, "Log folder").startswith("FAILED")
    assert f"{name} cannot be written: Is a directory" in line(machine, "Log folder")


def test_an_api_that_refuses_other_page_sizes_than_per_page_holds(operator: Operator) -> None:
    def answer(asked: Asked) -> tuple[int, object]:
        if asked.per_page != 100:
            return 422, {"status": 422, "detail": "The selected per_page is invalid."}
        return page_of([record(1, asked.day)], asked)

    with liar(answer) as api:
        machine = operator(BASE_URL=api.url, PER_PAGE=100)
        assert machine.run("check") == 0, machine.out
    assert line(machine, "API").startswith("ok")
    assert "1 calls yesterday" in line(machine, "API")


def test_a_page_size_is_not_asked_of_an_api_that_does_not_answer(operator: Operator) -> None:
    machine = operator(API_MAX_ATTEMPTS=1)
    machine.simulator.use_faults([Fault(FaultKind.STATUS_500, times=None)])
    assert machine.run("check") == 1
    assert "FAILED API: " in machine.out
    assert line(machine, "Page size").endswith("not asked, since the API failed.")
    assert len(machine.simulator.requests) == 1


def test_a_page_size_that_is_capped_is_told_whether_the_api_says_so_or_not(
    operator: Operator,
) -> None:
    machine = operator(days=1, per_day=60, PER_PAGE=40)
    assert machine.run("check") == 0
    assert line(machine, "Page size").endswith("PER_PAGE=40 is accepted")
    machine.simulator.use_faults([Fault(FaultKind.PER_PAGE_CAPPED, cap=30, times=None)])
    assert machine.run("check") == 0
    assert "PER_PAGE=40 is capped at 30 by the API" in line(machine, "Page size")
    machine.simulator.use_faults([Fault(FaultKind.PER_PAGE_CAPPED_SILENTLY, cap=30, times=None)])
    assert machine.run("check") == 0
    assert "capped by the API without a word: its first page has 30 of 60 calls" in line(
        machine, "Page size"
    )
    machine.write(PER_PAGE=500)
    machine.simulator.use_faults([])
    assert machine.run("check") == 0
    assert "yesterday's 60 calls are too few to fill a page" in line(machine, "Page size")


def test_certificates_that_are_not_there_are_told_and_no_defect(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = operator(BASE_URL="https://127.0.0.1:9/api/v1/calls")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nonexistent.pem")
    assert machine.run("check") == 1
    assert "/nonexistent.pem" in line(machine, "API")
    assert "Check REQUESTS_CA_BUNDLE" in line(machine, "API")
    assert "ok     Database: " in machine.out
    assert machine.sync(ago(1)) == 2
    shown = machine.out + machine.err
    assert "/nonexistent.pem" in shown
    assert "nexpected" not in shown
    assert machine.rows("SELECT status FROM execution_logs") == [("FAILED",)]


@pytest.mark.parametrize("proxy", ["http://a b:1", "http://:1"])
def test_a_proxy_without_an_address_is_told_at_once(
    operator: Operator, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    machine = operator(BASE_URL="http://api.invalid/api/v1/calls")
    monkeypatch.setenv("http_proxy", proxy)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert machine.sync(ago(1)) == 2
    assert "no request can be made of this address" in machine.out + machine.err


def test_the_settings_that_the_environment_overrules_are_named(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = operator(days=1, PER_PAGE=40, LOG_BACKUPS=3)
    assert machine.run("check") == 0
    assert line(machine, "Settings").endswith(str(machine.env_file))
    monkeypatch.setenv("PER_PAGE", "7")
    monkeypatch.setenv("LOG_BACKUPS", "3")
    assert machine.run("check") == 0
    assert line(machine, "Settings").endswith("; the environment overrules PER_PAGE")
    assert machine.sync(ago(1)) == 0
    log = (machine.folder / "logs" / "api_robot_main.log").read_text(encoding="utf-8")
    assert log.count("PER_PAGE comes from the environment, not from operator.env.") == 2
    assert "LOG_BACKUPS comes" not in log


def test_a_proxy_and_certificates_in_the_env_file_are_used_and_told(
    operator: Operator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("api.invalid").configure_cert(context)
    machine = operator(days=1)
    assert machine.run("check") == 0
    assert line(machine, "Network").endswith("BASE_URL without a proxy, not encrypted")
    with ExitStack() as stack:
        secured = stack.enter_context(raw_server(relay(machine.simulator.base_url, context)))
        server = stack.enter_context(raw_server(proxy(secured.url, login="ana:s3cretS3cret")))
        address = f"http://ana:s3cretS3cret@127.0.0.1:{server.port}"
        values = {
            "BASE_URL": "https://api.invalid/api/v1/calls",
            "REQUESTS_CA_BUNDLE": tmp_path / "ca.pem",
        }
        machine.write(**values, HTTPS_PROXY=address)
        assert machine.run("check") == 0
        assert f"through the proxy http://***@127.0.0.1:{server.port} (HTTPS_PROXY)" in line(
            machine, "Network"
        )
        assert f"trusting the certificates of REQUESTS_CA_BUNDLE: {tmp_path / 'ca.pem'}" in line(
            machine, "Network"
        )
        assert machine.sync(ago(1)) == 0
        assert all(head.startswith("CONNECT api.invalid:443 ") for head in server.heads)
        machine.write(**values, HTTPS_PROXY=f"http://127.0.0.1:{server.port}")
        assert machine.run("check") == 1
        assert "the proxy wants a login (HTTP 407)" in line(machine, "API")
        machine.write(
            **values | {"REQUESTS_CA_BUNDLE": ""}, HTTPS_PROXY=address, API_MAX_ATTEMPTS=1
        )
        assert machine.run("check") == 1
        assert "the certificate or the encryption is refused" in line(machine, "API")
    shown = (
        machine.out
        + machine.err
        + (machine.folder / "logs" / "api_robot_main.log").read_text(encoding="utf-8")
    )
    assert "s3cretS3cret" not in shown
