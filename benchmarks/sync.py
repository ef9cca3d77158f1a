"""The whole job against its floors, in one run: calls per second and peak memory.

    python benchmarks/sync.py --calls 100000 --latency-ms 0 --per-page 500

Each part runs in a process of its own against the same simulator, itself a process of its own:

    fetch     the pages fetched and decoded, nothing else
    insert    the same rows put into an empty SQLite table by `executemany`, nothing else
    job       `robot` as the operator runs it: fetch, normalize, upsert, prove
    re-read   the same again: nothing has changed

The numbers are ratios within one run: machines differ, and shared ones are noisy.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from robot.cells.tables import CALLS_FAMILY  # noqa: E402
from robot.database.sqlite import SqliteEngine, upsert_statement  # noqa: E402
from robot.http import Api, Bearer, Transport  # noqa: E402
from robot.http.throttle import Throttle  # noqa: E402
from robot.period import Period, whole  # noqa: E402
from robot.simulators.threec import DEMO_TOKEN, make_calls  # noqa: E402
from robot.sync.pages import Page  # noqa: E402
from robot.threec.calls import CallsApi  # noqa: E402
from robot.threec.calls_job import digest_calls  # noqa: E402

CONCURRENCY = 4


def main() -> None:
    options = _options()
    if options.part:
        print(json.dumps(PARTS[options.part](options)))
        return
    with tempfile.TemporaryDirectory() as folder, _simulator(options) as url:
        measured: dict[str, dict[str, float]] = {}
        _part(
            "fetch", options, url, folder
        )  # the simulator renders each call once: not what is measured here
        for part in ("fetch", "insert", "job", "re-read"):
            measured[part] = _part("job" if part == "re-read" else part, options, url, folder)
    print(
        f"{options.calls:,} calls, {options.days} days, {options.per_page} a page,"
        f" {options.latency_ms} ms latency"
    )
    print(f"{'part':10} {'seconds':>8} {'calls/s':>9} {'peak MB':>8}")
    for part, numbers in measured.items():
        rate = options.calls / numbers["seconds"]
        print(f"{part:10} {numbers['seconds']:8.2f} {rate:9,.0f} {numbers['peak_mb']:8.0f}")
    slower = max(measured["fetch"]["seconds"], measured["insert"]["seconds"])
    print(f"job / slower floor: {measured['job']['seconds'] / slower:.2f}")
    if options.latency_ms:
        pages = -(-options.calls // options.per_page)
        print(
            "pages x latency / concurrency:"
            f" {pages * options.latency_ms / 1000 / CONCURRENCY:.2f} s"
        )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--days", type=int, default=10)
    parser.add_argument("--per-page", type=int, default=500)
    parser.add_argument("--latency-ms", type=int, default=0)
    parser.add_argument("--part", choices=sorted(PARTS), help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    return parser.parse_args()


@contextmanager
def _simulator(options: argparse.Namespace) -> Iterator[str]:
    command = [
        sys.executable,
        str(ROOT / "app.py"),
        "simulator",
        "--days",
        str(options.days),
        "--no-odd",
    ]
    command += [
        "--per-day",
        str(options.calls // options.days),
        "--latency-ms",
        str(options.latency_ms),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline() if process.stdout else ""
        yield line.strip().removeprefix("BASE_URL=")
    finally:
        process.terminate()
        process.wait()


def _part(part: str, options: argparse.Namespace, url: str, folder: str) -> dict[str, float]:
    command = [sys.executable, __file__, "--part", part, "--url", url, "--folder", folder]
    for name in ("calls", "days", "per_page"):
        command += [f"--{name.replace('_', '-')}", str(getattr(options, name))]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    numbers: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return numbers


def _days(options: argparse.Namespace) -> list[date]:
    today = datetime.now().date()
    return [today - timedelta(days=back) for back in range(options.days, 0, -1)]


def fetch(options: argparse.Namespace) -> dict[str, float]:
    transport = Transport(Api(auth=Bearer(DEMO_TOKEN)), throttle=Throttle(CONCURRENCY))
    api = CallsApi(transport, options.url)
    pages = -(-options.calls // options.days // options.per_page)
    started = time.perf_counter()

    def one(page: tuple[date, int]) -> Page:
        return api.page(whole(page[0]), (), page[1], options.per_page)

    with ThreadPoolExecutor(CONCURRENCY) as pool:
        received = sum(
            len(page.records)
            for page in pool.map(
                one, [(day, n + 1) for day in _days(options) for n in range(pages)]
            )
        )
    assert received == options.calls, received
    return _measured(started)


def insert(options: argparse.Namespace) -> dict[str, float]:
    calls = make_calls(_days(options), options.calls // options.days, odd=False)
    rows = digest_calls(Period(datetime(2000, 1, 1), datetime(2100, 1, 1)), frozenset(), calls).rows
    engine = SqliteEngine(Path(options.folder) / "floor.db")
    engine.begin()
    for _, text in engine.scripts():
        engine.run_script(text)
    engine.commit()
    now = datetime(2026, 1, 1)
    batches = [[(*row, now, now) for row in rows[table]] for table in CALLS_FAMILY.tables]
    started = time.perf_counter()
    for table, batch in zip(CALLS_FAMILY.tables, batches, strict=True):
        for first in range(0, len(batch), engine.batch_rows):
            engine.begin()
            engine.cursor().executemany(
                upsert_statement(table), batch[first : first + engine.batch_rows]
            )
            engine.commit()
    return _measured(started)


def job(options: argparse.Namespace) -> dict[str, float]:
    days = _days(options)
    environment = {
        **os.environ,
        "MANAGER_TOKEN": DEMO_TOKEN,
        "BASE_URL": options.url,
        "PER_PAGE": str(options.per_page),
        "API_CONCURRENCY": str(CONCURRENCY),
        "DB_FILE": str(Path(options.folder) / "job.db"),
        "LOG_DIR": str(Path(options.folder) / "logs"),
    }
    command = [
        sys.executable,
        str(ROOT / "app.py"),
        "run",
        "--start",
        str(days[0]),
        "--end",
        str(days[-1]),
    ]
    started = time.perf_counter()
    subprocess.run(command, check=True, env=environment, capture_output=True)
    return _measured(started, resource.RUSAGE_CHILDREN)


def _measured(started: float, whose: int = resource.RUSAGE_SELF) -> dict[str, float]:
    return {
        "seconds": time.perf_counter() - started,
        "peak_mb": resource.getrusage(whose).ru_maxrss / 1024,
    }


PARTS = {"fetch": fetch, "insert": insert, "job": job}

if __name__ == "__main__":
    main()
