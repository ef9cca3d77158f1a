"""Ways of upserting calls into a SQL Server, side by side in one run; then the job, and a re-read.

    TEST_SQLSERVER='DRIVER={ODBC Driver 18 for SQL Server};SERVER=…;UID=…;PWD=…' \\
        python benchmarks/sqlserver_upsert.py

Each way stores the same calls with their mailing data into empty tables of a database of its own,
which is dropped again:

    bare            `fast_executemany` into unindexed copies of the tables: the floor
    ours, n a chunk staged by chunks of n rows, INSERT, and UPDATE unless every row was new
    one batch       the same, INSERT and UPDATE sent as one
    indexed         the same as ours, the staging table clustered by the key
    OPENJSON        staged by one JSON parameter instead
    row by row      UPDATE, and INSERT where there was nothing, for each row (fewer rows)
    job, re-read    `app.py run` against the simulator, fetching and proving; and the same again

The numbers are ratios within one run: machines differ, and shared ones are noisy.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import pyodbc  # noqa: E402
from servers import Database, Server, server  # type: ignore[import-not-found]  # noqa: E402

from robot.cells.rows import Row  # noqa: E402
from robot.cells.tables import CALLS, CALLS_FAMILY, Kind, RowTable  # noqa: E402
from robot.database import Batch, Coverage, Repository, WindowLine, open_repository, staging  # noqa: E402
from robot.database.statuses import WindowStatus  # noqa: E402
from robot.period import Period  # noqa: E402
from robot.settings import Settings  # noqa: E402
from robot.simulators.threec import DEMO_TOKEN, make_calls  # noqa: E402
from robot.threec.calls_job import digest_calls  # noqa: E402

Rows = dict[RowTable, list[Row]]
NOW = datetime(2026, 9, 16, 2, 0, 0)
DAY = date(2026, 9, 15)
COVERAGE = Coverage("calls", "", Period(datetime(2026, 9, 15), datetime(2026, 9, 15, 23, 59, 59)))


def main() -> None:
    options = _options()
    found = server()
    if found is None:
        sys.exit("TEST_SQLSERVER holds no connection string.")
    rows = make_rows(options.calls)
    total = sum(map(len, rows.values()))
    print(
        f"{options.calls:,} calls with {total - options.calls:,} mailing rows; batches of"
        f" {options.batch:,} calls"
    )
    turns: dict[str, list[float]] = {}
    ways: dict[str, Callable[[Settings], int]] = {
        "bare": lambda settings: bare(settings, rows, options.batch)
    }
    for size in (250, 500, 1000, 2000):
        ways[f"ours, {size} a chunk"] = lambda settings, size=size: ours(
            settings, rows, options.batch, size
        )  # type: ignore[misc]
    ways["one batch"] = lambda settings: one_batch(settings, rows, options.batch)
    ways["indexed"] = lambda settings: indexed(settings, rows, options.batch)
    ways["OPENJSON"] = lambda settings: by_json(settings, rows, options.batch)
    few = {table: some[: options.rows] for table, some in rows.items()}
    ways["row by row"] = lambda settings: row_by_row(settings, few)
    for turn in range(
        options.rounds
    ):  # in turns, and the median of each: a busy moment of the machine falls on all
        for name, way in ways.items():
            if turn == 0 or name != "row by row":
                turns.setdefault(name, []).append(measure(found, way))
    measured = {name: statistics.median(rates) for name, rates in turns.items()}
    for name in ways:
        print(
            (
                f"{name:20} {measured[name]:8,.0f} rows/s "
                f" {measured[name] / measured['bare']:6.1%} of bare"
            ),
            flush=True,
        )
    best = measured[f"ours, {staging.CHUNK_ROWS} a chunk"]
    print(f"ours / row by row: {best / measured['row by row']:.1f} times")
    if options.job:
        job(found, options, measured["bare"] * options.calls / total)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--rows", type=int, default=500, help="calls for the way row by row")
    parser.add_argument("--rounds", type=int, default=3, help="the median of so many")
    parser.add_argument("--batch", type=int, default=2000, help="calls in a transaction")
    parser.add_argument("--days", type=int, default=5, help="days of the whole job")
    parser.add_argument("--per-page", type=int, default=500)
    parser.add_argument(
        "--job", action=argparse.BooleanOptionalAction, default=True, help="the whole job, too"
    )
    return parser.parse_args()


def make_rows(count: int) -> Rows:
    digest = digest_calls(COVERAGE.period, frozenset(), make_calls([DAY], count, odd=False))
    return {
        table: list({table.key_of(row): row for row in digest.rows[table]}.values())
        for table in CALLS_FAMILY.tables
    }


def measure(server: Server, way: Callable[[Settings], int]) -> float:
    """Rows a second of one way, in a database of its own whose tables stand."""
    with server.new_database() as name, tempfile.TemporaryDirectory() as folder:
        settings = server.settings(name, Path(folder))
        repository = open_repository(settings)
        repository.prepare()
        repository.close()
        started = time.perf_counter()
        stored = way(settings)
        return stored / (time.perf_counter() - started)


def parcels(rows: Rows, size: int) -> list[Rows]:
    """Batches of `size` calls, each with the mailing rows of its calls."""
    child = CALLS_FAMILY.children[0]
    by_call = {child.key_of(row): row for row in rows[child]}
    found = []
    for start in range(0, len(rows[CALLS]), size):
        calls = rows[CALLS][start : start + size]
        keys = [key for call in calls if (key := CALLS.key_of(call)) in by_call]
        found.append({CALLS: calls, child: [by_call[key] for key in keys]})
    return found


def connect(settings: Settings) -> Any:
    return server().connect(settings.db_database)


def bare(settings: Settings, rows: Rows, batch: int) -> int:
    connection = connect(settings)
    for table in rows:
        columns = ", ".join(
            f"[{column.name}] {column.sql_type} NULL" for column in table.written_columns
        )
        connection.execute(f"CREATE TABLE dbo.bare_{table.name} ({columns})")
    connection.autocommit = False
    for parcel in parcels(rows, batch):
        for table, some in parcel.items():
            sql = staging.fill(table).replace(staging.staging_name(table), f"dbo.bare_{table.name}")
            for sizes, chunk in staging.chunks(table, some):
                cursor = connection.cursor()
                cursor.fast_executemany = True
                cursor.setinputsizes(sizes)
                cursor.executemany(sql, chunk)
                cursor.close()
        connection.commit()
    connection.close()
    return sum(map(len, rows.values()))


def ours(settings: Settings, rows: Rows, batch: int, chunk: int) -> int:
    before, staging.CHUNK_ROWS = staging.CHUNK_ROWS, chunk
    repository = Repository(open_repository(settings)._engine, lambda: NOW)  # noqa: SLF001
    try:
        return sum(
            counts.inserted
            for parcel in parcels(rows, batch)
            for counts in repository.store(
                Batch(parcel), COVERAGE, WindowLine.of_day(DAY, WindowStatus.READING, 1, NOW), set()
            ).tables.values()
        )
    finally:
        staging.CHUNK_ROWS = before
        repository.close()


def in_transactions(
    settings: Settings,
    rows: Rows,
    batch: int,
    stage: Callable[[Any, RowTable, list[Row]], None],
    send: Callable[[Any, RowTable, int], int],
) -> int:
    """The robot's own statements past its repository, staged by `stage` and sent by `send`."""
    connection = connect(settings)
    inserted = 0
    for parcel in parcels(rows, batch):
        for table, some in parcel.items():
            connection.execute(staging.make_or_empty(table)).close()
            stage(connection, table, some)
        connection.autocommit = False
        for table, some in parcel.items():
            inserted += send(connection, table, len(some))
        connection.commit()
        connection.autocommit = True
    connection.close()
    return inserted


def _as_robot(connection: Any, table: RowTable, rows: int) -> int:
    inserted = _count(connection.execute(staging.insert(table), NOW))
    if inserted < rows:
        connection.execute(staging.update(table), NOW).close()
    return inserted


def _as_one_batch(connection: Any, table: RowTable, _rows: int) -> int:
    insert, update = (
        text[text.index(word) : text.index(";\nSET @rows")]
        for word, text in (
            ("INSERT INTO", staging.insert(table)),
            ("UPDATE t", staging.update(table)),
        )
    )
    batch = (
        f"SET NOCOUNT ON; DECLARE @now DATETIME = ?, @rows INT; {insert}; SET @rows ="
        f" @@ROWCOUNT; {update}; SET NOCOUNT OFF;"
    )
    return _count(connection.execute(f"{batch} SELECT @rows;", NOW))


def _count(cursor: Any) -> int:
    while cursor.description is None:
        cursor.nextset()
    return int(cursor.fetchone()[0])


def _staged(connection: Any, table: RowTable, rows: list[Row]) -> None:
    connection.autocommit = False
    for sizes, chunk in staging.chunks(table, rows):
        cursor = connection.cursor()
        cursor.fast_executemany = True
        cursor.setinputsizes(sizes)
        cursor.executemany(staging.fill(table), chunk)
        cursor.close()
    connection.commit()
    connection.autocommit = True


def _staged_by_json(connection: Any, table: RowTable, rows: list[Row]) -> None:
    names = ", ".join(f"[{name}]" for name in table.written_names)
    types = {Kind.BOOLEAN: "BIT", Kind.INTEGER: "INT", Kind.DATETIME: "DATETIME2(0)"}
    shape = ", ".join(
        f"[{c.name}] {types.get(c.kind) or c.sql_type} '$.\"{n}\"'"
        for n, c in enumerate(table.written_columns)
    )
    sql = (
        f"INSERT INTO {staging.staging_name(table)} ({names}) SELECT {names} FROM OPENJSON(?)"
        f" WITH ({shape})"
    )
    for start in range(0, len(rows), staging.CHUNK_ROWS):
        cells = [
            dict(enumerate(table.written(row))) for row in rows[start : start + staging.CHUNK_ROWS]
        ]
        connection.execute(
            sql, json.dumps(cells, default=lambda moment: moment.isoformat(), ensure_ascii=False)
        )


def one_batch(settings: Settings, rows: Rows, batch: int) -> int:
    return in_transactions(settings, rows, batch, _staged, _as_one_batch)


def indexed(settings: Settings, rows: Rows, batch: int) -> int:
    plain = staging.make_or_empty

    def make(table: RowTable) -> str:
        name = staging.staging_name(table)
        exists, _, rest = plain(table).partition(" CREATE TABLE")
        columns, _, _ = rest.rpartition(" ELSE")
        index = f"CREATE CLUSTERED INDEX ix ON {name} ([{table.key}])"
        return f"{exists} BEGIN CREATE TABLE{columns}; {index}; END ELSE TRUNCATE TABLE {name}"

    staging.make_or_empty = make  # type: ignore[assignment]
    try:
        return ours(settings, rows, batch, staging.CHUNK_ROWS)
    finally:
        staging.make_or_empty = plain


def by_json(settings: Settings, rows: Rows, batch: int) -> int:
    return in_transactions(settings, rows, batch, _staged_by_json, _as_robot)


def row_by_row(settings: Settings, rows: Rows) -> int:
    """As most scripts do it: one UPDATE a row, one INSERT where it met nothing."""
    connection = connect(settings)
    connection.autocommit = False
    cursor = connection.cursor()
    count = 0
    for parcel in parcels(rows, 100):
        for table, some in parcel.items():
            (key,) = table.key
            names = [name for name in table.written_names if name != key]
            at = table.written_names.index(key)
            update = (
                f"UPDATE {table.name} SET {', '.join(f'[{name}] = ?' for name in names)}"
                f" WHERE [{key}] = ?"
            )
            insert = staging.fill(table).replace(staging.staging_name(table), f"dbo.{table.name}")
            for row in map(table.written, some):
                cursor.execute(update, [*row[:at], *row[at + 1 :], row[at]])
                if cursor.rowcount == 0:
                    cursor.execute(insert, list(row))
                count += 1
        connection.commit()
    connection.close()
    return count


def job(server: Server, options: argparse.Namespace, bare_calls: float) -> None:
    """The whole robot as a process, twice."""
    per_day = options.calls // options.days
    today = datetime.now().date()
    simulate = [
        sys.executable,
        str(ROOT / "app.py"),
        "simulator",
        "--days",
        str(options.days),
        "--no-odd",
    ]
    process = subprocess.Popen(
        [*simulate, "--per-day", str(per_day)], stdout=subprocess.PIPE, text=True
    )
    try:
        url = (
            (process.stdout.readline() if process.stdout else "").strip().removeprefix("BASE_URL=")
        )
        with server.new_database() as name, tempfile.TemporaryDirectory() as folder:
            variables = {
                **server.variables(name), "BASE_URL": url, "MANAGER_TOKEN": DEMO_TOKEN,
                "LOG_DIR": folder,
                "DB_FILE": f"{folder}/robot.db",
                "PER_PAGE": str(options.per_page),
                "MANUAL_START_DATE": str(today - timedelta(days=options.days)),
                "MANUAL_END_DATE": str(today - timedelta(days=1)),
            }  # fmt: skip
            database = Database(server.settings(name, Path(folder)), variables, lambda: NOW)
            database.repository().close()
            rates = []
            for part in ("whole job", "re-read"):
                started, peak = time.perf_counter(), _Peak()
                command = [sys.executable, str(ROOT / "app.py"), "--env-file", os.devnull, "run"]
                run = subprocess.Popen(
                    command,
                    env={**os.environ, **variables},
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                )
                peak.watch(run.pid)
                out, err = run.communicate()
                seconds = time.perf_counter() - started
                if run.returncode:
                    sys.exit((out + err).decode())
                found = re.search(rb"([\d,]+(?:\.\d+)?) s, ([\d,]+) calls/s", out)
                inside = float(found[2].replace(b",", b"")) if found else 0.0
                rates.append(inside)
                print(
                    f"{part:20} {inside:8,.0f} calls/s  {inside / bare_calls:6.1%} of bare's calls,"
                    f" {seconds:.1f} s with the start, peak {peak.megabytes:.0f} MB",
                    flush=True,
                )
            print(f"re-read / first load: {rates[1] / rates[0]:.1f} times")
    finally:
        process.terminate()
        process.wait()


class _Peak:
    """The highest resident size of a process, read from /proc while it lives (0 where there is
    none).
    """

    def __init__(self) -> None:
        self.megabytes = 0.0

    def watch(self, pid: int) -> None:
        def look() -> None:
            while True:
                try:
                    text = Path(f"/proc/{pid}/status").read_text()
                except OSError:
                    return
                found = re.search(r"VmHWM:\s+(\d+) kB", text)
                if found is None:
                    return
                self.megabytes = max(self.megabytes, int(found[1]) / 1024)
                time.sleep(0.05)

        threading.Thread(target=look, daemon=True).start()


if __name__ == "__main__":
    pyodbc.pooling = False
    main()
