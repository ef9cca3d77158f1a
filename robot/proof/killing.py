"""Kills a real process of the robot in the middle of a back-fill, resumes it, and compares what came of it.

The process is this program itself: `sys.executable` once frozen, the interpreter with app.py otherwise. A killed process
runs no handler and flushes nothing, as after a power cut of the process alone.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from robot.demo import DEMO_TOKEN, Request, Simulator, make_calls
from robot.settings import Settings

DAYS = tuple(date(2026, 9, 7) + timedelta(days=number) for number in range(6))
PER_DAY = 110
PER_PAGE = 10
PAGES = len(DAYS) * PER_DAY // PER_PAGE
_LONGEST_SECONDS = 60
_BEFORE_THE_FIRST_PAGE = 0.1  # so many are killed while they start: unpacking, opening the logs, making the tables
_START_SECONDS = 1.5
_STAMPED = "2001-01-01 00:00:00"  # what rows are stamped with between the two runs: a row written again shows itself
_TABLES = {"calls": "id", "mailing_data": "call_id"}

Rows = dict[str, dict[str, tuple[Any, ...]]]


@dataclass
class KillRound:
    """One killing: `delay` seconds after `page` was asked for (0: after the start). `broken` names what did not hold."""

    seed: int
    page: int
    delay: float
    killed: bool = False
    rows_before: int = 0
    days_complete: int = 0
    pages_after: int = 0
    broken: list[str] = field(default_factory=list)

    @property
    def pages_saved(self) -> int:
        """Pages that the resumed run did not ask for again."""
        return max(0, PAGES - self.pages_after)


def program() -> list[str]:
    """The command that starts this robot as a process of its own."""
    if getattr(sys, "frozen", False):
        return [sys.executable]
    return [sys.executable, str(Path(__file__).resolve().parent.parent.parent / "app.py")]


def world() -> list[Any]:
    """The calls of the back-fill."""
    return make_calls(DAYS, PER_DAY, odd=True)


def write_env(folder: Path, simulator: Simulator) -> Path:
    """A `.env` for a database and logs inside `folder` alone."""
    path = folder / "proof.env"
    lines = {
        "BASE_URL": simulator.url,
        "MANAGER_TOKEN": DEMO_TOKEN,
        "DB_FILE": f"'{folder / 'robot.db'}'",
        "LOG_DIR": f"'{folder / 'logs'}'",
        "PER_PAGE": PER_PAGE,
        "API_CONCURRENCY": 2,
    }
    path.write_text("".join(f"{name}={value}\n" for name, value in lines.items()), encoding="utf-8")
    return path


def start(env_file: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """Start the robot; no setting of this process' environment reaches it."""
    names = {name.upper() for name in Settings.model_fields}
    environment = {name: value for name, value in os.environ.items() if name.upper() not in names}
    environment["PYINSTALLER_RESET_ENVIRONMENT"] = "1"  # a frozen program unpacks itself anew
    return subprocess.Popen(  # noqa: S603 - this program itself
        [*program(), "--env-file", str(env_file), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
        start_new_session=os.name != "nt",
    )


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill it and whatever it started (a frozen program is two processes), with no chance to clean up."""
    if sys.platform == "win32":
        task_kill = Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "System32" / "taskkill.exe"
        subprocess.run([str(task_kill), "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)  # noqa: S603
    else:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait(_LONGEST_SECONDS)


def backfill(env_file: Path) -> subprocess.Popen[bytes]:
    """The run that is killed, and the one that resumes it."""
    return start(env_file, "run", "--start", str(DAYS[0]), "--end", str(DAYS[-1]))


def rows(database: Path) -> Rows:
    """Every row by its key, as it stands; none where there is no table yet."""
    found: Rows = {}
    with closing(sqlite3.connect(database)) as connection:
        standing = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for table, key in _TABLES.items():
            if table not in standing:
                found[table] = {}
                continue
            cursor = connection.execute(f"SELECT * FROM {table}")
            names = [column[0] for column in cursor.description]
            at = names.index(key)
            found[table] = {row[at]: row for row in cursor}
    return found


def content(table: Rows) -> Rows:
    """The rows without what depends on when and in which order they came: stamps and the numbers that the database gives."""
    hidden = {"calls": (-4, -3), "mailing_data": (0, -4, -3)}  # …, created_at, updated_at, extra, row_hash
    bare: Rows = {}
    for name, by_key in table.items():
        bare[name] = {
            key: tuple(cell for n, cell in enumerate(row) if n not in {place % len(row) for place in hidden[name]})
            for key, row in by_key.items()
        }
    return bare


def kill_rounds(folder: Path, seeds: Iterable[int]) -> Iterator[KillRound]:
    """One round for each seed, each in a folder of its own inside `folder`. The first run of all is the undisturbed one."""
    pages: list[Request] = []
    reached = threading.Event()
    wanted = [0]

    def on_page(request: Request) -> None:
        pages.append(request)
        if wanted[0] and len(pages) >= wanted[0]:
            reached.set()

    with Simulator(world(), on_page=on_page) as simulator:
        undisturbed = folder / "undisturbed"
        undisturbed.mkdir()
        code = backfill(write_env(undisturbed, simulator)).wait(_LONGEST_SECONDS)
        if code != 0:
            raise RuntimeError(f"the undisturbed run ended with exit code {code}: {_log(undisturbed)}")
        truth = content(rows(undisturbed / "robot.db"))
        asked = len(pages)
        for seed in seeds:
            dice = random.Random(seed)  # noqa: S311 - a repeatable moment, not a secret
            page = 0 if dice.random() < _BEFORE_THE_FIRST_PAGE else dice.randint(1, asked)
            round_ = KillRound(seed, page=page, delay=dice.random() * (0.05 if page else _START_SECONDS))
            pages.clear()
            reached.clear()
            wanted[0] = round_.page
            yield _round(round_, folder / f"seed-{seed}", simulator, truth, pages, reached)


def _round(
    round_: KillRound, folder: Path, simulator: Simulator, truth: Rows, pages: list[Request], reached: threading.Event
) -> KillRound:
    folder.mkdir()
    env_file, database = write_env(folder, simulator), folder / "robot.db"
    process = backfill(env_file)
    if round_.page:
        reached.wait(_LONGEST_SECONDS)
    time.sleep(round_.delay)
    round_.killed = process.poll() is None
    kill(process)
    round_.killed = round_.killed and not _ended(database)
    before, complete = _stamp(database, round_)
    pages.clear()
    resumed = backfill(env_file)
    code = resumed.wait(_LONGEST_SECONDS)
    broken = round_.broken
    if code != 0:
        broken.append(f"the resumed run ended with exit code {code}: {_log(folder)}")
    round_.pages_after = sum(request.per_page == PER_PAGE for request in pages)
    again = {day for day in complete if any(request.days == (day, day) for request in pages)}
    if again and round_.killed:
        broken.append(f"{len(again)} complete day(s) were read again")
    after = rows(database)
    if content(after) != truth:
        broken.append("the database differs from the one of an undisturbed run")
    moved = sum(after[table].get(key) != row for table, found in before.items() for key, row in found.items())
    if moved:
        broken.append(f"{moved} row(s) that were stored before the kill were written again")
    if round_.killed:
        broken += _history(database)
    return round_


def _ended(database: Path) -> bool:
    """Whether the execution had written its end: then the kill only met a process that was leaving."""
    if not database.exists():
        return False
    with closing(sqlite3.connect(database)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'execution_logs'").fetchone():
            return False
        found = connection.execute("SELECT status FROM execution_logs").fetchone()
    return found is not None and found[0] != "RUNNING"


def _stamp(database: Path, round_: KillRound) -> tuple[Rows, set[date]]:
    """What the kill left: rows (stamped, so that a second writing would show) and complete days."""
    if not database.exists() or not rows(database)["calls"]:
        complete: set[date] = set()
    else:
        with closing(sqlite3.connect(database)) as connection, connection:
            for table in _TABLES:
                connection.execute(f"UPDATE {table} SET updated_at = ?", (_STAMPED,))
            found = connection.execute("SELECT day FROM sync_windows WHERE status = 'COMPLETE'")
            complete = {date.fromisoformat(day) for (day,) in found}
            state = connection.execute("PRAGMA integrity_check").fetchone()[0]
            if state != "ok":
                round_.broken.append(f"the database is damaged: {state}")
    before = rows(database) if database.exists() else {}
    round_.rows_before = len(before.get("calls", {}))
    round_.days_complete = len(complete)
    return before, complete


def _history(database: Path) -> list[str]:
    """Whether the killed run stands as FAILED (interrupted), and the resumed one as a success."""
    with closing(sqlite3.connect(database)) as connection:
        lines = connection.execute("SELECT status, error_message FROM execution_logs ORDER BY id").fetchall()
    if [status for status, _ in lines] == ["COMPLETED_SUCCESS"]:
        return []  # killed before its first line
    expected = len(lines) == 2 and lines[0][0] == "FAILED" and "interrupted" in (lines[0][1] or "")
    if not expected or lines[1][0] != "COMPLETED_SUCCESS":
        return [f"execution_logs says {lines}"]
    return []


def _log(folder: Path) -> str:
    path = folder / "logs" / "api_robot_main.log"
    return path.read_text(encoding="utf-8")[-500:] if path.exists() else "no log"
