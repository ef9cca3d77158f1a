"""Bad `.env` files, command lines and API bodies, three hundred of them: never a traceback, never
exit 0, never a secret.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from proof.machine import clear_environment
from servers import Database

from robot.cells.rejection import Rejection
from robot.cells.tables import CALLS
from robot.cli import main
from robot.errors import ExitCode
from robot.simulators.threec import Fault, FaultKind, Simulator
from robot.threec.call_rows import normalize_call
from robot.trials.bench import execute, stored_rows
from robot.trials.cases import DAY, NOW, world

SECRET = "5ecret-of-the-manager-0123456789"
PASSWORD = "5ecret;of}the database"
IN_ADDRESS = "5ecretOfTheAddress"
EXAMPLES = int(os.environ.get("BAD_INPUTS", "100"))  # of each of the three kinds

bounded = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=not os.environ.get("BAD_INPUTS"),
)


def checked(
    arguments: list[str], capsys: pytest.CaptureFixture[str], folder: Path
) -> tuple[int, str]:
    """Run; whatever came, there is no traceback, no secret, and a known exit code."""
    code = main(arguments)
    out, err = capsys.readouterr()
    shown = out + err
    assert "Traceback" not in shown
    assert code in set(ExitCode), arguments
    logs = "".join(
        path.read_text(encoding="utf-8", errors="replace")
        for path in (folder / "logs").glob("*.log")
    )
    for secret in (SECRET, PASSWORD, IN_ADDRESS):
        assert secret not in shown
        assert secret not in logs
    assert "Unexpected" not in shown, shown
    return code, shown


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clear_environment(monkeypatch)
    monkeypatch.chdir(tmp_path)  # `rejected export` with a made-up name writes a file


def good(folder: Path) -> dict[str, str]:
    return {
        "BASE_URL": "http://127.0.0.1:9/api/v1/calls",
        "MANAGER_TOKEN": SECRET,
        "DB_FILE": str(folder / "robot.db"),
        "LOG_DIR": str(folder / "logs"),
        "API_MAX_ATTEMPTS": "1",
    }


# -- .env

WRONG: dict[str, st.SearchStrategy[str]] = {
    "BASE_URL": st.sampled_from(
        [
            "ftp://x/calls",
            "app.3c.plus",
            "http://",
            f"https://user:{IN_ADDRESS}@host/",
            f"https://host/?token={IN_ADDRESS}",
            "http://x:99999/",
            "x?y=1",
        ]
    ),
    "MANAGER_TOKEN": st.sampled_from(["", "two words", "SEU_TOKEN_AQUI", "acentuação"]),
    "PER_PAGE": st.sampled_from(["0", "-1", "1001", "many", "1e3", "10.5", "٣٠٠٠"]),
    "API_CONCURRENCY": st.sampled_from(["0", "33", "x", "-0x1"]),
    "API_TIMEOUT_SECONDS": st.sampled_from(["0", "601", "nan", "inf", "soon"]),
    "API_AUTH": st.sampled_from(["basic", "cookie", "heade r"]),
    "CAMPAIGN_PARAMETER": st.sampled_from(["campaign", "[]"]),
    "CAMPAIGN_IDS": st.sampled_from(["5,x", "-1", "0", "5.5", "5 6"]),
    "MANUAL_START_DATE": st.sampled_from(
        ["2026-02-30", "yesterday", "2026-13-01", "31/31/2026", "2026-09-01"]
    ),
    "CRON_SCHEDULE": st.sampled_from(
        ["61 * * * *", "* * * *", "@often", "0 2 30 2 *", "a b c d e"]
    ),
    "TIMEZONE": st.sampled_from(["Mars/Olympus", "../etc/passwd", "GMT+25", "/"]),
    "EXECUTION_MODE": st.sampled_from(["auto", "both"]),
    "LOG_LEVEL": st.sampled_from(["LOUD", "10"]),
    "LOG_MAX_MB": st.sampled_from(["0", "1001", "-5"]),
    "LOOKBACK_DAYS": st.sampled_from(["32", "-1", "two"]),
    "DB_ENCRYPT": st.sampled_from(["maybe", "2"]),
    "DB_TRUSTED_CONNECTION": st.sampled_from(["perhaps", "2"]),
    "DB_SERVER": st.sampled_from(["server-without-anything-else"]),
}


@given(
    data=st.data(),
    names=st.lists(st.sampled_from(sorted(WRONG)), min_size=1, max_size=4, unique=True),
)
@bounded
def test_a_wrong_setting_is_told_by_name_with_exit_2(
    data: st.DataObject, names: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    values = {**good(tmp_path), "THREEC_PASSWORD": PASSWORD}
    values |= {name: data.draw(WRONG[name], label=name) for name in names}
    env_file = tmp_path / "bad.env"
    env_file.write_text(
        "".join(f'{name}="{value}"\n' for name, value in values.items()), encoding="utf-8"
    )
    code, shown = checked(["--env-file", str(env_file), "check"], capsys, tmp_path)
    assert code == ExitCode.CONFIGURATION, shown
    for name in names:
        assert name in shown or name == "DB_SERVER"


@given(raw=st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-16")))
@example(raw=b"MANAGER_TOKEN='never closed\nPER_PAGE=5")
@example(raw=b"\xff\xfe")
@example(raw=b"MANAGER_TOKEN=\n" + SECRET.encode())
@example(
    raw=b"DB_PASSWORD\n" + SECRET.encode() + b"\nBASE_URL=https://x:" + SECRET.encode() + b"@y/"
)
@bounded
def test_a_file_of_rubbish_is_no_settings(
    raw: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    env_file = tmp_path / "rubbish.env"
    env_file.write_bytes(raw + b"\nMANAGER_TOKEN=\n")
    code, _ = checked(["--env-file", str(env_file), "check"], capsys, tmp_path)
    assert code == ExitCode.CONFIGURATION


# -- command lines

WORDS = st.sampled_from(
    ["--start", "--end", "--campaigns", "--again", "--json", "--fix", "--all", "--nonsense",
    "--help=1", "-x", "--", "5,6",
     "2026-09-01", "2026-09-31", "31/12/2026", "2999-01-01", "5,x", "", "list", "retry", "export",
     "/", "\x00", "💥", "-1"]
)  # fmt: skip
COMMANDS = st.sampled_from(
    [
        ["run"],
        ["audit"],
        ["status"],
        ["rejected"],
        ["rejected", "export"],
        ["ddl"],
        ["nonsense"],
        ["RUN"],
    ]
)


@given(command=COMMANDS, words=st.lists(WORDS | st.text(max_size=6), max_size=4))
@example(command=["run"], words=["--start", "2026-09-31", "--end", "2026-09-30"])
@example(command=["audit"], words=["--start", "2999-01-01", "--end", "2999-01-02"])
@example(command=["run"], words=["--campaigns", "99999999999999999999999"])
@bounded
def test_a_wrong_command_line_is_told_without_a_traceback(
    command: list[str], words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    env_file = tmp_path / "good.env"
    env_file.write_text(
        "".join(f"{name}='{value}'\n" for name, value in good(tmp_path).items()), encoding="utf-8"
    )
    code, shown = checked(["--env-file", str(env_file), *command, *words], capsys, tmp_path)
    if command[0] in {"run", "audit"} and "--help" not in words:
        assert code != ExitCode.SUCCESS, shown  # nobody answers at that address
    if command[0] in {"nonsense", "RUN"} or "--nonsense" in words[:1]:
        assert code == ExitCode.CONFIGURATION


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--campaigns", ","], "--campaigns"),
        (["--campaigns", "1_0"], "--campaigns"),
        (["--campaigns", "-5"], "--campaigns"),
        (["--campaigns", "99999999999999999999999999"], "--campaigns"),
        (["--start", "", "--end", ""], "--start: '' is not a date"),
        (["--start", "0226-11-22", "--end", "2026-11-22"], "--start"),
        (["--start", "1700-01-01", "--end", "1700-01-01"], "before the year 2000"),
    ],
)
@pytest.mark.parametrize("command", ["run", "audit"])
def test_a_slip_on_the_command_line_reads_nothing(
    command: str, words: list[str], named: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Simulator([]) as simulator:
        env_file = tmp_path / "good.env"
        values = {**good(tmp_path), "BASE_URL": simulator.url}
        env_file.write_text(
            "".join(f"{name}='{value}'\n" for name, value in values.items()), encoding="utf-8"
        )
        code, shown = checked(["--env-file", str(env_file), command, *words], capsys, tmp_path)
        assert (code, named in shown) == (ExitCode.CONFIGURATION, True)
        assert simulator.requests == []


# -- bodies of the API

_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
LEAVES = _SCALARS | st.sampled_from(
    [f"{DAY} 10:00:00", "-", "0001-01-01 00:00:00", "\x00", "\ud800", 10**30, 1e308]
)  # fmt: skip
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    [
        "id",
        "call_date",
        "campaign_id",
        "route",
        "mailing_data",
        "feedback",
        "speaking_time",
        "agent",
    ]
)
RECORDS = st.lists(
    JSON | st.dictionaries(FIELDS, JSON) | st.builds(
        lambda key, rest: {**rest, "id": key, "call_date": f"{DAY} 10:00:00"},
        st.text(min_size=1, max_size=8), st.dictionaries(FIELDS, JSON),
    ), max_size=6
)  # fmt: skip
NUMBERS = st.sampled_from(
    [0, 1, 2, 6, 7, 100, -1, 10**12, "3", "x", None, 1.5, True, [], "9" * 5000]
)
PAGINATION = dict.fromkeys(("total", "count", "per_page", "current_page", "total_pages"), NUMBERS)
META = st.fixed_dictionaries(
    {"pagination": JSON | st.fixed_dictionaries({}, optional={**PAGINATION, "links": JSON})}
)
PAGES = st.fixed_dictionaries({"data": RECORDS}, optional={"status": NUMBERS, "meta": JSON | META})


def test_whatever_the_api_sends_success_means_that_all_of_it_is_stored(database: Database) -> None:
    @given(body=JSON | PAGES, raw=st.none() | st.text(max_size=30))
    @settings(bounded, max_examples=EXAMPLES // (10 if database.on_server else 2))
    def whatever(body: Any, raw: str | None) -> None:
        database.empty()
        database.clock.now = NOW
        repository = database.repository()
        text = json.dumps(body) if raw is None else raw
        fault = Fault(
            FaultKind.WRONG_SHAPE, body=text.encode("utf-8", "replace").decode(), times=None
        )
        try:
            with Simulator(world(), faults=[fault]) as simulator:
                summary = execute(simulator, repository, [DAY])
            stored = stored_rows(repository)
        finally:
            repository.close()
        assert "unexpected" not in (summary.message or "")
        if summary.exit_code is ExitCode.SUCCESS:
            assert isinstance(body, dict)
            rows = [normalize_call(record) for record in json.loads(text)["data"]]
            assert not any(isinstance(row, Rejection) for row in rows)
            due = {
                CALLS.key_of(row.call)
                for row in rows
                if not isinstance(row, Rejection)
                and str(CALLS.cell(row.call, "call_date")).startswith(str(DAY))
            }
            assert due == stored.keys()

    whatever()
