"""A power cut at the database: its file and WAL, copied in the middle of a back-fill, open whole
and go on.

On SQLite alone: a server keeps its own files whole. What a robot's power cut does to its database
there, test_kill.py shows.
"""

import os
import random
import shutil
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from robot.simulators.threec import Simulator
from robot.trials.killing import PER_DAY, backfill, world, write_env
from robot.trials.stores import SqliteFile, content, rows

COPIES = int(os.environ.get("POWER_CUTS", "10"))
SEED = int(os.environ.get("POWER_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)

pytestmark = pytest.mark.skipif(
    os.name == "nt", reason="a process can be frozen for the copy on POSIX only"
)


def snapshots(folder: Path, simulator: Simulator, dice: random.Random) -> list[Path]:
    """Copies of the database while a back-fill writes it.

    Half of them have lost the last part of their WAL.
    """
    running = folder / "running"
    running.mkdir()
    process = backfill(write_env(running, simulator))
    found: list[Path] = []
    while process.poll() is None:
        time.sleep(dice.random() * 0.04)
        if not (running / "robot.db-wal").exists():
            continue
        os.kill(process.pid, signal.SIGSTOP)
        try:
            copy = folder / f"copy-{len(found)}"
            copy.mkdir()
            for name in ("robot.db", "robot.db-wal"):
                if (running / name).exists():
                    shutil.copy(running / name, copy)
        finally:
            os.kill(process.pid, signal.SIGCONT)
        wal = copy / "robot.db-wal"
        if wal.exists() and len(found) % 2:
            os.truncate(wal, dice.randint(0, wal.stat().st_size))
        found.append(copy)
    assert process.returncode == 0
    return found


def test_every_copy_opens_is_consistent_and_goes_on(tmp_path: Path) -> None:
    print(f"POWER_SEED={SEED}")
    dice = random.Random(SEED)
    with Simulator(world(), latency_seconds=0.004) as simulator:
        copies = snapshots(tmp_path, simulator, dice)
        truth = content(rows(SqliteFile(tmp_path / "running" / "robot.db")))
        assert len(truth["calls"]) == 6 * PER_DAY
        chosen = dice.sample(copies, min(COPIES, len(copies)))
        assert chosen
        for number, copy in enumerate(chosen):
            database = copy / "robot.db"
            with closing(sqlite3.connect(database)) as connection:
                assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
            stored = content(rows(SqliteFile(database)))
            assert all(
                truth[table].get(key) == row
                for table, found in stored.items()
                for key, row in found.items()
            )
            _complete_days_are_whole(database)
            if number < 3:
                assert backfill(write_env(copy, simulator)).wait(60) == 0
                assert content(rows(SqliteFile(database))) == truth


def _complete_days_are_whole(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        if not connection.execute(
            "SELECT 1 FROM sqlite_master WHERE name = 'sync_windows'"
        ).fetchone():
            return
        for (day,) in connection.execute(
            "SELECT day FROM sync_windows WHERE status = 'COMPLETE'"
        ).fetchall():
            (stored,) = connection.execute(
                "SELECT COUNT(*) FROM calls WHERE call_date LIKE ?", (f"{day}%",)
            ).fetchone()
            assert stored == PER_DAY, day
