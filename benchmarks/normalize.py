"""Microseconds a record takes from JSON value to row: plain records, half of them odd, each shape
that takes the slow way.

    python benchmarks/normalize.py --records 20000

The best of several rounds, on one core: a shared machine only ever makes it slower.
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from robot.simulators.threec import make_calls  # noqa: E402
from robot.threec.call_rows import normalize_call, record_key  # noqa: E402

GOAL = 40.0  # µs for a typical call with mailing
DAY = (date(2026, 9, 15),)
ODD: dict[str, dict[str, Any]] = {
    "a NUL character": {"qualification_note": "a\x00b"},
    "a text of 10,000 characters": {"transcription": "ção " * 2500},
    "a text that is cut": {"list": "ç" * 300},
    "feedback as an object": {"feedback": {"note": 8.5, "comments": ["a", None]}},
    "20 fields without a column": {f"new_{number}": number for number in range(20)},
    "a rejection": {"id": None},
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    plain = make_calls(DAY, options.records, odd=False)
    mailing = [call for call in plain if isinstance(call["mailing_data"], dict)]
    typical = measure("plain records with mailing", mailing, options.rounds)
    measure("plain records, as they come", plain, options.rounds)
    measure("half of them odd", make_calls(DAY, options.records, odd=True), options.rounds)
    for name, change in ODD.items():
        measure(
            f"each with {name}", [{**call, **change} for call in mailing[:2000]], options.rounds
        )
    measure("record_key alone", plain, options.rounds, record_key)
    print(
        f"goal: {GOAL:.0f} µs for a plain record with mailing:"
        f" {'met' if typical <= GOAL else 'MISSED'}"
    )


def measure(name: str, records: list[Any], rounds: int, work: Any = normalize_call) -> float:
    """Print and return the microseconds a record took in the best round."""
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        for record in records:
            work(record)
        best = min(best, time.perf_counter() - start)
    each = best / len(records) * 1e6
    print(f"{each:8.1f} µs  {name}")
    return each


if __name__ == "__main__":
    main()
