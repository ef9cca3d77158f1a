"""The robot beside its peers, in one run against one simulator: time, memory, rows; then with
faults, rows stored by each.

    python benchmarks/peers.py --calls 20000

    robot        `app.py run`, as the operator starts it
    dlt          https://dlthub.com: rest_api source, merge by id, SQLite by its sqlalchemy one
    row by row   what a plain script does: one UPDATE or INSERT a row; an empty page is the end

dlt lives in an environment of its own, in this machine's folder for temporary files: never in the
project's. Each runs as a process of its own, interpreter start included. With TEST_SQLSERVER (an
ODBC connection string) the robot and dlt, by its mssql destination, also run into databases of
their own on that server. The numbers are ratios within one run: machines differ, and shared ones
are noisy.
"""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from servers import Server, server  # type: ignore[import-not-found]  # noqa: E402

from robot.simulators.threec import DEMO_TOKEN, Fault, Simulator, make_calls  # noqa: E402

DLT = "dlt[mssql,sqlalchemy]==1.31.0"
ENVIRONMENT = Path(tempfile.gettempdir()) / "api-3c-robot-peers"
FIRST = date(2026, 9, 1)
PER_PAGE = 500
LONGEST = (
    300  # seconds for one run: what takes longer is ended, and shows its rows and the time it had
)

_DLT = """
import os, sys
import dlt
from dlt.sources.rest_api import rest_api_source
url, token, folder, first, last, per_page = sys.argv[1:7]
os.chdir(folder)
destination, dataset = dlt.destinations.sqlalchemy("sqlite:///" + folder + "/dlt.db"), "main"
if "PEERS_MSSQL" in os.environ:
    destination, dataset = dlt.destinations.mssql(os.environ["PEERS_MSSQL"]), "peer"
if "PEERS_BABELFISH" in os.environ:  # it tells a missing table by a number of its own,
which dlt does not know
    from dlt.destinations.impl.mssql import sql_client
    judge = sql_client.PyOdbcMsSqlClient._make_database_exception
    missing = lambda ex: "33557097" in str(ex) and "does not exist" in str(ex)
    sql_client.PyOdbcMsSqlClient._make_database_exception = staticmethod(
        lambda ex: sql_client.DatabaseUndefinedRelation(ex) if missing(ex) else judge(ex))
source = rest_api_source({
    "client": {"base_url": url, "auth": {"type": "bearer", "token": token}},
    "resources": [{
        "name": "calls", "primary_key": "id", "write_disposition": "merge", "max_table_nesting": 1,
        "endpoint": {
            "path": "calls",
            "params": {"start_date": first + " 00:00:00", "end_date": last + " 23:59:59",
            "per_page": per_page},
            "data_selector": "data",
            "paginator": {
                "type": "page_number", "base_page": 1, "page_param": "page",
                "total_path": "meta.pagination.total_pages",
            },
        },
    }],
})
pipeline = dlt.pipeline(
    "peers", destination=destination, dataset_name=dataset, pipelines_dir=folder + "/state",
)
print(pipeline.run(source))
"""

_ROW_BY_ROW = """
import json, sqlite3, sys
import requests
url, token, folder, first, last, per_page = sys.argv[1:7]
database = sqlite3.connect(folder + "/plain.db")
columns = "id TEXT PRIMARY KEY, call_date TEXT, number TEXT, campaign TEXT, body TEXT"
database.execute("CREATE TABLE IF NOT EXISTS calls (" + columns + ")")
page = 1
while True:
    answer = requests.get(url + "/calls", headers={"Authorization": "Bearer " + token},
    timeout=60, params={
        "start_date": first + " 00:00:00", "end_date": last + " 23:59:59", "per_page": per_page,
        "page": page})
    answer.raise_for_status()
    records = answer.json()["data"]
    if not records:
        break
    for record in records:
        cells = (record["call_date"], record["number"], str(record["campaign"]),
        json.dumps(record), record["id"])
        done = database.execute("UPDATE calls SET call_date = ?, number = ?, campaign = ?,
        body = ? WHERE id = ?", cells)
        if done.rowcount == 0:
            database.execute("INSERT INTO calls (call_date, number, campaign, body, id) VALUES (?,
            ?, ?, ?, ?)", cells)
        database.commit()
    page += 1
"""


@dataclass(frozen=True)
class Result:
    """One run of one of them."""

    seconds: float
    megabytes: float
    rows: int
    code: int


Runner = Callable[[str, Path, date], Result]


def main() -> None:
    options = _options()
    python = environment()
    runners: dict[str, Runner] = {
        "robot": robot,
        "dlt": lambda url, folder, last: script(python, _DLT, url, folder, last),
        "row by row": lambda url, folder, last: script(
            sys.executable, _ROW_BY_ROW, url, folder, last
        ),
    }
    print(
        f"{datetime.now():%Y-%m-%d}, Python {platform.python_version()}, {DLT}, {os.cpu_count()}"
        " cores,"
        f" SQLite {sqlite3.sqlite_version}"
    )
    days = [FIRST + timedelta(days=n) for n in range(options.days)]
    calls = make_calls(days, options.calls // options.days, odd=False)
    print(f"\n{len(calls):,} calls of {len(days)} days, {PER_PAGE} a page, into SQLite\n")
    print(
        "| | seconds | calls/s | peak MB | rows | again: seconds |\n|---|---:|---:|---:|---:|---:|"
    )
    with Simulator(calls) as simulator, tempfile.TemporaryDirectory() as folder:
        first = {}
        for name, run in runners.items():
            place = Path(folder) / name.replace(" ", "-")
            place.mkdir()
            first[name] = one = run(simulator.base_url, place, days[-1])
            again = run(simulator.base_url, place, days[-1])
            print(
                f"| {name} | {one.seconds:.1f} | {one.rows / one.seconds:,.0f} |"
                f" {one.megabytes:.0f} | {one.rows:,}"
                f" | {again.seconds:.1f} |",
                flush=True,
            )
    print(
        f"\nrobot / dlt: {first['dlt'].seconds / first['robot'].seconds:.1f} times the rate,"
        f" {first['robot'].megabytes / first['dlt'].megabytes:.2f} of the memory"
    )
    found = server()
    if found is not None:
        on_server(found, calls, days[-1], python)
    # what is stored is the same without waiting for the disk at each row, and the table comes
    # sooner
    hasty = _ROW_BY_ROW.replace(
        "page = 1", "database.execute('PRAGMA synchronous = OFF')\npage = 1", 1
    )
    runners["row by row"] = lambda url, folder, last: script(
        sys.executable, hasty, url, folder, last
    )
    faults(runners, options.fault_calls)


def on_server(server: Server, calls: Sequence[dict[str, Any]], last: date, python: str) -> None:
    """The robot and dlt into the server of TEST_SQLSERVER, each into a database of its own that is
    dropped again.
    """
    with closing(server.connect()) as connection:
        version = str(connection.execute("SELECT @@VERSION").fetchone()[0]).partition("\n")[0]
    print(f"\nThe same into {version}\n")
    print(
        "| | seconds | calls/s | peak MB | rows | again: seconds |\n|---|---:|---:|---:|---:|---:|"
    )
    for name in ("robot", "dlt"):
        with (
            Simulator(calls) as simulator,
            tempfile.TemporaryDirectory() as folder,
            server.new_database() as database,
        ):
            place = Path(folder)
            if name == "robot":
                variables = server.variables(database)
                command = robot_command(simulator.base_url, place, last)
                table = "dbo.calls"
            else:
                variables = dlt_variables(server, database, place, babelfish="Babelfish" in version)
                command = script_command(python, _DLT, simulator.base_url, place, last)
                table = "peer.calls"

            def rows(database: str = database, table: str = table) -> int:
                with closing(server.connect(database)) as connection:
                    return int(
                        connection.execute(f"SELECT COUNT(DISTINCT id) FROM {table}").fetchone()[0]
                    )

            one, again = (timed(command, rows, variables) for _ in range(2))
            print(
                f"| {name} | {one.seconds:.1f} | {one.rows / one.seconds:,.0f} |"
                f" {one.megabytes:.0f} | {one.rows:,}"
                f" | {again.seconds:.1f} |",
                flush=True,
            )


def dlt_variables(
    server: Server, database: str, folder: Path, *, babelfish: bool
) -> dict[str, str]:
    """dlt takes Microsoft's driver by its registered name only: a driver file is registered for
    this run.
    """
    host, port = server.host_and_port
    user, password = quote(server.username, safe=""), quote(server.password, safe="")
    trust = "yes" if server.trust else "no"
    options = f"Encrypt={server.encrypt}&TrustServerCertificate={trust}" + (
        "&UseFMTONLY=yes" if babelfish else ""
    )
    variables = {"PEERS_MSSQL": f"mssql://{user}:{password}@{host}:{port}/{database}?{options}"}
    if babelfish:
        variables["PEERS_BABELFISH"] = "1"
    if "/" in server.driver:
        (folder / "odbcinst.ini").write_text(
            f"[ODBC Driver 18 for SQL Server]\nDriver={server.driver}\n"
        )
        (folder / "odbc.ini").touch()
        variables["ODBCSYSINI"] = str(folder)
    return variables


def faults(runners: dict[str, Runner], count: int) -> None:
    """What each has stored, and with which exit code, when the API misbehaves once."""
    page = 3
    plans: dict[str, Sequence[Fault]] = {
        "none": (),
        "429, Retry-After 1": (Fault("status_429", page=page, retry_after=1),),
        "500, twice": (Fault("status_500", page=page, times=2),),
        "body cut short": (Fault("short_body", page=page),),
        "broken JSON": (Fault("truncated_json", page=page),),
        "an HTML page, status 200": (Fault("html_200", page=page),),
        "an empty page in the middle": (Fault("empty_data", page=page),),
        "a short page in the middle": (Fault("short_page", page=page, count=50),),
        "drift: a record moves to the next page": (Fault("repeated_from_page_before", page=page),),
    }
    calls = make_calls([FIRST], count, odd=False)
    print(f"\nRows stored of {len(calls):,}, and the exit code, with one fault at page {page}:\n")
    print(f"| fault | {' | '.join(runners)} |\n|---|{'---:|' * len(runners)}")
    for label, plan in plans.items():
        cells = []
        for run in runners.values():
            with (
                Simulator(calls, faults=plan) as simulator,
                tempfile.TemporaryDirectory() as folder,
            ):
                result = run(simulator.base_url, Path(folder), FIRST)
                cells.append(f"{result.rows:,} ({result.code})")
        print(f"| {label} | {' | '.join(cells)} |", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--days", type=int, default=5)
    parser.add_argument(
        "--fault-calls", type=int, default=3_000, help="calls of each run with a fault"
    )
    return parser.parse_args()


def environment() -> str:
    """The Python of dlt's own environment, made when it is missing."""
    python = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if (
        subprocess.run([str(python), "-c", "import dlt"], capture_output=True).returncode
        if python.exists()
        else True
    ):
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", DLT], check=True)
    return str(python)


def robot(url: str, folder: Path, last: date) -> Result:
    return timed(robot_command(url, folder, last), lambda: rows_in(folder))


def robot_command(url: str, folder: Path, last: date) -> list[str]:
    env_file = folder / ".env"
    env_file.write_text(
        f"BASE_URL={url}\nMANAGER_TOKEN={DEMO_TOKEN}\n"
        f"DB_FILE={folder / 'robot.db'}\nLOG_DIR={folder / 'logs'}\n"
        f"PER_PAGE={PER_PAGE}\nMANUAL_START_DATE={FIRST}\nMANUAL_END_DATE={last}\n"
    )
    return [sys.executable, str(ROOT / "app.py"), "--env-file", str(env_file), "run"]


def script(python: str, text: str, url: str, folder: Path, last: date) -> Result:
    return timed(script_command(python, text, url, folder, last), lambda: rows_in(folder))


def script_command(python: str, text: str, url: str, folder: Path, last: date) -> list[str]:
    return [python, "-c", text, url, DEMO_TOKEN, str(folder), str(FIRST), str(last), str(PER_PAGE)]


def timed(
    command: list[str], rows: Callable[[], int], variables: Mapping[str, str] | None = None
) -> Result:
    started = time.perf_counter()
    environment = {**os.environ, "RUNTIME__DLTHUB_TELEMETRY": "false", **(variables or {})}
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    )
    peak = [0.0]
    threading.Thread(target=_watch, args=(process.pid, peak), daemon=True).start()
    try:
        code = process.wait(LONGEST)
    except subprocess.TimeoutExpired:
        process.kill()
        code = process.wait()
    return Result(time.perf_counter() - started, peak[0], rows(), code)


def _watch(pid: int, peak: list[float]) -> None:
    """The highest resident size, from /proc while the process lives (0 where there is none)."""
    while True:
        try:
            text = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            return
        found = [line for line in text.splitlines() if line.startswith("VmHWM:")]
        if not found:
            return
        peak[0] = max(peak[0], int(found[0].split()[1]) / 1024)
        time.sleep(0.05)


def rows_in(folder: Path) -> int:
    """Distinct calls in the table `calls`; dlt keeps it in a file of its own beside the first."""
    most = 0
    for each in folder.glob("*.db"):
        try:
            with closing(sqlite3.connect(each)) as database:
                most = max(
                    most,
                    int(database.execute("SELECT COUNT(DISTINCT id) FROM calls").fetchone()[0]),
                )
        except sqlite3.Error:
            continue
    return most


if __name__ == "__main__":
    main()
