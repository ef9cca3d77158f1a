"""kill -9 at random moments of a back-fill, as a process: nothing lost, nothing doubled, nothing read twice.

`KILL_ROUNDS=200 KILL_SEED=1 pytest tests/proof/test_kill.py -s` prints every seed and how many pages were saved.
"""

import os
import random
from pathlib import Path

from robot.proof import kill_rounds
from robot.proof.killing import PAGES

ROUNDS = int(os.environ.get("KILL_ROUNDS", "8"))
FIRST_SEED = int(os.environ.get("KILL_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)


def test_a_killed_back_fill_goes_on_where_it_stopped(tmp_path: Path) -> None:
    rounds = []
    for done in kill_rounds(tmp_path, range(FIRST_SEED, FIRST_SEED + ROUNDS)):
        rounds.append(done)
        print(
            f"seed {done.seed}: killed at page {done.page} + {done.delay * 1000:.0f} ms ({done.killed}),"
            f" {done.rows_before} rows and {done.days_complete} days stood, {done.pages_saved} of {PAGES} pages saved",
            "; ".join(done.broken),
        )
    assert {done.seed: done.broken for done in rounds if done.broken} == {}
    assert sum(done.killed for done in rounds) >= ROUNDS // 2, "too few were killed in time to prove anything"
    print(f"{sum(done.killed for done in rounds)} killed, {sum(done.pages_saved for done in rounds)} pages saved")
