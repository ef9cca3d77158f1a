"""What a start costs on the server in TEST_SQLSERVER: the tables made, looked at again, and judged
for `check`.

Each in a session of its own, as a start of the robot has it: the first look at a server's catalog
is the slow one.

    TEST_SQLSERVER='DRIVER={ODBC Driver 18 for SQL Server};SERVER=…' python
    benchmarks/sqlserver_prepare.py
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from servers import server  # type: ignore[import-not-found]  # noqa: E402

from robot.database import Repository, open_repository  # noqa: E402
from robot.settings import Settings  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5, help="the median of so many")
    options = parser.parse_args()
    found = server()
    if found is None:
        sys.exit("TEST_SQLSERVER holds no connection string.")
    with found.new_database() as name, tempfile.TemporaryDirectory() as folder:
        settings = found.settings(name, Path(folder))
        print(f"tables made          {measure(settings, Repository.prepare):6.2f} s", flush=True)
        ways: dict[str, Callable[[Repository], object]] = {
            "tables looked at": Repository.prepare,
            "tables judged": Repository.hindrances,
        }
        for words, way in ways.items():
            seconds = statistics.median(measure(settings, way) for _ in range(options.rounds))
            print(f"{words:20} {seconds:6.2f} s", flush=True)


def measure(settings: Settings, way: Callable[[Repository], object]) -> float:
    """Seconds in a new session."""
    repository = open_repository(settings)
    try:
        started = time.perf_counter()
        way(repository)
        return time.perf_counter() - started
    finally:
        repository.close()


if __name__ == "__main__":
    main()
