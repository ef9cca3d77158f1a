"""Kills a real process of the robot in the middle of a back-fill, resumes it, and compares what
came of it.

The process is this program itself: `sys.executable` once frozen, the interpreter with app.py
otherwise. A killed process runs no handler and flushes nothing, as after a power cut of the process
alone.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from robot.cells.tables import CALLS, MAILING_DATA
from robot.settings import Settings
from robot.simulators.threec import DEMO_TOKEN, Request, Simulator, make_calls
from robot.trials.stores import OpenStore, Rows, Store, content, rows, sqlite_file

DAYS = tuple(date(2026, 9, 7) + timedelta(days=number) for number in range(6))
PER_DAY = 110
PER_PAGE = 10
PAGES = len(DAYS) * PER_DAY // PER_PAGE
_LONGEST_SECONDS = 60
_BEFORE_THE_FIRST_PAGE = (
    0.1  # so many are killed while they start: unpacking, opening the logs, making the tables
)
_START_SECONDS = 1.5
# what rows are stamped with between the two runs: a row written again shows itself
_STAMPED = datetime(2001, 1, 1)


@dataclass
class KillRound:
    """One killing: `delay` seconds after `page` was asked for (0: after the start).

    `broken` names what did not hold.
    """

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


def write_env(folder: Path, simulator: Simulator, store: Store | None = None) -> Path:
    """A `.env` for `store`, or a file in `folder`; with logs inside `folder`."""
    path = folder / "proof.env"
    lines = {
        "BASE_URL": simulator.url,
        "MANAGER_TOKEN": DEMO_TOKEN,
        "DB_FILE": folder / "robot.db",
        "LOG_DIR": folder / "logs",
        "PER_PAGE": PER_PAGE,
        "API_CONCURRENCY": 2,
        **(store.variables if store else {}),
    }
    path.write_text(
        "".join(f"{name}='{value}'\n" for name, value in lines.items()), encoding="utf-8"
    )
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
    """Kill it and whatever it started (a frozen program is two processes), with no chance to clean
    up.
    """
    if sys.platform == "win32":
        task_kill = Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "System32" / "taskkill.exe"
        subprocess.run(  # noqa: S603
            [str(task_kill), "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False
        )
    else:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait(_LONGEST_SECONDS)


def backfill(env_file: Path) -> subprocess.Popen[bytes]:
    """The run that is killed, and the one that resumes it."""
    return start(env_file, "run", "--start", str(DAYS[0]), "--end", str(DAYS[-1]))


def kill_rounds(
    folder: Path, seeds: Iterable[int], open_store: OpenStore = sqlite_file
) -> Iterator[KillRound]:
    """One round for each seed, each in a folder of its own inside `folder`.

    The first run of all is the undisturbed one.
    """
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
        with open_store(undisturbed) as store:
            code = backfill(write_env(undisturbed, simulator, store)).wait(_LONGEST_SECONDS)
            if code != 0:
                raise RuntimeError(
                    f"the undisturbed run ended with exit code {code}: {_log(undisturbed)}"
                )
            truth = content(rows(store))
        asked = len(pages)
        for seed in seeds:
            dice = random.Random(seed)  # noqa: S311 - a repeatable moment, not a secret
            page = 0 if dice.random() < _BEFORE_THE_FIRST_PAGE else dice.randint(1, asked)
            round_ = KillRound(
                seed, page=page, delay=dice.random() * (0.05 if page else _START_SECONDS)
            )
            pages.clear()
            reached.clear()
            wanted[0] = round_.page
            place = folder / f"seed-{seed}"
            place.mkdir()
            with open_store(place) as store:
                yield _round(round_, place, store, simulator, truth, pages, reached)


def _round(
    round_: KillRound,
    folder: Path,
    store: Store,
    simulator: Simulator,
    truth: Rows,
    pages: list[Request],
    reached: threading.Event,
) -> KillRound:
    env_file = write_env(folder, simulator, store)
    process = backfill(env_file)
    if round_.page:
        reached.wait(_LONGEST_SECONDS)
    time.sleep(round_.delay)
    round_.killed = process.poll() is None
    kill(process)
    broken = round_.broken
    broken += filter(None, [store.settle()])
    round_.killed = round_.killed and not _ended(store)
    before, complete = _stamp(store, round_)
    pages.clear()
    resumed = backfill(env_file)
    code = resumed.wait(_LONGEST_SECONDS)
    if code != 0:
        broken.append(f"the resumed run ended with exit code {code}: {_log(folder)}")
    round_.pages_after = sum(request.per_page == PER_PAGE for request in pages)
    again = {day for day in complete if any(request.days == (day, day) for request in pages)}
    if again and round_.killed:
        broken.append(f"{len(again)} complete day(s) were read again")
    after = rows(store)
    if content(after) != truth:
        broken.append("the database differs from the one of an undisturbed run")
    moved = sum(
        after[table].get(key) != row
        for table, found in before.items()
        for key, row in found.items()
    )
    if moved:
        broken.append(f"{moved} row(s) that were stored before the kill were written again")
    if round_.killed:
        broken += _history(store)
    return round_


def _ended(store: Store) -> bool:
    """Whether the execution had written its end: then the kill only met a process that was
    leaving.
    """
    if "execution_logs" not in store.tables():
        return False
    return any(
        status != "RUNNING" for (status,) in store.query("SELECT status FROM execution_logs")
    )


def _stamp(store: Store, round_: KillRound) -> tuple[Rows, set[date]]:
    """What the kill left: rows (stamped, so that a second writing would show) and complete days."""
    complete: set[date] = set()
    if rows(store)[CALLS.name]:
        for table in (CALLS, MAILING_DATA):
            store.query(f"UPDATE {table.name} SET updated_at = ?", _STAMPED)
        found = store.query("SELECT day FROM sync_windows WHERE status = 'COMPLETE'")
        complete = {date.fromisoformat(day) for (day,) in found}
    before = rows(store)
    round_.rows_before = len(before[CALLS.name])
    round_.days_complete = len(complete)
    return before, complete


def _history(store: Store) -> list[str]:
    """Whether the killed run stands as FAILED (interrupted), and the resumed one as a success."""
    lines = store.query("SELECT status, error_message FROM execution_logs ORDER BY id")
    if [status for status, _ in lines] == ["COMPLETED_SUCCESS"]:
        return []  # killed before its first line
    expected = len(lines) == 2 and lines[0][0] == "FAILED" and "interrupted" in (lines[0][1] or "")
    if not expected or lines[1][0] != "COMPLETED_SUCCESS":
        return [f"execution_logs says {lines}"]
    return []


def _log(folder: Path) -> str:
    path = folder / "logs" / "api_robot_main.log"
    return path.read_text(encoding="utf-8")[-500:] if path.exists() else "no log"
