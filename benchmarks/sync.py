"""The whole job against its floors, in one run: calls per second and peak memory.

    python benchmarks/sync.py --calls 100000 --latency-ms 0 --per-page 500
    python benchmarks/sync.py --calls 6000 --days 20 --per-page 100 --latency-ms 300
    python benchmarks/sync.py --calls 60000 --days 20 --per-page 100 --latency-ms 300
    python benchmarks/sync.py --calls 120000 --days 4 --per-page 100 --latency-ms 300
    python benchmarks/sync.py --beside b18dce9

Each part runs in a process of its own against the same simulator, itself a process of its own:

    fetch     the pages fetched and decoded, nothing else
    insert    the same rows put into an empty SQLite table by `executemany`, nothing else
    job       `robot` as the operator runs it: fetch, normalize, upsert, prove
    re-read   the same again: nothing has changed

With `--beside COMMIT` the robot of that commit does the job, too, in the same run. With a latency
the requests are counted, and the job's own time (`execution`: without the start of Python) stands
beside requests x latency / concurrency.

The numbers are ratios within one run: machines differ, and shared ones are noisy.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import resource
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from robot.cells.tables import CALLS_FAMILY  # noqa: E402
from robot.database.sqlite import SqliteEngine, upsert_statement  # noqa: E402
from robot.http import Api, Bearer, Transport  # noqa: E402
from robot.http.throttle import Throttle  # noqa: E402
from robot.period import Period, whole  # noqa: E402
from robot.simulators.threec import DEMO_TOKEN, Simulator, make_calls  # noqa: E402
from robot.sync.pagers.pages import Page  # noqa: E402
from robot.threec.calls import CallsApi  # noqa: E402
from robot.threec.calls_job import digest_calls  # noqa: E402

CONCURRENCY = 4


@dataclass
class Served:
    """The simulator, in its own process."""

    url: str
    process: subprocess.Popen[str]

    def requests(self) -> int:
        """How many came since this was asked last."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


def main() -> None:
    options = _options()
    if options.part == "serve":
        serve(options)
        return
    if options.part:
        print(json.dumps(PARTS[options.part](options)))
        return
    measured: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder, _simulator(options) as api:
        programs = {"": ROOT}
        if options.beside:
            programs["old "] = _checked_out(options.beside, Path(folder) / "old")
        _part("fetch", options, api, folder)  # the simulator renders each call once: not measured
        measured["fetch"] = _part("fetch", options, api, folder)
        measured["insert"] = _part("insert", options, api, folder)
        for part in ("job", "re-read"):
            for name, program in programs.items():
                home = Path(folder) / f"{name}job"
                home.mkdir(exist_ok=True)
                measured[name + part] = _part("job", options, api, str(home), program)
    _say(options, measured)


def _say(options: argparse.Namespace, measured: dict[str, dict[str, float]]) -> None:
    print(
        f"{options.calls:,} calls, {options.days} days, {options.per_page} a page,"
        f" {options.latency_ms} ms latency"
    )
    print(
        f"{'part':12} {'seconds':>8} {'execution':>9} {'calls/s':>9} {'peak MB':>8} {'requests':>8}"
    )
    for part, numbers in measured.items():
        rate = options.calls / numbers["seconds"]
        execution = f"{numbers['execution']:.1f}" if "execution" in numbers else ""
        print(
            f"{part:12} {numbers['seconds']:9.2f} {execution:>9} {rate:9,.0f}"
            f" {numbers['peak_mb']:9.0f} {numbers['requests']:9.0f}"
        )
    slower = max(measured["fetch"]["seconds"], measured["insert"]["seconds"])
    print(f"job / slower floor: {measured['job']['seconds'] / slower:.2f}")
    if options.latency_ms:
        for part in ("job", "old job"):
            if part in measured:
                due = measured[part]["requests"] * options.latency_ms / 1000 / CONCURRENCY
                taken = measured[part]["execution"]
                print(
                    f"{part}: requests x latency / concurrency = {due:.2f} s,"
                    f" the execution took {taken / due:.2f} times that"
                )


def _checked_out(commit: str, folder: Path) -> Path:
    """The program of a commit."""
    archive = subprocess.run(
        ["git", "-C", str(ROOT), "archive", commit], check=True, capture_output=True
    )
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as tar:
        tar.extractall(folder, filter="data")
    return folder


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--days", type=int, default=10)
    parser.add_argument("--per-page", type=int, default=500)
    parser.add_argument("--latency-ms", type=int, default=0)
    parser.add_argument("--beside", metavar="COMMIT", help="measure that commit's robot, too")
    parser.add_argument("--part", choices=[*sorted(PARTS), "serve"], help=argparse.SUPPRESS)
    parser.add_argument("--program", type=Path, default=ROOT, help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    return parser.parse_args()


@contextmanager
def _simulator(options: argparse.Namespace) -> Iterator[Served]:
    command = [sys.executable, __file__, "--part", "serve"]
    for name in ("calls", "days", "latency_ms"):
        command += [f"--{name.replace('_', '-')}", str(getattr(options, name))]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline() if process.stdout else ""
        yield Served(line.strip(), process)
    finally:
        process.terminate()
        process.wait()


def serve(options: argparse.Namespace) -> None:
    """Serve the calls, and say for each line that comes how many requests there were."""
    calls = make_calls(_days(options), options.calls // options.days, odd=False)
    with Simulator(calls, latency_seconds=options.latency_ms / 1000) as simulator:
        print(simulator.url, flush=True)
        before = 0
        for _ in sys.stdin:
            now = len(simulator.requests)
            print(now - before, flush=True)
            before = now


def _part(
    part: str, options: argparse.Namespace, api: Served, folder: str, program: Path = ROOT
) -> dict[str, float]:
    api.requests()
    command = [sys.executable, __file__, "--part", part, "--url", api.url, "--folder", folder]
    command += ["--program", str(program)]
    for name in ("calls", "days", "per_page"):
        command += [f"--{name.replace('_', '-')}", str(getattr(options, name))]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    numbers: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return {**numbers, "requests": api.requests()}


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
    batches = [
        [(*table.written(row), now, now) for row in rows[table]] for table in CALLS_FAMILY.tables
    ]
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
        str(options.program / "app.py"),
        "run",
        "--start",
        str(days[0]),
        "--end",
        str(days[-1]),
    ]
    started = time.perf_counter()
    done = subprocess.run(command, check=True, env=environment, capture_output=True, text=True)
    measured = _measured(started, resource.RUSAGE_CHILDREN)
    found = re.search(r"([\d,]+\.\d) s, ", done.stdout + done.stderr)
    return {**measured, "execution": float(found[1].replace(",", ""))} if found else measured


def _measured(started: float, whose: int = resource.RUSAGE_SELF) -> dict[str, float]:
    return {
        "seconds": time.perf_counter() - started,
        "peak_mb": resource.getrusage(whose).ru_maxrss / 1024,
    }


PARTS = {"fetch": fetch, "insert": insert, "job": job}

if __name__ == "__main__":
    main()
